package rating

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// tariff is a card compiled for rating. It is built anew by every call of
// Rate, so that it is never shared and a card may be a struct literal.
type tariff struct {
	card *accounting.Card
	name string
	// rounding is the card's in the billing period.
	rounding accounting.Rounding
	prices   []*price // in the card's order

	// usage has the prices of usage by meter and SKU, most specific first; a
	// price without an SKU stands under the empty one.
	usage map[meterSKU][]*price
	// lastFound and last are what usage was last asked for, and had: rows of one
	// meter and SKU are neighbours.
	lastFound meterSKU
	last      []*price
	// matching has the flat prices that match usage. They never compete with
	// the prices of usage or with each other.
	matching map[metering.MeterID][]*price
	flats    []*price // all flat prices, in the card's order
	closing  []*price // staged prices that may owe something at the end, in the card's order
	apart    map[metering.MeterID]apart
	atZero   []*price // prices that may owe something without usage, in the card's order

	// slots are the ids of the prices of usage; a book has a slot for each,
	// from index first on.
	slots []string
	first int
}

type meterSKU struct {
	meter metering.MeterID
	sku   string
}

// compile readies card for rating, giving its prices the slots from first on.
// It refuses whatever it could not rate with.
func compile(card *accounting.Card, first int, groups *groups) (*tariff, error) {
	if card == nil {
		return nil, fmt.Errorf("%w: no card", ErrContract)
	}
	t := &tariff{card: card, name: card.Name(), first: first,
		apart: make(map[metering.MeterID]apart),
		usage: make(map[meterSKU][]*price), matching: make(map[metering.MeterID][]*price)}
	if !card.Currency.Valid() {
		return nil, fmt.Errorf("%w: card %q: currency %q", ErrContract, t.name, card.Currency)
	}
	if err := (money.Rounding{Mode: card.Rounding.Mode, Places: card.Rounding.Places}).Validate(); err != nil {
		return nil, fmt.Errorf("%w: card %q: %w", ErrContract, t.name, err)
	}
	if !card.Rounding.Level.Valid() {
		return nil, fmt.Errorf("%w: card %q: the rounding has no level", ErrContract, t.name)
	}
	staged := make(map[string]bool) // ids of which one version is staged
	for i := range card.Prices {
		if card.Prices[i].Staged() {
			staged[card.Prices[i].ID] = true
		}
	}
	for i := range card.Prices {
		p, err := compilePrice(&card.Prices[i])
		if err != nil {
			return nil, fmt.Errorf("%w: card %q, price %q: %w", ErrContract, t.name, card.Prices[i].ID, err)
		}
		if staged[p.src.ID] {
			p.staged = true
		}
		t.add(p, groups)
	}
	if err := t.assign(); err != nil {
		return nil, fmt.Errorf("%w: card %q, %w", ErrContract, t.name, err)
	}
	for _, list := range t.usage {
		slices.SortStableFunc(list, func(a, b *price) int { return b.specificity - a.specificity })
	}
	return t, nil
}

// add files a price.
func (t *tariff) add(p *price, groups *groups) {
	if p.src.Terms != nil {
		p.group = groups.index(p.src.Terms.Group)
	}
	t.prices = append(t.prices, p)
	if p.flat {
		t.flats = append(t.flats, p)
		if m := p.src.Match.Meter; m != "" {
			t.matching[m] = append(t.matching[m], p)
		}
		return
	}
	if p.owesAtZero && !p.staged {
		t.atZero = append(t.atZero, p)
	}
	if !p.staged {
		k := meterSKU{p.src.Match.Meter, p.src.Match.SKU}
		t.usage[k] = append(t.usage[k], p)
		return
	}
	if p.closes {
		t.closing = append(t.closing, p)
	}
	byResource := p.src.Terms != nil && p.src.Terms.Scope.Resource
	for _, m := range p.src.Meters() {
		k := meterSKU{m, p.src.Match.SKU}
		t.usage[k] = append(t.usage[k], p)
		if p.rowWise || byResource {
			t.apart[m] = apart{rows: p.rowWise || t.apart[m].rows, resources: byResource || t.apart[m].resources}
		}
	}
}

// apart says how rows of a meter are kept apart that else are one line.
type apart struct{ rows, resources bool }

// groups numbers the groups of prices on the cards of a contract. Group 0 is
// that without a name.
type groups struct{ names []string }

func (g *groups) index(name string) int {
	if i := slices.Index(g.names, name); i >= 0 {
		return i
	}
	g.names = append(g.names, name)
	return len(g.names) - 1
}

// assign gives every id its slot, and refuses prices of one id that are in
// force together or do not go on from one another.
func (t *tariff) assign() error {
	byID := slices.Clone(t.prices)
	slices.SortStableFunc(byID, func(a, b *price) int {
		return cmp.Or(cmp.Compare(a.src.ID, b.src.ID), a.src.From.Compare(b.src.From))
	})
	for i, p := range byID {
		if i > 0 && byID[i-1].src.ID == p.src.ID {
			if err := follows(byID[i-1], p); err != nil {
				return fmt.Errorf("price %q: %w", p.src.ID, err)
			}
		} else {
			t.slots = append(t.slots, p.src.ID)
		}
		p.slot = t.first + len(t.slots) - 1
	}
	return nil
}

