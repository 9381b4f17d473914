package rating_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// The figures of energy that are money; testdata/energy.json says what of.
func TestEnergyVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/energy.json")
	require.NoError(t, err)
	var file struct {
		Vectors []struct {
			ID        string
			KWh       map[string]string `json:"kWh"`
			FlatPrice string            `json:"flat_price"`
			Float     map[string]string
			Demand    []string `json:"max_demand_kW_15min"`
			PerKW     string   `json:"price_per_kW_month"`
			Expected  string
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Vectors, 2)
	hours := map[string]accounting.Hours{"valley": {From: 0, To: 480}, "flat": {From: 480, To: 1080}, "peak": {From: 1080, To: 1440}}
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			c := contractOf(toCents)
			var rows []metering.Usage
			for _, band := range []string{"valley", "flat", "peak"} {
				if v.KWh == nil {
					break
				}
				factor := dec("1").Add(dec(v.Float[band]))
				p := with(priceOf(band, perUnit(v.FlatPrice)), accounting.Terms{Factor: &factor, During: &accounting.Schedule{Hours: []accounting.Hours{hours[band]}}})
				p.Match.Meter, p.Unit = metering.FacilityEnergy, metering.MustUnit("kW.h")
				c.Card.Prices = append(c.Card.Prices, p)
				rows = append(rows, energyRow(metering.FacilityEnergy, v.KWh[band]+" kW.h", hourOf(2, hours[band].From/60)))
			}
			for i, kW := range v.Demand {
				if i == 0 {
					p := with(priceOf("demand", perUnit(v.PerKW)), accounting.Terms{Gather: accounting.GatherPeak})
					p.Match.Meter, p.Unit = metering.EnergyDemand, metering.MustUnit("kW")
					c.Card.Prices = []accounting.Price{p}
				}
				start := onDay(3).Add(time.Duration(i) * 15 * time.Minute)
				rows = append(rows, energyRow(metering.EnergyDemand, kW+" kW", must(metering.NewPeriod(start, start.Add(15*time.Minute)))))
			}
			bill, _, err := rating.Rate(c, november, usage(rows...), rating.State{})
			require.NoError(t, err)
			require.Equal(t, "CNY "+v.Expected, bill.Total().String())
		})
	}
}

// The figures above are those of the collection that they were taken from.
func TestEnergyVectors_Shared(t *testing.T) {
	data, err := os.ReadFile("../../../shared/vectors/energy.json")
	if err != nil {
		t.Skip("the file that the figures were taken from is not here")
	}
	own, err := os.ReadFile("testdata/energy.json")
	require.NoError(t, err)
	var shared []struct {
		ID       string
		Expected json.RawMessage
		Inputs   map[string]json.RawMessage
	}
	var file struct{ Vectors []map[string]any }
	require.NoError(t, json.Unmarshal(data, &shared))
	require.NoError(t, json.Unmarshal(own, &file))
	found := 0
	for _, mine := range file.Vectors {
		for _, v := range shared {
			if v.ID != mine["id"] {
				continue
			}
			found++
			requireRat(t, oracleRat(string(v.Expected)), oracleRat(mine["expected"].(string)), v.ID)
			switch v.ID {
			case "tou-01":
				require.JSONEq(t, `{"peak": 100, "flat": 200, "valley": 300}`, string(v.Inputs["kWh"]))
				require.Equal(t, "0.6 0.5 -0.5", fmt.Sprintf("%s %s %s", v.Inputs["flat_price"], v.Inputs["float_peak"], v.Inputs["float_valley"]))
			case "tou-03":
				require.JSONEq(t, `[820, 905, 870]`, string(v.Inputs["max_demand_kW_15min"]))
				require.Equal(t, "40", string(v.Inputs["price_per_kW_month"]))
			}
		}
	}
	require.Equal(t, 2, found)
}

func energyRow(m metering.MeterID, quantity string, p metering.Period) metering.Usage {
	return metering.Usage{Key: metering.Key{Account: "acme", Meter: m}, Period: p, Quantity: metering.MustQuantity(quantity)}
}

// A band is a price of energy as the published table has it: between two hours
// of the day, in some months or in all.
type band struct {
	price    string
	months   []time.Month
	from, to int
}

