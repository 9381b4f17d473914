package custody

import (
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Hold keeps records for a dispute, an audit or an authority, whatever rules
// say: from when it is placed until it is released.
type Hold struct {
	ID      string           `json:"id"`
	Reason  string           `json:"reason"`
	Account metering.Account `json:"account,omitempty"` // and all below it; "" for all
	Classes []Class          `json:"classes,omitempty"` // none for all
	// From and Until bound the time of records; the zero time leaves a side open.
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Placed   time.Time `json:"placed"`
	Released time.Time `json:"released,omitzero"` // zero while it holds
}

// holds reports whether any of what a record is may be under the hold. Records of
// all accounts together are under a hold of any.
func (h *Hold) holds(r Record, now time.Time) bool {
	if now.Before(h.Placed) || !h.Released.IsZero() && !now.Before(h.Released) {
		return false
	}
	return (h.Account == "" || r.Account == "" || h.Account.Contains(r.Account) || r.Account.Contains(h.Account)) &&
		(len(h.Classes) == 0 || slices.Contains(h.Classes, r.Class)) &&
		(h.From.IsZero() || !r.Time.Before(h.From)) && (h.Until.IsZero() || r.from().Before(h.Until))
}
