// Package counter turns readings of cumulative counters, numbers that only
// grow, into exact increases.
//
//	gpu, err := counter.New(counter.Options{Unit: metering.MustUnit("mJ"), Sentinels: counter.DCGM()})
//	energy := counter.Target{Key: key, Source: "dcgm", Name: "GPU-5f1c/energy"}
//
//	inc, err := gpu.Observe(counter.Reading{At: t, Value: counter.Uint(shown)})
//	fmt.Println(inc.Period, inc.Quantity, inc.Flags)
//	events, err := energy.Events(inc)
//	for _, e := range events {
//		err = agg.Record(e)
//	}
//
// # Readings
//
// A [Reading] is what a counter showed at an instant, and what the source says
// of the counter's life: when it began to count from 0 ([Reading.Start]), or a
// name that changes when it begins again ([Reading.Epoch]). A [Value] is an
// exact number in the counter's unit, made of an integer or read from text. A
// value that stands for none is a sentinel ([DCGM], [Ascend]); a reading that
// failed is [Counter.Miss].
//
// # Increases
//
// [Counter.Observe] compares a reading with the last one that is trusted. Where
// b and v are what they show and M is the modulus:
//
//	reading                      condition                        counted   flags
//	first                        without FromStart or a start     none      First
//	                             FromStart, and a start is told   v         First
//	rose or stood still                                           v − b
//	fell                         no modulus                       v         Reset
//	                             M − b + v above the rate         v         Reset
//	                             start or epoch is the same       M − b + v Wrapped
//	                             neither told, TakeWrap           M − b + v Wrapped, Ambiguous
//	                             neither told, TakeReset          v         Reset, Ambiguous
//	another start or epoch       start after the last reading     v         Restarted
//	                             start not told                   v         Restarted
//	                             start at the reading itself      none      Restarted, First
//	                             start before the last reading    v − b or v Restarted, Overlapped
//	any of these                 counted is above the rate        none      Implausible
//	                             one M more is not above it       as above  Ambiguous
//	                             too long after the last, or a    as above  Missed
//	                             sentinel or Miss came between
//	goes on from an implausible  grew, within the rate            v − that  Rebased
//	same instant, same value                                      none      Duplicate
//	same instant, another value                                   none      Conflict
//	older, or of an ended life                                    none      OutOfOrder
//	sentinel                                                      none      Sentinel
//
// That a fall is a reset and v what is known to have been used since is the
// rule of Prometheus (https://prometheus.io/docs/prometheus/latest/querying/functions/#increase),
// here without its extrapolation. Start times are as the data model of
// OpenTelemetry has them, "Resets and gaps"
// (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps):
// a new one before the reading is a reset at a known time, one at the reading
// a reset at an unknown time, whose value contributes nothing. What a counter
// had counted between its last reading and a reset nobody knows; it is lost,
// and the flag says so. A wrap is only ever taken for one where a modulus is
// declared.
//
// # Doubt
//
// A reading that implies more than [Options.MaxRate] is not counted and does
// not become what the next one is compared with: else the end of a spike would
// be a reset, and count again what was counted before it. If the next reading
// is plausible after the last trusted one, the spike is forgotten. If it is not
// and goes on from the spike, the counter did jump: counting goes on from
// there ([Rebased]) and the jump stays uncounted. Without a MaxRate nothing is
// in doubt.
//
// # When it was used
//
// How much was used between two readings is known, when is not.
// [Increase.Parts] places it: whole at the period's last instant ([AtEnd]), or
// over the windows in the period by their time ([Spread]), then marked as
// estimated. The last instant of a period is a nanosecond before the reading
// that ends it: a reading on the hour closes the hour before.
//
// # Events
//
// A [Target] turns increases into events of kind Amount. Their identity is made
// of the source, the counter's name and the reading's instant, so that the
// same readings, read again, are counted once. A saved state
// ([Counter.MarshalBinary], [Restore]) lets a program that starts again go on
// from its last reading; a [Set] holds the counters of many devices.
//
// # Exactness
//
// Values are exact decimals and increases whole grains of the unit's
// dimension, in 128 bits; no float is used anywhere. A value between two grains
// is metering.ErrInexact, or is cut to whole grains where [Options.Truncate]
// says so: then a sum of increases is off by less than a grain for each life of
// the counter, and not for each reading. Rates are compared in 256 bits. Parts
// of a spread increase sum to it: [metering.Quantity.Split].
//
// No increase is negative. Where readings fit several increases and no policy
// says otherwise, the smallest is counted, but for a fall of a counter with a
// modulus, which is a wrap.
//
// # Errors
//
// What is wrong with a reading by itself is an error that changes nothing: a
// *[FieldError], or one that wraps metering.ErrTimeRange, ErrInexact or
// ErrOverflow. What is odd about it after the ones before is a flag and no
// error. A saved state that is not whole is [ErrState], one of a later version
// [ErrVersion]. [ErrFull] and [ErrParts] are bounds; what they refuse is not
// lost, for the reading or the increase is still the caller's.
//
// # Limits
//
//   - Times are from 1970-01-01 to 2200-01-01 UTC, to the nanosecond, values up
//     to 1.7e38 grains: 2^64 of any unit of up to 9.2e18 grains.
//   - A counter that began again and passed what it last showed looks like one
//     that did not, unless its source tells a start or an epoch: what it showed
//     last is then missing. One that went round more than once looks like one
//     that did not, unless its MaxRate is known.
//   - A source that resumes with a start that is not true, and whose first
//     point was lost, looks like one that restarted, as OpenTelemetry says of it;
//     a MaxRate keeps that from being counted.
//   - The first reading is trusted.
//   - An epoch that ended is remembered until the next one ends.
//   - Text is at most 64 bytes of a value, 128 of an epoch, 256 of a name in a
//     set; a counter has at most 16 ranges of sentinels, and an increase at most
//     4096 parts.
//   - Flags of an increase are not in its events, which have no place for them;
//     an ambiguous increase is marked as estimated.
//   - Counters that mirror or contain each other are for the caller to tell
//     apart.
//   - Counter and Set are for one goroutine at a time. Observe allocates nothing.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - Every sequence of one to seven readings over {0, 1, 2, max−1, max} gives
//     what the oracle says: TestLaw_Counter_EverySequence. So do readings with
//     starts, epochs, sentinels and failures, saved and restored in between:
//     TestLaw_Counter_IsWhatTheOracleSays, FuzzCounter_SameAsOracle.
//   - What is counted is at most what a device used, and all of it where nothing
//     was lost: TestLaw_Counter_NothingIsInvented.
//   - Parts tile the period, lie in windows and sum to the increase:
//     TestLaw_Parts_SumToTheIncrease.
//   - Readings that are read again are counted once: TestLaw_Events_CountedOnce.
//   - A set is its counters: TestLaw_Set_IsItsCounters.
//   - A saved state is restored as it was, or refused: FuzzRestore_Binary. Text
//     reads back as what it was: FuzzValue_String_Parse.
//
// # Design
//
//   - Package energy has a counter of its own, of microjoules and with a highest
//     power. The rules for rises, falls, wraps and resets are the same. This one
//     counts any dimension, knows start times, epochs, sentinels and order, and
//     can be saved; it answers what comes out of order with a flag, where energy
//     refuses it. After an implausible reading energy goes on from it, and this
//     one does not before the next bears it out. Energy joins increases to
//     integrals of power and needs no events; whoever bills a counter uses this
//     one.
//   - Flags are a set and not one kind of delta: a reading can be the first after
//     a gap, a wrap and ambiguous at once.
//   - A reading is a number without a unit, and the options have the unit. As a
//     quantity it would be in grains before it is compared with sentinels, and
//     9223372036854775794 of most units leaves 128 bits.
//   - No values are made from floats: a float that is a reading has lost what it
//     lost before it comes here, and says so by its text.
//   - A late reading is not put between the two that surround it. It cannot
//     change what was used, only when; and events that were made would have to be
//     taken back.
//   - The id of an event has no beginning of its period. With it, two programs
//     that read the same counter at different times would count twice without a
//     conflict; so they do where their instants differ, and one reads.
//   - An increase of 0 is no event: an idle counter would be most of a journal.
//   - A fall with a declared modulus is a wrap by default, though a reset is the
//     smaller: who declares one says that the counter wraps, and counters of 32
//     bits wrap more often than their hosts start.
//   - A start before the last reading is not a plain restart. Sources work out
//     starts from clocks that tremble, and counting all of the value each time
//     would bill it over and over.
//   - A set has one kind of counter. With options for each it would be a map.
package counter
