package carbon

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// An Instrument is a contract or certificate that claims the attributes of
// electricity: a power purchase agreement, a guarantee of origin, a green
// certificate. Its fields are what the quality criteria of the Scope 2
// Guidance ask for.
type Instrument struct {
	ID      string // of the claim; two of one ID would claim it twice
	Energy  energy.Energy
	Rate    Intensity
	Vintage metering.Period // when it was generated
	Market  string          // the market boundary it was issued in
}

// A Use is the electricity of a period as Scope 2 wants it.
type Use struct {
	Energy energy.Energy
	Period metering.Period
	Market string // the market boundary it was used in
	// Location is the energy at the intensity of the grid; see
	// [Series.Emissions]. It is required: a market-based figure does not
	// stand alone.
	Location *Emissions
	// Instruments are counted in the given order, up to the energy used.
	Instruments []Instrument
	// Supplier is the supplier's rate and Residual the residual mix; what no
	// instrument covers takes the first of them that is given.
	Supplier, Residual *Intensity
}

// A Warning is a remark on a [Statement] or a [Score].
type Warning string

// The warnings.
const (
	// CertSurplus: instruments claim more energy than was used. The surplus
	// is reported and not carried; emissions do not go below 0.
	CertSurplus Warning = "CERT_SURPLUS"
	// NoResidualMix: neither supplier's rate nor residual mix was given; the
	// grid's average stands in, which counts claimed energy twice.
	NoResidualMix Warning = "NO_RESIDUAL_MIX"
	// PartlyEstimated: a part was filled over holes.
	PartlyEstimated Warning = "PARTLY_ESTIMATED"
	// WithoutFacility: the energy is without the facility's overhead.
	WithoutFacility Warning = "WITHOUT_FACILITY"
	// UsedOnly: the energy is without what was provisioned and not used.
	UsedOnly Warning = "USED_ONLY"
)

// A Statement is both figures of Scope 2, side by side.
type Statement struct {
	Location, Market Mass
	// Covered is what instruments cover, Surplus what they claim beyond the
	// energy used.
	Covered, Surplus energy.Energy
	Warnings         []Warning
}

// Scope2 works out the location-based and the market-based figure (GHG
// Protocol, Scope 2 Guidance, chapters 6 and 7). Market-based, energy under an
// instrument emits at its rate, and what remains at the supplier's rate or the
// residual mix, not at the grid's average.
//
// It fails with [ErrNoLocation], a *[HoleError] when the location-based figure
// does not cover the energy, an *[InstrumentError] on an instrument that
// breaks a criterion, a *[FieldError], or an error that wraps
// [metering.ErrOverflow].
func Scope2(u Use) (Statement, error) {
	switch {
	case u.Location == nil:
		return Statement{}, ErrNoLocation
	case u.Energy.Sign() < 0:
		return Statement{}, &FieldError{"energy", u.Energy.String(), "0 or more"}
	case u.Location.Energy != u.Energy:
		return Statement{}, &FieldError{"energy of the location-based figure", u.Location.Energy.String(), u.Energy.String()}
	case !u.Location.Uncovered.IsZero():
		return Statement{}, &HoleError{u.Period}
	}
	if err := u.checkInstruments(); err != nil {
		return Statement{}, err
	}
	s := Statement{Location: u.Location.Mass}
	if !u.Location.Estimated.IsZero() {
		s.Warnings = append(s.Warnings, PartlyEstimated)
	}
	rest := u.Energy
	for _, i := range u.Instruments {
		part := i.Energy
		if part.Cmp(rest) > 0 {
			part = rest
		}
		if err := s.claim(i, part); err != nil {
			return Statement{}, err
		}
		rest, _ = rest.Sub(part) // part is at most rest
	}
	if !s.Surplus.IsZero() {
		s.Warnings = append(s.Warnings, CertSurplus)
	}
	if err := s.remain(u, rest); err != nil {
		return Statement{}, err
	}
	return s, nil
}

// claim adds the part of an instrument that covers energy used.
func (s *Statement) claim(i Instrument, part energy.Energy) error {
	m, err := i.Rate.Of(part)
	if err != nil {
		return err
	}
	if s.Market, err = s.Market.Add(m); err != nil {
		return err
	}
	if s.Covered, err = s.Covered.Add(part); err != nil {
		return err
	}
	over, _ := i.Energy.Sub(part)
	s.Surplus, err = s.Surplus.Add(over)
	return err
}

// remain adds what no instrument covers.
func (s *Statement) remain(u Use, rest energy.Energy) error {
	if rest.IsZero() {
		return nil
	}
	rate := u.Supplier
	if rate == nil {
		rate = u.Residual
	}
	var m Mass
	var err error
	if rate != nil {
		if err := rate.check(); err != nil {
			return err
		}
		m, err = rate.Of(rest)
	} else {
		s.Warnings = append(s.Warnings, NoResidualMix)
		ng := new(big.Rat).SetFrac(new(big.Int).Mul(s.Location.n.Big(), rest.Microjoules().Big()), u.Energy.Microjoules().Big())
		m, err = massOf(ng)
	}
	if err == nil {
		s.Market, err = s.Market.Add(m)
	}
	return err
}

// checkInstruments holds instruments to the quality criteria.
func (u Use) checkInstruments() error {
	seen := make(map[string]bool, len(u.Instruments))
	for n, i := range u.Instruments {
		switch {
		case i.ID == "":
			return &InstrumentError{fmt.Sprintf("%d of %d", n+1, len(u.Instruments)), "id", `""`, "the id of the claim"}
		case seen[i.ID]:
			return &InstrumentError{i.ID, "claim", "made twice", "each claim once"}
		case i.Energy.Sign() < 0:
			return &InstrumentError{i.ID, "energy", i.Energy.String(), "0 or more"}
		case i.Rate.check() != nil:
			return &InstrumentError{i.ID, "rate", i.Rate.String(), "0 to 9000 kg/kWh"}
		case !i.Vintage.Overlaps(u.Period):
			return &InstrumentError{i.ID, "vintage", i.Vintage.String(), "one that overlaps " + u.Period.String()}
		case i.Market != u.Market:
			return &InstrumentError{i.ID, "market", strconv.Quote(clip(i.Market)), strconv.Quote(clip(u.Market))}
		}
		seen[i.ID] = true
	}
	return nil
}
