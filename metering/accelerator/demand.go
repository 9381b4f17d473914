package accelerator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Device says what a request is made on, as far as the request does not: from
// the node's labels, or the device plugin's settings. All fields may be left
// zero where they do not matter.
type Device struct {
	Model      string // id, name or alias: the label "nvidia.com/gpu.product", say
	Memory     int64  // bytes of one device that the plugin shares out; 0 is what the model has
	MemoryUnit int64  // bytes of one of the memory resource; 0 is what the resource has
	Cores      int64  // how many of the cores resource are a device; 0 is what the resource has
	// Slots is into how many time slices or slots a device, or a partition of
	// it, is cut; 0 is what the resource has. Where memory or cores are asked for
	// it does not matter.
	Slots int64
}

// A Demand is what a request holds of one sort of device: Count parts, each
// on a device of its own or not, of DeviceShare of a card, and of that the
// reservation. It is a value that a policy turns into a billable capacity.
type Demand struct {
	Resources   []string    `json:"resources"` // that it was made of, in order of name
	Model       ModelID     `json:"model"`     // "" where the request leaves it open
	Partition   string      `json:"partition,omitempty"`
	Count       int64       `json:"count"`
	Reservation Reservation `json:"reservation"` // of one device
	DeviceShare Share       `json:"device_share"`
}

// Share returns the billable share of a card of each of the Count parts.
// Errors are those of [Reservation.Billable].
func (d Demand) Share(p Policy) (Share, error) {
	s, err := d.Reservation.Billable(p)
	if err != nil {
		return Share{}, err
	}
	return s.Of(d.DeviceShare)
}

// Cards returns Count billable shares as a capacity in whole grains, for an
// event or a lease of [metering.AcceleratorTime]. It fails as [Demand.Share]
// does, and with [metering.ErrInexact] for a share off the grid: see
// [Share.Cards].
func (d Demand) Cards(p Policy) (metering.Quantity, error) {
	s, err := d.Share(p)
	if err != nil {
		return metering.Quantity{}, err
	}
	return s.times(d.Count)
}

// MaxRequest is the most of one resource that a request may ask for.
const MaxRequest = 1 << 40

// Demands returns what a pod's request of extended resources, amount by name,
// holds on a device: one demand for each group of devices, slot and partition,
// in order of their first resource's name. Amounts of 0 and hints are passed
// over.
//
// Devices without memory or cores are whole; memory or cores without devices
// are of one. Where the number of devices is of a card of several, a device is
// its part of the card. Memory of a resource with templates is rounded up to
// the smallest that holds it, unless cores are asked for as well. Templates are
// parts of the memory that the model has, also where Device.Memory says less.
//
// It fails with an *[UnknownError] on a resource or model that is not known, or
// where models that the request may stand for differ in what matters and the
// device names none; with a *[ShareError] on more memory or cores than a device
// has; with a *[FigureError] where a size is needed that is not known; and with
// a *[FieldError] on an amount that is below 0 or above [MaxRequest].
func (c *Catalogue) Demands(request map[string]int64, on Device) ([]Demand, error) {
	if err := on.validate(); err != nil {
		return nil, err
	}
	groups := map[string]*demand{}
	for _, name := range slices.Sorted(maps.Keys(request)) {
		r, err := c.Resource(name)
		if err != nil {
			return nil, err
		}
		n := request[name]
		switch {
		case n < 0 || n > MaxRequest:
			return nil, &FieldError{"request of " + clip(name), fmt.Sprint(n), "want 0 to 2^40"}
		case n == 0 || r.Measure == Hint:
			continue
		}
		id := r.Group
		if r.Measure == Slots || r.Measure == Slice {
			id = r.Name // apart from the devices of the group
		}
		if groups[id] == nil {
			groups[id] = &demand{c: c, on: on}
		}
		if err := groups[id].add(r, n); err != nil {
			return nil, err
		}
	}
	var demands []Demand
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		d, err := groups[id].finish()
		if err != nil {
			return nil, err
		}
		demands = append(demands, d)
	}
	slices.SortFunc(demands, func(a, b Demand) int { return slices.Compare(a.Resources, b.Resources) })
	return demands, nil
}

func (on Device) validate() error {
	for _, f := range [...]struct {
		name   string
		n, max int64
	}{{"device memory", on.Memory, maxMemory}, {"device memory unit", on.MemoryUnit, maxMemory}, {"device cores", on.Cores, maxUnits}, {"device slots", on.Slots, maxUnits}} {
		if f.n < 0 || f.n > f.max {
			return &FieldError{f.name, fmt.Sprint(f.n), fmt.Sprintf("want 0 to %d", f.max)}
		}
	}
	return nil
}
