package rating_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Cards come from anywhere, and need not have been validated: what cannot be
// rated with is refused by name, and nothing panics.
func TestRate_RefusesCard(t *testing.T) {
	huge := decimal.New(1, 2_000_000_000)
	bound := dec("1")
	for _, row := range []struct {
		name, want string
		card       *accounting.Card
	}{
		{"none", "no card", nil},
		{"zero", `card "@": currency ""`, &accounting.Card{}},
		{"no currency", `currency "XYZ"`, &accounting.Card{Currency: "XYZ", Rounding: toCents}},
		{"no rounding level", "the rounding has no level", &accounting.Card{Currency: money.CNY}},
		{"unknown level", "the rounding has no level", cardOf("c", accounting.Rounding{Level: 3})},
		{"unknown mode", "mode(7)", cardOf("c", accounting.Rounding{Mode: 7, Level: accounting.LineLevel})},
		{"places below", "-1 decimal places", cardOf("c", accounting.Rounding{Places: -1, Level: accounting.LineLevel})},
		{"places above", "19 decimal places", cardOf("c", accounting.Rounding{Places: 19, Level: accounting.LineLevel})},
		{"no id", `price "": no id`, cardOf("c", toCents, priceOf("", perUnit("1")))},
		{"no model", "model <nil>", cardOf("c", toCents, priceOf("p", nil))},
		{"model by pointer", "model *accounting.PerUnit; use a model", cardOf("c", toCents, priceOf("p", &accounting.PerUnit{}))},
		{"no meter", "no meter", cardOf("c", toCents, priceOf("p", perUnit("1"), func(p *accounting.Price) { p.Match.Meter = "" }))},
		{"no unit", "no unit", cardOf("c", toCents, priceOf("p", perUnit("1"), func(p *accounting.Price) { p.Unit = metering.Unit{} }))},
		{"ends before it begins", "ends before it begins", cardOf("c", toCents, priceOf("p", perUnit("1"), from(3), until(2)))},
		{"never in force", "ends before it begins", cardOf("c", toCents, priceOf("p", perUnit("1"), from(2), until(2)))},
		{"price too fine", "too many decimals", cardOf("c", toCents, priceOf("p", perUnit("0.0000000000000000001")))},
		{"price too large", "out of range", cardOf("c", toCents, priceOf("p", accounting.PerUnit{Price: huge}))},
		{"a number of a gigabyte", "factor: a number of 1 digits with exponent 2000000000", cardOf("c", toCents, with(priceOf("p", perUnit("1")), accounting.Terms{Factor: &huge}))},
		{"a tier of a gigabyte", "bound of a tier: a number of 1 digits", cardOf("c", toCents, priceOf("p", accounting.Volume{Tiers: []accounting.Tier{{UpTo: &huge}, {}}}))},
		{"a number with a gigabyte of decimals", "free units: a number of 1 digits", cardOf("c", toCents, with(priceOf("p", perUnit("1")), accounting.Terms{Free: decimal.New(1, -2_000_000_000)}))},
		{"a number of many digits", "package size: a number of 77 digits", cardOf("c", toCents, priceOf("p", accounting.Package{Size: dec(strings.Repeat("9", 77)), Parts: accounting.PartCharged}))},
		{"a step of a gigabyte", "step of the power factor: a number", &accounting.Card{Currency: money.CNY, Rounding: toCents,
			PowerFactor: &accounting.PowerAdjustment{ID: "pf", Active: "a", Reactive: "b", Steps: []accounting.PowerStep{{Percent: huge}}}}},
		{"a change of rounding without a level", "has no level", &accounting.Card{Currency: money.CNY, Rounding: toCents,
			RoundingChanges: []accounting.RoundingChange{{From: onDay(1), Rounding: accounting.Rounding{Places: 2}}}}},
		{"a power factor of its own meter", "its power factor goes by its own meter", cardOf("c", toCents, with(priceOf("p", perUnit("1")),
			accounting.Terms{PowerFactor: &accounting.PowerFactor{Reactive: metering.Egress, Steps: stepsOf("0")}}))},
		{"a meter twice", `meter "m" is listed twice`, cardOf("c", toCents, with(priceOf("p", perUnit("1")),
			accounting.Terms{Meters: []accounting.Weight{{Meter: "m", Factor: dec("1")}, {Meter: "m", Factor: dec("2")}}}))},
		{"no tiers", "the last tier has to be open", cardOf("c", toCents, priceOf("p", accounting.Graduated{}))},
		{"last tier bounded", "the last tier has to be open", cardOf("c", toCents, priceOf("p", graduated(0, tier("1", "1", "0"))))},
		{"open tier before the last", "tier 1: only the last tier is open", cardOf("c", toCents, priceOf("p", graduated(0, tier("", "1", "0"), tier("", "1", "0"))))},
		{"bound of zero", "tier 1: bounds have to ascend", cardOf("c", toCents, priceOf("p", graduated(0, tier("0", "1", "0"), tier("", "1", "0"))))},
		{"bound below zero", "tier 1: bounds have to ascend", cardOf("c", toCents, priceOf("p", graduated(0, tier("-1", "1", "0"), tier("", "1", "0"))))},
		{"equal bounds", "tier 2: bounds have to ascend", cardOf("c", toCents, priceOf("p", graduated(0, tier("1", "1", "0"), tier("1", "1", "0"), tier("", "1", "0"))))},
		{"descending bounds", "tier 2: bounds have to ascend", cardOf("c", toCents, priceOf("p", graduated(0, tier("2", "1", "0"), tier("1", "1", "0"), tier("", "1", "0"))))},
		{"bound between grains", "tier 1: metering: value falls between two grains", cardOf("c", toCents, priceOf("p", graduated(0, tier("0.0000000001", "1", "0"), tier("", "1", "0"))))},
		{"bound too large", "tier 1: metering: overflow", cardOf("c", toCents, priceOf("p", accounting.Graduated{Tiers: []accounting.Tier{{UpTo: &huge}, {}}}))},
		{"tier price too large", "tier 2: money", cardOf("c", toCents, priceOf("p", accounting.Graduated{Tiers: []accounting.Tier{{UpTo: &bound}, {Price: huge}}}))},
		{"tier flat too fine", "tier 1: money", cardOf("c", toCents, priceOf("p", graduated(accounting.ZeroWaived, tier("", "1", "0.0000000000000000001"))))},
		{"flat amount without a policy", "say whether it is due without usage", cardOf("c", toCents, priceOf("p", graduated(0, tier("", "1", "1"))))},
		{"unknown policy for zero", "unknown policy", cardOf("c", toCents, priceOf("p", graduated(3, tier("", "1", "1"))))},
		{"flat without a policy", "has to say when it is due", cardOf("c", toCents, priceOf("p", flat("1", 0)))},
		{"unknown policy of a flat", "has to say when it is due", cardOf("c", toCents, priceOf("p", flat("1", 9)))},
		{"flat if used without a meter", "no meter, so it is never used", cardOf("c", toCents, priceOf("p", flat("1", accounting.FlatIfUsed), func(p *accounting.Price) { p.Match = accounting.Match{} }))},
		{"flat amount too large", "out of range", cardOf("c", toCents, priceOf("p", accounting.Flat{Amount: huge, When: accounting.FlatAlways}))},
		{"id twice", `price "p": twice in force from the beginning`, cardOf("c", toCents, priceOf("p", perUnit("1"), sku("a")), priceOf("p", perUnit("1"), sku("b")))},
		{"id twice for a while", "twice in force from 2026-11-04T00:00:00Z", cardOf("c", toCents, priceOf("p", perUnit("1"), from(4)), priceOf("p", perUnit("1"), until(5)))},
		{"id twice, one without end", "twice in force", cardOf("c", toCents, priceOf("p", perUnit("1")), priceOf("p", perUnit("1"), from(5)))},
		{"another unit later", "is for another unit", cardOf("c", toCents, priceOf("p", perUnit("1"), until(4)),
			priceOf("p", perUnit("1"), from(4), func(p *accounting.Price) { p.Unit = metering.MustUnit("MBy") }))},
		{"flat later", "is for another unit", cardOf("c", toCents, priceOf("p", perUnit("1"), until(4)), priceOf("p", flat("1", accounting.FlatIfUsed), from(4)))},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: row.card}, november, nil, rating.State{})
			require.ErrorIs(t, err, rating.ErrContract)
			require.ErrorContains(t, err, row.want)
			require.Less(t, len(err.Error()), 400)
			if row.card != nil {
				sound := contractOf(row.card.Rounding)
				sound.Negotiated = row.card
				_, _, err = rating.Rate(sound, november, nil, rating.State{})
				require.ErrorIs(t, err, rating.ErrContract, "as a negotiated card too")
			}
		})
	}
}

