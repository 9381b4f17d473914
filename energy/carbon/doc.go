// Package carbon turns energy into the greenhouse gas behind it.
//
//	grid, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Hour}, points...)   // g/kWh over time
//	used, err := grid.Emissions(windows...)                                          // location-based, time-aligned
//	both, err := carbon.Scope2(carbon.Use{Energy: used.Energy, Period: year, Location: &used, Residual: &mix})
//	fmt.Println(both.Location.Tonnes(1), both.Market.Tonnes(1))
//
//	rate, err := used.Rate(window)
//	for e, err := range rate.Events(result.Events(source, provider), energy.Energy{}) { … }   // under the tenants
//
// # Units
//
// A [Mass] counts nanograms of CO2 equivalent, an [Intensity] nanograms per
// kilowatt-hour. Both are types; what is read from text names its unit, and
// one that could not be true, such as hundreds of tonnes per kilowatt-hour, is
// refused. A number alone is never taken.
//
// # Alignment
//
// A [Series] holds the intensity of a grid over time, in steps of any length.
// Energy is multiplied with the intensity of its own time: 1 kWh at 500 g and
// 3 kWh at 100 g are 800 g, and 1,200 g by their means. A point holds until the
// next and no longer than MaxHold; beyond it there is a hole, which is refused,
// left out and said, or filled and marked as estimated ([HolePolicy]).
//
// # Scope 2
//
// [Scope2] gives the location-based and the market-based figure side by side,
// as the GHG Protocol's guidance wants them; without the first there is no
// second. Instruments are held to the guidance's criteria: one claim of one
// id, of a vintage that overlaps the period, of the market. What they claim
// beyond the energy used is a surplus and nothing below zero. [Match] says how
// much was carbon-free hour by hour, which a year's sum cannot.
//
// # Embodied mass and SCI
//
// A [Component] spreads what making it emitted over its life and its holders; the
// periods of [Component.Within] add up to all of it.
// [SCI] is the software carbon intensity of ISO/IEC 21031, grams per
// functional unit: per 1,000 tokens, request or card-hour.
//
// # Events
//
// [Rate.Events] makes the events of an attribution's energy into events of
// [metering.CarbonEmitted] under the same accounts, adjustments included. The
// market-based mass has a meter of its own, [MarketEmitted]: under one meter
// the two would be added up.
//
// Rating refuses usage without a price, and mass has none: rate usage of the
// meters that have prices ([metering.ForMeters]), or have rating list the rest
// (rating.ReportUnpriced); a price of 0 would be a line on the invoice.
//
// # Exactness
//
// All is integers and rationals. The mass of a window is rounded half-even to
// the nanogram once, so that windows add up. The laws, each a test:
//
//   - Series_Oracle: any irregular series and any windows give the mass and
//     the uncovered energy of a second implementation in rationals.
//   - Within_Conserved: periods of any lengths, from before a component's life to
//     after it, have its embodied mass together, to the nanogram.
//   - Events_Conserved: the events of a window carry its mass to the
//     nanogram, and with the adjustments that follow, that of the revised
//     energy.
//
// # Errors
//
// [UnitError], [FieldError], [OrderError], [HoleError], [InstrumentError] and
// the sentinels; [metering.ErrOverflow] beyond 128 bits. A warning is said
// with the figure: a surplus, a missing residual mix, a filled hole.
//
// # Limits
//
// Intensities reach 9,000 kg/kWh. A series takes 24 bytes a point and a search
// and a walk a window. Whether instruments were retired, and at whose grid a
// site is, the caller knows.
//
// # Design
//
// Two meters for the two figures were chosen over a label: whoever adds up a
// meter without looking at labels would count carbon twice.
//
// Each event takes the difference of two rounded cumulative masses rather than
// a share by largest remainder. It is off by at most a nanogram from its share,
// and it alone also closes on a revised sum when energy is taken back.
//
// A mean of intensities, and their sum for a region of several grids, cannot
// be written here: [Mix] weighs by energy.
package carbon
