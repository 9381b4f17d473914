package credit

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// Reserve holds an amount under a request id, usually the most that the request
// can cost, so that it is there when the request is settled. It takes grants in
// the order in which they burn, and pins them: a grant that expires while it is
// held can still be committed.
//
// The same hold again changes nothing and is no error, as long as it is open.
// It returns an *[InsufficientError], [ErrConflict], [ErrSettled],
// [ErrReleased], [ErrExpired], [ErrNegative], [ErrID], [ErrTime], [ErrJournal]
// or a [money.CurrencyMismatchError], and then nothing has changed. It
// allocates nothing while slots of settled holds are there to be used again.
func (w *Wallet) Reserve(id string, amount money.Money, now time.Time) error {
	hash, at := w.holds.hash(id), instant(now)
	if at < 0 {
		return badTime(now)
	}
	if w.doubtful(id, amount) {
		if err := w.check("hold", id, amount, at); err != nil {
			return err
		}
	}
	w.mu.Lock()
	err := w.reserve(id, hash, amount.Scaled(), at)
	w.mu.Unlock()
	return err
}

func (w *Wallet) reserve(id string, hash uint32, asked fixed.Int128, at int64) error {
	if at != w.now || w.broken != nil {
		if err := w.tick(at); err != nil {
			return err
		}
	}
	if s := w.holds.find(id, hash); s != nil {
		return s.again(asked)
	}
	if len(w.grants) == 0 || w.grants[0].balance.Less(asked) { // mostly the first has it
		if w.free().Less(asked) {
			return w.insufficient(id, asked)
		}
	}
	if err := w.note(Reserved, id, asked); err != nil {
		return err
	}
	s := w.holds.take(id, hash)
	w.pin(s, asked)
	w.holds.push(&w.holds.open, s, w.now+int64(w.terms.HoldFor))
	return nil
}

func (w *Wallet) insufficient(id string, asked fixed.Int128) error {
	return &InsufficientError{id, w.money(asked), w.money(w.free())}
}

// again says what reserving an id once more comes to.
func (s *hold) again(asked fixed.Int128) error {
	switch {
	case s.state == committed:
		return refuse("hold", s.id, ErrSettled, "use a new id")
	case s.state == released:
		return refuse("hold", s.id, ErrReleased, "use a new id")
	case s.state == expired:
		return refuse("hold", s.id, ErrExpired, "use a new id")
	case s.amount != asked:
		return refuse("hold", s.id, ErrConflict, "use a new id for another amount")
	}
	return nil
}

// pin takes the amount from grants, which have it.
func (w *Wallet) pin(s *hold, amount fixed.Int128) {
	s.amount = amount
	if len(w.grants) > 0 {
		if g := w.grants[0]; !g.balance.Less(amount) {
			g.balance, _ = g.balance.Sub(amount)
			s.first = span{g, amount}
			return
		}
	}
	s.first = span{}
	for i := 0; amount.Sign() > 0; i++ {
		g := &w.overdraft
		if i < len(w.grants) {
			g = w.grants[i]
		}
		part := lesser(g.balance, amount)
		if part.IsZero() {
			continue
		}
		g.balance, _ = g.balance.Sub(part)
		if s.first.grant == nil {
			s.first = span{g, part}
		} else {
			s.more = append(s.more, span{g, part})
		}
		amount, _ = amount.Sub(part)
	}
}

// Commit settles a hold with what the request did cost, and releases the rest.
// What burns is what was pinned, in the order in which it was.
//
// The same commit again changes nothing and is no error, as long as the id is
// remembered. It returns [ErrOverHold], [ErrConflict], [ErrReleased],
// [ErrExpired], [ErrUnknown] and the errors that [Wallet.Reserve] has for its
// arguments, and then nothing has changed.
func (w *Wallet) Commit(id string, actual money.Money, now time.Time) error {
	hash, at := w.holds.hash(id), instant(now)
	if at < 0 {
		return badTime(now)
	}
	if w.doubtful(id, actual) {
		if err := w.check("commit of hold", id, actual, at); err != nil {
			return err
		}
	}
	w.mu.Lock()
	err := w.commit(id, hash, actual.Scaled(), at)
	w.mu.Unlock()
	return err
}

func (w *Wallet) commit(id string, hash uint32, cost fixed.Int128, at int64) error {
	if at != w.now || w.broken != nil {
		if err := w.tick(at); err != nil {
			return err
		}
	}
	s := w.holds.find(id, hash)
	switch {
	case s == nil:
		return refuse("commit of hold", id, ErrUnknown, "reserve first")
	case s.state != open:
		return s.committed(cost)
	case s.amount.Less(cost):
		return w.overHold(s, cost)
	}
	if err := w.note(Committed, id, cost); err != nil {
		return err
	}
	w.settle(s, committed, cost, w.now)
	return nil
}