func TestRate_RefusesContract(t *testing.T) {
	price := priceOf("p", perUnit("1"))
	for _, row := range []struct {
		name, want string
		change     func(*accounting.Contract)
	}{
		{"no account", "account", func(c *accounting.Contract) { c.Account = "" }},
		{"account with an empty segment", "account", func(c *accounting.Contract) { c.Account = "acme//x" }},
		{"anchor day above", "anchor day", func(c *accounting.Contract) { c.AnchorDay = 32 }},
		{"anchor day below", "anchor day", func(c *accounting.Contract) { c.AnchorDay = -1 }},
		{"cards in two currencies", "differ in currency or rounding", func(c *accounting.Contract) {
			c.Negotiated = cardOf("special", toCents, price)
			c.Negotiated.Currency = money.USD
		}},
		{"cards with two roundings", "differ in currency or rounding", func(c *accounting.Contract) { c.Negotiated = cardOf("special", byBill, price) }},
		{"a credit's share of a gigabyte", "share: a number of 1 digits", func(c *accounting.Contract) {
			c.Credits = []accounting.Credit{{ID: "c", Share: decimal.New(1, 2_000_000_000)}}
		}},
		{"cards of one name", "need two names", func(c *accounting.Contract) { c.Negotiated = cardOf("list", toCents, price) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := contractOf(toCents, price)
			row.change(&c)
			_, _, err := rating.Rate(c, november, nil, rating.State{})
			require.ErrorIs(t, err, rating.ErrContract)
			require.ErrorContains(t, err, row.want)
		})
	}
}