// tariffs are the example cards, each with its table in loops.
var tariffs = []struct {
	file, zone, start, end string
	bands                  []band
}{
	{"hubei-2026-01.yaml", "Asia/Shanghai", "2025-12-31T16:00:00Z", "2026-01-31T16:00:00Z", []band{
		{"0.432924", nil, 0, 6}, {"0.651886", nil, 6, 12}, {"0.432924", nil, 12, 14}, {"0.651886", nil, 14, 16},
		{"0.848961", nil, 16, 18}, {"1.049999", nil, 18, 20}, {"0.848961", nil, 20, 24},
	}},
	{"pge-b19-2026-03.yaml", "America/Los_Angeles", "2026-03-01T08:00:00Z", "2027-03-01T08:00:00Z", []band{
		{"0.18648", []time.Month{6, 7, 8, 9}, 16, 21}, {"0.14775", []time.Month{6, 7, 8, 9}, 14, 16}, {"0.14775", []time.Month{6, 7, 8, 9}, 21, 23},
		{"0.12037", []time.Month{6, 7, 8, 9}, 0, 14}, {"0.12037", []time.Month{6, 7, 8, 9}, 23, 24},
		{"0.16188", []time.Month{10, 11, 12, 1, 2, 3, 4, 5}, 16, 21}, {"0.06442", []time.Month{3, 4, 5}, 9, 14},
		{"0.12026", []time.Month{10, 11, 12, 1, 2}, 9, 14}, {"0.12026", []time.Month{10, 11, 12, 1, 2, 3, 4, 5}, 0, 9},
		{"0.12026", []time.Month{10, 11, 12, 1, 2, 3, 4, 5}, 14, 16}, {"0.12026", []time.Month{10, 11, 12, 1, 2, 3, 4, 5}, 21, 24},
	}},
}

func (b band) holds(t time.Time) bool {
	if t.Hour() < b.from || t.Hour() >= b.to {
		return false
	}
	for _, m := range b.months {
		if m == t.Month() {
			return true
		}
	}
	return len(b.months) == 0
}

func tariffCard(t *testing.T, file string) *accounting.Card {
	t.Helper()
	src, err := os.ReadFile("../ratecard/testdata/good/" + file)
	require.NoError(t, err)
	card, err := ratecard.ParseYAML(src)
	require.NoError(t, err)
	require.Empty(t, ratecard.Lint(card))
	return card
}

// Every quarter hour of a tariff has one price of energy, that of its published
// table, days on which the clock changes included.
func TestTariffs_EveryQuarterHour(t *testing.T) {
	for _, tariff := range tariffs {
		t.Run(tariff.file, func(t *testing.T) {
			card := tariffCard(t, tariff.file)
			c := accounting.Contract{Account: "acme", Card: card, Zone: metering.MustZone(tariff.zone)}
			loc, err := time.LoadLocation(tariff.zone)
			require.NoError(t, err)
			for month := range metering.Months(c.Zone).Over(metering.MustPeriod(tariff.start, tariff.end)) {
				switch month.Start().In(loc).Month() {
				case time.April, time.May, time.July, time.August, time.September, time.December:
					continue // as another month has it
				}
				want, rows, n := new(big.Rat), []metering.Usage(nil), int64(0)
				for at := month.Start(); at.Before(month.End()); at = at.Add(15 * time.Minute) {
					n++ // another quantity each time, so that no two bands can stand in for each other
					rows = append(rows, metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.FacilityEnergy},
						Period: must(metering.NewPeriod(at, at.Add(15*time.Minute))), Quantity: metering.MustQuantity(big.NewInt(n*n%997+1).String() + " kW.h")})
					held := 0
					for _, b := range tariff.bands {
						if b.holds(at.In(loc)) {
							held++
							want.Add(want, new(big.Rat).Mul(oracleRat(b.price), big.NewRat(n*n%997+1, 1)))
						}
					}
					require.Equal(t, 1, held, "the table above, at %v", at)
				}
				bill, _, err := rating.Rate(c, month, usage(rows...), rating.State{})
				require.NoError(t, err, "%v", month)
				got := new(big.Rat)
				for _, charge := range bill.Charges {
					if charge.Origin == accounting.FromUsage {
						got.Add(got, charge.Explanation.Exact())
					}
				}
				requireRat(t, want, got, "%v", month)
			}
		})
	}
}

