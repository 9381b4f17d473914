package attribution

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// An Input is what was measured and held on one site within one window.
// Devices and holders can be in any order; the result does not depend on it.
type Input struct {
	Period  metering.Period
	Devices []Device
	// Facility is the energy of the whole site over the same Period. The zero
	// Measured means that it is not known: there is then no overhead.
	Facility facility.Measured
	// Category says where the devices' energy is measured.
	Category facility.Category
	// Rule says how the energy of a device is shared; see [Compare].
	Rule Rule
}

// A Device is one metered device within the window.
type Device struct {
	ID     string // unique within the input
	SKU    string
	Region string
	// Energy is what the device used; Idle, at most Energy, is the part it
	// would have used without any work. With an Idle of 0 all is dynamic.
	Energy energy.Energy
	Idle   energy.Energy
	// Capacity is what could be held in the window: card-time, core-time or
	// any other quantity, the same for all holders. It may be zero when
	// nobody holds anything.
	Capacity metering.Quantity
	Holders  []Holder
	// Estimated says that Energy was not measured throughout.
	Estimated bool
	// Worth is what the device would have used for some of its holders alone,
	// for [ByShapley]; bit i stands for the i-th account in order. See
	// [Shapley] for its rules. Other rules do not ask for it.
	Worth func(coalition uint32) energy.Energy
}

// A Holder is an account that held or used a part of a device within the
// window, be it until its end or not: what ended keeps its part. An account
// listed more than once is added up.
type Holder struct {
	Account metering.Account
	// Allocated is the part of Capacity that was set aside for the account,
	// used or not.
	Allocated metering.Quantity
	// Used weighs what the account did with it, such as busy time times
	// slices; only its proportion to the other holders' matters. Where all
	// are 0, use is not known.
	Used int64
}

// An Attributor works out results. It keeps buffers between calls; the zero
// Attributor is ready. It is for one goroutine at a time.
type Attributor struct {
	order   []int32 // devices by id
	holders []Holder
	weights []fixed.Int128
	parts   []fixed.Int128
	// valid are the accounts of the input before, in the order in which they
	// were checked. The same one at the same place is not checked again.
	valid []metering.Account
	place int
	// idle are the splits of idle energy of the input before, by place of the
	// device: from one window to the next few of them change. They are kept
	// from the second input on.
	idle   []memo
	inputs int
}

// A memo is a split that was made.
type memo struct {
	total          fixed.Int128
	weights, parts []fixed.Int128
}

// splitIdle is split, for the idle energy of the k-th device.
func (a *Attributor) splitIdle(k int, total fixed.Int128) {
	if a.inputs < 2 {
		a.split(a.parts[:0], total)
		return
	}
	for len(a.idle) <= k {
		a.idle = append(a.idle, memo{})
	}
	m := &a.idle[k]
	if m.total == total && slices.Equal(m.weights, a.weights) {
		a.parts = append(a.parts[:0], m.parts...)
		return
	}
	a.split(a.parts[:0], total)
	m.total, m.weights, m.parts = total, append(m.weights[:0], a.weights...), append(m.parts[:0], a.parts...)
}

// account validates an account, unless it was at this place before.
func (a *Attributor) account(account metering.Account) error {
	k := a.place
	a.place++
	if k < len(a.valid) && a.valid[k] == account {
		return nil
	}
	if err := account.Validate(); err != nil {
		return err
	}
	a.valid = append(a.valid[:min(k, len(a.valid))], account)
	return nil
}

// sums is what check finds on the way.
type sums struct {
	metered   fixed.Int128 // Σ energy of devices
	estimated fixed.Int128 // the part of it that was not measured throughout
	shares    int          // at most this many
	pue       facility.Result
}

// check validates all of in, so that what follows cannot fail, and puts the
// devices in order.
func (a *Attributor) check(in *Input) (sums, error) {
	var s sums
	if in.Period.IsZero() {
		return s, &FieldError{"period", in.Period.String(), "a window with a beginning and a later end"}
	}
	if in.Rule >= rules {
		return s, &FieldError{"rule", strconv.Itoa(int(in.Rule)), "one of the rules"}
	}
	if err := a.sort(in.Devices); err != nil {
		return s, err
	}
	a.place = 0
	for i := range in.Devices {
		d := &in.Devices[i]
		if err := a.validate(d); err != nil {
			return s, err
		}
		if in.Rule == ByShapley {
			if err := a.byShapleyCheck(d); err != nil {
				return s, err
			}
		}
		var ok bool
		if s.metered, ok = s.metered.Add(d.Energy.Microjoules()); !ok {
			return s, fmt.Errorf("attribution: energy of all devices, at device %q: %w", d.ID, metering.ErrOverflow)
		}
		if d.Estimated {
			s.estimated, _ = s.estimated.Add(d.Energy.Microjoules()) // a part of metered
		}
		s.shares += len(d.Holders) + 1
	}
	return s, in.checkFacility(&s)
}

