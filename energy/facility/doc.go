// Package facility relates the energy of a data centre to that of its IT equipment.
//
//	site := facility.Measured{Energy: energy.KilowattHours(1_250_000), Period: year}
//	it := facility.Measured{Energy: energy.KilowattHours(820_000), Period: year}
//	r, err := facility.PUE(site, it, facility.Category3)
//	fmt.Println(r)              // PUE3 1.524 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z
//	fmt.Println(r.Warnings())   // []
//	fleet, err := facility.Combine(r, other)
//
// # PUE
//
// Power usage effectiveness (ISO/IEC 30134-2, EN 50600-4-2) is the energy of
// the whole facility over the energy of its IT equipment, both over the same
// period. A [Result] is that ratio together with what it is worth: where the
// IT energy was measured ([Category]), over which period, and with which
// [Warning] values. A PUE over less than 12 months is an interim one, an iPUE,
// and carries its dates; months are counted in UTC.
//
// # Combining
//
// [Combine] takes consecutive periods of one site, or several sites over one
// period, as sum over sum. The mean of ratios is a different and wrong
// number: sites of 120 over 100 and 450 over 300 make 1.425, not 1.35.
//
// # Exactness
//
// The ratio is kept as its two energies, in whole microjoules, and compared
// and combined as that. Rounding happens in the displays, [Result.Decimal] and
// [Result.Float64], once. The law, a test of the same name:
//
//   - Combine_SumOverSum: combined results are the sum of totals over the sum
//     of IT energies, in any order.
//
// # Errors
//
// Refused are a period that differs between the two energies or is empty
// (*[PeriodMismatchError], [ErrEmptyPeriod]), a negative energy
// (*[NegativeEnergyError]), no IT energy ([ErrNoITEnergy]), and a facility that
// used less than its IT equipment (*[BelowOneError]); in combining and
// comparing also another category (*[CategoryMismatchError]) and periods that
// do not join (*[PeriodGapError]). Everything that can be computed but is
// doubtful is a warning: exactly 1, below 1.02, above 3, interim, category
// unknown, partial coverage.
//
// # Limits
//
// All energy is electricity, or was converted to it before: which factors
// apply to fuel and to cooling fluids depends on the standard, so the caller
// names them. Equal periods in Combine are taken for different sites; that
// they are is not checked.
//
// # Design
//
// A PUE is not a float: a float has no dates and no category, lets 0.98 and
// infinity pass, and invites averaging. Refusing was chosen where the figure
// would be false, warning where it is true but not to be published; a caller
// that wants fewer results refuses by [Result.Has].
//
// Category 0 of The Green Grid relates peak powers, not energies, and is not
// in ISO/IEC 30134-2; it would be another type, not another category.
package facility
