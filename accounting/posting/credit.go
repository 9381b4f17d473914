package posting

import (
	"strconv"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

// A Wallet names the prepaid credit whose entries are posted.
type Wallet struct {
	ID     string // of the wallet's journal
	Tenant string
	// Sold says whether a grant was paid for; others were given. Nil is for none.
	Sold func(grant string) bool
}

// Credit returns the document of an entry of a wallet: a grant or the new part of
// a renewal was sold or given, and what was committed of a hold was used.
// Opening, reserving and releasing move no money: the document has no items.
//
// What is committed is posted as used, whatever it burned: beyond what was
// granted, deferred revenue of the tenant goes below 0, which is what is owed for
// an overdraft. Do not post the same use as a credit on the bill, too.
func (w Wallet) Credit(e credit.Entry) Document {
	d := Document{Causes: []string{"wallet", w.Tenant, w.ID, "entry", strconv.FormatUint(e.Seq, 10)}, At: e.At, Memo: "credit " + e.Op.String()}
	item := Item{Amount: e.Amount, Tenant: w.Tenant}
	switch e.Op {
	case credit.Granted, credit.Renewed:
		item.Cause = CreditGiven
		if w.Sold != nil && w.Sold(e.ID) {
			item.Cause = CreditSold
		}
	case credit.Committed:
		item.Cause = CreditUsed
	default:
		return d
	}
	d.Items = []Item{item}
	return d
}

// Lapsed returns the document of what a grant lost by a time at which it was
// over, and nothing of it was held. A wallet has no entry for it, since it
// follows from time: ask for the balance when a period is closed.
//
// Carried is what a renewal carried over to the next grant: that grant's amount
// less the amount of the renewal's entry; zero without a renewal. It lapses in
// the old grant and is no loss. What a renewal carried over beyond what was left,
// to reach its least, was given.
//
// It fails with [ErrValue] for a grant that is not over, and with
// [money.ErrOverflow].
func (w Wallet) Lapsed(g credit.GrantBalance, carried money.Money, at time.Time) (Document, error) {
	if !g.Free.IsZero() || !g.Held.IsZero() || carried.Sign() < 0 {
		return Document{}, refuse(ErrValue, "grant %s: %s of it are free, %s are held, %s were carried over; wait until it is over",
			quote(g.ID), g.Free, g.Held, carried)
	}
	item := Item{Cause: CreditLapsed, Tenant: w.Tenant}
	lost, err := g.Lapsed.Sub(carried)
	if err == nil && lost.Sign() < 0 {
		item.Cause = CreditGiven
		lost, err = lost.Neg()
	}
	if err != nil {
		return Document{}, refuse(err, "grant %s", quote(g.ID))
	}
	item.Amount = lost
	return Document{Causes: []string{"wallet", w.Tenant, w.ID, "lapsed", g.ID}, At: at, Memo: "credit lapsed", Items: []Item{item}}, nil
}
