package rating_test

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// reactiveBytes is the meter that power factors set against traffic.
const reactiveBytes metering.MeterID = "network.reactive"

// stagedWorld returns a contract whose prices keep tallies, and its usage, and
// each price as the oracle takes it. A SKU has a price, and may have another for
// certain times beside it, and one in another group.
func (g generator) stagedWorld() (world, map[string]stagedPrice) {
	w := world{contract: accounting.Contract{Account: "acme"}, period: november}
	card := &accounting.Card{ID: "list", Version: "1", Currency: pick(g, money.CNY, money.JPY)}
	card.Rounding = accounting.Rounding{Mode: pick(g, modes...), Places: pick(g, 0, 2, 2, g.IntN(19)), Level: pick(g, accounting.LineLevel, accounting.BillLevel)}
	oracle := make(map[string]stagedPrice)
	add := func(name, of string, change func(*accounting.Price, *stagedPrice)) {
		p, o := g.stagedPrice(name)
		p.Match.SKU = of
		change(&p, &o)
		if o.floor != "" { // half of what the ratchet looks back to
			w.contract.Demands = append(w.contract.Demands, accounting.Demand{Price: name, Period: october, Level: new(big.Rat).Mul(oracleRat(o.floor), big.NewRat(2, 1))})
		}
		card.Prices = append(card.Prices, p)
		oracle[name] = o
	}
	n := 1 + g.IntN(3)
	for i := range n {
		name := fmt.Sprint("s", i)
		add(name, name, func(*accounting.Price, *stagedPrice) {})
		if g.oneIn(4) {
			add(name+"-timed", name, func(p *accounting.Price, o *stagedPrice) { p.Terms.During, o.during = g.stagedTimes() })
		}
		if g.oneIn(4) {
			add(name+"-extra", name, func(p *accounting.Price, _ *stagedPrice) { p.Terms.Group = "extra" })
		}
	}
	if g.oneIn(3) { // one of one running quantity, so that both kinds share a bill
		card.Prices = append(card.Prices, priceOf("plain", perUnit("0.37"), sku("plain")))
		oracle["plain"] = stagedPrice{model: "per_unit", price: "0.37"}
	}
	w.contract.Card = card
	for range g.IntN(9) {
		w.rows = append(w.rows, g.stagedRowOf(&card.Prices[g.IntN(len(card.Prices))]))
	}
	w.rows = sorted(w.rows)
	return w, oracle
}

var october = metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")

// stagedTimes returns whole hours of some days, as a schedule and as the oracle
// has it.
func (g generator) stagedTimes() (*accounting.Schedule, *stagedTimes) {
	from := g.IntN(24)
	to := from + 1 + g.IntN(24-from)
	s := &accounting.Schedule{Hours: []accounting.Hours{{From: 60 * from, To: 60 * to}}}
	o := &stagedTimes{from: int64(from), to: int64(to), off: map[int64]bool{}, extra: map[int64]bool{}}
	if g.oneIn(2) {
		s.Zone, o.east = shanghai, 8*3600
	}
	if g.oneIn(4) {
		s.Hours, o.from, o.to = nil, 0, 24
	}
	for range g.IntN(3) {
		day := g.IntN(7)
		s.Weekdays, o.weekdays = append(s.Weekdays, time.Weekday(day)), append(o.weekdays, int64(day))
	}
	if g.oneIn(2) {
		s.Days = pick(g, accounting.Workdays, accounting.Restdays)
		o.days = map[accounting.DayKind]string{accounting.Workdays: "workdays", accounting.Restdays: "restdays"}[s.Days]
		off, extra := onDay(2+g.IntN(5)), onDay(7+g.IntN(2)) // within a week, and its end
		s.Calendar.Off, s.Calendar.Work = []accounting.Date{dateOf(off)}, []accounting.Date{dateOf(extra)}
		o.off[off.Unix()/86400], o.extra[extra.Unix()/86400] = true, true
	}
	return s, o
}

