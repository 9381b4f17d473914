package accelerator

import (
	"fmt"
	"slices"
)

// demand gathers the resources of one group.
type demand struct {
	c     *Catalogue
	on    Device
	names []string
	by    [len(measures)]Resource
	n     [len(measures)]int64
}

var measures = [...]Measure{0, Devices, Slots, Memory, Cores, Slice, Hint}

func (d *demand) add(r Resource, n int64) error {
	if other := d.by[r.Measure]; other.Name != "" {
		return &FieldError{"request of " + r.Name, fmt.Sprint(n), "want it or " + other.Name + ", which counts the same " + r.Measure.String()}
	}
	d.names = append(d.names, r.Name)
	d.by[r.Measure], d.n[r.Measure] = r, n
	return nil
}

func (d *demand) finish() (Demand, error) {
	out := Demand{Resources: d.names, Count: max(1, d.n[Devices]+d.n[Slots]+d.n[Slice])}
	m, share, err := d.model()
	if err != nil {
		return Demand{}, err
	}
	out.DeviceShare = share
	if m != nil {
		out.Model = m.ID
	}
	switch {
	case d.n[Slice] > 0:
		out.Partition = d.by[Slice].Partition
		if out.Reservation, err = d.slice(m); err == nil && d.on.Slots > 0 {
			out.Reservation, err = out.Reservation.slot(d.on.Slots)
		}
	case d.n[Slots] > 0:
		out.Reservation, err = d.slot(d.by[Slots], d.on.Slots, m)
	case d.n[Memory] == 0 && d.n[Cores] == 0 && d.on.Slots > 0:
		out.Reservation, err = d.slot(d.by[Devices], d.on.Slots, m)
	case d.n[Memory] == 0 && d.n[Cores] == 0:
		out.Reservation = Reservation{Whole(), Whole()}
	default:
		out.Reservation, out.Partition, err = d.parts(m, out.Count)
	}
	return out, err
}

// model returns the model that the demand is on, nil where it is open and does
// not matter, and what a device is of a card.
func (d *demand) model() (*Model, Share, error) {
	ids := d.candidates()
	if d.on.Model != "" {
		m, err := d.c.model(d.on.Model)
		if err != nil {
			return nil, Share{}, err
		}
		if !slices.Contains(ids, m.ID) {
			return nil, Share{}, openError(d.on.Model, "it does not offer "+d.names[0], ids)
		}
		return m, m.DeviceShare(), nil
	}
	if len(ids) == 0 {
		return nil, Share{}, openError("", d.names[0]+" stands for no model of the catalogue", ids)
	}
	first := &d.c.models[d.c.byID[ids[0]]]
	if len(ids) == 1 {
		return first, first.DeviceShare(), nil
	}
	for _, id := range ids {
		if d.c.models[d.c.byID[id]].Devices != first.Devices {
			return nil, Share{}, openError("", d.names[0]+" is of devices, of which cards have different numbers: say Device.Model", ids)
		}
	}
	return nil, first.DeviceShare(), nil
}

