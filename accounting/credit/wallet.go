package credit

import (
	"errors"
	"hash/maphash"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Wallet is the prepaid credit of one account: grants, and holds on them. It
// is safe for use by many goroutines, and must not be copied. Make one with
// [NewWallet] or [Replay].
//
// All that happens to a wallet happens at a time that the caller gives. Time
// never goes back in it: an earlier time than the latest one counts as that.
type Wallet struct {
	// mu protects all below. A change is checked, written to the journal, and
	// then made, all under the lock: so the journal's order is the wallet's.
	mu         sync.Mutex
	terms      Terms
	code       uint32 // of the currency
	now        int64  // the latest time seen
	wake       int64  // before it nothing expires and nothing is broken
	nextExpiry int64  // of the grants
	granted    fixed.Int128
	number     uint64
	grants     []*grant // that can be held, in the order in which they burn
	named      map[string]*grant
	renewed    map[string]renewal
	overdraft  grant
	holds      holds
	seq        uint64
	journal    func(Entry) error
	broken     error
}

// NewWallet opens an empty wallet, which a [Journal] does for many accounts. Journal
// is called with every change, one at a time, before it is made; when it returns
// an error the change is refused. If that wraps [ErrNotKept] the wallet goes on,
// and otherwise every later change is refused, too: see [ErrJournal]. Nil is for
// wallets that need not survive.
func NewWallet(t Terms, now time.Time, journal func(Entry) error) (*Wallet, error) {
	t = t.whole()
	w := &Wallet{
		terms: t, code: code(t.Currency), nextExpiry: never, journal: journal,
		named: make(map[string]*grant), renewed: make(map[string]renewal),
	}
	w.holds.init(maphash.String(maphash.MakeSeed(), ""))
	switch {
	case !t.Currency.Valid():
		return nil, refuse("wallet in currency", string(t.Currency), money.ErrUnknownCurrency, "use an ISO 4217 code")
	case t.HoldFor < 0 || t.HoldFor > longest || t.Remember < 0 || t.Remember > longest:
		return nil, refuse("wallet", t.HoldFor.String()+" "+t.Remember.String(), ErrTime, "hold and remember for 0 to 10 years")
	}
	if err := w.checkAmount("overdraft", "overdraft", t.Overdraft); err != nil {
		return nil, err
	}
	if !t.Overdraft.Scaled().Less(limit()) {
		return nil, refuse("overdraft", t.Overdraft.String(), money.ErrOverflow, "allow less")
	}
	if err := w.tickAt(now); err != nil {
		return nil, err
	}
	if err := w.write(Entry{Op: Opened, Amount: t.Overdraft, Currency: t.Currency, HoldFor: t.HoldFor, Remember: t.Remember}); err != nil {
		return nil, err
	}
	w.overdraft = grant{Grant: Grant{Amount: t.Overdraft}, expires: never, balance: t.Overdraft.Scaled()}
	return w, nil
}

// instant returns t in ns, and -1 outside 1970 to 2199.
func instant(t time.Time) int64 {
	const end = 7258118400 // 2200-01-01
	s := t.Unix()
	if uint64(s) >= end {
		return -1
	}
	return s*1e9 + int64(t.Nanosecond())
}

func badTime(t time.Time) error {
	return refuse("time", t.Format(time.RFC3339), ErrTime, "use 1970 to 2199")
}

// tickAt is tick for a time that may be none.
func (w *Wallet) tickAt(now time.Time) error {
	at := instant(now)
	if at < 0 {
		return badTime(now)
	}
	return w.tick(at)
}

// tick moves the wallet's time on to an instant, and lets go what has expired by
// then.
func (w *Wallet) tick(at int64) error {
	if w.broken != nil {
		return w.broken
	}
	w.now = max(w.now, at)
	w.expireHolds()
	if w.nextExpiry <= w.now {
		w.expireGrants()
	}
	w.wake = min(w.nextExpiry, w.holds.due())
	return nil
}

// free is what can be held, with the overdraft.
func (w *Wallet) free() fixed.Int128 {
	sum := w.overdraft.balance
	for _, g := range w.grants {
		sum, _ = sum.Add(g.balance)
	}
	return sum
}

// write gives an entry to the journal.
func (w *Wallet) write(e Entry) error {
	w.seq++
	if w.journal == nil {
		return nil
	}
	e.Seq, e.At = w.seq, time.Unix(0, w.now).UTC()
	e.Expires = e.Expires.UTC() // as JSON has no seconds in offsets of zones
	wake := w.wake
	w.broken, w.wake = &journalError{errPanic}, math.MinInt64 // until it has returned
	err := w.journal(e)
	if err != nil && !errors.Is(err, ErrNotKept) {
		w.broken = &journalError{err}
		return w.broken
	}
	w.broken, w.wake = nil, wake
	if err != nil {
		w.seq-- // the number is used again
		return refuse("entry", strings.TrimSpace(e.Op.String()+" "+e.ID), err, "nothing has changed, call again")
	}
	return nil
}

var errPanic = errors.New("it panicked")

// note is write for the changes of holds. It makes an entry only for a journal.
func (w *Wallet) note(op Op, id string, amount fixed.Int128) error {
	if w.journal == nil {
		w.seq++
		return nil
	}
	return w.noted(op, id, amount)
}

// noted lets go of the lock when the journal panics, since holds are made and
// settled without a defer.
func (w *Wallet) noted(op Op, id string, amount fixed.Int128) error {
	panicked := true
	defer func() {
		if panicked {
			w.mu.Unlock()
		}
	}()
	err := w.write(Entry{Op: op, ID: id, Amount: w.money(amount)})
	panicked = false
	return err
}

// journalError is ErrJournal with its cause.
type journalError struct{ cause error }

func (e *journalError) Error() string {
	return "credit: " + ErrJournal.Error() + ": " + e.cause.Error() + "; replay what it holds"
}
func (e *journalError) Unwrap() []error { return []error{ErrJournal, e.cause} }

// checkAmount refuses amounts below 0 or of another currency, and ids that are
// none: two that are no text could come back from JSON as one.
func (w *Wallet) checkAmount(what, id string, m money.Money) error {
	switch c := m.Currency(); {
	case !isID(id):
		return refuse(what, id, ErrID, "use 1 to 256 bytes of UTF-8")
	case c != w.terms.Currency && c != "":
		return refuse(what, id, money.CurrencyMismatchError{Got: c, Want: w.terms.Currency}, "the wallet has one currency")
	case m.Sign() < 0:
		return refuse(what, id, ErrNegative, "use 0 or more")
	}
	return nil
}

func isID(id string) bool { return id != "" && len(id) <= 256 && utf8.ValidString(id) }

// check is checkAmount after time has passed, as it does for all that is asked of
// a wallet.
func (w *Wallet) check(what, id string, m money.Money, at int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tick(at); err != nil {
		return err
	}
	return w.checkAmount(what, id, m)
}

// code is a currency as a number, since comparing texts is a call.
func code(c money.Currency) uint32 {
	if len(c) != 3 {
		return 0
	}
	return uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16
}

// doubtful reports whether checkAmount has to look, at an id of ASCII. It is
// inlined where holds are made.
func (w *Wallet) doubtful(id string, m money.Money) bool {
	return uint(len(id)-1) >= 256 || m.Scaled().Hi < 0 || code(m.Currency()) != w.code
}

func (w *Wallet) money(v fixed.Int128) money.Money {
	m, _ := money.FromScaled(v, w.terms.Currency) // checked when the wallet was opened
	return m
}

// owed is what the overdraft has been used for.
func (w *Wallet) owed() fixed.Int128 { return w.overdraft.burned }

// A Balance is what a wallet has at an instant.
type Balance struct {
	// Available can be held: what is free of the grants, and of the overdraft.
	Available money.Money
	Held      money.Money
	Owed      money.Money // of the overdraft
	Granted   money.Money // ever, with what was carried over
	Burned    money.Money // of the grants, ever; with what paid for the overdraft
	Lapsed    money.Money // ever
	Grants    []GrantBalance
}

// A GrantBalance is what became of one grant. The four amounts sum to the
// grant's.
type GrantBalance struct {
	Grant
	Free, Held, Burned, Lapsed money.Money
}

// Balance returns what the wallet has at now. Grants are in the order in which
// they burn, those that are over included. It costs time for each grant. It
// fails as [Wallet.Available] does.
func (w *Wallet) Balance(now time.Time) (Balance, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return Balance{}, err
	}
	all := make([]*grant, 0, len(w.named))
	for _, g := range w.named {
		all = append(all, g)
	}
	slices.SortFunc(all, (*grant).compare)
	b := Balance{Available: w.money(w.free()), Owed: w.money(w.owed()), Granted: w.money(w.granted)}
	held, burned, lapsed := w.overdraft.held(), fixed.Int128{}, fixed.Int128{}
	for _, g := range all {
		b.Grants = append(b.Grants, GrantBalance{g.Grant, w.money(g.balance), w.money(g.held()), w.money(g.burned), w.money(g.lapsed)})
		held, _ = held.Add(g.held())
		burned, _ = burned.Add(g.burned)
		lapsed, _ = lapsed.Add(g.lapsed)
	}
	b.Held, b.Burned, b.Lapsed = w.money(held), w.money(burned), w.money(lapsed)
	return b, nil
}

// Available returns what can be held at now, with the overdraft. It costs
// time for each grant that is not used up, and allocates nothing. It fails
// for a time outside 1970 to 2199, and when the wallet is broken
// ([ErrJournal]).
func (w *Wallet) Available(now time.Time) (money.Money, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return money.Money{}, err
	}
	return w.money(w.free()), nil
}
