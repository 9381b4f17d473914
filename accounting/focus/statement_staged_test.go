package focus

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// stagedContract has a price of every model and term that rows differ for; each
// is of traffic with its id for a SKU.
func stagedContract() accounting.Contract {
	gb := metering.MustUnit("GBy")
	tiers := []accounting.Tier{{UpTo: ptr(dec("100")), Price: dec("0.5")}, {Price: dec("0.4")}}
	c := accounting.Contract{Account: "acme", Card: &accounting.Card{ID: "cloud", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel}}}
	price := func(id string, m accounting.Model, terms accounting.Terms) {
		c.Card.Prices = append(c.Card.Prices, accounting.Price{ID: id, Service: accounting.Network,
			Match: accounting.Match{Meter: metering.Egress, SKU: id}, Unit: gb, Model: m, Terms: &terms})
	}
	discount := accounting.Terms{Percent: dec("20")}
	free := accounting.Terms{Free: dec("10"), Percent: dec("20")}
	thousands := accounting.Terms{Convert: &accounting.Conversion{Divide: dec("1000"), Rounded: true, Mode: money.Ceiling}}
	price("discount", accounting.PerUnit{Price: dec("18.9")}, discount)
	price("graduated", accounting.Graduated{Tiers: tiers}, free)
	price("volume", accounting.Volume{Tiers: tiers}, accounting.Terms{})
	price("volume-free", accounting.Volume{Tiers: tiers}, free)
	price("package", accounting.Package{Size: dec("100"), Price: dec("1.33"), Parts: accounting.PartCharged}, accounting.Terms{})
	price("package-half", accounting.Package{Size: dec("0.5"), Price: dec("1.33"), Parts: accounting.PartCharged}, discount)
	price("converted", accounting.PerUnit{Price: dec("3")}, thousands)
	price("capped", accounting.PerUnit{Price: dec("2")}, accounting.Terms{Maximum: ptr(dec("30"))})
	price("surcharge", accounting.PerUnit{Price: dec("2")}, accounting.Terms{Percent: dec("-5")})
	return c
}

// stagedCharges rates a day each of quantities in GB.
func stagedCharges(t *testing.T, of ...[2]string) rating.Bill {
	t.Helper()
	month, err := metering.Month(metering.Zone{}, 2027, time.January)
	require.NoError(t, err)
	var rows []metering.Usage
	for i, x := range of {
		start := month.Start().AddDate(0, 0, i)
		p, err := metering.NewPeriod(start, start.AddDate(0, 0, 1))
		require.NoError(t, err)
		rows = append(rows, metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.Egress, SKU: x[0], Region: "r"}, Period: p, Quantity: metering.MustQuantity(x[1] + " GBy")})
	}
	bill, _, err := rating.Rate(stagedContract(), month, rating.Rows(rows...), rating.State{})
	require.NoError(t, err)
	return bill
}

// What rows of staged prices say, worked out by hand: quantity and unit, list and
// contracted unit price, list, contracted and billed cost, and what was consumed.
func TestStatement_Staged(t *testing.T) {
	for _, row := range []struct {
		name string
		of   [][2]string
		want []string
	}{
		{"a discount", [][2]string{{"discount", "10"}}, []string{"10 GB 18.9 15.12 = 189 151.2 151.2, 10 GB"}},
		{"a surcharge", [][2]string{{"surcharge", "10"}}, []string{"10 GB 2.1 2.1 = 21 21 21, 10 GB"}},
		{"free units, tiers and a discount", [][2]string{{"graduated", "130"}}, []string{
			"10 GB 0 0 = 0 0 0, 10 GB", "100 GB 0.5 0.4 = 50 40 40, 100 GB", "20 GB 0.4 0.32 = 8 6.4 6.4, 20 GB"}},
		{"volume", [][2]string{{"volume", "100"}, {"volume", "20"}}, []string{
			"100 GB 0.5 0.5 = 50 50 50, 100 GB", "120 GB 0.4 0.4 = 48 48 48, 120 GB", "-100 GB 0.5 0.5 = -50 -50 -50, -100 GB"}},
		{"volume, free units and a discount", [][2]string{{"volume-free", "130"}}, []string{
			"10 GB 0 0 = 0 0 0, 10 GB", "120 GB 0.4 0.32 = 48 38.4 38.4, 120 GB"}},
		{"packages", [][2]string{{"package", "150"}}, []string{"2 100 GB 1.33 1.33 = 2.66 2.66 2.66, 150 GB"}},
		{"packages of no whole size", [][2]string{{"package-half", "0.7"}}, []string{"2 Packages 1.33 1.064 = 2.66 2.128 2.13, 0.7 GB"}},
		{"converted", [][2]string{{"converted", "1500"}}, []string{"2 Units 3 3 = 6 6 6, 1500 GB"}},
		{"a maximum", [][2]string{{"capped", "10"}, {"capped", "10"}}, []string{
			"10 GB 2 2 = 20 20 20, 10 GB", "1 Charges 10 10 = 10 10 10, 10 GB"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			bill := stagedCharges(t, row.of...)
			rows := collect(t, testStatement(bill), bill.Charges)
			var got []string
			for _, r := range rows {
				got = append(got, strings.Join([]string{r.PricingQuantity.String(), r.PricingUnit, r.ListUnitPrice.String(), r.ContractedUnitPrice.String(), "=",
					r.ListCost.String(), r.ContractedCost.String(), r.BilledCost.String() + ",", r.ConsumedQuantity.String(), r.ConsumedUnit}, " "))
			}
			require.Equal(t, row.want, got)
			for _, v := range allVersions {
				requireClean(t, v, write(t, v, rows))
			}
		})
	}
}

// The rows of staged prices sum to their bill, and break no rule, ours or the
// reference checker's.
func TestLaw_Statement_StagedSum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 4))
	prices := stagedContract().Card.Prices
	var versions []Version
	var files [][]byte
	for i := range max(*lawsN/20, 3) {
		var of [][2]string
		for range 20 {
			of = append(of, [2]string{prices[rnd.IntN(len(prices))].ID, decimal.New(rnd.Int64N(1e6), -3).String()})
		}
		bill := stagedCharges(t, of...)
		rows := collect(t, testStatement(bill), bill.Charges)
		require.Zero(t, bill.Total().Decimal().Rat().Cmp(sumOf(rows, billedCost)))
		for _, v := range allVersions {
			file := write(t, v, rows)
			requireClean(t, v, file)
			if i == 0 {
				versions, files = append(versions, v), append(files, file)
			}
		}
	}
	if tallies, ok := theirs(t, "usage,price,region", versions, files); ok {
		for _, one := range tallies {
			requireOnlyInfo(t, one)
		}
	}
}
