package attribution

import (
	"slices"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
)

// Attribute works out who used the energy of one window. See the package
// comment for the rule.
//
// It fails with a *[FieldError] that names the field, an
// *[OverAllocatedError], a *[facility.BelowOneError] when the facility used
// less than its devices, a *[facility.PeriodMismatchError] or
// *[facility.NegativeEnergyError] on the facility's reading, or with what
// [metering.Key.Validate] and [metering.Quantity.Add] say about an account or
// a quantity.
func Attribute(in Input) (*Result, error) {
	r := new(Result)
	if err := new(Attributor).Attribute(r, in); err != nil {
		return nil, err
	}
	return r, nil
}

// Attribute is the function [Attribute] into r, whose memory it uses again.
// On an error r is unchanged. In the steady state it allocates only where a
// split has more than 32 parts.
func (a *Attributor) Attribute(r *Result, in Input) error {
	s, err := a.check(&in)
	if err != nil {
		return err
	}
	total := energy.MicrojoulesWide(s.metered)
	*r = Result{Period: in.Period, Rule: in.Rule, Shares: slices.Grow(r.Shares[:0], s.shares+1), Metered: total, Facility: total}
	a.inputs++
	for k, i := range a.order {
		a.device(r, &in.Devices[i], k)
	}
	if in.Facility != (facility.Measured{}) {
		r.Facility = in.Facility.Energy
		a.overhead(r, s, in.Facility.Unobserved > 0 || !in.Facility.Estimated.IsZero())
		r.PUE = s.pue
	}
	for i := range r.Shares {
		r.Shares[i].since = never
		if !r.Shares[i].isZero() {
			r.Shares[i].since = 0
		}
	}
	return nil
}

// device appends the shares of one device: its idle energy by allocation, the
// rest by use, or by allocation too where use is not known.
func (a *Attributor) device(r *Result, d *Device, k int) {
	holders := a.sorted(d)
	idle := d.Idle.Microjoules()
	dynamic, _ := d.Energy.Microjoules().Sub(idle)

	a.weights = a.weights[:0]
	free := d.Capacity.Grains()
	for i := range holders {
		w := holders[i].Allocated.Grains()
		a.weights = append(a.weights, w)
		free, _ = free.Sub(w) // check has seen to it that this is not below 0
	}
	a.weights = append(a.weights, free)
	// check has worked out every Shapley value that there is.
	_ = a.weigh(r.Rule, d, holders)

	a.splitIdle(k, idle)
	first := len(r.Shares)
	// check has counted them, and Attribute made room.
	r.Shares = r.Shares[:first+len(a.weights)]
	for i := range a.weights {
		s := &r.Shares[first+i]
		*s = Share{Device: d.ID, SKU: d.SKU, Region: d.Region, Idle: energy.MicrojoulesWide(a.parts[i]), Estimated: d.Estimated}
		if i < len(holders) {
			s.Account = holders[i].Account
		}
	}

	if r.Rule == IdleByAllocation {
		a.byUse(holders)
	}
	a.split(a.parts[:0], dynamic)
	shares := r.Shares[first:]
	for i := range shares {
		it, _ := shares[i].Idle.Microjoules().Add(a.parts[i]) // at most the device's energy
		shares[i].IT = energy.MicrojoulesWide(it)
	}
	if shares[len(shares)-1].IT.IsZero() {
		r.Shares = r.Shares[:len(r.Shares)-1]
	}
}

// byUse replaces the weights by the holders' use, if any is known.
func (a *Attributor) byUse(holders []Holder) {
	known := false
	for i := range holders {
		known = known || holders[i].Used > 0
	}
	if !known {
		return
	}
	for i := range holders {
		a.weights[i] = fixed.FromInt64(holders[i].Used)
	}
	a.weights[len(holders)] = fixed.Int128{}
}

// split places total over the weights into a.parts. Where no weight is
// positive, as when capacity and allocations are 0, all of it goes to the
// last one: to nobody.
func (a *Attributor) split(dst []fixed.Int128, total fixed.Int128) {
	var narrow bool
	if a.parts, narrow = splitNarrow(dst, total, a.weights); narrow {
		return
	}
	var err error
	if a.parts, err = fixed.Split(dst, total, a.weights); err != nil {
		// No weight is negative and check has added all of them up, so what
		// is left of the reasons is that none is positive.
		a.parts = a.parts[:0]
		for range a.weights {
			a.parts = append(a.parts, fixed.Int128{})
		}
		a.parts[len(a.parts)-1] = total
	}
}

// overhead spreads what the facility used beyond its devices over all shares,
// in proportion to their IT energy. Where the devices used nothing it goes to
// a share of no device and no account.
func (a *Attributor) overhead(r *Result, s sums, incomplete bool) {
	over, _ := r.Facility.Microjoules().Sub(s.metered)
	if over.IsZero() {
		return
	}
	if s.metered.IsZero() {
		r.Shares = append(r.Shares, Share{Overhead: energy.MicrojoulesWide(over), Estimated: incomplete})
		return
	}
	a.weights = a.weights[:0]
	for i := range r.Shares {
		a.weights = append(a.weights, r.Shares[i].IT.Microjoules())
	}
	a.split(a.parts[:0], over)
	for i := range r.Shares {
		s := &r.Shares[i]
		s.Overhead = energy.MicrojoulesWide(a.parts[i])
		s.Estimated = s.Estimated || incomplete && !s.Overhead.IsZero()
	}
}
