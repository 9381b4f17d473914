package rating_test

import (
	"fmt"
	"math/big"
	"slices"
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

// stagedWorld returns a contract whose prices keep tallies, and its usage, and
// each price as the oracle takes it.
func (g generator) stagedWorld() (world, map[string]stagedPrice) {
	w := world{contract: accounting.Contract{Account: "acme"}, period: november}
	card := &accounting.Card{ID: "list", Version: "1", Currency: pick(g, money.CNY, money.JPY)}
	card.Rounding = accounting.Rounding{Mode: pick(g, modes...), Places: pick(g, 0, 2, 2, g.IntN(19)), Level: pick(g, accounting.LineLevel, accounting.BillLevel)}
	oracle := make(map[string]stagedPrice)
	n := 1 + g.IntN(3)
	for i := range n {
		name := fmt.Sprint("s", i)
		p, o := g.stagedPrice(name)
		card.Prices = append(card.Prices, p)
		oracle[name] = o
	}
	if g.oneIn(3) { // one of the kernel's, so that both kinds share a bill
		card.Prices = append(card.Prices, priceOf("plain", perUnit("0.37"), sku("plain")))
		oracle["plain"] = stagedPrice{model: "per_unit", price: "0.37"}
	}
	w.contract.Card = card
	for range g.IntN(9) {
		w.rows = append(w.rows, g.stagedRow(pick(g, card.Prices...).ID))
	}
	slices.SortStableFunc(w.rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return w, oracle
}

func (g generator) stagedRow(name string) metering.Usage {
	start := onDay(1 + 3*g.IntN(10)).Add(time.Duration(11*g.IntN(3)) * time.Hour) // few, so that rows are neighbours
	u := at(decimal.New(g.Int64N(400)-60, pick[int32](g, 0, 0, -1, -2)).String(), must(metering.NewPeriod(start, start.Add(time.Hour))))
	u.Key.Account = pick[metering.Account](g, "acme", "acme/a")
	u.Key.Resource, u.Key.SKU = pick(g, "x", "y"), name
	u.Key.Labels = metering.MustLabels("size", fmt.Sprint(10*g.IntN(4)), "bid", pick(g, "0", "1.25"))
	return u
}

// small returns a number above 0 with few digits.
func (g generator) small() decimal.Decimal {
	return decimal.New(1+g.Int64N(400), pick[int32](g, 0, -1, -2))
}

func (g generator) stagedTiers(o *stagedPrice, flats bool) []accounting.Tier {
	var tiers []accounting.Tier
	bound := decimal.Decimal{}
	for n := g.IntN(4); n >= 0; n-- {
		t, s := accounting.Tier{Price: g.amount()}, stagedTier{}
		if flats && g.oneIn(2) {
			t.Flat = g.small()
		}
		if g.oneIn(4) {
			t.Block = g.small()
			s.block = t.Block.String()
		}
		if n > 0 {
			bound = bound.Add(g.small())
			upTo := bound
			t.UpTo, s.upTo = &upTo, upTo.String()
		}
		s.price, s.flat = t.Price.String(), t.Flat.String()
		tiers, o.tiers = append(tiers, t), append(o.tiers, s)
	}
	return tiers
}

func (g generator) stagedPrice(name string) (accounting.Price, stagedPrice) {
	var o stagedPrice
	terms := &accounting.Terms{}
	if g.oneIn(4) {
		terms.Prorate = pick(g, accounting.ProrateTime, accounting.ProrateDays)
		o.prorate = map[accounting.Proration]string{accounting.ProrateTime: "time", accounting.ProrateDays: "days"}[terms.Prorate]
	}
	p := priceOf(name, g.stagedModel(&o), sku(name))
	if o.model == "graduated" && o.prorate != "" {
		for i := range o.tiers { // a block cannot be shared out
			o.tiers[i].block = ""
			p.Model.(accounting.Graduated).Tiers[i].Block = decimal.Decimal{}
		}
	}
	p.Terms = terms
	g.stagedTerms(terms, &o)
	return p, o
}

func (g generator) stagedModel(o *stagedPrice) accounting.Model {
	onZero := pick(g, accounting.ZeroCharged, accounting.ZeroWaived)
	o.at0 = onZero == accounting.ZeroCharged
	bounds := pick(g, accounting.BoundInclusive, accounting.BoundExclusive)
	switch o.above = bounds == accounting.BoundExclusive; g.IntN(9) {
	case 0:
		o.model, o.above = "per_unit", false
		d := g.amount()
		o.price, o.at0 = d.String(), false
		return accounting.PerUnit{Price: d}
	case 1:
		o.model = "graduated"
		return accounting.Graduated{Tiers: g.stagedTiers(o, true), OnZero: onZero, Bounds: bounds}
	case 2:
		o.model = "volume"
		return accounting.Volume{Tiers: g.stagedTiers(o, true), OnZero: onZero, Bounds: bounds}
	case 3:
		o.model, o.at0 = "sized", false
		return accounting.Volume{Tiers: g.stagedTiers(o, false), Bounds: bounds, SizedBy: "size"}
	case 4:
		m := accounting.Package{Size: g.small(), Price: g.amount(), Parts: pick(g, accounting.PartCharged, accounting.PartWaived)}
		o.model, o.at0, o.size, o.price, o.start = "package", false, m.Size.String(), m.Price.String(), m.Parts == accounting.PartCharged
		return m
	case 5:
		m := accounting.Percentage{Rate: g.small(), Fixed: g.small()}
		o.model, o.at0, o.rate, o.fixed = "percentage", false, m.Rate.String(), m.Fixed.String()
		if g.oneIn(2) {
			m.FreeEvents = int64(1 + g.IntN(3))
			o.events = int(m.FreeEvents)
		}
		if g.oneIn(2) {
			m.FreeUnits = g.small()
			o.units = m.FreeUnits.String()
		}
		if g.oneIn(2) {
			low := g.small()
			high := low.Add(g.small())
			m.Minimum, m.Maximum, o.low, o.high = &low, &high, low.String(), high.String()
		}
		return m
	case 6:
		m := accounting.Dynamic{Label: "bid", Factor: g.small()}
		o.model, o.at0, o.price = "dynamic", false, m.Factor.String()
		return m
	case 7:
		m := accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(1), Price: g.amount()}}}
		o.model, o.at0 = "spot", false
		if g.oneIn(2) {
			m.Prices = append(m.Prices, accounting.SpotPrice{From: onDay(2 + g.IntN(28)), Price: g.amount()})
		}
		for _, s := range m.Prices {
			o.series = append(o.series, stagedSpot{s.From.Unix(), s.Price.String()})
		}
		return m
	}
	m := accounting.Stairstep{OnZero: onZero}
	bound := decimal.Decimal{}
	for n := g.IntN(3); n >= 0; n-- {
		stair := accounting.Stair{Amount: g.small()}
		s := stagedTier{flat: stair.Amount.String()}
		if n > 0 {
			bound = bound.Add(g.small())
			stair.Limits = []accounting.Limit{{Meter: metering.Egress, UpTo: bound}}
			s.upTo = bound.String()
		}
		m.Stairs, o.stairs = append(m.Stairs, stair), append(o.stairs, s)
	}
	o.model = "stairstep"
	return m
}

