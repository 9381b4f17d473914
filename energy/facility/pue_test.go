package facility_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var year = metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")

func kWh(n int64, p metering.Period) facility.Measured {
	return facility.Measured{Energy: energy.KilowattHours(n), Period: p, Accuracy: facility.Percent / 2}
}

func pue(t *testing.T, total, it int64, p metering.Period, c facility.Category) facility.Result {
	t.Helper()
	r, err := facility.PUE(kWh(total, p), kWh(it, p), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type vector struct {
	ID    string
	Sites []struct {
		Total int64 `json:"total_kWh"`
		IT    int64 `json:"it_kWh"`
	}
	Months struct {
		Total []int64 `json:"total_kWh"`
		IT    []int64 `json:"it_kWh"`
	}
	Want     string
	Warnings []string
	Error    string
}

// results returns the vector's sites over a year, or its months.
func (v vector) results() ([]facility.Result, error) {
	var list []facility.Result
	for _, s := range v.Sites {
		r, err := facility.PUE(kWh(s.Total, year), kWh(s.IT, year), facility.Category3)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	for i := range v.Months.Total {
		p, _ := metering.NewPeriod(year.Start().AddDate(0, i, 0), year.Start().AddDate(0, i+1, 0))
		r, err := facility.PUE(kWh(v.Months.Total[i], p), kWh(v.Months.IT[i], p), facility.Category3)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	slices.Reverse(list) // any order will do
	return list, nil
}

func TestVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/pue.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	refusals := map[string]func(error) bool{
		"no IT energy": func(err error) bool { return errors.Is(err, facility.ErrNoITEnergy) },
		"negative":     func(err error) bool { return errors.As(err, new(*facility.NegativeEnergyError)) },
		"below one":    func(err error) bool { return errors.As(err, new(*facility.BelowOneError)) },
	}
	for _, v := range list {
		t.Run(v.ID, func(t *testing.T) {
			parts, err := v.results()
			if v.Error != "" {
				if err == nil || !refusals[v.Error](err) || !strings.HasPrefix(err.Error(), "facility: ") || !strings.Contains(err.Error(), " uJ") {
					t.Errorf("error %v, want %s", err, v.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := facility.Combine(parts...)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Decimal(18).String(); got != v.Want {
				t.Errorf("%s, want %s", got, v.Want)
			}
			var names []string
			for _, w := range r.Warnings() {
				names = append(names, w.String())
			}
			if !slices.Equal(names, v.Warnings) {
				t.Errorf("warnings %q, want %q", names, v.Warnings)
			}
			if r.Period() != year || r.Has(facility.Interim) {
				t.Errorf("period %v, warnings %q", r.Period(), names)
			}
		})
	}
}

func TestPUE_Refused(t *testing.T) {
	// pue-23: a year against 364 days is 0.27 % of silent bias.
	short := metering.MustPeriod("2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z")
	var mismatch *facility.PeriodMismatchError
	if _, err := facility.PUE(kWh(2, year), kWh(1, short), 0); !errors.As(err, &mismatch) || mismatch.Got != short || mismatch.Want != year || !strings.Contains(err.Error(), "2025-12-31") {
		t.Errorf("pue-23: error %v", err)
	}
	if _, err := facility.PUE(kWh(2, metering.Period{}), kWh(1, metering.Period{}), 0); !errors.Is(err, facility.ErrEmptyPeriod) {
		t.Errorf("no time: error %v", err)
	}
	var negative *facility.NegativeEnergyError
	if _, err := facility.PUE(kWh(-2, year), kWh(1, year), 0); !errors.As(err, &negative) || negative.Field != "total" {
		t.Errorf("negative total: error %v", err)
	}
	var below *facility.BelowOneError
	if _, err := facility.PUE(kWh(1, year), kWh(2, year), 0); !errors.As(err, &below) || below.IT != energy.KilowattHours(2) {
		t.Errorf("below 1: error %v", err)
	}
}

func TestPUE_Interim(t *testing.T) {
	tests := []struct {
		name   string
		period metering.Period
		want   bool
	}{
		{"calendar year", year, false},
		{"leap year", metering.MustPeriod("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"), false},
		{"a year from 29 February", metering.MustPeriod("2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"), false},
		{"a year in China", metering.MustPeriod("2024-12-31T16:00:00Z", "2025-12-31T16:00:00Z"), false},
		{"two years", metering.MustPeriod("2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), false},
		{"a nanosecond less", metering.MustPeriod("2025-01-01T00:00:00Z", "2025-12-31T23:59:59.999999999Z"), true},
		{"365 days of a leap year", metering.MustPeriod("2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"), true},
		{"a month", metering.MustPeriod("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"), true},
	}
	for _, tt := range tests {
		if r := pue(t, 3, 2, tt.period, 3); r.Has(facility.Interim) != tt.want {
			t.Errorf("%s: %v", tt.name, r)
		}
	}
}

func TestResult(t *testing.T) {
	r := pue(t, 1_250_000, 820_000, year, facility.Category2)
	if r.Overhead() != energy.KilowattHours(430_000) || r.Name() != "PUE2" || r.Float64() != 1.524390243902439 || r.IsZero() {
		t.Errorf("%v: overhead %v, float %v", r, r.Overhead(), r.Float64())
	}
	unknown := pue(t, 3, 2, year, 9)
	if unknown.Category() != facility.CategoryUnknown || !unknown.Has(facility.UnknownCategory) || unknown.Name() != "PUE" {
		t.Errorf("category 9: %v, %v", unknown, unknown.Warnings())
	}
	seen, err := facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Unobserved: time.Hour, Accuracy: facility.Percent},
		facility.Of(energy.Window{Period: year, Energy: energy.Joules(2), Observed: year.Duration()}), facility.Category1)
	if err != nil || !slices.Equal(seen.Warnings(), []facility.Warning{facility.PartialCoverage, facility.UnknownAccuracy}) {
		t.Errorf("%v: %v, %v", seen, seen.Warnings(), err)
	}
	if c, err := pue(t, 3, 2, year, 3).Compare(pue(t, 300001, 200000, year, 3)); c != -1 || err != nil {
		t.Errorf("1.5 against 1.500005: %d, %v", c, err)
	}
	if _, err := pue(t, 3, 2, year, 3).Compare(pue(t, 3, 2, year, 2)); !errors.As(err, new(*facility.CategoryMismatchError)) || !strings.Contains(err.Error(), "category 2 where 3") {
		t.Errorf("across categories: %v", err)
	}
	var zero facility.Result
	if !zero.IsZero() || zero.Float64() != 0 || !zero.Decimal(3).IsZero() {
		t.Errorf("the zero Result is %v", zero)
	}
	// The widest ratio there is: 2¹²⁷ − 1 to one microjoule.
	wide, err := facility.PUE(facility.Measured{Energy: energy.MicrojoulesWide(fixed.Max()), Period: year},
		facility.Measured{Energy: energy.Microjoules(1), Period: year}, facility.Category3)
	if err != nil || wide.Decimal(18).String() != "170141183460469231731687303715884105727" {
		t.Errorf("%v, %v", wide.Decimal(18), err)
	}
}

func TestCombine_Refused(t *testing.T) {
	jan := metering.MustPeriod("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
	mar := metering.MustPeriod("2025-03-01T00:00:00Z", "2025-04-01T00:00:00Z")
	quarter := metering.MustPeriod("2025-01-01T00:00:00Z", "2025-04-01T00:00:00Z")
	var gap *facility.PeriodGapError
	for _, other := range []metering.Period{mar, quarter} {
		if _, err := facility.Combine(pue(t, 3, 2, jan, 3), pue(t, 3, 2, other, 3)); !errors.As(err, &gap) || !strings.Contains(err.Error(), "2025-02-01") {
			t.Errorf("%v and %v: %v", jan, other, err)
		}
	}
	if _, err := facility.Combine(pue(t, 3, 2, jan, 3), pue(t, 3, 2, jan, 2)); !errors.As(err, new(*facility.CategoryMismatchError)) {
		t.Errorf("two categories: %v", err)
	}
	if _, err := facility.Combine(); !errors.Is(err, facility.ErrNoResults) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := facility.Combine(facility.Result{}); !errors.Is(err, facility.ErrNoITEnergy) {
		t.Errorf("a zero Result: %v", err)
	}
	huge, err := facility.PUE(facility.Measured{Energy: energy.MicrojoulesWide(fixed.Max()), Period: jan}, kWh(1, jan), 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := facility.Combine(huge, huge); !errors.Is(err, metering.ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
}

func TestWarning_String(t *testing.T) {
	if facility.Warning(99).String() != "invalid" || facility.Category(9).String() != "invalid" || facility.Category1.String() != "1" {
		t.Error("names out of range")
	}
	if r := pue(t, 3, 2, year, 3); r.Has(99) {
		t.Error("has a warning that there is not")
	}
}

// Combining does not depend on order or grouping, and is sum over sum.
func TestLaw_Combine_SumOverSum(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		results := make([]facility.Result, 1+g.IntN(6))
		total, it := new(big.Int), new(big.Int)
		months := g.IntN(2) == 0
		start := year.Start()
		for i := range results {
			p := year
			if months {
				end := start.Add(time.Duration(1 + g.Int64N(int64(1000*time.Hour))))
				p, _ = metering.NewPeriod(start, end)
				start = end
			}
			n := 1 + g.Int64N(1<<62)>>g.IntN(60)
			m := n + g.Int64N(1<<62)>>g.IntN(60)
			r, err := facility.PUE(facility.Measured{Energy: energy.Microjoules(m), Period: p}, facility.Measured{Energy: energy.Microjoules(n), Period: p}, 3)
			if err != nil {
				t.Fatal(err)
			}
			results[i] = r
			total.Add(total, big.NewInt(m))
			it.Add(it, big.NewInt(n))
		}
		whole, err := facility.Combine(results...)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Total().Microjoules().Big().Cmp(total) != 0 || whole.IT().Microjoules().Big().Cmp(it) != 0 {
			t.Fatalf("%v: want %v / %v", whole, total, it)
		}
		want := new(big.Rat).SetFrac(total, it)
		if f, _ := want.Float64(); f != whole.Float64() {
			t.Fatalf("%v: float %v, want %v", whole, whole.Float64(), f)
		}
		// The decimal is within half a step of the exact ratio.
		d := new(big.Rat).Sub(whole.Decimal(6).Rat(), want)
		if d.Abs(d).Cmp(big.NewRat(1, 2_000_000)) > 0 {
			t.Fatalf("%v: decimal %v, want %v", whole, whole.Decimal(6), want)
		}
		g.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		if again, err := facility.Combine(results...); err != nil || again != whole {
			t.Fatalf("%v in another order: %v, %v", whole, again, err)
		}
	})
}
