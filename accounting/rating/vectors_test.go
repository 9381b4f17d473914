package rating_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// vector is a figure that another billing system publishes; see
// testdata/vectors.json.
type vector struct {
	ID       string
	About    string
	Source   string
	Currency money.Currency
	Mode     money.RoundingMode
	Places   int

	// A step of one price's running quantity, and what it costs.
	Price string
	Tiers []struct {
		UpTo        string `json:"up_to"`
		Price, Flat string
	}
	Before, After string
	Want          string
	WantWaived    string `json:"want_waived"` // where the card waives the first flat amount at zero

	// Amounts, each of its own price, and what they come to.
	Amounts []string
	ByLine  string `json:"by_line"`
	ByBill  string `json:"by_bill"`
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Vectors, 41)
	return file.Vectors
}

func (v vector) contract(level accounting.Level, prices ...accounting.Price) accounting.Contract {
	c := contractOf(accounting.Rounding{Mode: v.Mode, Places: v.Places, Level: level}, prices...)
	c.Card.Currency = v.Currency
	return c
}

// model returns the vector's price.
func (v vector) model(onZero accounting.ZeroPolicy) accounting.Model {
	if v.Price != "" {
		return perUnit(v.Price)
	}
	m := accounting.Graduated{OnZero: onZero}
	for _, t := range v.Tiers {
		if t.Flat == "" {
			t.Flat = "0"
		}
		m.Tiers = append(m.Tiers, tier(t.UpTo, t.Price, t.Flat))
	}
	return m
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.ID+" "+v.About, func(t *testing.T) {
			require.NotEmpty(t, v.Source)
			for _, level := range []accounting.Level{accounting.LineLevel, accounting.BillLevel} {
				if v.Amounts != nil {
					v.checkAmounts(t, level)
					continue
				}
				want := v.WantWaived
				if want == "" {
					want = v.Want // what is due at zero plays no part
				}
				v.checkStep(t, v.contract(level, priceOf("p", v.model(accounting.ZeroCharged))), v.Want)
				v.checkStep(t, v.contract(level, priceOf("p", v.model(accounting.ZeroWaived))), want)
			}
		})
	}
}

// checkStep rates what was used before, and then up to after.
func (v vector) checkStep(t *testing.T, c accounting.Contract, want string) {
	t.Helper()
	first, second := must(metering.NewPeriod(onDay(1), onDay(2))), must(metering.NewPeriod(onDay(2), onDay(31)))
	var state rating.State
	if v.Before != "0" {
		_, next, err := rating.Rate(c, first, usage(used(v.Before, 1)), state)
		require.NoError(t, err)
		state = next
	}
	row := used(v.After, 2)
	row.Quantity = must(row.Quantity.Sub(used(v.Before, 1).Quantity))
	requireBill(t, c, second, state, want, row)
	if v.After == "0" {
		requireBill(t, c, second, state, want) // no row at all
	}
}

func requireBill(t *testing.T, c accounting.Contract, period metering.Period, state rating.State, want string, rows ...metering.Usage) {
	t.Helper()
	bill, _, err := rating.Rate(c, period, usage(rows...), state)
	require.NoError(t, err)
	require.Equal(t, must(money.New(dec(want), c.Card.Currency)), bill.Total(), "%v", bill.Charges)
	for _, charge := range bill.Charges {
		require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()))
	}
}

// checkAmounts rates one unit at each of several prices.
func (v vector) checkAmounts(t *testing.T, level accounting.Level) {
	t.Helper()
	var prices []accounting.Price
	var rows []metering.Usage
	for i, amount := range v.Amounts {
		name := fmt.Sprint("part", i)
		prices = append(prices, priceOf(name, perUnit(amount), sku(name)))
		rows = append(rows, used("1", 1, keyed("acme", name, "")))
	}
	want := v.ByLine
	if level == accounting.BillLevel {
		want = v.ByBill
	}
	requireBill(t, v.contract(level, prices...), november, rating.State{}, want, rows...)
}