func (g generator) stagedTerms(t *accounting.Terms, o *stagedPrice) {
	number := func(d decimal.Decimal, into *string) decimal.Decimal { *into = d.String(); return d }
	pointer := func(into *string) *decimal.Decimal { d := number(g.small(), into); return &d }
	windows := map[accounting.Window]string{accounting.PerHour: "hour", accounting.PerDay: "day", accounting.PerRow: "row"}
	if g.oneIn(3) {
		t.Scope.Window = pick(g, accounting.PerHour, accounting.PerDay, accounting.PerRow)
		o.window = windows[t.Scope.Window]
	}
	switch g.IntN(6) {
	case 0:
		t.Scope.Account, o.by = true, "account"
	case 1:
		t.Scope.Resource, o.by = true, "resource"
	}
	if o.model != "stairstep" {
		if g.oneIn(6) && o.model != "graduated" {
			t.Gather, o.peak = accounting.GatherPeak, true
		}
		if g.oneIn(4) {
			t.Convert = &accounting.Conversion{Multiply: number(g.small(), &o.times), Divide: number(g.small(), &o.over)}
			if g.oneIn(2) {
				t.Convert.Rounded, t.Convert.Mode, t.Convert.Places = true, pick(g, modes...), g.IntN(4)
				o.mode, o.places = t.Convert.Mode.String(), t.Convert.Places
			}
			t.Convert.Restart = g.oneIn(3)
			o.restart = t.Convert.Restart
		}
		if g.oneIn(4) {
			t.Free = number(g.small(), &o.free)
		}
	}
	if g.oneIn(4) {
		t.Factor = pointer(&o.factor)
	}
	if g.oneIn(4) {
		t.Percent = number(decimal.New(g.Int64N(1200)-200, -1), &o.percent)
	}
	if g.oneIn(5) {
		t.Off = number(g.small(), &o.off)
	}
	if g.oneIn(4) {
		t.Maximum = pointer(&o.maximum)
	}
	if g.oneIn(4) {
		t.Minimum = pointer(&o.minimum)
	}
	if g.oneIn(4) {
		t.Commitment = &accounting.Commitment{Amount: number(g.small(), &o.committed), Overage: number(g.small(), &o.overage), TrueUp: g.oneIn(2)}
		o.trueUp = t.Commitment.TrueUp
		if o.trueUp {
			t.Commitment.Idle = g.oneIn(2) && t.Minimum == nil
			o.idle = t.Commitment.Idle
		}
	}
}