func TestRate_RefusesPeriod(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	for name, period := range map[string]metering.Period{
		"none":                        {},
		"empty":                       must(metering.NewPeriod(onDay(3), onDay(3))),
		"longer than a billing month": must(metering.NewPeriod(onDay(1), onDay(32))),
		"over the edge of two":        must(metering.NewPeriod(onDay(30), onDay(32))),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := rating.Rate(c, period, nil, rating.State{})
			require.ErrorIs(t, err, rating.ErrPeriod)
		})
	}
}

// TestRate_NamesZone: a month of another zone is refused by the name of the contract's.
func TestRate_NamesZone(t *testing.T) {
	month := metering.MustPeriod("2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00")
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	_, _, err := rating.Rate(c, month, nil, rating.State{})
	require.EqualError(t, err, "rating: outside the billing period: rating 2026-09-30T16:00:00Z/2026-10-31T16:00:00Z, want a part of "+
		"2026-09-01T00:00:00Z/2026-10-01T00:00:00Z; billing months of this contract are in zone UTC: set Contract.Zone for those of another")
	_, err = rating.RateAll(c, month, nil)
	require.ErrorIs(t, err, rating.ErrPeriod)
	require.ErrorContains(t, err, "in zone UTC: set Contract.Zone")
	c.Zone = metering.MustZone("Asia/Shanghai")
	_, _, err = rating.Rate(c, month, nil, rating.State{})
	require.NoError(t, err)
	_, _, err = rating.Rate(c, november, nil, rating.State{})
	require.ErrorContains(t, err, "in zone Asia/Shanghai: set Contract.Zone")
}

// TestRate_NamesRateAll: what begins as a billing period does and is longer wants no
// other zone.
func TestRate_NamesRateAll(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	quarter := must(metering.NewPeriod(november.Start(), november.Start().AddDate(0, 3, 0)))
	_, _, err := rating.Rate(c, quarter, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrPeriod)
	require.ErrorContains(t, err, "rate one billing period at a time, or several with RateAll")
	require.NotContains(t, err.Error(), "Contract.Zone")
	bills, err := rating.RateAll(c, quarter, nil)
	require.NoError(t, err)
	require.Len(t, bills, 3)
}

func TestRate_RefusesState(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	_, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(2))), nil, rating.State{})
	require.NoError(t, err)
	december := must(metering.NewPeriod(onDay(31), onDay(32)))
	_, after, err := rating.Rate(c, december, nil, state)
	require.ErrorIs(t, err, rating.ErrPeriod)
	require.Equal(t, state, after)
	_, state, err = rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(2))), usage(used("1", 1)), rating.State{})
	require.NoError(t, err)
	changed := contractOf(toCents, priceOf("p", perUnit("1"), func(p *accounting.Price) { p.Unit = metering.MustUnit("MBy") }))
	_, after, err = rating.Rate(changed, november, nil, state)
	require.ErrorIs(t, err, rating.ErrContract)
	require.ErrorContains(t, err, "a changed card needs a new version")
	require.Equal(t, state, after)
	c.Account = "beta"
	_, after, err = rating.Rate(c, november, nil, state)
	require.ErrorIs(t, err, rating.ErrForeign)
	require.Equal(t, state, after)
}

