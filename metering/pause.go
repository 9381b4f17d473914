package metering

// A PausePolicy says what becomes of a capacity while the resource that holds it
// is paused: stopped, and not given up. What of a machine goes on then differs
// by provider and meter. Alibaba Cloud's economical mode, for one, stops charging
// for cores, memory, cards and the bandwidth of a fixed address, and goes on with
// disks and elastic addresses.
type PausePolicy uint8

// The pause policies.
const (
	NotHeldPaused PausePolicy = iota // what runs: cores, memory, cards; the default
	HeldPaused                       // what stays allocated: disks, addresses
)

var pausePolicyNames = []string{NotHeldPaused: "not-held", HeldPaused: "held"}

// String returns the policy's name.
func (p PausePolicy) String() string { return nameOf(pausePolicyNames, p) }

// MarshalText returns the name.
func (p PausePolicy) MarshalText() ([]byte, error) {
	return textOf("pause policy", pausePolicyNames, p)
}

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (p *PausePolicy) UnmarshalText(text []byte) error {
	return readName(p, "pause policy", pausePolicyNames, text)
}