func dateOf(t time.Time) accounting.Date {
	d, _ := accounting.ParseDate(t.Format(time.DateOnly))
	return d
}

// stagedRow returns traffic out of a SKU.
func (g generator) stagedRow(name string) metering.Usage {
	start := onDay(1 + 3*g.IntN(10)).Add(time.Duration(11*g.IntN(3)) * time.Hour) // few, so that rows are neighbours
	u := at(decimal.New(g.Int64N(400)-60, pick[int32](g, 0, 0, -1, -2)).String(), must(metering.NewPeriod(start, start.Add(time.Hour))))
	u.Key.Account = pick[metering.Account](g, "acme", "acme/a")
	u.Key.Resource, u.Key.SKU = pick(g, "x", "y"), name
	u.Key.Labels = metering.MustLabels("size", fmt.Sprint(10*g.IntN(4)), "bid", pick(g, "0", "1.25"))
	return u
}

// stagedRowOf returns usage of one of a price's meters at a time at which it is
// in force.
func (g generator) stagedRowOf(p *accounting.Price) metering.Usage {
	for {
		u := g.stagedRow(p.Match.SKU)
		u.Key.Meter = pick(g, p.Meters()...)
		if p.Terms == nil || p.Terms.During == nil {
			return u
		}
		if some, _ := p.Terms.During.Covers(u.Period); some || u.Key.Meter == metering.Egress {
			return u // the price beside it is for traffic out at all times
		}
		if g.oneIn(20) { // its times may have no row
			u.Key.Meter = metering.Egress
			return u
		}
	}
}

// ofStaged returns the rows that go to a price, as rating finds them: of a SKU
// that has a price for certain times, that one first.
func ofStaged(w world, prices map[string]stagedPrice, name string) (out []stagedRow) {
	find := func(name string) *accounting.Price {
		for i := range w.contract.Card.Prices {
			if p := &w.contract.Card.Prices[i]; p.ID == name {
				return p
			}
		}
		return nil
	}
	p := find(name)
	timed := find(name + "-timed")
	for _, u := range w.rows {
		start := u.Period.Start().Unix()
		has := func(q *accounting.Price) bool {
			return q != nil && q.Match.SKU == u.Key.SKU && slices.Contains(q.Meters(), u.Key.Meter) && prices[q.ID].during.has(start)
		}
		if !has(p) || has(timed) {
			continue
		}
		size, _ := u.Key.Labels.Get("size")
		bid, _ := u.Key.Labels.Get("bid")
		r := stagedRow{
			units: new(big.Rat).SetFrac(u.Quantity.Grains().Big(), big.NewInt(1e9)), start: start, end: u.Period.End().Unix(),
			account: string(u.Key.Account), resource: u.Key.Resource, size: size, bid: bid, reactive: u.Key.Meter == reactiveBytes,
		}
		if u.Key.Meter == metering.Ingress {
			r.units.SetFrac(u.Quantity.Grains().Big(), big.NewInt(1<<30))
			r.units.Mul(r.units, oracleRat(prices[name].weight))
		}
		out = append(out, r)
	}
	return out
}

// waived is a model of which nothing is due without usage.
func waived(m accounting.Model) accounting.Model {
	switch m := m.(type) {
	case accounting.Graduated:
		m.OnZero = accounting.ZeroWaived
		return m
	case accounting.Volume:
		if m.SizedBy == "" {
			m.OnZero = accounting.ZeroWaived
		}
		return m
	case accounting.Stairstep:
		m.OnZero = accounting.ZeroWaived
		return m
	}
	return m
}

func ofSKU(rows []metering.Usage, sku string) []metering.Usage {
	return slices.DeleteFunc(slices.Clone(rows), func(u metering.Usage) bool { return u.Key.SKU != sku })
}

func sorted(rows []metering.Usage) []metering.Usage {
	slices.SortStableFunc(rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return rows
}