func TestRate_RefusesUsage(t *testing.T) {
	week := must(metering.NewPeriod(onDay(8), onDay(15)))
	const max = "170141183460469231731687303715.884105727" // GB in 128 bits of bytes
	for _, row := range []struct {
		name string
		rows []metering.Usage
		want error
	}{
		{"another tenant", []metering.Usage{used("1", 8, keyed("beta", "", ""))}, rating.ErrForeign},
		{"a tenant whose name goes on", []metering.Usage{used("1", 8, keyed("acmes/x", "", ""))}, rating.ErrForeign},
		{"before", []metering.Usage{used("1", 7)}, rating.ErrPeriod},
		{"after", []metering.Usage{used("1", 15)}, rating.ErrPeriod},
		{"over the end", []metering.Usage{used("1", 14, func(u *metering.Usage) { u.Period = must(metering.NewPeriod(onDay(14), onDay(16))) })}, rating.ErrPeriod},
		{"no period", []metering.Usage{{Key: used("1", 8).Key, Quantity: used("1", 8).Quantity}}, rating.ErrPeriod},
		{"another dimension", []metering.Usage{used("1", 8, func(u *metering.Usage) { u.Quantity = metering.Grains(1, metering.Energy) })}, rating.ErrContract},
		{"neighbours too large", []metering.Usage{used(max, 8), used("1", 8)}, rating.ErrOverflow},
		{"running quantity too large", []metering.Usage{used(max, 8, keyed("acme", "free", "")), used("1", 9, keyed("acme", "free", ""))}, rating.ErrOverflow},
		{"line too large", []metering.Usage{used("1100000000000", 8)}, rating.ErrOverflow},
		{"total too large", []metering.Usage{used("1", 8, keyed("acme", "a", "")), used("1", 8, keyed("acme", "b", ""))}, rating.ErrOverflow},
	} {
		for _, r := range []accounting.Rounding{toCents, byBill} {
			t.Run(row.name+", "+r.Level.String(), func(t *testing.T) {
				c := contractOf(r, priceOf("p", perUnit("170000000")), priceOf("free", perUnit("0"), sku("free")),
					priceOf("a", perUnit("100000000000000000000"), sku("a")), priceOf("b", perUnit("100000000000000000000"), sku("b")))
				_, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(8))), usage(used("1", 1)), rating.State{})
				require.NoError(t, err)
				bill, after, err := rating.Rate(c, week, usage(row.rows...), state)
				require.ErrorIs(t, err, row.want)
				require.Equal(t, rating.Bill{}, bill)
				require.Equal(t, state, after, "the state is the one given")
			})
		}
	}
}

