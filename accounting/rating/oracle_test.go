package rating_test

// The oracle: the rules of rating once more, slow and obvious, over rationals.
// It shares no code with what it judges, so this file imports the standard
// library only (TestOracle_Independent checks that) and speaks in plain
// structs, strings and numbers of math/big.
//
// Where the package under test works with what a running quantity costs in
// all, the oracle charges the stretch between two running quantities tier by
// tier, adds the amounts up, and rounds the sum.

import (
	"fmt"
	"math/big"
)

type oracleCard struct {
	name   string
	mode   string
	places int
	bill   bool // round the bill, not lines
	prices []oraclePrice
}

type oraclePrice struct {
	id          string
	match       oracleMatch
	from, until int64    // Unix seconds; 0 is open
	unit        *big.Int // grains in one unit
	tiers       []oracleTier
	chargedAt0  bool
	flat        string // amount; not empty makes it a flat price
	ifUsed      bool
}

type oracleMatch struct {
	meter, sku, region string
	labels             map[string]string
}

type oracleTier struct {
	upTo        string // in units; empty for the last one
	price, flat string
}

type oracleRow struct {
	key        oracleMatch
	account    string
	start, end int64
	grains     *big.Int
}

type oracleContract struct {
	list, negotiated *oracleCard
	start, end       int64 // of the billing period
}

// oracleLine is a charge.
type oracleLine struct {
	card, id              string
	exact, billed, listed *big.Rat
}

// oracleRun rates the whole of a billing period.
type oracleRun struct {
	contract   oracleContract
	contracted oracleBook
	list       oracleBook
	touched    map[string]bool // flat prices, by card and id
	lines      []oracleLine
	unpriced   int
}

// oracleBook is running totals: what is known of each price, and of the bill.
type oracleBook struct {
	quantity map[string]*big.Rat // in units, by card and id
	exact    map[string]*big.Rat
	rounded  map[string]*big.Rat
}

func newOracleBook() oracleBook {
	return oracleBook{map[string]*big.Rat{}, map[string]*big.Rat{}, map[string]*big.Rat{}}
}

// oracleRate returns the charges, and the kind of the error that there has to
// be, or "".
func oracleRate(c oracleContract, rows []oracleRow) (*oracleRun, string) {
	r := &oracleRun{contract: c, contracted: newOracleBook(), list: newOracleBook(), touched: map[string]bool{}}
	for _, row := range oracleMerge(rows) {
		if problem := r.row(row); problem != "" {
			return r, problem
		}
	}
	return r, r.close()
}

// oracleMerge adds neighbouring rows of one key and period up.
func oracleMerge(rows []oracleRow) (out []oracleRow) {
	for _, row := range rows {
		if n := len(out); n > 0 && oracleText(out[n-1]) == oracleText(row) {
			out[n-1].grains = new(big.Int).Add(out[n-1].grains, row.grains)
			continue
		}
		out = append(out, row)
	}
	return out
}

func oracleText(r oracleRow) string {
	return fmt.Sprintf("%q %q %q %q %q %d %d", r.account, r.key.meter, r.key.sku, r.key.region, r.key.labels, r.start, r.end)
}

func (r *oracleRun) row(row oracleRow) string {
	list, problem := oracleFind(r.contract.list, row)
	if problem != "" {
		return problem
	}
	price, card := list, r.contract.list
	if r.contract.negotiated != nil {
		special, problem := oracleFind(r.contract.negotiated, row)
		if problem != "" {
			return problem
		}
		if special != nil {
			price, card = special, r.contract.negotiated
		}
	}
	covered := false
	for _, card := range r.cards() {
		for i := range card.prices {
			p := &card.prices[i]
			if p.flat == "" || p.match.meter == "" || !oracleCovers(p.match, row.key) || !p.inForce(row.start, row.end) {
				continue
			}
			if !p.throughout(row.start, row.end) {
				return "straddle"
			}
			covered = true
			r.touched[card.name+" "+p.id] = true
		}
	}
	if price == nil {
		if !covered {
			r.unpriced++
		}
		return ""
	}
	r.charge(card, price, list, row.grains)
	return ""
}

// charge charges grains at a price, and at the list price beside.
func (r *oracleRun) charge(card *oracleCard, p, list *oraclePrice, grains *big.Int) {
	exact, billed := r.contracted.post(card, p, grains)
	listed := billed
	if list != nil {
		_, listed = r.list.post(r.contract.list, list, grains)
	} else if card.bill {
		listed = r.list.round(card, "bill", exact)
	}
	r.lines = append(r.lines, oracleLine{card.name, p.id, exact, billed, listed})
}

