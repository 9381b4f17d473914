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
// [ErrReleased], [ErrExpired], [ErrNegative], [ErrID], [ErrTime], [ErrNotKept],
// [ErrJournal] or a [money.CurrencyMismatchError], and then nothing has changed.
// It allocates nothing while slots of settled holds are there to be used again.
func (w *Wallet) Reserve(id string, amount money.Money, now time.Time) error {
	hash, wide := w.holds.hash(id)
	at := instant(now)
	if at < 0 {
		return badTime(now)
	}
	if wide || w.doubtful(id, amount) {
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
	if at >= w.wake {
		if err := w.tick(at); err != nil {
			return err
		}
	} else if at > w.now {
		w.now = at
	}
	if s := w.holds.find(id, hash, w.forgotten()); s != nil {
		return s.again(asked)
	}
	var g *grant // mostly the first has it
	if len(w.grants) > 0 && !w.grants[0].balance.Less(asked) {
		g = w.grants[0]
	} else if w.free().Less(asked) {
		return w.insufficient(id, asked)
	}
	if err := w.note(Reserved, id, asked); err != nil {
		return err
	}
	if w.holds.full() {
		w.roomy()
	}
	until := w.now + int64(w.terms.HoldFor)
	s := w.holds.push(id, hash, until)
	s.amount, s.grant = asked, g
	if g != nil {
		g.balance, _ = g.balance.Sub(asked)
	} else {
		w.pin(s)
	}
	if until < w.wake {
		w.wake = until
	}
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

// pin takes the amount of a hold from several grants, which have it.
func (w *Wallet) pin(s *hold) {
	s.parts = s.parts[:0]
	amount := s.amount
	for i := 0; amount.Sign() > 0; i++ {
		g := &w.overdraft
		if i < len(w.grants) {
			g = w.grants[i]
		}
		if p := lesser(g.balance, amount); !p.IsZero() {
			g.balance, _ = g.balance.Sub(p)
			amount, _ = amount.Sub(p)
			s.parts = append(s.parts, part{g, p})
		}
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
	hash, wide := w.holds.hash(id)
	at := instant(now)
	if at < 0 {
		return badTime(now)
	}
	if wide || w.doubtful(id, actual) {
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
	if at >= w.wake {
		if err := w.tick(at); err != nil {
			return err
		}
	} else if at > w.now {
		w.now = at
	}
	s := w.holds.find(id, hash, w.forgotten())
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
	g := s.grant
	if g == nil {
		w.settle(s, committed, cost)
		return nil
	}
	s.state, s.actual = committed, cost
	back, _ := s.amount.Sub(cost)
	w.burn(g, back, cost)
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
	hash, _ := w.holds.hash(id)
	at := instant(now)
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
	s := w.holds.find(id, hash, w.forgotten())
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
	w.settle(s, released, fixed.Int128{})
	return nil
}

// settle burns cost of what a hold has pinned and gives the rest back.
func (w *Wallet) settle(s *hold, how state, cost fixed.Int128) {
	s.state, s.actual = how, cost
	if s.grant != nil {
		back, _ := s.amount.Sub(cost)
		w.burn(s.grant, back, cost)
		return
	}
	for i := range s.parts {
		p := &s.parts[i]
		burned := lesser(p.amount, cost)
		back, _ := p.amount.Sub(burned)
		w.burn(p.grant, back, burned)
		p.amount = burned
		cost, _ = cost.Sub(burned)
	}
}

// burn burns cost of what is pinned of a grant, and gives the rest back.
func (w *Wallet) burn(g *grant, back, cost fixed.Int128) {
	g.burned, _ = g.burned.Add(cost)
	if g.over {
		g.lapsed, _ = g.lapsed.Add(back)
		return
	}
	g.balance, _ = g.balance.Add(back)
	if g.balance.IsZero() && g.held().IsZero() {
		w.spent(g)
	}
}

// expireHolds gives back what nobody settled in time. It passes by what has
// settled, of which so much was remembered that there may be room now.
func (w *Wallet) expireHolds() {
	h := &w.holds
	for ; h.lasts < h.next; h.lasts++ {
		s := h.at(h.lasts)
		if s.state != open {
			continue
		}
		if s.until > w.now {
			break
		}
		w.settle(s, expired, fixed.Int128{})
	}
	h.forget(w.forgotten())
}

// forgotten is the until of holds that are just no longer remembered.
func (w *Wallet) forgotten() int64 { return w.now - int64(w.terms.Remember) }

// roomy makes room for an eighth of the holds at least, so that it is seldom called.
func (w *Wallet) roomy() {
	w.expireHolds()
	if h := &w.holds; h.next-h.oldest > uint64(len(h.ring)/8*7) {
		h.more()
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
	hash, _ := w.holds.hash(id)
	s := w.holds.find(id, hash, w.forgotten())
	if s == nil {
		return Hold{}, refuse("hold", id, ErrUnknown, "reserve first")
	}
	h := w.openHold(s)
	if s.state == open {
		return h, nil
	}
	h.State, h.Actual, h.Until = stateNames[s.state], w.money(s.actual), h.Until.Add(w.terms.Remember)
	parts := s.parts
	if s.grant != nil {
		parts = []part{{s.grant, s.actual}}
	}
	for _, p := range parts {
		if s.state == committed && !p.amount.IsZero() {
			h.Burns = append(h.Burns, Burn{p.grant.ID, w.money(p.amount)})
		}
	}
	return h, nil
}
