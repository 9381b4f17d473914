package peak_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

var mbit = metering.MustUnit("Mbit/s")

func mbps(t testing.TB, s string) metering.Quantity {
	q, err := metering.QuantityOf(decimal.RequireFromString(s), mbit)
	require.NoError(t, err)
	return q
}

func inMbps(t testing.TB, l peak.Level) string {
	v, err := l.In(mbit, 18, peak.HalfEven)
	require.NoError(t, err)
	return v.String()
}

// daysFrom is a sampling of n days of 288 points.
func daysFrom(t testing.TB, n int) peak.Sampling {
	start := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	period, err := metering.NewPeriod(start, start.AddDate(0, 0, n))
	require.NoError(t, err)
	return peak.Sampling{Period: period, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate}
}

type vectors struct {
	Index []struct {
		ID     string
		Days   int
		Points int
		Excess string
		Rank   int
	}
	Daily []struct {
		ID   string
		Mbps []string
		Want string
	}
	Floors []struct {
		ID       string
		Share    int64
		Settings []struct {
			Days int
			Mbps []string
		}
		Daily []string
		Want  string
	}
	Buckets []struct {
		ID      string
		Samples [][]string
		Want    []string
		Total   string
	}
}

func readVectors(t *testing.T) vectors {
	src, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(src, &v))
	return v
}

// TestVectors_Index: providers' own examples of how many points are dropped.
// Each line has one sample a day, and the rest is filled up; then all samples.
func TestVectors_Index(t *testing.T) {
	for _, v := range readVectors(t).Index {
		rule := peak.P95()
		x, err := rule.Excess(v.Points)
		require.NoError(t, err)
		require.Equal(t, v.Excess, x.String(), v.ID)
		rank, err := rule.Rank(v.Points)
		require.NoError(t, err)
		require.Equal(t, v.Rank, rank, v.ID)

		filled := peak.Percentile{Of: peak.Percent(95), Missing: peak.ZeroFill, Days: peak.ValidDays}
		p, err := peak.NewPlan(daysFrom(t, 31), rule, filled)
		require.NoError(t, err)
		start := slices.Collect(p.Days())[0].Start()
		l := p.NewLine()
		// Level i+1 at interval i: the r-th largest of n is n−r+1.
		for i := range v.Points {
			require.NoError(t, l.Add(peak.Sample{At: start.Add(time.Duration(i) * peak.DefaultInterval), In: metering.Grains(int64(i+1), metering.BitRate)}))
		}
		for _, r := range []peak.Rule{rule, filled} {
			got, err := l.Compute(r)
			require.NoError(t, err)
			require.Equal(t, v.Days, got.Days, v.ID)
			require.Equal(t, v.Points, got.Points, v.ID)
			require.Equal(t, v.Rank, got.Rank, v.ID)
			require.Equal(t, peak.Percent(100*int64(v.Points-v.Rank+1)), got.Level.Grains(), v.ID)
		}

		sparse := p.NewLine()
		for day := range v.Days {
			require.NoError(t, sparse.Add(peak.Sample{At: start.AddDate(0, 0, day), Out: metering.Grains(7, metering.BitRate)}))
		}
		got, err := sparse.Compute(filled)
		require.NoError(t, err)
		require.Equal(t, peak.Result{Level: zeroLevel, Days: v.Days, Points: v.Points, Rank: v.Rank}, got, v.ID)
	}
}

var zeroLevel = func() peak.Level {
	l, err := peak.LevelOf(metering.Grains(0, metering.BitRate))
	if err != nil {
		panic(err)
	}
	return l
}()

// TestVectors_DailyValue: the day's level of Huawei Cloud's enhanced 95.
func TestVectors_DailyValue(t *testing.T) {
	rule := peak.Enhanced95()
	rule.Truncate = mbit
	for _, v := range readVectors(t).Daily {
		p, err := peak.NewPlan(daysFrom(t, 1), rule)
		require.NoError(t, err)
		for range 2 { // in any order
			slices.Reverse(v.Mbps)
			l := p.NewLine()
			for i, s := range v.Mbps {
				at := slices.Collect(p.Days())[0].Start().Add(time.Duration(i) * peak.DefaultInterval)
				require.NoError(t, l.Add(peak.Sample{At: at, In: mbps(t, "0.1"), Out: mbps(t, s)}))
			}
			got, err := l.Compute(rule)
			require.NoError(t, err)
			require.Equal(t, v.Want, inMbps(t, got.Level), v.ID)
		}
	}
}

