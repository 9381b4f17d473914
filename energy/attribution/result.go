package attribution

import (
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Share is the part of a device's energy that falls to one account, or to
// nobody.
type Share struct {
	// Account is empty for what nobody held.
	Account metering.Account
	// Device is empty for the overhead of a site whose devices used nothing.
	Device string
	SKU    string
	Region string
	// IT is the device's energy, of which Idle is the idle part; Overhead is
	// the site's.
	IT, Idle, Overhead energy.Energy
	Estimated          bool

	// since is the revision whose event first reported this account and
	// device, never if none did.
	since int32
}

const never = -1

// Unallocated reports whether nobody held this part.
func (s Share) Unallocated() bool { return s.Account == "" }

// isZero reports whether there is nothing to report.
func (s *Share) isZero() bool { return s.IT.IsZero() && s.Overhead.IsZero() }

// A Result is one window's energy by device and account. It is a plain value
// to read; make one with [Attribute] or [Revise]. Many goroutines may read
// it; [Attributor.Attribute] writes it.
type Result struct {
	Period   metering.Period
	Revision int // 0 from Attribute, one more from each Revise
	Rule     Rule
	// Shares are in order of device, then account, what nobody held last. An
	// account has one share of a device.
	Shares []Share
	// Metered is the energy of all devices, and Facility that of the site;
	// without a facility reading it is Metered.
	Metered  energy.Energy
	Facility energy.Energy
	// PUE is the window's, the zero Result when the facility's energy is not
	// known or the devices used nothing.
	PUE facility.Result
}

// Books is a result added up.
type Books struct {
	Tenants             energy.Energy // IT energy of accounts
	Unallocated         energy.Energy // IT energy that nobody held
	TenantOverhead      energy.Energy // facility overhead of accounts
	UnallocatedOverhead energy.Energy
}

// Reconcile adds up the shares and holds them against the meters, to the
// microjoule: Tenants + Unallocated is Metered, and all four are Facility. It
// fails with an *[ImbalanceError] when Shares or totals were changed since
// they were worked out.
func (r *Result) Reconcile() (Books, error) {
	var sums [4]fixed.Int128
	ok := true
	add := func(i int, e energy.Energy) {
		var fits bool
		sums[i], fits = sums[i].Add(e.Microjoules())
		ok = ok && fits
	}
	for i := range r.Shares {
		s := &r.Shares[i]
		k := 0
		if s.Unallocated() {
			k = 1
		}
		add(k, s.IT)
		add(2+k, s.Overhead)
	}
	it, fits := sums[0].Add(sums[1])
	ok = ok && fits
	overhead, fits := sums[2].Add(sums[3])
	ok = ok && fits
	all, fits := it.Add(overhead)
	ok = ok && fits
	switch {
	case !ok:
		return Books{}, &ImbalanceError{"energy", "more than 128 bits", r.Facility.String()}
	case it != r.Metered.Microjoules():
		return Books{}, &ImbalanceError{"device energy", it.String() + " uJ", r.Metered.String()}
	case all != r.Facility.Microjoules():
		return Books{}, &ImbalanceError{"facility energy", all.String() + " uJ", r.Facility.String()}
	}
	w := energy.MicrojoulesWide
	return Books{w(sums[0]), w(sums[1]), w(sums[2]), w(sums[3])}, nil
}