func (w *Wallet) overHold(s *hold, cost fixed.Int128) error {
	return fmt.Errorf("credit: commit of hold %s: %s of %s: %w; reserve the difference under another id",
		quote(s.id), w.money(cost), w.money(s.amount), ErrOverHold)
}

// committed says what committing a hold comes to that is not open.
func (s *hold) committed(cost fixed.Int128) error {
	const what = "commit of hold"
	switch {
	case s.state == committed && s.actual == cost:
		return nil
	case s.state == committed:
		return refuse(what, s.id, ErrConflict, "correct it with a grant or another hold")
	}
	if s.state == expired {
		return refuse(what, s.id, ErrExpired, "reserve again under a new id")
	}
	return refuse(what, s.id, ErrReleased, "reserve again under a new id")
}

// Release gives a hold back. Again, or after it expired, it changes nothing and
// is no error. It returns [ErrSettled], [ErrUnknown], and the errors that
// [Wallet.Reserve] has for its arguments.
func (w *Wallet) Release(id string, now time.Time) error {
	hash, at := w.holds.hash(id), instant(now)
	if at < 0 {
		return badTime(now)
	}
	w.mu.Lock()
	err := w.release(id, hash, at)
	w.mu.Unlock()
	return err
}

func (w *Wallet) release(id string, hash uint32, at int64) error {
	if err := w.tick(at); err != nil {
		return err
	}
	s := w.holds.find(id, hash)
	if s == nil {
		return refuse("release of hold", id, ErrUnknown, "reserve first")
	}
	switch s.state {
	case committed:
		return refuse("release of hold", id, ErrSettled, "correct it with a grant")
	case released, expired:
		return nil
	default:
	}
	if err := w.note(Released, id, fixed.Int128{}); err != nil {
		return err
	}
	w.settle(s, released, fixed.Int128{}, w.now)
	return nil
}

// settle burns cost of what a hold has pinned and gives the rest back.
func (w *Wallet) settle(s *hold, how state, cost fixed.Int128, at int64) {
	s.state, s.actual = how, cost
	if s.first.grant != nil {
		cost = w.burn(&s.first, cost)
	}
	if len(s.more) > 0 {
		w.burnMore(s, cost)
	}
	w.holds.pull(&w.holds.open, s)
	w.holds.push(&w.holds.settled, s, at+int64(w.terms.Remember))
}

func (w *Wallet) burnMore(s *hold, cost fixed.Int128) {
	for i := range s.more {
		cost = w.burn(&s.more[i], cost)
	}
}

// burn burns as much of cost as a span has pinned, gives back what is left of
// the span, and returns what is left of cost.
func (w *Wallet) burn(p *span, cost fixed.Int128) fixed.Int128 {
	g, burned := p.grant, lesser(p.amount, cost)
	back, _ := p.amount.Sub(burned)
	g.burned, _ = g.burned.Add(burned)
	p.amount = burned
	cost, _ = cost.Sub(burned)
	if g.over {
		g.lapsed, _ = g.lapsed.Add(back)
		return cost
	}
	g.balance, _ = g.balance.Add(back)
	if g.balance.IsZero() && g.held().IsZero() {
		w.spent(g)
	}
	return cost
}

// expireHolds gives back what nobody settled in time, and forgets ids.
func (w *Wallet) expireHolds() {
	h := &w.holds
	for h.open.due <= w.now {
		s := &h.slots[h.open.first]
		// It ended when it was due, not when that was noticed: so a replay,
		// which does not notice at the same times, comes to the same.
		w.settle(s, expired, fixed.Int128{}, s.until)
	}
	for h.settled.due <= w.now {
		h.forget()
	}
}

// A Hold is what is known of a request id.
type Hold struct {
	ID     string
	State  string // "open", "committed", "released" or "expired"
	Amount money.Money
	Actual money.Money // committed
	Until  time.Time   // expires, or is forgotten once settled
	Burns  []Burn      // of a committed hold
}

// A Burn is what was taken of one grant; Grant is "" for the overdraft.
type Burn struct {
	Grant  string
	Amount money.Money
}

var stateNames = [...]string{open: "open", committed: "committed", released: "released", expired: "expired"}

// Hold returns what is known of a request id at now, or [ErrUnknown].
func (w *Wallet) Hold(id string, now time.Time) (Hold, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return Hold{}, err
	}
	s := w.holds.find(id, w.holds.hash(id))
	if s == nil {
		return Hold{}, refuse("hold", id, ErrUnknown, "reserve first")
	}
	h := Hold{id, stateNames[s.state], w.money(s.amount), w.money(s.actual), time.Unix(0, s.until).UTC(), nil}
	for _, p := range append([]span{s.first}, s.more...) {
		if s.state == committed && !p.amount.IsZero() {
			h.Burns = append(h.Burns, Burn{p.grant.ID, w.money(p.amount)})
		}
	}
	return h, nil
}