// TestVectors_Floors: the share of the day's highest setting, and its mean.
func TestVectors_Floors(t *testing.T) {
	for _, v := range readVectors(t).Floors {
		p, err := peak.NewPlan(daysFrom(t, 30))
		require.NoError(t, err)
		days := slices.Collect(p.Days())
		var settings []peak.Setting
		at := 0
		for _, s := range v.Settings {
			for range s.Days {
				part := days[at].Duration() / time.Duration(len(s.Mbps))
				for i, m := range s.Mbps {
					during, err := metering.NewPeriod(days[at].Start().Add(time.Duration(i)*part), days[at].Start().Add(time.Duration(i+1)*part))
					require.NoError(t, err)
					settings = append(settings, peak.Setting{During: during, Level: mbps(t, m)})
				}
				at++
			}
		}
		f, err := p.Floor(peak.Commitment{Share: peak.Percent(v.Share), Truncate: mbit}, settings...)
		require.NoError(t, err)
		require.Equal(t, v.Want, inMbps(t, f.Level), v.ID)
		require.Equal(t, at, f.Days, v.ID)
		var daily []string
		for _, d := range f.Daily {
			daily = append(daily, inMbps(t, d.Level))
		}
		require.Equal(t, v.Daily, daily, v.ID)
	}
}

// TestVectors_Buckets: a calendar of hours makes maxima of hours, and their sum.
func TestVectors_Buckets(t *testing.T) {
	total := peak.Daily{Rank: 1, Fold: peak.Total}
	for _, v := range readVectors(t).Buckets {
		s := daysFrom(t, 1)
		s.Days, s.Dimension, s.Direction = metering.Hours(metering.Zone{}), metering.Count, peak.InOnly
		p, err := peak.NewPlan(s, total)
		require.NoError(t, err)
		require.Equal(t, 24, p.DayCount())
		l := p.NewLine()
		for hour, samples := range v.Samples {
			for i, n := range samples {
				at := s.Period.Start().Add(time.Duration(hour)*time.Hour + time.Duration(i)*peak.DefaultInterval)
				require.NoError(t, l.Add(peak.Sample{At: at, In: metering.MustQuantity(n + " 1")}))
			}
		}
		var peaks []string
		for d := range l.Days() {
			if d.Exists {
				peaks = append(peaks, d.Peak.Grains().String())
			}
		}
		require.Equal(t, v.Want, peaks, v.ID)
		got, err := l.Compute(total)
		require.NoError(t, err)
		require.Equal(t, v.Total, got.Level.Grains().String(), v.ID)
	}
}

// TestVectors_Prorated: levels for some days of a month, exact until a fee or a
// factor is rounded. Sources: BP-01 as in testdata; IDC-03 the same page as
// IDC-01; BD-03 https://cloud.baidu.com/doc/CDN/s/mjwvyfk2j-en.
func TestVectors_Prorated(t *testing.T) {
	for _, v := range []struct {
		id, mbps    string
		valid, days int
		price       int64 // tenths of a unit of money for each Mbit/s
		places      int
		want        string
	}{
		{"BP-01", "100", 16, 31, 143, 4, "738.0645"},
		{"IDC-03", "1", 15, 30, 10, 1, "0.5"},
		{"BD-03", "1", 26, 31, 10, 8, "0.83870968"},
	} {
		p, err := peak.NewPlan(daysFrom(t, v.days))
		require.NoError(t, err)
		level, err := peak.LevelOf(mbps(t, v.mbps))
		require.NoError(t, err)
		level, err = p.Prorate(level, v.valid)
		require.NoError(t, err)
		price, err := peak.NewRatio(v.price, 10)
		require.NoError(t, err)
		level, err = level.Times(price)
		require.NoError(t, err)
		fee, err := level.In(mbit, v.places, peak.HalfUp)
		require.NoError(t, err)
		require.Equal(t, v.want, fee.String(), v.id)
	}
}

// TestVectors_Legs: usage counts valid days, the floor existing days, and the
// larger of the two is due. TC-01 and TC-01b:
// https://cloud.tencent.com/document/product/684/106232.
func TestVectors_Legs(t *testing.T) {
	s := daysFrom(t, 30)
	s.ValidAbove = metering.MustQuantity("1000 bit/s")
	rule := peak.MonthlyTop5()
	p, err := peak.NewPlan(s, rule)
	require.NoError(t, err)
	days := slices.Collect(p.Days())
	l := p.NewLine()
	for i, d := range days[:12] { // twelve days, of which six have more than 1 kbit/s
		level := metering.MustQuantity("1000 bit/s")
		if i < 6 {
			level = mbps(t, "80")
		}
		require.NoError(t, l.Add(peak.Sample{At: d.Start(), In: level}))
	}
	require.Equal(t, 6, l.ValidDays())
	require.Equal(t, 12, l.ExistingDays())
	used, err := l.Compute(rule)
	require.NoError(t, err)
	require.Equal(t, "80", inMbps(t, used.Level))
	require.Equal(t, 6, used.Days)

	during, err := metering.NewPeriod(days[0].Start(), days[11].End())
	require.NoError(t, err)
	floor, err := p.Floor(peak.Commitment{Share: peak.Percent(20), Truncate: mbit}, peak.Setting{During: during, Level: mbps(t, "500")})
	require.NoError(t, err)
	require.Equal(t, "100", inMbps(t, floor.Level))

	usageLeg, err := p.Prorate(used.Level, used.Days)
	require.NoError(t, err)
	require.Equal(t, "16", inMbps(t, usageLeg))
	floorLeg, err := p.Prorate(floor.Level, floor.Days)
	require.NoError(t, err)
	require.Equal(t, "40", inMbps(t, floorLeg))
	due, err := peak.Larger(usageLeg, floorLeg)
	require.NoError(t, err)
	fee, err := due.Times(peak.Percent(10_800)) // 108 for each Mbit/s
	require.NoError(t, err)
	require.Equal(t, "4320", inMbps(t, fee))

	frozen, err := peak.Commitment{Share: peak.Percent(40)}.Of(mbps(t, "500"))
	require.NoError(t, err)
	frozen, err = frozen.Times(peak.Percent(10_800))
	require.NoError(t, err)
	require.Equal(t, "21600", inMbps(t, frozen))
}