func (r *oracleRun) cards() []*oracleCard {
	if r.contract.negotiated == nil {
		return []*oracleCard{r.contract.list}
	}
	return []*oracleCard{r.contract.list, r.contract.negotiated}
}

// post moves a price on and returns the exact and the rounded amount.
func (b oracleBook) post(card *oracleCard, p *oraclePrice, grains *big.Int) (exact, rounded *big.Rat) {
	k := card.name + " " + p.id
	before, known := b.quantity[k]
	if !known {
		before = new(big.Rat)
	}
	after := new(big.Rat).Add(before, new(big.Rat).SetFrac(grains, p.unit))
	b.quantity[k] = after
	exact = p.stretch(before, after, !known)
	if card.bill {
		return exact, b.round(card, "bill", exact)
	}
	return exact, b.round(card, k, exact)
}

// round adds exact to a running total and returns by how much that moves it,
// rounded.
func (b oracleBook) round(card *oracleCard, total string, exact *big.Rat) *big.Rat {
	if b.exact[total] == nil {
		b.exact[total], b.rounded[total] = new(big.Rat), new(big.Rat)
	}
	b.exact[total] = new(big.Rat).Add(b.exact[total], exact)
	before := b.rounded[total]
	b.rounded[total] = oracleRound(b.exact[total], card.mode, card.places)
	return new(big.Rat).Sub(b.rounded[total], before)
}

// stretch returns what it costs to go from one running quantity to another.
func (p *oraclePrice) stretch(from, to *big.Rat, opens bool) *big.Rat {
	if from.Cmp(to) > 0 {
		back := p.stretch(to, from, false)
		back.Neg(back)
		if opens && p.chargedAt0 {
			back.Add(back, oracleRat(p.tiers[0].flat))
		}
		return back
	}
	cost := new(big.Rat)
	lower := new(big.Rat)
	for i, t := range p.tiers {
		lo, hi := lower, to
		if t.upTo != "" && oracleRat(t.upTo).Cmp(to) < 0 {
			hi = oracleRat(t.upTo)
		}
		if lo.Cmp(from) < 0 || i == 0 { // below zero counts in the first tier
			lo = from
		}
		if lo.Cmp(hi) < 0 {
			units := new(big.Rat).Sub(hi, lo)
			cost.Add(cost, units.Mul(units, oracleRat(t.price)))
		}
		reachedBefore := from.Cmp(lower) > 0 || i == 0 && p.chargedAt0 && !opens
		reachedAfter := to.Cmp(lower) > 0 || i == 0 && p.chargedAt0
		if reachedAfter && !reachedBefore {
			cost.Add(cost, oracleRat(t.flat))
		}
		if t.upTo != "" {
			lower = oracleRat(t.upTo)
		}
	}
	return cost
}

// close charges what is due by the billing period.
func (r *oracleRun) close() string {
	for _, card := range r.cards() {
		for i := range card.prices {
			if p := &card.prices[i]; p.flat != "" {
				if problem := r.closeFlat(card, p); problem != "" {
					return problem
				}
			}
		}
		for i := range card.prices {
			if p := &card.prices[i]; p.flat == "" && p.chargedAt0 {
				if problem := r.closeAt0(card, p); problem != "" {
					return problem
				}
			}
		}
	}
	return ""
}

func (r *oracleRun) due(card *oracleCard, p *oraclePrice) bool {
	return !p.ifUsed || r.touched[card.name+" "+p.id]
}

// sibling returns the flat price of a card with an id.
func (r *oracleRun) sibling(card *oracleCard, id string) *oraclePrice {
	if card != nil {
		for i := range card.prices {
			if p := &card.prices[i]; p.flat != "" && p.id == id && p.inForce(r.contract.start, r.contract.end) {
				return p
			}
		}
	}
	return nil
}

func (r *oracleRun) closeFlat(card *oracleCard, p *oraclePrice) string {
	if !r.due(card, p) || card == r.contract.list && r.sibling(r.contract.negotiated, p.id) != nil {
		return ""
	}
	if !p.inForce(r.contract.start, r.contract.end) {
		return ""
	}
	if !p.throughout(r.contract.start, r.contract.end) {
		return "straddle"
	}
	total := "flat " + card.name + " " + p.id
	if card.bill {
		total = "bill"
	}
	line := oracleLine{card: card.name, id: p.id, exact: oracleRat(p.flat)}
	line.billed = r.contracted.round(card, total, line.exact)
	switch list := r.sibling(r.contract.list, p.id); {
	case list == nil:
		line.listed = r.list.round(card, total, line.exact)
	case !r.due(r.contract.list, list):
		line.listed = new(big.Rat)
	default:
		line.listed = r.list.round(card, total, oracleRat(list.flat))
	}
	r.lines = append(r.lines, line)
	return ""
}