func TestRate_RefusesDimension(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1"), func(p *accounting.Price) { p.Unit = metering.MustUnit("h") }))
	_, _, err := rating.Rate(c, november, usage(used("1", 1)), rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
	var dimension *metering.DimensionError
	require.ErrorAs(t, err, &dimension)
	require.Equal(t, metering.DimensionError{Got: metering.Bytes, Want: metering.Time}, *dimension)

	mixed := used("1", 1)
	mixed.Quantity = metering.Grains(1, metering.Energy)
	_, _, err = rating.Rate(contractOf(toCents, priceOf("p", perUnit("1"))), november, usage(used("1", 1), mixed), rating.State{})
	require.ErrorAs(t, err, &dimension)
}

// The widest amounts that fit are exact.
func TestRate_Widest(t *testing.T) {
	for _, level := range []accounting.Level{accounting.LineLevel, accounting.BillLevel} {
		r := accounting.Rounding{Places: 18, Level: level}
		all := metering.GrainsWide(fixed.Max(), metering.Bytes)
		row := used("1", 1)
		row.Quantity = all
		c := contractOf(r, priceOf("p", perUnit("0.000000001")), priceOf("odd", perUnit("1"), sku("odd"), func(p *accounting.Price) { p.Unit = metering.MustUnit("TiBy") }))
		bill := rate(t, c, row)
		require.Equal(t, "CNY 170141183460469231731.687303715884105727", bill.Total().String())
		back := row
		back.Quantity = must(all.Neg())
		back.Period = used("1", 2).Period
		require.True(t, rate(t, c, row, back).Total().IsZero())
	}
}

// A rounded bill adds up amounts per any units: all there are have a common
// multiple that fits.
func TestRate_AllUnits(t *testing.T) {
	c := contractOf(byBill, priceOf("p", perUnit("0.333333")))
	for _, u := range metering.Units() {
		c.Card.Prices = append(c.Card.Prices, priceOf(u.Code(), perUnit("1"), sku(u.Code()), func(p *accounting.Price) { p.Unit = u }))
	}
	bill := rate(t, c, used("1", 1), used("1", 2, keyed("acme", "GiBy", "")))
	require.Equal(t, []string{"p 0.33", "GiBy 0.93"}, billed(bill), "1.264655…, 1.26 in all")
}

func TestRate_Times(t *testing.T) {
	// Validities beyond what Unix nanoseconds hold are compared all the same.
	c := contractOf(toCents,
		priceOf("p", perUnit("1"), func(p *accounting.Price) {
			p.From, p.Until = time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		}))
	require.Equal(t, []string{"p 1"}, billed(rate(t, c, used("1", 1))))
	_, _, err := rating.Rate(c, november, usage(used("1", 1, func(u *metering.Usage) { u.Quantity = metering.Grains(math.MaxInt64, metering.Bytes) })), rating.State{})
	require.NoError(t, err)
}

// A commitment in units at a model that has no amount for units alone came to
// nothing, so that all usage was overage.
func TestRate_CommitmentInUnits(t *testing.T) {
	units := accounting.Terms{Commitment: &accounting.Commitment{Units: dec("10"), Overage: dec("2")}}
	row := used("5", 1, keyed("acme", "", "", "size", "3"))
	for name, p := range map[string]accounting.Price{
		"dynamic":    priceOf("p", accounting.Dynamic{Label: "size", Factor: dec("1")}),
		"by size":    priceOf("p", accounting.Volume{Tiers: []accounting.Tier{tier("", "1", "0")}, SizedBy: "size"}),
		"percentage": priceOf("p", accounting.Percentage{Rate: dec("1")}),
		"spot":       priceOf("p", accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(1), Price: dec("1")}}}),
		"stairstep":  priceOf("p", accounting.Stairstep{Stairs: []accounting.Stair{{Amount: dec("1")}}}),
	} {
		_, _, err := rating.Rate(contractOf(toCents, with(p, units)), november, usage(row), rating.State{})
		require.ErrorIs(t, err, rating.ErrContract, name)
		require.ErrorContains(t, err, "commit to an amount", name)
	}
	prorated := units
	prorated.Prorate = accounting.ProrateTime
	p := priceOf("p", graduated(0, tier("", "1", "0")))
	_, _, err := rating.Rate(contractOf(toCents, with(p, prorated)), november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
	require.Equal(t, []string{"p 5"}, billed(rate(t, contractOf(toCents, with(p, units)), row)))
}

// A card that changed under its name is refused where the state has nothing to go
// on with: the tiers of its price would begin anew.
func TestRate_RefusesChangedKind(t *testing.T) {
	plain := priceOf("p", graduated(0, tier("10", "2", "0"), tier("", "1", "0")))
	discounted := with(plain, accounting.Terms{Percent: dec("10")})
	early, late := must(metering.NewPeriod(onDay(1), onDay(5))), must(metering.NewPeriod(onDay(5), onDay(31)))
	for _, pair := range [][2]accounting.Price{{plain, discounted}, {discounted, plain}} {
		_, state, err := rating.Rate(contractOf(toCents, pair[0]), early, usage(used("10", 1)), rating.State{})
		require.NoError(t, err)
		_, _, err = rating.Rate(contractOf(toCents, pair[1]), late, usage(used("10", 5)), state)
		require.ErrorIs(t, err, rating.ErrContract)
		require.ErrorContains(t, err, "a changed card needs a new version")
		changed := contractOf(toCents, pair[1])
		changed.Card.Version = "2"
		bill, _, err := rating.Rate(changed, late, usage(used("10", 5)), state)
		require.NoError(t, err)
		require.Len(t, bill.Charges, 1)
	}
}