// TestVectors_Top5: TC-05, https://tencentcloud.com/document/product/684/67488.
func TestVectors_Top5(t *testing.T) {
	s := daysFrom(t, 30)
	s.ValidAbove = metering.MustQuantity("1000 bit/s")
	p, err := peak.NewPlan(s, peak.MonthlyTop5(), peak.FourthPeak(), peak.AverageDailyPeak())
	require.NoError(t, err)
	l := p.NewLine()
	for i, d := range slices.Collect(p.Days())[:6] {
		for j := range 6 { // four larger, the fifth, and a smaller one
			level := mbps(t, decimal.NewFromInt(int64(100-10*i+4-j)).String())
			require.NoError(t, l.Add(peak.Sample{At: d.Start().Add(time.Duration(j) * time.Hour), Out: level}))
		}
	}
	for _, v := range []struct {
		rule peak.Rule
		want string
	}{{peak.MonthlyTop5(), "80"}, {peak.FourthPeak(), "74"}, {peak.AverageDailyPeak(), "79"}} {
		got, err := l.Compute(v.rule)
		require.NoError(t, err)
		require.Equal(t, v.want, inMbps(t, got.Level))
	}
	top, err := l.Compute(peak.MonthlyTop5())
	require.NoError(t, err)
	due, err := p.Prorate(top.Level, l.ValidDays())
	require.NoError(t, err)
	fee, err := due.Times(peak.Percent(1000))
	require.NoError(t, err)
	require.Equal(t, "160", inMbps(t, fee))
}

// A real trace of bytes in five minutes, some with a tenth of a byte: figures
// worked out from the file by other means.
func TestTrace_NetworkIn(t *testing.T) {
	const name = "../../../shared/data/nab_ec2_network_in_257a54.csv"
	f, err := os.Open(name)
	if err != nil {
		t.Skip("shared data absent: " + name)
	}
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	linear := peak.Percentile{Of: peak.Percent(95), Index: peak.Interpolated}
	ceil := peak.Percentile{Of: peak.Percent(95), Index: peak.CeilDrop}
	rules := []peak.Rule{peak.P95(), ceil, linear, peak.Enhanced95(), peak.Maximum()}
	p, err := peak.NewPlan(peak.Sampling{
		Period: metering.MustPeriod("2014-04-01T00:00:00Z", "2014-05-01T00:00:00Z"),
		Days:   metering.Days(metering.Zone{}), Dimension: metering.Count, Direction: peak.InOnly,
	}, rules...)
	require.NoError(t, err)
	l := p.NewLine()
	for _, row := range rows[1:] {
		at, err := time.Parse(time.DateTime, row[0])
		require.NoError(t, err)
		tenths, err := metering.QuantityOf(decimal.RequireFromString(row[1]).Shift(1), metering.MustUnit("1"))
		require.NoError(t, err)
		require.NoError(t, l.Add(peak.Sample{At: at, In: tenths}))
	}
	require.Equal(t, 4032, l.Samples())
	require.Zero(t, l.Repeated())
	for i, want := range []string{"3228590", "3228560", "3228573.5", "4822832", "245126000"} {
		got, err := l.Compute(rules[i])
		require.NoError(t, err)
		bytes, err := got.Level.In(metering.MustUnit("1"), 18, peak.HalfEven)
		require.NoError(t, err)
		require.Equal(t, want, bytes.Shift(-1).String())
	}
	classical, err := l.Compute(peak.P95())
	require.NoError(t, err)
	require.Equal(t, 202, classical.Rank)
	require.Equal(t, 4032-3831+1, classical.Rank, "the 3831st from the smallest")
}