// sort fills a.order and refuses a device that is listed twice.
func (a *Attributor) sort(devices []Device) error {
	a.order = a.order[:0]
	for i := range devices {
		a.order = append(a.order, int32(i))
	}
	byID := func(i, j int32) int { return cmp.Compare(devices[i].ID, devices[j].ID) }
	if !slices.IsSortedFunc(a.order, byID) {
		slices.SortFunc(a.order, byID)
	}
	for k := 1; k < len(a.order); k++ {
		if id := devices[a.order[k]].ID; id == devices[a.order[k-1]].ID {
			return &FieldError{"device", clip(id), "each device once"}
		}
	}
	return nil
}

// checkFacility validates the site's reading and works out the PUE.
func (in *Input) checkFacility(s *sums) (err error) {
	f, metered := in.Facility, energy.MicrojoulesWide(s.metered)
	switch {
	case f == facility.Measured{}:
		return nil
	case f.Period != in.Period:
		return &facility.PeriodMismatchError{Got: f.Period, Want: in.Period}
	case !metered.IsZero():
		it := facility.Measured{Energy: metered, Period: in.Period, Estimated: energy.MicrojoulesWide(s.estimated)}
		s.pue, err = facility.PUE(f, it, in.Category)
		return err
	case f.Energy.Sign() < 0:
		return &facility.NegativeEnergyError{Field: "total", Energy: f.Energy}
	}
	return nil
}

// validate returns the first rule that the device breaks.
func (a *Attributor) validate(d *Device) error {
	if d.ID == "" {
		return &FieldError{"device", `""`, "an id"}
	}
	// The names end up in keys of usage: hold them to the rules of those.
	names := metering.Key{Account: "-", Meter: metering.DeviceEnergy, Resource: d.ID, SKU: d.SKU, Region: d.Region}
	if err := names.Validate(); err != nil {
		return fmt.Errorf("attribution: device %q: %w", clip(d.ID), err)
	}
	switch {
	case d.Energy.Sign() < 0:
		return d.field("energy", d.Energy.String(), "0 or more")
	case d.Idle.Sign() < 0 || d.Idle.Cmp(d.Energy) > 0:
		return d.field("idle energy", d.Idle.String(), "0 to its energy of "+d.Energy.String())
	case d.Capacity.Sign() < 0:
		return d.field("capacity", d.Capacity.String(), "0 or more")
	}
	sum, err := a.allocated(d)
	if err != nil {
		return err
	}
	over, err := sum.Cmp(d.Capacity)
	if err != nil {
		return fmt.Errorf("attribution: device %q: capacity: %w", clip(d.ID), err)
	}
	if over > 0 {
		return &OverAllocatedError{Device: d.ID, Allocated: sum, Capacity: d.Capacity}
	}
	return nil
}

// allocated validates the holders and returns what they hold together.
func (a *Attributor) allocated(d *Device) (sum metering.Quantity, err error) {
	used := int64(0)
	for i := range d.Holders {
		h := &d.Holders[i]
		if err := a.account(h.Account); err != nil {
			return sum, fmt.Errorf("attribution: device %q: %w", clip(d.ID), err)
		}
		switch {
		case h.Allocated.Sign() < 0:
			return sum, d.field("allocation of "+clip(string(h.Account)), h.Allocated.String(), "0 or more")
		case h.Used < 0:
			return sum, d.field("use of "+clip(string(h.Account)), strconv.FormatInt(h.Used, 10), "0 or more")
		case h.Used > math.MaxInt64-used:
			return sum, d.field("use of "+clip(string(h.Account)), strconv.FormatInt(h.Used, 10), "uses that add up to less than 2^63; only their proportions matter")
		}
		used += h.Used
		if sum, err = sum.Add(h.Allocated); err != nil {
			return sum, fmt.Errorf("attribution: device %q: allocation of %q: %w", clip(d.ID), clip(string(h.Account)), err)
		}
	}
	return sum, nil
}

func (d *Device) field(field, value, want string) error {
	return &FieldError{field + " of device " + clip(d.ID), value, want}
}

// sorted returns the device's holders in order of account, each account once.
func (a *Attributor) sorted(d *Device) []Holder {
	list := d.Holders
	inOrder := true
	for i := 1; i < len(list); i++ {
		inOrder = inOrder && list[i-1].Account < list[i].Account
	}
	if inOrder {
		return list
	}
	a.holders = append(a.holders[:0], list...)
	slices.SortFunc(a.holders, func(x, y Holder) int { return strings.Compare(string(x.Account), string(y.Account)) })
	merged := a.holders[:0]
	for _, h := range a.holders {
		if n := len(merged); n > 0 && merged[n-1].Account == h.Account {
			// No sum exceeds what check has added up already.
			merged[n-1].Allocated, _ = merged[n-1].Allocated.Add(h.Allocated)
			merged[n-1].Used += h.Used
			continue
		}
		merged = append(merged, h)
	}
	return merged
}