// taken says whether in every hour of a list price some negotiated price is for
// all that it is for.
func (r *oracleRun) taken(p *oraclePrice) bool {
	for at := r.contract.start; at < r.contract.end; at += 3600 {
		found := !p.inForce(at, at+3600)
		for i := range r.contract.negotiated.prices {
			q := &r.contract.negotiated.prices[i]
			found = found || q.flat == "" && q.throughout(at, at+3600) && oracleCovers(q.match, p.match)
		}
		if !found {
			return false
		}
	}
	return true
}

func (r *oracleRun) closeAt0(card *oracleCard, p *oraclePrice) string {
	start, end := r.contract.start, r.contract.end
	if r.contracted.quantity[card.name+" "+p.id] != nil || !p.inForce(start, end) {
		return ""
	}
	if card == r.contract.list && r.contract.negotiated != nil && r.taken(p) {
		return ""
	}
	if !p.throughout(start, end) {
		return "straddle"
	}
	list := p
	if card != r.contract.list {
		list = nil
		for i := range r.contract.list.prices {
			q := &r.contract.list.prices[i]
			if q.flat == "" && q.inForce(start, end) && oracleCovers(q.match, p.match) &&
				(list == nil || oracleRank(q.match) > oracleRank(list.match)) {
				list = q
			}
		}
	}
	exact, billed := r.contracted.post(card, p, new(big.Int))
	line := oracleLine{card.name, p.id, exact, billed, billed}
	switch {
	case list == nil && card.bill:
		line.listed = r.list.round(card, "bill", exact)
	case list == nil:
	case !list.chargedAt0 || r.list.quantity[r.contract.list.name+" "+list.id] != nil:
		line.listed = new(big.Rat)
	default:
		_, line.listed = r.list.post(r.contract.list, list, new(big.Int))
	}
	r.lines = append(r.lines, line)
	return ""
}

// oracleFind returns the most specific price that matches.
func oracleFind(card *oracleCard, row oracleRow) (best *oraclePrice, problem string) {
	top := -1
	for i := range card.prices {
		p := &card.prices[i]
		if p.flat == "" && oracleCovers(p.match, row.key) && p.throughout(row.start, row.end) && oracleRank(p.match) > top {
			top, best = oracleRank(p.match), p
		}
	}
	matching := 0
	for i := range card.prices {
		p := &card.prices[i]
		if p.flat != "" || !oracleCovers(p.match, row.key) || oracleRank(p.match) < top || !p.inForce(row.start, row.end) {
			continue
		}
		if !p.throughout(row.start, row.end) {
			return nil, "straddle"
		}
		matching++
	}
	if matching > 1 {
		return nil, "ambiguous"
	}
	return best, ""
}

// oracleCovers says whether all usage of b is usage of a.
func oracleCovers(a, b oracleMatch) bool {
	for name, value := range a.labels {
		if got, ok := b.labels[name]; !ok || got != value {
			return false
		}
	}
	return a.meter == b.meter && (a.sku == "" || a.sku == b.sku) && (a.region == "" || a.region == b.region)
}

// oracleRank is SKU before region before the number of labels.
func oracleRank(m oracleMatch) int {
	rank := len(m.labels)
	if m.region != "" {
		rank += 1000
	}
	if m.sku != "" {
		rank += 1000000
	}
	return rank
}

func (p *oraclePrice) inForce(start, end int64) bool {
	return (p.from == 0 || p.from < end) && (p.until == 0 || p.until > start)
}

func (p *oraclePrice) throughout(start, end int64) bool {
	return p.inForce(start, end) && (p.from == 0 || p.from <= start) && (p.until == 0 || p.until >= end)
}

func oracleRat(s string) *big.Rat {
	if s == "" {
		return new(big.Rat)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// oracleRound rounds x to places decimals in the mode of that name.
func oracleRound(x *big.Rat, mode string, places int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled := new(big.Rat).Mul(x, new(big.Rat).SetInt(scale))
	below := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: the floor
	if scaled.IsInt() {
		return x
	}
	fraction := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(below))
	half := fraction.Cmp(big.NewRat(1, 2))
	negative := x.Sign() < 0
	up := map[string]bool{
		"floor":     false,
		"ceiling":   true,
		"down":      negative,
		"up":        !negative,
		"half-even": half > 0 || half == 0 && below.Bit(0) == 1,
		"half-up":   half > 0 || half == 0 && !negative,
		"half-down": half > 0 || half == 0 && negative,
	}[mode]
	if up {
		below.Add(below, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(below, scale)
}
