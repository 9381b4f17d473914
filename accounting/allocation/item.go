package allocation

import "github.com/meterbook/meterbook/metering"

// A Kind says what a cost is of. It is a field and not part of a name, so that
// a workload may be called anything.
type Kind uint8

// The kinds of cost.
const (
	Workload       Kind = iota + 1 // of what somebody runs
	Idle                           // of capacity that nobody was allocated
	OverAllocation                 // below 0: what was allocated beyond capacity, and so charged twice
	Unmounted                      // of volumes that nothing mounts
	Unallocated                    // of what has no owner
	Filtered                       // of what a view leaves out
)

var kindNames = [...]string{
	Workload: "workload", Idle: "idle", OverAllocation: "over-allocation",
	Unmounted: "unmounted", Unallocated: "unallocated", Filtered: "filtered",
}

// String returns the name, such as "over-allocation", or "invalid".
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "invalid"
	}
	return kindNames[k]
}

// MarshalText returns the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// A Resource is a kind of capacity, such as "cpu", "memory", "gpu", "volume" or
// "network". Any name will do.
type Resource string

// An Item is who has a cost: the key of a workload, as on the bill, in a pool.
// Items are comparable values. Of [Idle] cost only the pool and the resource
// are known.
type Item struct {
	Kind     Kind
	Key      metering.Key
	Pool     string
	Resource Resource
}

// A Basis says how much of a resource a workload is allocated.
type Basis uint8

// The bases.
const (
	// Larger is the larger of request and usage, as a container keeps others
	// off what it requested and off what it uses (OpenCost specification v01).
	Larger Basis = iota
	// Requested is the request alone: cards and shares of cards, volumes.
	Requested
	// Used is the usage alone: what is shared by time slices.
	Used
)
