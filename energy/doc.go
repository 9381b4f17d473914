// Package energy turns power samples and counter readings into exact energy.
//
//	in, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute))
//	err = in.Add(energy.Sample{Time: t, Power: 350 * energy.Watt})   // as they come
//	for w := range in.Drain() {                                      // quarter hours that are complete
//		fmt.Println(w.Period, w.Energy.KWh(3), w.Coverage(4))
//	}
//
//	gpu, err := energy.NewCounter(energy.CounterSpec{Range: max, MaxPower: 500 * energy.Watt})
//	d, err := gpu.Read(t, energy.Microjoules(reading))               // d.Energy() was used over d.Period()
//
// # Power and energy
//
// [Power] is a count of microwatts and [Energy] a count of microjoules. Both
// are comparable values; units are part of the type, so that no watt is ever
// taken for a kilowatt. Energy goes to usage and back as a
// [metering.Quantity]. Kilowatt-hours are a display.
//
// # Samples
//
// A series of [Sample] values is a line from each sample to the next. E(t) is
// the area below it since the first sample. The energy of a period is
// E(End) − E(Start), so that consecutive periods add up, whatever their
// edges; the edge of a period within a step cuts the line there. Two samples
// of one instant are a step in power, which has no width.
//
// [Integrator] takes samples one by one and hands out windows, in memory that
// does not grow with them. [Integrate] takes a whole set in any order and
// answers for any instant and any period with a [Curve]. Both agree to the
// microjoule.
//
// # Gaps
//
// Without a limit two samples are joined however far apart they are. Beyond
// the limit of [WithMaxGap] there is a gap: no energy is counted in it
// ([GapExclude]), or it is bridged and the energy marked as estimated
// ([GapFill]). Either way [Window] says how much of the period was observed, and
// how much bridged.
//
// # Counters
//
// A [Counter] holds a cumulative counter to what is possible. Where value is
// the new reading and d what it implies:
//
//	reading             condition                      counted    kind       flag
//	on or unchanged     d within MaxPower              d          Increase
//	stepped back        Range known, d in MaxPower     d          Wrap
//	                    Range known, no MaxPower       d          Wrap       PowerUnknown
//	                    Range known, d above MaxPower  value      Reset
//	                    Range unknown                  value      Reset      RangeUnknown
//	any of these        counted part above MaxPower    0          as above   Implausible
//	Increase or Wrap    d + Range within MaxPower      d, or 0    as above   AmbiguousWrap
//	same time and value                                0          Duplicate
//	failed (Miss)                                      0          Missed
//	first after failed                                 as above   as above   AfterGap
//
// What is implied but not counted is in [Delta.Withheld]. After a reset the
// new value is what is known to have been used since; what was used before it
// is lost, which only a smaller bill can show.
//
// A [Delta] lies between two readings, which are seldom at the edges of windows.
// Where windows are wanted, as by package attribution, lay it over those of its
// period by time ([Delta.Period] has an example); the parts add up to it.
//
// A Counter sees one register. Counters of a machine overlap, such as a
// package and its cores, or mirror each other: [Place] says which of them make
// up the machine.
//
// # Exactness
//
// Powers, times and energies are integers. The area is kept in half µW·ns, in
// which every trapezoid is whole, so that nothing is rounded as samples are
// added; E is rounded half-even to the microjoule once, when it is read, and
// where an edge cuts a step the quotient is formed from 256 bits. No float is
// used. The laws, each a test and a fuzz target of the same name:
//
//   - Integral_Additive: E over [a, b) and [b, c) add up to E over [a, c), for
//     energy, estimated energy, observed and bridged time.
//   - Integral_Oracle: E at any instant is that of a second implementation in
//     rationals.
//   - Integrate_Permuted: the order of samples does not matter, but for those
//     of one instant among themselves.
//   - Integrator_Streams: an integrator, however it is drained, hands out
//     windows that the curve agrees with and that add up to the total.
//   - Counter_Oracle: any sequence of readings gives the deltas of the table
//     above; none is negative, and together they stay below MaxPower times the
//     time that passed.
//   - Counter_Device: of a device whose counter wraps, all is counted where it
//     is read in time; where it resets, never more than was used, unless a
//     reset happens so close below Range that it passes for a wrap.
//   - Energy_String_Parse: the canonical text reads back to the same energy.
//
// A million cases of each broke none:
//
//	go test ./energy -run Law -laws.n 1000000 -laws.seed 1 # 2026-11-26, in 112 s
//
// Figures that others publish, or that follow from definitions, are in
// testdata/figures.json for all packages of energy; a test runs the library on
// the inputs of each.
//
// # Errors
//
// Errors name the value and what to do; a method that fails has changed
// nothing. A sample or reading is refused when its power or value is out of
// range (*[PowerError], *[FieldError]), when it is not in order of time
// (*[OrderError]) or outside 1970 to 2200 ([metering.ErrTimeRange]). A gap, a
// reset or a doubtful reading is no error: it is said in the result.
//
// # Limits
//
// Power is 0 to 1 TW ([MaxPower]); feed-in is a series of its own. Times lie
// from 1970 to 2200, in which 1 TW makes 1.5·10³⁷ half µW·ns of the 1.7·10³⁸
// that 128 bits hold. Windows are 1 s to 24 h wide and aligned to UTC.
//
// An Integrator keeps its last sample and at most [WithBacklog] steps across
// window edges, 80 bytes each; past that [Integrator.Add] asks for a Drain
// with [ErrBacklog] rather than forget a window. A Curve keeps 56 bytes a
// sample. On a 2-core EPYC with Go 1.26.8 (2026-11-26, the least of many short
// bursts on a busy machine) a Counter.Advance takes 2.9 ns, 1.4 times an
// uncontended atomic addition, and a Counter.Read with its time and flags 4.7 ns,
// 2.3 times; an Add takes 6 to 16 ns. None allocates, but for a note where there
// is something to remark; the benchmarks have the same sum in floats beside them.
//
// # Design
//
// Energy of a period by its own sum of trapezoids, each period rounded for
// itself, was turned down: twelve months would not add up to their year.
// Rounding E to the microjoule at the edge keeps every sum exact at an error
// of half a microjoule, however long the series.
//
// Samples of one instant keep their order instead of being sorted by power: a
// falling step sorted upwards would tilt the lines on both of its sides.
//
// Windows that lie in an excluded gap are not handed out, rather than handed
// out empty, so that one sample with a wrong clock does not make a hundred
// years of windows. A window that is missing has coverage 0.
//
// When a counter may have gone round more than once, counting on is a policy,
// not an error: an error that changes nothing would leave the counter stuck
// before the same gap for good. It may have where the power bound allows for
// another round, which it never does within [CounterSpec.WrapTime]: an operator
// who reads more often than that has no such deltas.
//
// A reading beyond MaxPower is withheld, not cut down to MaxPower: a wrong
// reading says nothing about what was used, and half an invented joule is
// still invented.
//
// A [Delta] has methods and not fields. As a struct of fields it had seven words,
// which Go keeps in memory: every reading wrote it in parts, read it as a whole,
// and waited for the one to follow the other, 13.5 ns in all. One word less, so
// that it came back in registers, changed nothing, as the caller stored it in
// parts again; neither did taking the reading's time apart in Read itself. In
// four words it never is in memory.
package energy
