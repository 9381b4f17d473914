package otelmeter

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// MaxDevices is how many devices a [Hardware] has at most.
const MaxDevices = 1000

// A Device is a component of a machine, or the machine, as the semantic
// conventions for hardware name it.
type Device struct {
	ID   string // hw.id, required: unique among the devices of the host
	Type string // hw.type, required but for a host: gpu, cpu, memory, network, power_supply, …
	// Host marks the whole machine. Its energy is hw.host.energy and never
	// hw.energy: whoever adds that up over components would count it twice.
	Host bool

	Name, Parent, Model, Vendor, Serial string // as far as they are known
}

// Hardware shows the energy and power of devices by the names of the semantic
// conventions: hw.energy and hw.host.energy, counters in whole joules, and
// hw.power and hw.host.power, gauges in whole watts. It is safe for concurrent
// use.
type Hardware struct {
	cfg          config
	registration metric.Registration

	energy, hostEnergy, power, hostPower metric.Int64Observable

	mu      sync.Mutex
	devices map[string]*Component
}

// NewHardware makes the instruments. It fails with what the provider's meter says.
func NewHardware(opts ...Option) (*Hardware, error) {
	h := &Hardware{cfg: newConfig(opts), devices: make(map[string]*Component)}
	meter := h.cfg.meter()
	var all []metric.Observable
	for _, in := range [...]struct {
		to      *metric.Int64Observable
		name    string
		counter bool
		about   string
	}{
		{&h.energy, hwEnergy, true, "Energy consumed by the component."},
		{&h.hostEnergy, hwHostEnergy, true, "Total energy consumed by the entire physical host, in joules."},
		{&h.power, hwPower, false, "Instantaneous power consumed by the component."},
		{&h.hostPower, hwHostPower, false, "Instantaneous power consumed by the entire physical host in Watts (`hw.host.energy` is preferred)."},
	} {
		var one metric.Int64Observable
		var err error
		if in.counter {
			one, err = meter.Int64ObservableCounter(in.name, metric.WithUnit("J"), metric.WithDescription(in.about))
		} else {
			one, err = meter.Int64ObservableGauge(in.name, metric.WithUnit("W"), metric.WithDescription(in.about))
		}
		if err != nil {
			return nil, fmt.Errorf("otelmeter: %q: %w", in.name, err)
		}
		*in.to = one
		all = append(all, one)
	}
	var err error
	if h.registration, err = meter.RegisterCallback(h.observe, all...); err != nil {
		return nil, fmt.Errorf("otelmeter: %w", err)
	}
	return h, nil
}

// Close ends observing. Components stay usable and are not seen any more. It
// returns the error of the meter's registration.
func (h *Hardware) Close() error { return h.registration.Unregister() }

// Component returns the component of a device, whose energy begins at 0. It fails
// with a *[metering.FieldError] without an id or type, for an id that is there
// already, and for one device more than [MaxDevices].
func (h *Hardware) Component(d Device) (*Component, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case d.ID == "":
		return nil, &metering.FieldError{Field: "id", Reason: "want what tells the device from the host's others"}
	case d.Type == "" && !d.Host:
		return nil, &metering.FieldError{Field: "type", Reason: "want a value of hw.type, such as gpu"}
	case h.devices[d.ID] != nil:
		return nil, &metering.FieldError{Field: "id", Value: clip(d.ID), Reason: "want each device once"}
	case len(h.devices) >= MaxDevices:
		return nil, &metering.FieldError{Field: "devices", Value: fmt.Sprint(MaxDevices + 1), Reason: fmt.Sprintf("want at most %d", MaxDevices)}
	}
	kv := []attribute.KeyValue{attribute.String(hwID, d.ID)}
	kind := d.Type
	if d.Host {
		kind = "" // the instruments of hosts have no type
	}
	for _, one := range [...]struct{ name, value string }{{hwType, kind}, {hwName, d.Name}, {hwParent, d.Parent}, {hwModel, d.Model}, {hwVendor, d.Vendor}, {hwSerial, d.Serial}} {
		if one.value != "" {
			kv = append(kv, attribute.String(one.name, one.value))
		}
	}
	c := &Component{hardware: h, id: d.ID, host: d.Host, of: metric.WithAttributeSet(h.cfg.with(kv...))}
	h.devices[d.ID] = c
	return c, nil
}

