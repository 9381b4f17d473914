package rating_test

import (
	"fmt"
	"iter"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A world is a random contract with a month of usage: few keys and many edges,
// so that prices meet, tiers are hit on their bounds and amounts on their
// ties.
type world struct {
	contract accounting.Contract
	period   metering.Period // the billing period
	rows     []metering.Usage
}

// generator makes worlds; the same seed makes the same ones.
type generator struct{ *rand.Rand }

func newGenerator(seed, n uint64) generator { return generator{rand.New(rand.NewPCG(seed, n))} }

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func (g generator) oneIn(n int) bool { return g.IntN(n) == 0 }

var (
	modes = []money.RoundingMode{
		money.HalfEven, money.HalfUp, money.HalfDown, money.Down, money.Up, money.Floor, money.Ceiling,
	}
	meters = []struct {
		id   metering.MeterID
		unit metering.Unit
	}{
		{metering.AcceleratorTime, metering.MustUnit("{card}.h")},
		{metering.BlockStorage, metering.MustUnit("GiBy.h")},
		{metering.OutputTokens, metering.MustUnit("10*6{token}")},
	}
	shanghai = metering.MustZone("Asia/Shanghai")
)

// world returns a contract and its usage. Half of the contracts have a
// negotiated card.
func (g generator) world() world {
	w := world{contract: accounting.Contract{Account: "acme", AnchorDay: pick(g, 0, 1, 15, 31)}}
	if g.oneIn(2) {
		w.contract.Zone = shanghai
	}
	at := time.Date(2026, time.November, 1+g.IntN(28), 0, 0, 0, 0, time.UTC)
	w.period = must(w.contract.BillingPeriod(at))
	w.contract.Card = g.card(w.period, "list")
	if g.oneIn(2) {
		special := g.card(w.period, "special")
		special.Currency, special.Rounding = w.contract.Card.Currency, w.contract.Card.Rounding
		w.contract.Negotiated = special
	}
	days := int(w.period.Duration() / (24 * time.Hour))
	for n := g.IntN(10); n > 0; n-- {
		day := w.period.Start().AddDate(0, 0, g.IntN(days)) // neither zone shifts its clocks
		w.rows = append(w.rows, g.row(w.contract, must(metering.NewPeriod(day, day.AddDate(0, 0, 1)))))
	}
	slices.SortStableFunc(w.rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return w
}

func (g generator) card(billing metering.Period, id string) *accounting.Card {
	c := &accounting.Card{ID: id, Version: "1", Currency: pick(g, money.CNY, money.JPY, money.KWD), Prices: make([]accounting.Price, 0, 12)}
	c.Rounding = accounting.Rounding{
		Mode: pick(g, modes...), Places: pick(g, 0, 2, 2, g.IntN(19)), Level: pick(g, accounting.LineLevel, accounting.BillLevel),
	}
	for _, m := range meters {
		for n := 1 + g.IntN(2); n > 0; n-- {
			p := accounting.Price{ID: string(m.id) + []string{"", "/1", "/2"}[n], Unit: m.unit, Match: accounting.Match{Meter: m.id}}
			if n > 1 || g.oneIn(8) {
				p.Match.SKU, p.Match.Region, p.Match.Labels = g.selectors()
			}
			c.Prices = append(c.Prices, g.versions(billing, p)...)
		}
	}
	for n := g.IntN(3); n > 0; n-- {
		p := accounting.Price{ID: []string{"", "fee/1", "fee/2"}[n], Model: accounting.Flat{Amount: g.amount(), When: accounting.FlatAlways}}
		if g.oneIn(2) {
			p.Match.Meter = pick(g, meters...).id
			p.Match.SKU, p.Match.Region, p.Match.Labels = g.selectors()
			p.Model = accounting.Flat{Amount: g.amount(), When: pick(g, accounting.FlatIfUsed, accounting.FlatAlways)}
		}
		c.Prices = append(c.Prices, p)
	}
	g.Shuffle(len(c.Prices), func(i, j int) { c.Prices[i], c.Prices[j] = c.Prices[j], c.Prices[i] })
	return c
}

// versions returns p, or p as it changes within the billing period.
func (g generator) versions(billing metering.Period, p accounting.Price) []accounting.Price {
	p.Model = g.model()
	if !g.oneIn(5) {
		return []accounting.Price{p}
	}
	edge := billing.Start().AddDate(0, 0, 1+g.IntN(27))
	if g.oneIn(20) {
		edge = edge.Add(time.Hour) // within a row
	}
	q := p
	q.Model = g.model()
	p.Until, q.From = edge, edge
	return []accounting.Price{p, q}
}

func (g generator) selectors() (sku, region string, labels metering.Labels) {
	labels = pick(g, metering.Labels{}, metering.Labels{}, metering.MustLabels("t", "1"), metering.MustLabels("t", "1", "u", "1"))
	return pick(g, "", "A", "B"), pick(g, "", "", "r"), labels
}

func (g generator) model() accounting.Model {
	if g.oneIn(3) {
		return accounting.PerUnit{Price: g.amount()}
	}
	var m accounting.Graduated
	bound := decimal.Decimal{}
	flats := g.oneIn(2)
	for n := g.IntN(4); n >= 0; n-- {
		t := accounting.Tier{Price: g.amount()}
		if flats && g.oneIn(2) {
			t.Flat = g.amount()
		}
		if n > 0 {
			bound = bound.Add(decimal.New(1+g.Int64N(40), pick[int32](g, 0, 0, -1, -3)))
			upTo := bound
			t.UpTo = &upTo
		}
		m.Tiers = append(m.Tiers, t)
	}
	if m.OnZero = pick(g, accounting.ZeroCharged, accounting.ZeroWaived); m.Tiers[0].Flat.IsZero() {
		m.OnZero = pick(g, m.OnZero, accounting.ZeroUnstated)
	}
	return m
}

// amount returns a price: a step of half a minor unit as often as not, so that
// lines end in ties, and one in ten below zero.
func (g generator) amount() decimal.Decimal {
	d := decimal.New(g.Int64N(2000)*5, pick[int32](g, -3, -3, -2, 0))
	if g.oneIn(4) {
		d = decimal.New(g.Int64N(1e9), -int32(g.IntN(19)))
	}
	if g.oneIn(10) {
		return d.Neg()
	}
	return d
}

func (g generator) row(c accounting.Contract, p metering.Period) metering.Usage {
	m := pick(g, meters...)
	u := metering.Usage{Period: p, Key: metering.Key{Account: pick[metering.Account](g, "acme", "acme/a", "acme/b"), Meter: m.id}}
	u.Key.SKU, u.Key.Region, u.Key.Labels = g.selectors()
	u.Key.Resource = pick(g, "", "x", "y")
	u.Quantity = metering.GrainsWide(g.grains(c, m.unit), m.unit.Dimension())
	if g.oneIn(8) {
		u.Estimated = u.Quantity
	}
	return u
}

// grains returns a quantity: whole units, a tier's bound or its neighbour, or
// any number up to a thousand units; one in five below zero, as corrections
// are.
func (g generator) grains(c accounting.Contract, unit metering.Unit) fixed.Int128 {
	n, _ := unit.Grains().MulInt64(g.Int64N(50))
	switch g.IntN(4) {
	case 0:
		n, _, _ = fixed.MulDiv(unit.Grains(), fixed.FromInt64(g.Int64N(1e12)), fixed.FromInt64(1+g.Int64N(1e9)+1e9), fixed.Down)
	case 1:
		if m, ok := pick(g, c.Card.Prices...).Model.(accounting.Graduated); ok && m.Tiers[0].UpTo != nil {
			if q, err := metering.QuantityOf(*m.Tiers[0].UpTo, unit); err == nil {
				n, _ = q.Grains().Add(fixed.FromInt64(g.Int64N(3) - 1))
			}
		}
	}
	if g.oneIn(5) {
		n, _ = n.Neg()
	}
	return n
}

// usage yields rows as an aggregator does.
func usage(rows ...metering.Usage) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for _, u := range rows {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// oracle returns the world as the oracle takes it.
func (w world) oracle() (oracleContract, []oracleRow) {
	c := oracleContract{list: oracleCardOf(w.contract.Card), start: w.period.Start().Unix(), end: w.period.End().Unix()}
	if w.contract.Negotiated != nil {
		c.negotiated = oracleCardOf(w.contract.Negotiated)
	}
	var rows []oracleRow
	for _, u := range w.rows {
		rows = append(rows, oracleRow{
			key:     oracleMatchOf(u.Key.Meter, u.Key.SKU, u.Key.Region, u.Key.Labels),
			account: string(u.Key.Account), start: u.Period.Start().Unix(), end: u.Period.End().Unix(),
			grains: u.Quantity.Grains().Big(),
		})
	}
	return c, rows
}

func oracleMatchOf(meter metering.MeterID, sku, region string, labels metering.Labels) oracleMatch {
	m := oracleMatch{meter: string(meter), sku: sku, region: region, labels: map[string]string{}}
	for name, value := range labels.All() {
		m.labels[name] = value
	}
	return m
}

func oracleCardOf(c *accounting.Card) *oracleCard {
	o := &oracleCard{name: c.Name(), mode: c.Rounding.Mode.String(), places: c.Rounding.Places, bill: c.Rounding.Level == accounting.BillLevel}
	unix := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.Unix()
	}
	for _, p := range c.Prices {
		q := oraclePrice{id: p.ID, match: oracleMatchOf(p.Match.Meter, p.Match.SKU, p.Match.Region, p.Match.Labels),
			from: unix(p.From), until: unix(p.Until), unit: p.Unit.Grains().Big()}
		switch m := p.Model.(type) {
		case accounting.PerUnit:
			q.tiers = []oracleTier{{price: m.Price.String()}}
		case accounting.Graduated:
			q.chargedAt0 = m.OnZero == accounting.ZeroCharged
			for _, t := range m.Tiers {
				u := oracleTier{price: t.Price.String(), flat: t.Flat.String()}
				if t.UpTo != nil {
					u.upTo = t.UpTo.String()
				}
				q.tiers = append(q.tiers, u)
			}
		case accounting.Flat:
			q.flat, q.ifUsed = m.Amount.String(), m.When == accounting.FlatIfUsed
		}
		o.prices = append(o.prices, q)
	}
	return o
}

// rat returns an amount for the oracle.
func rat(m money.Money) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(money.Scale), nil)
	return new(big.Rat).SetFrac(m.Scaled().Big(), scale)
}

// canonical is the text of all that charges say. Their explanations in words
// cost most of it; what these are made from is always there.
func canonical(charges []accounting.Charge, explained bool) string {
	var b strings.Builder
	for _, c := range charges {
		e := c.Explanation
		fmt.Fprintln(&b, c.BillingAccount, c.Account, c.Service, c.Meter, c.SKU, c.Region, c.Labels, c.Period, c.Quantity,
			c.Estimated, c.Unit, c.PriceID, c.Card, c.Origin, c.List, c.Contracted, c.Billed, c.Effective,
			e.Before, e.After, e.Opens, e.Carried)
		if explained {
			fmt.Fprintln(&b, c.Explain())
		}
	}
	return b.String()
}