// candidates returns the models that all of the resources may stand for.
func (d *demand) candidates() []ModelID {
	var ids []ModelID
	for i := range d.c.models {
		m := &d.c.models[i]
		if !slices.ContainsFunc(d.by[:], func(r Resource) bool { return r.Name != "" && !r.stands(m) }) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func openError(given, hint string, ids []ModelID) error {
	e := &UnknownError{Err: ErrUnknownModel, Given: clip(given), Hint: hint}
	for _, id := range ids[:min(len(ids), 8)] {
		e.Want = append(e.Want, string(id))
	}
	return e
}

// slice returns the shares of the partition; where the model is open, those of
// all models that have it, if they are the same.
func (d *demand) slice(m *Model) (Reservation, error) {
	r := d.by[Slice]
	if m != nil {
		p, err := m.Partition(r.Partition)
		return p.Reservation(), err
	}
	var all Reservation
	for _, id := range r.Models {
		p, err := d.c.models[d.c.byID[id]].Partition(r.Partition)
		if err != nil {
			return Reservation{}, err
		}
		if all != (Reservation{}) && all != p.Reservation() {
			return Reservation{}, openError("", r.Name+" is another share of each: say Device.Model", r.Models)
		}
		all = p.Reservation()
	}
	return all, nil
}

func (d *demand) slot(r Resource, slots int64, m *Model) (Reservation, error) {
	n, err := d.units(r, slots, m, "slots of a device", "say Device.Slots")
	if err != nil {
		return Reservation{}, err
	}
	return Reservation{Whole(), Whole()}.slot(n)
}

// units returns how many of r are a device.
func (d *demand) units(r Resource, said int64, m *Model, what, hint string) (int64, error) {
	switch {
	case said > 0:
		return said, nil
	case r.UnitsPerDevice > 0:
		return r.UnitsPerDevice, nil
	case r.ModelCores && m != nil:
		if n, ok := m.Cores.Value(); ok {
			return n, nil
		}
		return 0, &FigureError{string(m.ID), "cores of a device", hint}
	case r.ModelCores:
		return 0, openError("", r.Name+" counts cores of the model: say Device.Model, or "+hint, d.candidates())
	}
	return 0, &FigureError{r.Name, what, hint}
}

// parts returns the shares of memory and cores of each of count devices.
func (d *demand) parts(m *Model, count int64) (r Reservation, partition string, err error) {
	if n := d.n[Cores]; n > 0 {
		of, err := d.units(d.by[Cores], d.on.Cores, m, "units of a device's cores", "say Device.Cores")
		if err != nil {
			return r, "", err
		}
		if r.Core, err = d.part(d.by[Cores], n, 1, of, count); err != nil {
			return r, "", err
		}
	}
	n := d.n[Memory]
	if n == 0 {
		return r, "", nil
	}
	one, of, err := d.memory(m)
	if err != nil {
		return r, "", err
	}
	if r.Memory, err = d.part(d.by[Memory], n, one, of, count); err != nil {
		return r, "", err
	}
	if d.by[Memory].Templates && d.n[Cores] == 0 && m != nil && m.Partitions != nil {
		if p, ok := m.TemplateFor(n*one, d.templated(m, of)); ok {
			return p.Reservation(), p.Name, nil
		}
		return Reservation{Whole(), Whole()}, "", nil
	}
	return r, "", nil
}

// templated returns the memory that templates are parts of: what the model has,
// also where a driver shows less of it, as 21,527 MiB of the 24 GiB of an Ascend
// 310P, of which vir01 is 3 GiB all the same.
func (d *demand) templated(m *Model, of int64) int64 {
	if whole, ok := m.DeviceMemory().Value(); ok && d.inBytes() {
		return max(of, whole)
	}
	return of
}

// inBytes reports whether memory is told in bytes, and not in parts of a device.
func (d *demand) inBytes() bool { return d.on.MemoryUnit > 0 || d.by[Memory].UnitsPerDevice == 0 }

// part returns n units of one, of a device that has of; n is of all count
// devices where the resource is spread.
func (d *demand) part(r Resource, n, one, of, count int64) (Share, error) {
	if !r.Spread {
		count = 1
	}
	// A request and a count are at most 2^40: a device that is asked for more
	// than 2^62 units is asked for too much.
	if one > (1<<62)/n || of > (1<<62)/count {
		return Share{}, &ShareError{ErrShare, r.Name, fmt.Sprintf("%d × %d", n, one), fmt.Sprintf("at most %d of a device", of)}
	}
	s, err := newShare(r.Name, n*one, of*count)
	if err != nil {
		return Share{}, &ShareError{ErrShare, r.Name, fmt.Sprintf("%d of %d", n*one, of*count), "at most all of the device"}
	}
	return s, nil
}

// memory returns the bytes of one unit of the memory resource and of a device,
// or 1 and the number of units that a device has.
func (d *demand) memory(m *Model) (one, of int64, err error) {
	r := d.by[Memory]
	if !d.inBytes() {
		return 1, r.UnitsPerDevice, nil
	}
	if one = d.on.MemoryUnit; one == 0 {
		one = r.UnitBytes
	}
	if one == 0 {
		return 0, 0, &FigureError{r.Name, "bytes of one unit", "say Device.MemoryUnit"}
	}
	if d.on.Memory > 0 {
		return one, d.on.Memory, nil
	}
	if m == nil {
		return 0, 0, openError("", r.Name+" is memory of a device: say Device.Memory or Device.Model", d.candidates())
	}
	of, ok := m.DeviceMemory().Value()
	if !ok {
		return 0, 0, &FigureError{string(m.ID), "memory", "say Device.Memory"}
	}
	return one, of, nil
}
