package credit

import (
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// OpenHolds returns the holds that are open at now, in the order in which they
// were made: what a program that starts again has to settle, by Commit where the
// request's event was recorded and by Release where it was not. What nobody
// settles gives its amount back at its Until.
//
// It costs time for each hold since the oldest open one. It fails as
// [Wallet.Available] does.
func (w *Wallet) OpenHolds(now time.Time) ([]Hold, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.tickAt(now); err != nil {
		return nil, err
	}
	var list []Hold
	for n := w.holds.lasts; n < w.holds.next; n++ {
		if s := w.holds.at(n); s.state == open {
			list = append(list, w.openHold(s))
		}
	}
	return list, nil
}

// openHold is what is known of a hold that is open.
func (w *Wallet) openHold(s *hold) Hold {
	return Hold{ID: s.id, State: stateNames[open], Amount: w.money(s.amount), Actual: w.money(fixed.Int128{}), Until: time.Unix(0, s.until).UTC()}
}
