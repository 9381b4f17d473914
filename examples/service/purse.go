package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

// A purse is the credit of one tenant: what was paid in advance, what usage took
// of it, and what is held for usage that is to come.
type purse struct {
	wallet *credit.Wallet
	open   map[string]bool // ids of holds that may be open
	taken  int             // how often usage was taken, for the ids of that
}

// Prefixes of ids that are not a client's.
const (
	usagePrefix      = "usage "
	correctionPrefix = "correction "
)

// follow notes what an entry says of holds.
func (u *purse) follow(op credit.Op, id string) {
	number, isUsage := strings.CutPrefix(id, usagePrefix)
	switch {
	case op == credit.Reserved && isUsage:
		n, _ := strconv.Atoi(number)
		u.taken = max(u.taken, n)
	case op == credit.Reserved:
		u.open[id] = true
	case op == credit.Committed, op == credit.Released:
		delete(u.open, id)
	}
}

// holdID names the hold of an event. The name of an event can be twice as long as
// that of a hold.
func holdID(source, id string) string {
	name := fmt.Sprintf("%q %q", source, id)
	if len(name) > 256 {
		name = fmt.Sprintf("sha256 %x", sha256.Sum256([]byte(name)))
	}
	return name
}

// settle takes what usage has come to and was not taken yet. Holds whose event is
// recorded are committed, as far as they go; the rest of a hold goes back, and what
// is beyond them is taken of what is free, or owed. Where usage was corrected to
// less, it is given back as credit.
func (u *purse) settle(due money.Money, ended []string, now time.Time) error {
	before, err := u.settled(now)
	if err != nil {
		return err
	}
	rest, err := due.Sub(before)
	if err != nil {
		return err
	}
	for _, id := range ended {
		h, err := u.wallet.Hold(id, now)
		delete(u.open, id)
		if err != nil || h.State != "open" {
			continue // it expired, and is forgotten or was settled
		}
		actual, err := part(rest, h.Amount)
		if err != nil {
			return err
		}
		if err := u.wallet.Commit(id, actual, now); err != nil {
			return err
		}
		if rest, err = rest.Sub(actual); err != nil {
			return err
		}
	}
	switch rest.Sign() {
	case 1:
		return u.take(rest, now)
	case -1:
		return u.giveBack(rest, due, now)
	}
	return nil
}

// part returns what of rest, if there is any, a hold of an amount pays.
func part(rest, amount money.Money) (money.Money, error) {
	if rest.Sign() <= 0 {
		return amount.Sub(amount)
	}
	c, err := rest.Cmp(amount)
	if err != nil || c > 0 {
		return amount, err
	}
	return rest, nil
}

// take takes an amount. A process that ended between the two calls left a hold
// behind, which is of no use any more.
func (u *purse) take(amount money.Money, now time.Time) error {
	if u.taken > 0 {
		last := usagePrefix + strconv.Itoa(u.taken)
		if h, err := u.wallet.Hold(last, now); err == nil && h.State == "open" {
			if err := u.wallet.Release(last, now); err != nil {
				return err
			}
		}
	}
	u.taken++
	id := usagePrefix + strconv.Itoa(u.taken)
	if err := u.wallet.Reserve(id, amount, now); err != nil {
		return err
	}
	return u.wallet.Commit(id, amount, now)
}

// giveBack grants what was taken too much. That it is named after what is due
// makes it one grant, however often it is tried.
func (u *purse) giveBack(rest, due money.Money, now time.Time) error {
	amount, err := rest.Neg()
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s%d to %s", correctionPrefix, u.taken, due)
	return u.wallet.Grant(credit.Grant{ID: id, Amount: amount}, now)
}

// settled returns what usage has come to so far: what was committed, less what was
// given back.
func (u *purse) settled(now time.Time) (money.Money, error) {
	b, err := u.wallet.Balance(now)
	if err != nil {
		return money.Money{}, err
	}
	sum, err := b.Burned.Add(b.Owed)
	for _, g := range b.Grants {
		if err == nil && strings.HasPrefix(g.ID, correctionPrefix) {
			sum, err = sum.Sub(g.Amount)
		}
	}
	return sum, err
}

// hold holds an amount, if it is there without going into debt. Again, it is the
// hold that was made first.
func (u *purse) hold(id string, amount money.Money, now time.Time) (credit.Hold, error) {
	if h, err := u.wallet.Hold(id, now); err == nil && h.State == "open" {
		return h, nil
	}
	free, err := u.free(now)
	if err != nil {
		return credit.Hold{}, err
	}
	if c, err := free.Cmp(amount); err != nil || c < 0 {
		return credit.Hold{}, cmp.Or[error](err, &credit.InsufficientError{ID: id, Asked: amount, Available: free})
	}
	if err := u.wallet.Reserve(id, amount, now); err != nil {
		return credit.Hold{}, err
	}
	u.open[id] = true
	return u.wallet.Hold(id, now)
}

// release gives a hold back.
func (u *purse) release(id string, now time.Time) error {
	err := u.wallet.Release(id, now)
	if err == nil || errors.Is(err, credit.ErrSettled) {
		delete(u.open, id)
	}
	return err
}

// free returns what can be held; below 0 where something is owed.
func (u *purse) free(now time.Time) (money.Money, error) {
	free, err := u.wallet.Available(now)
	if err != nil {
		return free, err
	}
	return free.Sub(overdraft(free.Currency()))
}
