package facility

import (
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// REF returns the renewable energy factor, renewable over the site's energy
// (ISO/IEC 30134-3). Above 1 it is held to 1, with the warning [Capped] and
// what is left over in [Figure.Surplus]: it is not carried to another period.
//
// It fails with what [PUE] says of measurements, or with [ErrNoEnergy].
func REF(renewable, site Measured) (Figure, error) {
	if err := ofSite("renewable", renewable, site); err != nil {
		return Figure{}, err
	}
	surplus, _ := renewable.Energy.Sub(site.Energy) // both are 0 or more
	if surplus.Sign() <= 0 {
		return figure(KPIREF, renewable, site, nil), nil
	}
	renewable.Energy = site.Energy
	f := figure(KPIREF, renewable, site, nil)
	f.surplus = surplus
	f.warnings.add(Capped, true)
	return f, nil
}

// ofSite checks a part of the site's energy.
func ofSite(name string, part, site Measured) error {
	if err := same("total", site, name, part); err != nil {
		return err
	}
	if site.Point > SiteInput {
		return &PointError{"total energy", site.Point, "site_input"}
	}
	if site.Energy.IsZero() {
		return ErrNoEnergy
	}
	return nil
}

// Renewable is where renewable energy comes from, as Regulation (EU) 2024/1364
// lists it: E_RES-TOT = guarantees of origin + power purchase agreements +
// on site.
type Renewable struct {
	Guarantees energy.Energy // with guarantees of origin that were cancelled
	Agreements energy.Energy // by power purchase agreements
	OnSite     energy.Energy // generated on site
	// OnSiteSold is the part of OnSite whose guarantees of origin were sold.
	// It is somebody else's and is taken off.
	OnSiteSold energy.Energy
}

// Total returns E_RES-TOT. It fails with a *[NegativeEnergyError], an
// *[AboveWholeError] when more was sold than was generated, or an error that
// wraps [metering.ErrOverflow].
func (r Renewable) Total() (energy.Energy, error) {
	for _, p := range []struct {
		name string
		e    energy.Energy
	}{{"guarantees of origin", r.Guarantees}, {"power purchase", r.Agreements}, {"on-site", r.OnSite}, {"on-site sold", r.OnSiteSold}} {
		if p.e.Sign() < 0 {
			return energy.Energy{}, &NegativeEnergyError{p.name, p.e}
		}
	}
	if r.OnSiteSold.Cmp(r.OnSite) > 0 {
		return energy.Energy{}, &AboveWholeError{"on-site sold", r.OnSiteSold, r.OnSite}
	}
	kept, _ := r.OnSite.Sub(r.OnSiteSold)
	sum, err := r.Guarantees.Add(r.Agreements)
	if err != nil {
		return energy.Energy{}, err
	}
	return sum.Add(kept)
}

// A Reuse is energy, usually heat, that is used again outside the data
// centre.
type Reuse struct {
	Measured
	// Inside says that it is used within the data centre's boundary, which
	// makes it no reuse.
	Inside bool
}

// ERF returns the energy reuse factor, reused over the site's energy
// (ISO/IEC 30134-6), between 0 and 1. It fails with what [PUE] says of
// measurements, with [ErrReuseInside], [ErrNoEnergy] or an
// *[AboveWholeError].
func ERF(reused Reuse, site Measured) (Figure, error) {
	if err := ofSite("reused", reused.Measured, site); err != nil {
		return Figure{}, err
	}
	switch {
	case reused.Inside:
		return Figure{}, ErrReuseInside
	case reused.Energy.Cmp(site.Energy) > 0:
		return Figure{}, &AboveWholeError{"reused", reused.Energy, site.Energy}
	}
	return figure(KPIERF, reused.Measured, site, nil), nil
}

// ERE returns the energy reuse effectiveness of The Green Grid,
// (total − reused) / IT, which is (1 − ERF)·PUE. Below 1 it is legal, which a
// PUE never is. What is doubtful of the PUE is of it, too. Its uncertainty is
// that of three meters, of which the one of what was reused is independent; where
// nothing is left, none is known.
//
// It fails with [ErrNoITEnergy] on a zero Result, a *[KindMismatchError] on
// one that is not measured as a whole, and as [ERF] does.
func ERE(r Result, reused Reuse) (Figure, error) {
	if r.IsZero() {
		return Figure{}, ErrNoITEnergy
	}
	if r.kind != measured {
		return Figure{}, &KindMismatchError{r.Name(), "PUE"}
	}
	site := Measured{Energy: r.total.energy, Period: r.period, Unobserved: r.total.unobserved, Estimated: r.total.estimated, Accuracy: r.total.accuracy, Table: r.table}
	if _, err := ERF(reused, site); err != nil {
		return Figure{}, err
	}
	accuracy := left(site, reused.Measured)
	site.Energy, _ = site.Energy.Sub(reused.Energy)
	if site.Estimated.Cmp(site.Energy) > 0 {
		site.Estimated = site.Energy
	}
	it := Measured{Energy: r.it.energy, Period: r.period, Unobserved: r.it.unobserved, Estimated: r.it.estimated, Accuracy: r.it.accuracy}
	f := figure(KPIERE, site, it, nil)
	f.num, f.category = accuracy, r.category
	f.warnings |= r.warnings
	f.warnings.add(UnknownAccuracy, reused.Accuracy == 0)
	f.warnings.add(PartialCoverage, !reused.complete())
	f.unobserved = max(f.unobserved, reused.Unobserved)
	return f, nil
}

// CER returns the cooling efficiency ratio, heat removed over the electrical
// energy of the cooling (ISO/IEC 30134-7). Above 30 it has the warning
// [AboveUsual]. It fails with what [PUE] says of measurements, or with
// [ErrNoEnergy].
func CER(heat, cooling Measured) (Figure, error) {
	if err := same("heat", heat, "cooling", cooling); err != nil {
		return Figure{}, err
	}
	if cooling.Energy.IsZero() || heat.Energy.IsZero() {
		return Figure{}, ErrNoEnergy
	}
	f := figure(KPICER, heat, cooling, nil)
	f.warnings.add(AboveUsual, heat.Energy.Microjoules().MulWide(fixed.FromInt64(1)).Cmp(cooling.Energy.Microjoules().MulWide(fixed.FromInt64(30))) > 0)
	return f, nil
}