// follows checks that b, which begins no earlier than a and has its id, goes
// on where a ends.
func follows(a, b *price) error {
	switch {
	case a.src.Until.IsZero() || b.src.From.IsZero() || a.src.Until.After(b.src.From):
		return fmt.Errorf("twice in force from %s; end the first or rename one", edge(b.src.From, "the beginning"))
	case a.flat != b.flat || !a.flat && a.src.Unit != b.src.Unit:
		return fmt.Errorf("is for another unit from %s; a price keeps its unit, rename one", b.src.From.Format(time.RFC3339))
	}
	return nil
}

// charge begins a charge of a price.
func (t *tariff) charge(p *price, payer metering.Account) accounting.Charge {
	return accounting.Charge{
		BillingAccount: payer, Service: p.src.Service, Meter: p.src.Match.Meter, Unit: p.src.Unit,
		PriceID: p.src.ID, Card: t.name,
		Explanation: accounting.Explanation{Model: p.src.Model, Unit: p.src.Unit, Currency: t.card.Currency, Rounding: t.rounding},
	}
}

// find returns the price of a row of usage: the most specific of those in
// force, or nil when none matches.
// Of a negotiated card, those that replace another list price than usage has
// are passed over.
func (t *tariff) find(u *metering.Usage, group int, list *price) (*price, error) {
	if k := (meterSKU{u.Key.Meter, u.Key.SKU}); t.lastFound != k {
		t.lastFound, t.last = k, t.usage[k]
	}
	p, err := t.among(t.last, u, group, list)
	if p == nil && err == nil && u.Key.SKU != "" {
		p, err = t.among(t.usage[meterSKU{meter: u.Key.Meter}], u, group, list)
	}
	if p == nil || err != nil {
		return nil, err
	}
	unit := p.src.Unit
	if p.staged {
		unit = p.unitOf(u.Key.Meter)
	}
	if got, want := u.Quantity.Dimension(), unit.Dimension(); got != want && !(got == 0 && u.Quantity.IsZero()) {
		return nil, fmt.Errorf("%w: card %q: price %q is per %s, which does not measure %v: %w",
			ErrContract, t.name, p.src.ID, unit, u.Key, &metering.DimensionError{Got: got, Want: want})
	}
	return p, nil
}

// among is find for candidates of the row's meter and SKU in order of
// specificity. Most prices have nothing else to match and no dates, which is
// seen without copying the key and the price.
func (t *tariff) among(candidates []*price, u *metering.Usage, group int, list *price) (best *price, err error) {
	for _, p := range candidates {
		if best != nil && p.specificity < best.specificity {
			break
		}
		if p.group != group || p.src.Replaces != "" && (list == nil || list.src.ID != p.src.Replaces) {
			continue
		}
		some, all := true, true
		if !p.anywhere || !p.always {
			some, all = p.matches(u)
		}
		switch {
		case !some:
		case !all:
			return nil, t.straddle(p, u.Period, false)
		case best != nil:
			return nil, &AmbiguousError{Card: t.name, First: best.src.ID, Second: p.src.ID, Key: u.Key}
		default:
			best = p
		}
	}
	return best, nil
}

// covering returns the most specific price in force in period that is for all
// usage of a negotiated price, or nil.
func (t *tariff) covering(special *price, period metering.Period) *price {
	key := special.key()
	for _, sku := range [...]string{key.SKU, ""} {
		for _, p := range t.usage[meterSKU{key.Meter, sku}] {
			replaced := special.src.Replaces == "" || special.src.Replaces == p.src.ID
			if some, _ := p.src.Covers(period); some && replaced && p.group == special.group && p.src.Match.Matches(key) {
				return p
			}
		}
	}
	return nil
}

func (t *tariff) straddle(p *price, period metering.Period, recurring bool) error {
	scheduled := p.during != nil && !recurring
	return &StraddleError{Card: t.name, Price: p.src.ID, From: p.src.From, Until: p.src.Until, Period: period, Recurring: recurring, Scheduled: scheduled}
}

// nearest returns the id of the price of usage that comes nearest to matching
// a row: of those for its meter the one that differs in least, the first on
// the card of equals. And in what it differs.
func (t *tariff) nearest(u *metering.Usage) (id, differs string) {
	best := -1
	for _, p := range t.prices {
		if p.flat || !slices.Contains(p.src.Meters(), u.Key.Meter) {
			continue
		}
		m, same, other := p.src.Match, 0, "time"
		for _, part := range []struct {
			name string
			ok   bool
		}{
			{"set of labels", u.Key.Labels.Contains(m.Labels)},
			{"region", m.Region == "" || m.Region == u.Key.Region},
			{"SKU", m.SKU == "" || m.SKU == u.Key.SKU},
		} {
			if part.ok {
				same++
			} else {
				other = part.name
			}
		}
		if same > best {
			best, id, differs = same, p.src.ID, other
		}
	}
	return id, differs
}