// A January of two kinds of days in Hubei, worked out by hand: the funds and
// the demand too, and the adjustment of all but the funds.
func TestTariffs_Hubei(t *testing.T) {
	card := tariffCard(t, "hubei-2026-01.yaml")
	c := accounting.Contract{Account: "acme", Card: card, Zone: metering.MustZone("Asia/Shanghai")}
	january := metering.MustPeriod("2025-12-31T16:00:00Z", "2026-01-31T16:00:00Z")
	at := func(hour int) metering.Period {
		start := january.Start().Add(time.Duration(hour) * time.Hour)
		return must(metering.NewPeriod(start, start.Add(15*time.Minute)))
	}
	rows := []metering.Usage{
		energyRow(metering.FacilityEnergy, "1000 kW.h", at(1)),  // valley
		energyRow(metering.FacilityEnergy, "2000 kW.h", at(7)),  // flat
		energyRow(metering.FacilityEnergy, "3000 kW.h", at(16)), // peak
		energyRow(metering.FacilityEnergy, "4000 kW.h", at(19)), // sharp
		energyRow(metering.EnergyDemand, "500 kW", at(1)),
		energyRow(metering.EnergyDemand, "800.5 kW", at(19)),
		energyRow(metering.EnergyDemand, "700 kW", at(20)),
		energyRow(metering.ReactiveEnergy, "5300 kW.h", at(1)), // 0.53: a factor of 0.88, plus 1 %
	}
	bill, _, err := rating.Rate(c, january, usage(rows...), rating.State{})
	require.NoError(t, err)
	sums := map[string]string{}
	for id, charges := range byPrice(bill) {
		total, err := accounting.Total(slices.Values(charges), accounting.Billed)
		require.NoError(t, err)
		sums[id] = total.String()
	}
	require.Equal(t, map[string]string{
		"valley": "CNY 387.72",   // 1000 × 0.387724
		"flat":   "CNY 1213.37",  // 2000 × 0.606686
		"peak":   "CNY 2411.28",  // 3000 × 0.803761
		"sharp":  "CNY 4019.20",  // 4000 × 1.004799
		"funds":  "CNY 452.00",   // 10000 × 0.0452
		"demand": "CNY 33621.00", // 800.5 × 42
		// 1 % of 41652.57, which is all of the above but the funds
		"power-factor": "CNY 416.53",
	}, sums)
	require.Equal(t, "CNY 42521.10", bill.Total().String())

	// By capacity instead of demand, and with a good factor.
	rows = append(rows[:4:4], energyRow(metering.EnergyCapacity, "1000 kW", january), energyRow(metering.ReactiveEnergy, "3000 kW.h", at(1)))
	bill, _, err = rating.Rate(c, january, usage(rows...), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 34526.08", bill.Total().String(), "8031.57 + 26300 = 34331.57, less 0.75 % = 34074.08, plus funds of 452")

	_, _, err = rating.Rate(c, metering.MustPeriod("2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"), usage(energyRow(metering.FacilityEnergy, "1 kW.h",
		metering.MustPeriod("2026-02-01T00:00:00Z", "2026-02-01T00:15:00Z"))), rating.State{})
	var unpriced *rating.UnpricedError
	require.ErrorAs(t, err, &unpriced, "February has another table")
}

// A kilowatt of the summer's peak is paid for twice, one outside of it once.
func TestTariffs_Demand(t *testing.T) {
	c := accounting.Contract{Account: "acme", Card: tariffCard(t, "pge-b19-2026-03.yaml"), Zone: metering.MustZone("America/Los_Angeles")}
	july := metering.MustPeriod("2026-07-01T07:00:00Z", "2026-08-01T07:00:00Z")
	at := func(hour int) metering.Period {
		start := july.Start().Add(time.Duration(hour) * time.Hour)
		return must(metering.NewPeriod(start, start.Add(15*time.Minute)))
	}
	bill, _, err := rating.Rate(c, july, usage(energyRow(metering.EnergyDemand, "600 kW", at(3)), energyRow(metering.EnergyDemand, "400 kW", at(15)),
		energyRow(metering.EnergyDemand, "500 kW", at(17))), rating.State{})
	require.NoError(t, err)
	// 600 × 37.37 + 500 × 46.16 + 400 × 10.52 + 31 × 58.62824 = 22422 + 23080 + 4208 + 1817.47544
	require.Equal(t, "USD 51527.48", bill.Total().String())
}

func byPrice(b rating.Bill) map[string][]accounting.Charge {
	of := map[string][]accounting.Charge{}
	for _, c := range b.Charges {
		of[c.PriceID] = append(of[c.PriceID], c)
	}
	return of
}
