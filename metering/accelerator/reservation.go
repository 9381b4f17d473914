package accelerator

// A Reservation is what of a card is held for somebody: a share of its cores,
// of its memory, or both. A zero share is not reserved; the zero Reservation
// reserves nothing.
type Reservation struct {
	Core   Share `json:"core"`
	Memory Share `json:"memory"`
}

// A Policy says which share a reservation is billed by.
type Policy uint8

// The policies. The zero Policy is the default.
const (
	// LargerShare bills by the larger of core and memory where both are
	// reserved, otherwise by the one that is: what is left of the card beside it
	// can be sold to nobody else. Reservations that fit on a card together can so
	// come to more than a card: 4g.40gb and 3g.40gb of an A100 are 4/7 and 1/2.
	LargerShare Policy = iota
	CoreShare          // by the cores alone
	MemoryShare        // by the memory alone
)

var policyNames = []string{LargerShare: "larger", CoreShare: "core", MemoryShare: "memory"}

// String returns the policy's name.
func (p Policy) String() string { return nameOf(policyNames, p) }

// MarshalText returns the name.
func (p Policy) MarshalText() ([]byte, error) { return textOf("policy", policyNames, p) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (p *Policy) UnmarshalText(text []byte) error { return readName(p, "policy", policyNames, text) }

// Billable returns the share that the reservation is billed by. Shares are
// compared exactly. It fails with a *[ShareError] that wraps [ErrNotReserved]
// where the policy's share is not reserved, and a *[FieldError] on an invalid
// policy.
func (r Reservation) Billable(p Policy) (Share, error) {
	var s Share
	switch p {
	case LargerShare:
		if s = r.Core; r.Memory.Cmp(s) > 0 {
			s = r.Memory
		}
	case CoreShare:
		s = r.Core
	case MemoryShare:
		s = r.Memory
	default:
		return Share{}, &FieldError{"policy", p.String(), "want one of " + list(policyNames)}
	}
	if s.IsZero() {
		return Share{}, &ShareError{ErrNotReserved, "policy " + p.String(), "of core " + r.Core.String() + " and memory " + r.Memory.String(), "a share that is reserved"}
	}
	return s, nil
}

// slot returns one of n equal slots of the reservation.
func (r Reservation) slot(n int64) (Reservation, error) {
	one, err := newShare("slot", 1, n)
	if err != nil {
		return Reservation{}, err
	}
	core, err := r.Core.Of(one)
	if err != nil {
		return Reservation{}, err
	}
	memory, err := r.Memory.Of(one)
	return Reservation{core, memory}, err
}