func (h *Hardware) observe(_ context.Context, o metric.Observer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.devices {
		energy, power := h.energy, h.power
		if c.host {
			energy, power = h.hostEnergy, h.hostPower
		}
		if c.measured {
			o.ObserveInt64(energy, c.joules, c.of)
		}
		if c.drawing {
			o.ObserveInt64(power, c.watts, c.of)
		}
	}
	return nil
}

// A Component is the energy and power of one device. It is safe for concurrent
// use. Get one from [Hardware.Component].
type Component struct {
	hardware *Hardware // its lock guards what follows
	id       string
	host     bool
	of       metric.MeasurementOption

	measured, drawing bool
	joules, watts     int64
	rest              fixed.Int128 // µJ, below a joule
}

var microsPerUnit = fixed.FromInt64(1_000_000)

// Add adds the energy of an interval, such as a counter's increase. Whole joules
// are shown, what is below one is carried to the next: the joules shown and
// [Component.Remainder] are what was added, to the microjoule.
//
// It fails, and adds nothing, with a *[metering.DimensionError] for what is no
// energy, [metering.ErrNegative], and a *[metering.FieldError] where the sum
// leaves 64 bits of joules.
func (c *Component) Add(energy metering.Quantity) error {
	if d := energy.Dimension(); d != metering.Energy && !(d == 0 && energy.IsZero()) {
		return &metering.DimensionError{Got: d, Want: metering.Energy}
	}
	if energy.Sign() < 0 {
		return fmt.Errorf("%w: %v", metering.ErrNegative, energy)
	}
	c.hardware.mu.Lock()
	defer c.hardware.mu.Unlock()
	// Neither sum overflows where the one before is ok: a rest is below a joule.
	sum, ok := energy.Grains().Add(c.rest)
	whole, rest, _ := sum.QuoRem(microsPerUnit)
	whole, _ = whole.Add(fixed.FromInt64(c.joules))
	joules, fits := whole.Int64()
	if !ok || !fits {
		return &metering.FieldError{Field: "energy", Value: energy.String(), Reason: "want no more than 9.2e18 J in all"}
	}
	c.joules, c.rest, c.measured = joules, rest, true
	return nil
}

// Remainder returns the energy that was added and is not shown yet, below a
// joule.
func (c *Component) Remainder() metering.Quantity {
	c.hardware.mu.Lock()
	defer c.hardware.mu.Unlock()
	return metering.GrainsWide(c.rest, metering.Energy)
}

// Set sets the power that is drawn now, which is shown rounded half-even to
// watts. It fails, and changes nothing, with a *[metering.DimensionError] for what
// is no power and a *[metering.FieldError] beyond 64 bits of watts.
func (c *Component) Set(power metering.Quantity) error {
	if power.Dimension() != metering.Power {
		return &metering.DimensionError{Got: power.Dimension(), Want: metering.Power}
	}
	n, _, _ := power.Grains().Div(microsPerUnit, fixed.HalfEven)
	watts, ok := n.Int64()
	if !ok {
		return &metering.FieldError{Field: "power", Value: power.String(), Reason: "want no more than 9.2e18 W"}
	}
	c.hardware.mu.Lock()
	defer c.hardware.mu.Unlock()
	c.watts, c.drawing = watts, true
	return nil
}

// Unset says that the power is not known: it is not shown until [Component.Set].
func (c *Component) Unset() {
	c.hardware.mu.Lock()
	defer c.hardware.mu.Unlock()
	c.drawing = false
}

// Close takes the device out. Its id may come again, and begins at 0 then, as a
// counter that was reset.
func (c *Component) Close() {
	c.hardware.mu.Lock()
	defer c.hardware.mu.Unlock()
	if c.hardware.devices[c.id] == c {
		delete(c.hardware.devices, c.id)
	}
}

// clip bounds what an error repeats.
func clip(s string) string { return fmt.Sprintf("%.64s", s) }
