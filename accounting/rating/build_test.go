package rating_test

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// What tables are built from: cards of traffic per GB in November 2026.

var (
	november = metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	gigabyte = metering.MustUnit("GBy")
	toCents  = accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel}
	byBill   = accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.BillLevel}
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// tier makes a tier; an empty bound is none.
func tier(upTo, price, flat string) accounting.Tier {
	t := accounting.Tier{Price: dec(price), Flat: dec(flat)}
	if upTo != "" {
		bound := dec(upTo)
		t.UpTo = &bound
	}
	return t
}

func perUnit(price string) accounting.Model { return accounting.PerUnit{Price: dec(price)} }

func graduated(onZero accounting.ZeroPolicy, tiers ...accounting.Tier) accounting.Model {
	return accounting.Graduated{Tiers: tiers, OnZero: onZero}
}

func flat(amount string, when accounting.FlatPolicy) accounting.Model {
	return accounting.Flat{Amount: dec(amount), When: when}
}

// priceOf makes a price of traffic out; change adapts it.
func priceOf(id string, m accounting.Model, change ...func(*accounting.Price)) accounting.Price {
	p := accounting.Price{ID: id, Match: accounting.Match{Meter: metering.Egress}, Unit: gigabyte, Model: m}
	if f, ok := m.(accounting.Flat); ok {
		p.Unit = metering.Unit{}
		if f.When == accounting.FlatAlways {
			p.Match = accounting.Match{}
		}
	}
	for _, f := range change {
		f(&p)
	}
	return p
}

func sku(s string) func(*accounting.Price) { return func(p *accounting.Price) { p.Match.SKU = s } }
func region(s string) func(*accounting.Price) {
	return func(p *accounting.Price) { p.Match.Region = s }
}

func labels(pairs ...string) func(*accounting.Price) {
	return func(p *accounting.Price) { p.Match.Labels = metering.MustLabels(pairs...) }
}

func from(day int) func(*accounting.Price) { return func(p *accounting.Price) { p.From = onDay(day) } }
func until(day int) func(*accounting.Price) {
	return func(p *accounting.Price) { p.Until = onDay(day) }
}

func onDay(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

func cardOf(id string, r accounting.Rounding, prices ...accounting.Price) *accounting.Card {
	return &accounting.Card{ID: id, Version: "1", Currency: money.CNY, Rounding: r, Prices: prices}
}

func contractOf(r accounting.Rounding, prices ...accounting.Price) accounting.Contract {
	return accounting.Contract{Account: "acme", Card: cardOf("list", r, prices...)}
}

// used makes a row of traffic of acme on a day of November.
func used(gb string, day int, change ...func(*metering.Usage)) metering.Usage {
	u := metering.Usage{
		Key:      metering.Key{Account: "acme", Meter: metering.Egress},
		Period:   must(metering.NewPeriod(onDay(day), onDay(day+1))),
		Quantity: metering.MustQuantity(gb + " GBy"),
	}
	for _, f := range change {
		f(&u)
	}
	return u
}

func keyed(account metering.Account, sku, region string, pairs ...string) func(*metering.Usage) {
	return func(u *metering.Usage) {
		u.Key.Account, u.Key.SKU, u.Key.Region, u.Key.Labels = account, sku, region, metering.MustLabels(pairs...)
	}
}
