package carbon

import (
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Part is so much of a whole, such as 4 of 96 virtual processors.
type Part struct{ Of, All int64 }

// A Component is a device with the mass that making it emitted, to be spread
// over its life: GPU by GPU, memory by the gigabyte, a processor by the core.
type Component struct {
	Name     string
	Embodied Mass // of all of it
	Lifetime time.Duration
}

// Over returns the part of the embodied mass that falls to a time and a share
// of the component: TE · (TiR/EL) · (RR/ToR) of ISO/IEC 21031. It is rounded
// half-even to the nanogram.
//
// Each part is rounded by itself: those of many windows do not add up to the
// whole, which those of [Component.Within] do.
//
// It fails with a *[FieldError] on a lifetime of 0, a time below 0 or beyond
// the lifetime, a share that is not within 0 and 1, or a negative mass.
func (c Component) Over(d time.Duration, p Part) (Mass, error) {
	name := " of " + clip(c.Name)
	switch {
	case c.Embodied.Sign() < 0:
		return Mass{}, &FieldError{"embodied mass" + name, c.Embodied.String(), "0 or more"}
	case c.Lifetime <= 0:
		return Mass{}, &FieldError{"lifetime" + name, c.Lifetime.String(), "more than 0"}
	case d < 0 || d > c.Lifetime:
		return Mass{}, &FieldError{"time reserved" + name, d.String(), "0 to the lifetime of " + c.Lifetime.String()}
	case p.All <= 0 || p.Of < 0 || p.Of > p.All:
		return Mass{}, &FieldError{"share" + name, fmt.Sprintf("%d of %d", p.Of, p.All), "0 to all of at least 1"}
	}
	num := new(big.Int).Mul(c.Embodied.n.Big(), big.NewInt(int64(d)))
	den := new(big.Int).Mul(big.NewInt(int64(c.Lifetime)), big.NewInt(p.All))
	return massOf(new(big.Rat).SetFrac(num.Mul(num, big.NewInt(p.Of)), den))
}

// Within returns the part of the embodied mass that falls to a period and a share
// of the component, which began its life at a time: what falls to its life until
// the period's end less what falls to it until its start, each as [Component.Over]
// has it. So periods that follow each other add up to the whole, to the nanogram,
// and what lies before the life or after it has no mass.
//
// The shares of several holders add up where the mass of all of it is split with
// [metering.Quantity.Split]. Errors are those of Over about lifetime, share and
// mass.
func (c Component) Within(began time.Time, w metering.Period, p Part) (Mass, error) {
	// Sub saturates at 292 years, and a lifetime is no longer.
	until := func(t time.Time) (Mass, error) { return c.Over(min(max(t.Sub(began), 0), max(c.Lifetime, 0)), p) }
	end, err := until(w.End())
	if err != nil {
		return Mass{}, err
	}
	start, err := until(w.Start())
	if err != nil {
		return Mass{}, err
	}
	return end.Sub(start)
}

// A ServerModel estimates the embodied mass of a server from a baseline and
// its parts, as the SCI-embodied model of the Impact Framework does. Its
// coefficients are masses: one that is in kilograms where grams are meant
// cannot be given by mistake.
type ServerModel struct {
	Baseline         Mass // of a server of BaselineVCPUs and BaselineMemoryGB
	BaselineVCPUs    int64
	BaselineMemoryGB int64
	PerVCPU, PerGB   Mass // beyond the baseline
	PerSSD, PerHDD   Mass
	PerGPU           Mass
	Lifetime         time.Duration
}

// A ServerParts is what a server has.
type ServerParts struct{ VCPUs, MemoryGB, SSDs, HDDs, GPUs int64 }

// DefaultServerModel returns the defaults of the Impact Framework
// (sci-embodied plugin): 1,000 kg for 1 vCPU and 16 GB, 100 kg a further vCPU,
// 533/384 kg a further GB, 50 kg an SSD, 100 kg an HDD, 150 kg a GPU, 4 years
// of 365 days.
func DefaultServerModel() ServerModel {
	gb, _ := massOf(big.NewRat(533_000_000_000_000, 384))
	return ServerModel{Baseline: Kilograms(1000), BaselineVCPUs: 1, BaselineMemoryGB: 16, PerVCPU: Kilograms(100), PerGB: gb,
		PerSSD: Kilograms(50), PerHDD: Kilograms(100), PerGPU: Kilograms(150), Lifetime: 4 * 365 * 24 * time.Hour}
}

// Server returns a server of the given parts as a component. It fails with a
// *[FieldError] on a negative count, or when parts below the baseline leave a
// negative mass, or with an error that wraps [metering.ErrOverflow].
func (m ServerModel) Server(name string, p ServerParts) (Component, error) {
	for _, n := range []int64{p.VCPUs, p.MemoryGB, p.SSDs, p.HDDs, p.GPUs} {
		if n < 0 {
			return Component{}, &FieldError{"parts of " + clip(name), strconv.FormatInt(n, 10), "0 or more of each"}
		}
	}
	ng := m.Baseline.n.Big()
	add := func(each Mass, n int64) { ng.Add(ng, new(big.Int).Mul(each.n.Big(), big.NewInt(n))) }
	add(m.PerVCPU, p.VCPUs-m.BaselineVCPUs)
	add(m.PerGB, p.MemoryGB-m.BaselineMemoryGB)
	add(m.PerSSD, p.SSDs)
	add(m.PerHDD, p.HDDs)
	add(m.PerGPU, p.GPUs)
	if ng.Sign() < 0 {
		return Component{}, &FieldError{"embodied mass of " + clip(name), ng.String() + " ng", "0 or more: parts far below the baseline"}
	}
	mass, err := massOf(new(big.Rat).SetInt(ng))
	return Component{name, mass, m.Lifetime}, err
}

// ProcessorDie returns the embodied mass of a processor by the area of its
// die, area · perMM2 + base, as Boavizta has it (19.7 g/mm² and 9.14 kg). It
// fails with a *[FieldError] on an area that is negative or not plain, or
// with an error that wraps [metering.ErrOverflow].
func ProcessorDie(areaMM2 decimal.Decimal, perMM2, base Mass) (Mass, error) {
	if e := areaMM2.Exponent(); areaMM2.Sign() < 0 || e < -18 || e > 9 || areaMM2.Coefficient().BitLen() > 64 {
		return Mass{}, &FieldError{"die area", "of exponent " + strconv.Itoa(int(areaMM2.Exponent())), "a plain number of mm², 0 or more"}
	}
	ng := areaMM2.Rat()
	ng.Mul(ng, new(big.Rat).SetInt(perMM2.n.Big()))
	return massOf(ng.Add(ng, new(big.Rat).SetInt(base.n.Big())))
}
