package ratecard_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

// literal returns a good card of two prices.
func literal() *accounting.Card {
	first := dec("100")
	return &accounting.Card{
		ID: "c", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{
			{
				ID: "a", Service: accounting.ModelInference, Match: accounting.Match{Meter: metering.InputTokens},
				Unit: metering.MustUnit("10*6{token}"), Model: accounting.PerUnit{Price: dec("1")},
			},
			{
				ID: "b", Service: accounting.Network, Match: accounting.Match{Meter: metering.Egress}, Unit: metering.MustUnit("GBy"),
				Model: accounting.Graduated{Tiers: []accounting.Tier{{UpTo: &first, Price: dec("1")}, {Price: dec("2")}}},
			},
		},
	}
}

// What only a literal can have: the rest is in the tables of ParseYAML.
func TestValidate_Literals(t *testing.T) {
	require.NoError(t, ratecard.Validate(literal()))
	price := func(d decimal.Decimal) func(*accounting.Card) {
		return func(c *accounting.Card) { c.Prices[0].Model = accounting.PerUnit{Price: d} }
	}
	bound := func(d decimal.Decimal) func(*accounting.Card) {
		return func(c *accounting.Card) { c.Prices[1].Model.(accounting.Graduated).Tiers[0].UpTo = &d }
	}
	many, _ := new(big.Int).SetString(strings.Repeat("9", 10_000), 10)
	const digits = "want at most 38 digits, 18 of them after the point"
	for _, tt := range []struct {
		name string
		edit func(*accounting.Card)
		want []string
	}{
		{"empty", func(c *accounting.Card) { *c = accounting.Card{} }, []string{
			"card: missing; want 1 to 64 of a-z, 0-9, '-', '_', '.'",
			"version: missing; want a text of 1 to 32 bytes",
			"currency: missing; unknown currency; want a code of ISO 4217, such as CNY",
			"rounding.level: missing; want one of line, bill",
			"prices: want at least one price",
		}},
		{"empty price", func(c *accounting.Card) { c.Prices[1] = accounting.Price{} }, []string{
			"prices[1].id: missing; want 1 to 64 of a-z, 0-9, '-', '_', '.'",
			"prices[1].service: missing; want one of accelerated-compute, general-compute, block-storage, object-storage, file-storage, network, model-inference, energy, support",
			"prices[1]: want exactly one of per_unit, graduated, volume, package, stairstep, percentage, dynamic, spot, flat",
		}},
		{"pointer to a model", func(c *accounting.Card) { c.Prices[0].Model = &accounting.PerUnit{} }, []string{
			`prices[0]: "*accounting.PerUnit": want a model of package accounting, such as PerUnit, by value`,
		}},
		{"rounding mode", func(c *accounting.Card) { c.Rounding.Mode = 99 }, []string{
			`rounding.mode: "mode(99)": want one of half-even, half-up, half-down, down, up, floor, ceiling`,
		}},
		{"rounding places", func(c *accounting.Card) { c.Rounding.Places = -1 }, []string{`rounding.places: "-1": want a whole number from 0 to 18`}},
		{"rounding level", func(c *accounting.Card) { c.Rounding.Level = 99 }, []string{`rounding.level: want one of line, bill`}},
		{"policy for zero", func(c *accounting.Card) {
			m := c.Prices[1].Model.(accounting.Graduated)
			m.OnZero = 99
			c.Prices[1].Model = m
		}, []string{"prices[1].on_zero: want waive or charge"}},
		{"policy of a flat price", func(c *accounting.Card) { c.Prices[0].Model = accounting.Flat{When: 99} }, []string{
			"prices[0].when: want always, if_used to owe it only in billing periods with usage, or once",
		}},
		{"text that is not UTF-8", func(c *accounting.Card) { c.Title = "a\xff" }, []string{`title: "a` + "\uFFFD" + `": want UTF-8`}},
		{"sku that is not UTF-8", func(c *accounting.Card) { c.Prices[0].Match.SKU = "\xc3" }, []string{`prices[0].match.sku: "` + "\uFFFD" + `": want UTF-8`}},
		{"nanoseconds", func(c *accounting.Card) { c.Prices[0].From = time.Date(2026, 1, 1, 0, 0, 0, 1, time.UTC) }, []string{
			`prices[0].from: "2026-01-01T00:00:00.000000001Z": want a time to the minute`,
		}},
		{"year 10000", func(c *accounting.Card) { c.Prices[0].Until = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, []string{
			`prices[0].until: "10000-01-01T00:00Z": want a time from 1970-01-01T00:00Z to 2200-01-01T00:00Z`,
		}},
		{"price with a huge exponent", price(decimal.New(1, math.MaxInt32)), []string{`prices[0].per_unit: "1e2147483647": ` + digits}},
		{"price with a tiny exponent", price(decimal.New(-1, math.MinInt32)), []string{`prices[0].per_unit: "-1e-2147483648": ` + digits}},
		{"price of many digits", price(decimal.NewFromBigInt(many, 0)), []string{`prices[0].per_unit: "10000 digits": ` + digits}},
		{"price of 39 digits", price(decimal.RequireFromString(strings.Repeat("9", 39))), []string{`prices[0].per_unit: "999999999999999999999999999999999999999e0": ` + digits}},
		{"19 digits after the point", price(decimal.New(1, -19)), []string{`prices[0].per_unit: "1e-19": ` + digits}},
		{"bound with a huge exponent", bound(decimal.New(1, math.MaxInt32)), []string{`prices[1].graduated[0].up_to: "1e2147483647": ` + digits}},
		{"bound with a tiny exponent", bound(decimal.New(1, math.MinInt32)), []string{`prices[1].graduated[0].up_to: "1e-2147483648": ` + digits}},
		{"zero bound", bound(decimal.Decimal{}), []string{`prices[1].graduated[0].up_to: "0": want more than 0`}},
		{"same usage", func(c *accounting.Card) { c.Prices[1] = c.Prices[0] }, []string{
			`prices[1].id: "a": prices[0] has this id too, and both are in force at one time`,
			`prices[1].match: prices[1] (a) matches the same usage as prices[0] (a) while both are in force; a tie is never broken by guess`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			card := literal()
			tt.edit(card)
			err := ratecard.Validate(card)
			require.IsType(t, ratecard.Faults{}, err)
			require.Equal(t, "ratecard: "+strings.Join(tt.want, "\nratecard: "), err.Error())
			for _, f := range err.(ratecard.Faults) {
				require.Zero(t, f.Line)
				require.Zero(t, f.Column)
			}
			dst, err := ratecard.AppendYAML([]byte("x"), card)
			require.Error(t, err)
			require.Equal(t, "x", string(dst))
		})
	}
	require.EqualError(t, ratecard.Validate(nil), "ratecard: no card")
}

// What a literal may have that a text has not, but means the same.
func TestValidate_GoodLiterals(t *testing.T) {
	card := literal()
	card.Prices[0].Model = accounting.PerUnit{Price: decimal.New(1, 16)}
	card.Prices[0].From = time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	card.Prices[1].Model = accounting.Graduated{Tiers: []accounting.Tier{{Price: decimal.New(1000, -20)}}}
	require.NoError(t, ratecard.Validate(card))
	text, err := ratecard.AppendYAML(nil, card)
	require.NoError(t, err)
	require.Contains(t, string(text), "per_unit: 10000000000000000\n")
	require.Contains(t, string(text), "from: 2025-12-31T16:00Z\n")
	require.Contains(t, string(text), "price: 0.00000000000000001}\n")
}

// Prices of one match, and of one id, follow each other without overlap in
// any order of the list; one that lasts covers all that start within it.
func TestValidate_Overlaps(t *testing.T) {
	at := func(day int) time.Time {
		if day == 0 {
			return time.Time{}
		}
		return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	}
	card := func(spans ...[2]int) *accounting.Card {
		c := literal()
		p := c.Prices[0]
		c.Prices = nil
		for _, s := range spans {
			p.From, p.Until = at(s[0]), at(s[1])
			c.Prices = append(c.Prices, p)
		}
		return c
	}
	for _, tt := range []struct {
		name  string
		spans [][2]int
		want  []string // places of the faults
	}{
		{"one after the other", [][2]int{{0, 5}, {5, 9}, {9, 0}}, nil},
		{"listed backwards", [][2]int{{9, 0}, {5, 9}, {0, 5}}, nil},
		{"with gaps", [][2]int{{7, 8}, {1, 2}}, nil},
		{"always and always", [][2]int{{0, 0}, {0, 0}}, []string{"prices[1].id", "prices[1].match"}},
		{"a day too long", [][2]int{{0, 6}, {5, 0}}, []string{"prices[1].id", "prices[1].match"}},
		{"one covers two", [][2]int{{1, 20}, {2, 3}, {10, 30}}, []string{"prices[1].id", "prices[2].id", "prices[1].match", "prices[2].match"}},
		{"listed last, starts first", [][2]int{{10, 30}, {2, 3}, {1, 20}}, []string{"prices[2].id", "prices[2].id", "prices[2].match", "prices[2].match"}},
		{"never in force", [][2]int{{5, 5}, {0, 0}}, []string{"prices[0].until"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := ratecard.Validate(card(tt.spans...))
			if tt.want == nil {
				require.NoError(t, err)
				return
			}
			require.IsType(t, ratecard.Faults{}, err)
			var got []string
			for _, f := range err.(ratecard.Faults) {
				got = append(got, f.Path)
			}
			require.ElementsMatch(t, tt.want, got)
		})
	}
}

func TestValidate_Limits(t *testing.T) {
	card := literal()
	p := card.Prices[0]
	p.Match, p.Unit, p.Model = accounting.Match{}, metering.Unit{}, accounting.Flat{When: accounting.FlatAlways}
	card.Prices = nil
	for i := range ratecard.MaxPrices {
		p.ID = decimal.NewFromInt(int64(i)).String()
		card.Prices = append(card.Prices, p)
	}
	require.NoError(t, ratecard.Validate(card))
	card.Prices = append(card.Prices, p)
	require.EqualError(t, ratecard.Validate(card), "ratecard: prices: 10001 prices; want at most 10000")

	card = literal()
	g := card.Prices[1].Model.(accounting.Graduated)
	g.Tiers = nil
	for i := range ratecard.MaxTiers - 1 {
		up := decimal.NewFromInt(int64(i + 1))
		g.Tiers = append(g.Tiers, accounting.Tier{UpTo: &up, Price: dec("1"), Flat: dec("1")})
	}
	g.Tiers, g.OnZero = append(g.Tiers, accounting.Tier{}), accounting.ZeroWaived
	card.Prices[1].Model = g
	require.NoError(t, ratecard.Validate(card))

	// A card at the limit of tiers is printed and read back.
	text, err := ratecard.AppendYAML(nil, card)
	require.NoError(t, err)
	again, err := ratecard.ParseYAML(text)
	require.NoError(t, err)
	require.Empty(t, difference(card, again))

	p = card.Prices[1]
	p.ID, p.Match.Meter, p.Model = "c", metering.Ingress, accounting.Graduated{Tiers: []accounting.Tier{{}}}
	card.Prices = append(card.Prices, p)
	require.EqualError(t, ratecard.Validate(card), "ratecard: prices: 10001 tiers; want at most 10000 in all")
}

// A card whose text would be too long is refused by the printer, not later
// by whoever reads it.
func TestAppendYAML_TooLong(t *testing.T) {
	card := literal()
	p := card.Prices[0]
	card.Prices = nil
	for i := range 200 {
		var pairs []string
		for j := range metering.MaxLabels {
			pairs = append(pairs, decimal.NewFromInt(int64(i*100+j)).String(), strings.Repeat("x", 400))
		}
		p.ID, p.Match.Labels = decimal.NewFromInt(int64(i)).String(), metering.MustLabels(pairs...)
		card.Prices = append(card.Prices, p)
	}
	require.NoError(t, ratecard.Validate(card))
	dst, err := ratecard.AppendYAML(nil, card)
	require.Nil(t, dst)
	require.ErrorContains(t, err, "cannot be read back: 2")
	require.ErrorContains(t, err, "bytes of text; want at most 1048576")
}
