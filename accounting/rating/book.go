package rating

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// book is where one set of running totals stands during a call: that of
// contracted prices, or that of list prices.
type book struct {
	slots   []slot
	staged  []stagedSlot // by the same index
	total   fixed.Int256 // of the bill, over rounder.common; where the bill is rounded
	extra   *ratio       // what staged prices add to total; nil for nothing
	rounded money.Money  // the sum of both, rounded
}

// slot is where a price stands.
type slot struct {
	running
	known   bool         // something was posted
	version *price       // which of the prices of this id was posted last; nil in a slot not yet used by this call
	reached fixed.Int256 // what version says that quantity costs; amount, unless the price has changed
	rounded money.Money  // amount, rounded; where lines are
}

// entry is a line as it was posted.
type entry struct {
	price         *price
	before, after fixed.Int128 // running quantity
	opens         bool
	exact         fixed.Int256 // over price.unit
	amount        money.Money
	// carried, over over, is the running amount before the line where the
	// model does not give it; else over is 0.
	carried fixed.Int256
	over    fixed.Int128

	// wide is exact where the kernel of units has no room for it: of a staged
	// price. It is the desk's, until the next line.
	wide *ratio
	kept *big.Rat // the same, for those who ask for it later
	// large is what explains a staged price, or a bill that has some on it.
	large *largeEntry
}

// rational returns the exact amount.
func (e *entry) rational() *big.Rat {
	if e.kept != nil {
		return e.kept
	}
	return accounting.NewFraction(e.exact, e.price.unit).Rat()
}

// largeEntry is what the kernel has no room for.
type largeEntry struct {
	staged  *accounting.Staged // nil for a price of the kernel
	carried *big.Rat
}

// openBook returns the book that continues from s.
func openBook(s standing, tariffs []*tariff, by *rounder, d *desk) (b *book, err error) {
	b = &book{}
	for _, t := range tariffs {
		for _, id := range t.slots {
			r, known := s.prices[priceKey{t.name, id}]
			b.slots = append(b.slots, slot{running: r, known: known})
			at, known := s.staged[priceKey{t.name, id}]
			b.staged = append(b.staged, stagedSlot{tallies: at, known: known})
		}
		for _, p := range t.prices {
			s := &b.slots[p.slot]
			switch {
			case p.flat:
			case !p.staged && s.known && s.unit != p.unit:
				return nil, fmt.Errorf("%w: card %q, price %q: the state has it per another unit; a changed card needs a new version",
					ErrContract, t.name, p.src.ID)
			case p.staged && s.known, !p.staged && b.staged[p.slot].known:
				return nil, fmt.Errorf("%w: card %q, price %q: the state has running totals of another kind for it; a changed card needs a new version",
					ErrContract, t.name, p.src.ID)
			}
		}
	}
	if by.level == accounting.LineLevel {
		return b, nil
	}
	if !s.over.IsZero() {
		times, _, _ := by.common.QuoRem(s.over)
		var ok bool
		if b.total, ok = s.total.MulInt128(times); !ok {
			return nil, fmt.Errorf("%w: bill", ErrOverflow)
		}
	}
	if s.extra != nil {
		b.extra = new(ratio)
		b.extra.setRat(s.extra)
		b.rounded, err = b.round(by, d)
		return b, err
	}
	b.rounded, err = by.round(b.total, by.common)
	return b, err
}

// standing returns where the book stands; what it has no slot for stays as it
// was before.
func (b *book) standing(before standing, tariffs []*tariff, by *rounder) standing {
	s := standing{prices: maps.Clone(before.prices), staged: maps.Clone(before.staged), total: before.total, over: before.over}
	if b.extra != nil {
		s.extra = b.extra.rat()
	}
	if s.prices == nil {
		s.prices = make(map[priceKey]running)
	}
	for _, t := range tariffs {
		for i, id := range t.slots {
			if slot := b.slots[t.first+i]; slot.known {
				s.prices[priceKey{t.name, id}] = slot.running
			}
			if at := &b.staged[t.first+i]; at.known {
				if s.staged == nil {
					s.staged = make(map[priceKey]tallies)
				}
				if at.open {
					at.sum = at.running.rat()
				}
				s.staged[priceKey{t.name, id}] = at.tallies
			}
		}
	}
	if by.level == accounting.BillLevel {
		s.total, s.over = b.total, by.common
	}
	return s
}

// post moves the book on by q grains at price p.
func (b *book) post(p *price, q fixed.Int128, by *rounder, d *desk) (e entry, err error) {
	s := &b.slots[p.slot]
	if s.version != p {
		if err := s.adopt(p, by); err != nil {
			return e, err
		}
	}
	e = entry{price: p, before: s.quantity, opens: !s.known}
	var reached, amount fixed.Int256
	e.after, reached, amount, err = s.ahead(q)
	if err != nil {
		return e, err
	}
	e.exact, _ = reached.Sub(s.reached) // fits: s.ahead added it
	if by.level == accounting.LineLevel {
		if s.amount != s.reached {
			e.carried, e.over = s.amount, p.unit
		}
		e.amount, err = step(&s.rounded, amount, p.unit, by)
	} else {
		if e.carried, e.over = b.total, by.common; b.extra != nil && by.explains {
			e.large = &largeEntry{carried: b.exact(by)}
		}
		e.amount, err = b.add(e.exact, p.share, by, d)
	}
	if err != nil {
		return e, fmt.Errorf("%w, price %q", err, p.src.ID)
	}
	s.known, s.running, s.reached = true, running{e.after, amount, p.unit}, reached
	return e, nil
}

// adopt makes p the price that the slot goes on with.
func (s *slot) adopt(p *price, by *rounder) (err error) {
	first := s.version == nil
	s.version = p
	if !s.known {
		return nil
	}
	var ok bool
	if s.reached, ok = p.cumulative(s.quantity); !ok {
		return fmt.Errorf("%w: price %q", ErrOverflow, p.src.ID)
	}
	if first && by.level == accounting.LineLevel {
		s.rounded, err = by.round(s.amount, p.unit)
	}
	return err
}

// ahead returns where the slot would stand after q more grains.
func (s *slot) ahead(q fixed.Int128) (quantity fixed.Int128, reached, amount fixed.Int256, err error) {
	quantity, ok := s.quantity.Add(q)
	if ok {
		reached, ok = s.version.cumulative(quantity)
	}
	var exact fixed.Int256
	if ok {
		exact, ok = reached.Sub(s.reached)
	}
	if ok {
		amount, ok = s.amount.Add(exact)
	}
	if !ok {
		err = fmt.Errorf("%w: price %q, %s grains after %s", ErrOverflow, s.version.src.ID, q, s.quantity)
	}
	return quantity, reached, amount, err
}

// postFlat charges a flat price.
func (b *book) postFlat(p *price, by *rounder, d *desk) (e entry, err error) {
	e = entry{price: p, opens: true, exact: fixed.Wide(p.amount)}
	if by.level == accounting.LineLevel {
		e.amount, err = by.round(e.exact, p.unit)
	} else {
		if e.carried, e.over = b.total, by.common; b.extra != nil && by.explains {
			e.large = &largeEntry{carried: b.exact(by)}
		}
		e.amount, err = b.add(e.exact, p.share, by, d)
	}
	return e, err
}

// mirror adds to the book what another one posted as e.
func (b *book) mirror(e entry, by *rounder, d *desk) (money.Money, error) {
	switch {
	case by.level == accounting.LineLevel:
		return e.amount, nil
	case e.wide != nil:
		return b.addWide(e.wide, by, d)
	}
	return b.add(e.exact, e.price.share, by, d)
}