// ofStaged returns the rows of a price, merged as rating merges them.
func ofStaged(rows []metering.Usage, name string) (out []stagedRow) {
	for _, u := range rows {
		if u.Key.SKU != name {
			continue
		}
		size, _ := u.Key.Labels.Get("size")
		bid, _ := u.Key.Labels.Get("bid")
		out = append(out, stagedRow{
			units: new(big.Rat).SetFrac(u.Quantity.Grains().Big(), big.NewInt(1e9)), start: u.Period.Start().Unix(), end: u.Period.End().Unix(),
			account: string(u.Key.Account), resource: u.Key.Resource, size: size, bid: bid,
		})
	}
	return out
}

// What staged prices come to, and the bill, agree with the oracle, and every
// explanation re-computes.
func TestLaw_Staged_Oracle(t *testing.T) {
	month := stagedMonth{november.Start().Unix(), november.End().Unix()}
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, prices := g.stagedWorld()
		bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		exact, billed := make(map[string]*big.Rat), make(map[string]*big.Rat)
		for _, c := range bill.Charges {
			if exact[c.PriceID] == nil {
				exact[c.PriceID], billed[c.PriceID] = new(big.Rat), new(big.Rat)
			}
			exact[c.PriceID].Add(exact[c.PriceID], c.Explanation.Exact())
			billed[c.PriceID].Add(billed[c.PriceID], rat(c.Billed))
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		rounding, total := w.contract.Card.Rounding, new(big.Rat)
		for name, p := range prices {
			want := oracleStaged(p, month, ofStaged(w.rows, name))
			total.Add(total, want)
			if exact[name] == nil {
				exact[name], billed[name] = new(big.Rat), new(big.Rat)
			}
			requireRat(t, want, exact[name], "%s: %+v", name, p)
			if rounding.Level == accounting.LineLevel {
				requireRat(t, oracleRound(want, rounding.Mode.String(), rounding.Places), billed[name], "%s, rounded", name)
			}
		}
		if rounding.Level == accounting.BillLevel {
			requireRat(t, oracleRound(total, rounding.Mode.String(), rounding.Places), rat(bill.Total()), "the bill")
		}
	})
}

// Law 4 for staged prices: cut in time, and cut anywhere in the order of the
// rows, also after the period was closed.
func TestLaw4_Staged_Progressive(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		billed, _, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, end, state, "the state depends on no cut either")
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{contract: w.contract, period: w.period, rows: w.rows[:i]}, {contract: w.contract, period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
	})
}

// Law 8 for staged prices: the text of a bill does not depend on the order in
// which a map is walked.
func TestLaw8_Staged_SameBytes(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		text := billText(w, false)
		require.Equal(t, text, billText(w, false))
		require.False(t, strings.Contains(text, "%!"), text)
	})
}

// The same with a negotiated card whose prices have stages too: what is billed
// and what the list would have been, cut in time.
func TestLaw4_Staged_Negotiated(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		other, _ := g.stagedWorld()
		special := *other.contract.Card
		special.ID, special.Currency, special.Rounding = "special", w.contract.Card.Currency, w.contract.Card.Rounding
		w.contract.Negotiated = &special
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		require.NoError(t, err)
		billed, list, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, whole.ListTotal(), list)
		require.Equal(t, end, state)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		// What usage costs at list prices is what it costs by the list alone.
		alone := w.contract
		alone.Negotiated = nil
		by, _, err := rating.Rate(alone, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		require.NoError(t, err)
		got, want := ofUsage(whole.Charges), ofUsage(by.Charges)
		if len(got) == len(want) {
			for i := range want {
				require.Equal(t, want[i].Billed, got[i].List, "charge %d", i)
			}
		}
	})
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
