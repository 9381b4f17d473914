package credit

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Grant is credit given: what a customer paid in advance, or a gift.
type Grant struct {
	ID     string // 1 to 256 bytes of UTF-8, unique in the wallet
	Amount money.Money
	// Priority says which grant burns first: the lowest. Of equal ones, the
	// earliest to expire does, and of those the oldest.
	Priority int
	Expires  time.Time // the first instant at which it can no longer be held, by 2199; zero for never
}

// A Rollover says how much of a grant that is renewed goes over into the next:
// what is left, but at least Min and at most Max. The zero Max is 0: nothing
// goes over.
type Rollover struct{ Min, Max money.Money }

// grant is a grant in a wallet. What is held of it is the rest of the amount:
// see [grant.held].
type grant struct {
	Grant
	number  uint64 // of the grants of the wallet
	expires int64
	balance fixed.Int128 // free to be held
	burned  fixed.Int128
	lapsed  fixed.Int128
	over    bool // expired or renewed: what comes back lapses
}

// held is what holds have pinned. It is not counted, as what is free, burned,
// lapsed and held sum to the amount, and every hold would have to count it twice.
func (g *grant) held() fixed.Int128 {
	held, _ := g.Amount.Scaled().Sub(g.balance)
	held, _ = held.Sub(g.burned)
	held, _ = held.Sub(g.lapsed)
	return held
}

// never is the expiry of what does not expire.
const never = math.MaxInt64

// compare orders grants by burning.
func (g *grant) compare(o *grant) int {
	return cmp.Or(cmp.Compare(g.Priority, o.Priority), cmp.Compare(g.expires, o.expires), cmp.Compare(g.number, o.number))
}

// Grant adds credit. Credit that is owed for an overdraft is paid back from it
// first. The same grant again, as after a lost answer, changes nothing, also
// when it has expired since; another amount, priority or expiry under its id is
// [ErrConflict].
func (w *Wallet) Grant(g Grant, now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return err
	}
	if err := w.checkAmount("grant", g.ID, g.Amount); err != nil {
		return err
	}
	g.Amount = w.money(g.Amount.Scaled()) // 0 of no currency is 0 of the wallet's
	// Before what only a new grant is held to: one that is there may have
	// expired since, or have used up what can be granted.
	if old, ok := w.named[g.ID]; ok {
		if old.Amount == g.Amount && old.Priority == g.Priority && old.Expires.Equal(g.Expires) {
			return nil
		}
		return refuse("grant", g.ID, ErrConflict, "give each grant its own id")
	}
	if err := w.checkGrant(g); err != nil {
		return err
	}
	if err := w.write(Entry{Op: Granted, ID: g.ID, Amount: g.Amount, Priority: g.Priority, Expires: g.Expires}); err != nil {
		return err
	}
	w.add(g)
	return nil
}

func (w *Wallet) checkGrant(g Grant) error {
	if err := w.checkAmount("grant", g.ID, g.Amount); err != nil {
		return err
	}
	if sum, ok := w.granted.Add(g.Amount.Scaled()); !ok || !sum.Less(limit()) {
		return refuse("grant", g.ID, money.ErrOverflow, "grant less")
	}
	switch at := instant(g.Expires); {
	case g.Expires.IsZero():
	case at < 0 && g.Expires.Unix() > 0:
		return refuse("grant", g.ID, ErrTime, "let it expire by 2199, or give no time for never")
	case at <= w.now:
		return refuse("grant", g.ID, ErrTime, "let it expire later than now")
	}
	return nil
}

// limit bounds all that is granted, so that no sum in a wallet overflows.
func limit() fixed.Int128 { return fixed.Int128{Hi: 1 << 61} }

func (w *Wallet) add(g Grant) {
	w.number++
	a := &grant{Grant: g, number: w.number, expires: g.expiry(), balance: g.Amount.Scaled()}
	w.granted, _ = w.granted.Add(a.balance)
	if owed := w.owed(); owed.Sign() > 0 {
		pay := lesser(owed, a.balance)
		a.balance, _ = a.balance.Sub(pay)
		a.burned = pay
		w.overdraft.burned, _ = w.overdraft.burned.Sub(pay)
		w.overdraft.balance, _ = w.overdraft.balance.Add(pay)
	}
	w.named[g.ID] = a
	w.nextExpiry, w.wake = min(w.nextExpiry, a.expires), min(w.wake, a.expires)
	if a.balance.IsZero() {
		return
	}
	at, _ := slices.BinarySearchFunc(w.grants, a, (*grant).compare)
	w.grants = slices.Insert(w.grants, at, a)
}

