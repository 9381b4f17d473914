package facility

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// A Server is what a benchmark says of one server at its best: SMPE and SMPO
// of ISO/IEC 30134-4.
type Server struct {
	Performance decimal.Decimal
	Unit        string // of Performance, such as "ssj_ops"; the same for all
	Power       energy.Power
}

// ITEEsv returns the energy efficiency of servers, Σ performance / Σ power
// (ISO/IEC 30134-4), in units of performance per watt. It is a property of the
// equipment in the period, so that there is nothing to be incomplete.
//
// It fails with [ErrNoResults] without servers, a *[UnitError] when two
// servers are measured in different units, or a *[FieldError] on a server
// without power or with a negative performance.
func ITEEsv(period metering.Period, servers ...Server) (Figure, error) {
	if len(servers) == 0 {
		return Figure{}, ErrNoResults
	}
	if period.IsZero() {
		return Figure{}, emptyPeriod(period)
	}
	work, watts := new(big.Rat), new(big.Rat)
	for i, s := range servers {
		name := fmt.Sprintf("server %d of %d", i+1, len(servers))
		switch {
		case s.Unit != servers[0].Unit:
			return Figure{}, &UnitError{"performance of " + name, strconv.Quote(clip(s.Unit)), strconv.Quote(clip(servers[0].Unit))}
		case s.Power <= 0:
			return Figure{}, &FieldError{"power of " + name, s.Power.String(), "more than 0"}
		}
		p, err := factorOf("performance of "+name, s.Performance)
		if err != nil {
			return Figure{}, err
		}
		work.Add(work, p)
		watts.Add(watts, big.NewRat(int64(s.Power), int64(energy.Watt)))
	}
	if work.Sign() == 0 {
		return Figure{}, &FieldError{"performance of all servers", "0", "more than 0"}
	}
	f := Figure{kpi: KPIITEEsv, value: work.Quo(work, watts), period: period}
	f.judge()
	return f, nil
}

// A Utilisation is the mean CPU utilisation of one server over the period, in
// percent.
type Utilisation struct {
	Percent decimal.Decimal
	// Missing says that the server was not measured.
	Missing bool
}

// ITEUsv returns the mean CPU utilisation of all servers in percent
// (ISO/IEC 30134-5). Servers that were not measured are left out of the mean,
// with the warning [ServersMissing].
//
// It fails with [ErrNoResults] when no server was measured, or a *[FieldError]
// on a utilisation below 0 or above 100 %.
func ITEUsv(period metering.Period, servers ...Utilisation) (Figure, error) {
	if period.IsZero() {
		return Figure{}, emptyPeriod(period)
	}
	sum, n := new(big.Rat), int64(0)
	for i, s := range servers {
		if s.Missing {
			continue
		}
		name := fmt.Sprintf("utilisation of server %d of %d", i+1, len(servers))
		u, err := factorOf(name, s.Percent)
		if err != nil {
			return Figure{}, err
		}
		if u.Cmp(big.NewRat(100, 1)) > 0 {
			return Figure{}, &FieldError{name, clip(s.Percent.String()) + " %", "at most 100 %"}
		}
		sum.Add(sum, u)
		n++
	}
	if n == 0 {
		return Figure{}, ErrNoResults
	}
	f := Figure{kpi: KPIITEUsv, value: sum.Quo(sum, big.NewRat(n, 1)), period: period}
	f.judge()
	f.warnings.add(ServersMissing, n < int64(len(servers)))
	return f, nil
}

// A Demand is the peak power of a period, a mean over 15 minutes or less.
type Demand struct {
	Power  energy.Power
	Period metering.Period
	Point  Point
}

// PeakPUE returns category 0 of The Green Grid (WP#49), PUE0: the ratio of
// peak powers, for sites that are all electric, with the IT demand at the
// output of the UPS. It is not in ISO/IEC 30134-2 and is not comparable with
// a PUE, which relates energies.
//
// It fails with a *[PeriodMismatchError], [ErrEmptyPeriod], a *[PointError],
// [ErrNoITEnergy], a *[NegativeEnergyError] or a *[BelowOneError], which
// state powers as energies over the period.
func PeakPUE(total, it Demand) (Figure, error) {
	if it.Point != UPSOutput {
		return Figure{}, &PointError{"IT demand of category 0", it.Point, "ups_output"}
	}
	t := Measured{Energy: total.Power.Over(total.Period.Duration()), Period: total.Period, Point: total.Point}
	i := Measured{Energy: it.Power.Over(it.Period.Duration()), Period: it.Period}
	if _, err := PUE(t, i, Category1); err != nil {
		return Figure{}, err
	}
	f := Figure{kpi: KPIPeakPUE, value: big.NewRat(int64(total.Power), int64(it.Power)), period: it.Period}
	f.judge()
	f.warnings.add(UnknownAccuracy, true)
	return f, nil
}