// spent takes a grant that is used up out of the way of holds.
func (w *Wallet) spent(g *grant) {
	if at := slices.Index(w.grants, g); at >= 0 {
		w.grants = slices.Delete(w.grants, at, at+1)
	}
}

// Renew ends one grant and begins the next: what is left of the old, within the
// roll-over, is added to the amount of the new, and the rest lapses. What is held
// of the old stays held, and lapses when it comes back. Of a grant that has
// expired nothing is left, also at the very instant at which it does: renew it
// before, or let it not expire. The same renewal again changes nothing. It fails
// with [ErrUnknown] for an old grant that the wallet does not have, [ErrConflict]
// for an id of the next that is another grant's, and as [Wallet.Grant] does.
func (w *Wallet) Renew(old string, r Rollover, next Grant, now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return err
	}
	g, ok := w.named[old]
	if !ok {
		return refuse("grant", old, ErrUnknown, "renew a grant of the wallet")
	}
	this := renewal{old, r.Min.Scaled(), r.Max.Scaled(), next.Amount.Scaled(), next.Priority, next.expiry()}
	if known, ok := w.renewed[next.ID]; ok {
		if known == this {
			return nil
		}
		return refuse("grant", next.ID, ErrConflict, "give each grant its own id")
	}
	if _, ok := w.named[next.ID]; ok {
		return refuse("grant", next.ID, ErrConflict, "give each grant its own id")
	}
	if err := w.checkAmount("grant", next.ID, next.Amount); err != nil { // and not only the sum
		return err
	}
	carried, err := w.carried(g, r)
	if err != nil {
		return err
	}
	whole := next
	if whole.Amount, err = next.Amount.Add(carried); err != nil {
		return refuse("grant", next.ID, err, "grant less")
	}
	if err := w.checkGrant(whole); err != nil {
		return err
	}
	if err := w.write(Entry{Op: Renewed, ID: next.ID, Of: old, Amount: next.Amount, Rollover: r, Priority: next.Priority, Expires: next.Expires}); err != nil {
		return err
	}
	w.lapse(g)
	w.renewed[next.ID] = this
	w.add(whole)
	return nil
}

// renewal is what a repeated renewal is compared with.
type renewal struct {
	old      string
	min, max fixed.Int128
	amount   fixed.Int128
	priority int
	expires  int64
}

// expiry is when the grant expires, in ns.
func (g Grant) expiry() int64 {
	if at := instant(g.Expires); at >= 0 && !g.Expires.IsZero() {
		return at
	}
	return never
}

// carried is what goes over of a grant.
func (w *Wallet) carried(g *grant, r Rollover) (money.Money, error) {
	for _, m := range []money.Money{r.Min, r.Max} {
		if err := w.checkAmount("roll-over of grant", g.ID, m); err != nil {
			return money.Money{}, err
		}
	}
	left := g.balance
	if left.Less(r.Min.Scaled()) {
		left = r.Min.Scaled()
	}
	return w.money(lesser(left, r.Max.Scaled())), nil
}

// lapse ends a grant: what is free of it is lost.
func (w *Wallet) lapse(g *grant) {
	if g.over {
		return
	}
	g.over = true
	g.lapsed, _ = g.lapsed.Add(g.balance)
	g.balance = fixed.Int128{}
}

// expireGrants lapses what is no longer valid.
func (w *Wallet) expireGrants() {
	w.nextExpiry = never
	for _, g := range w.grants {
		switch {
		case g.over:
		case g.expires <= w.now:
			w.lapse(g)
		default:
			w.nextExpiry = min(w.nextExpiry, g.expires)
		}
	}
	w.grants = slices.DeleteFunc(w.grants, func(g *grant) bool { return g.over })
}

func lesser(a, b fixed.Int128) fixed.Int128 {
	if b.Less(a) {
		return b
	}
	return a
}
