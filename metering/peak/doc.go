// Package peak finds the peaks and percentiles of sampled levels by which
// bandwidth is billed.
//
//	plan, err := peak.NewPlan(peak.Sampling{
//		Period: month, Days: metering.Days(shanghai), Dimension: metering.BitRate,
//	}, peak.P95(), peak.Enhanced95())
//	line := plan.NewLine()
//	for _, s := range samples {
//		err = line.Add(peak.Sample{At: s.Time, In: s.In, Out: s.Out})
//	}
//	p95, err := line.Compute(peak.P95())
//	fmt.Println(p95.Level, p95.Points, p95.Rank) // 80000000 bit/s 8928 447
//
// # Samples
//
// A [Sampling] cuts a period into intervals, five minutes each unless it says
// otherwise, and into days of a calendar. A sample is the level of one
// interval, which any instant within it names. Of the level in and the level
// out a [Direction] makes one: the larger, sample by sample, by default.
//
// A sample is known by its interval. Delivered again it counts once. Where two
// sources give one interval different levels the larger stands: a rule that
// needs no order and no memory of what was thrown away. [Line.Repeated] says
// how many came again. A level that is to be taken back takes a new line, from
// the samples that are right.
//
// # Pools of lines
//
// What a collector reads of many lines at one instant is a row, with a level of
// each line or [NoSample]. [Lines] take rows:
//
//	lines, err := plan.NewLines(10_000)
//	err = lines.AddRow(at, levels)
//	p95, err := lines.Line(17).Compute(peak.P95())
//
// Each of them is a Line with all that a Line can do. What comes the other way
// round, a line after another, comes in columns: [Line.AddLevels].
//
// # Rules
//
// A [Percentile] ranks all samples. The [Index] says what becomes of a place
// between two points: FloorDrop, the default, cuts what is dropped to a whole
// number and is the nearest rank. Nothing is interpolated unless
// [Interpolated] asks for it.
//
// A [Daily] takes one level of each day (its largest, its 5th largest, its
// percentile) and folds them: the mean of the largest few or of all, the n-th
// largest, the sum. [Maximum], [AverageDailyPeak], [FourthPeak], [Enhanced95]
// and [MonthlyTop5] are such rules. A calendar of hours in the sampling makes
// peaks of hours, which [Total] adds up.
//
// # Policies
//
// Every policy is a field of a rule, or of the sampling where it is one for
// all, since providers differ and the bill with them. On one real trace the
// enhanced 95 is half as much again as the classical.
//
//   - [Missing]: an interval without a sample is no point, or it is 0.
//   - [DayRule]: days with any sample count, or valid days, which have a level
//     above [Sampling.ValidAbove]. A line may exist on days without samples:
//     [Line.MarkExisting].
//   - Truncate: a level is cut to whole units, such as Mbit/s.
//
// # Commitments
//
// A [Commitment] owes a share of each day's highest [Setting], whatever was
// used: [Plan.Floor]. Usage and floor are made parts of a month by
// [Plan.Prorate], each for the days that the contract counts, and compared
// then by [Larger].
//
// # Exactness
//
// Levels are 64-bit counts of grains, and sums of them 128-bit; no float is
// used anywhere. Means, prorated and interpolated levels are exact fractions
// ([Level], [Ratio]). They are rounded where Truncate says, down, a day's level
// and then the result; otherwise by [Level.Round], [Level.In] or
// [Ratio.Decimal] alone, once.
//
// A line keeps few samples and gives what all of them, sorted, would give.
//
// # Errors
//
// A level of no samples is a *[NoSamplesError]. What is outside of the period,
// negative, of another dimension or beyond 63 bits is refused and changes
// nothing. A rule that needs more than the line keeps is a *[NotKeptError].
// Samplings, rules and policies that are not valid are *metering.FieldError
// or *metering.DimensionError, and are found by [NewPlan].
//
// # Limits
//
//   - A period has at most 65,536 intervals ([MaxIntervals]), a whole number of
//     them, and its days begin between intervals.
//   - A line takes [Plan.LineBytes] at most: one bit for each interval and 10
//     bytes for each level that rules can ask for, a quarter more of those of the
//     whole period. A line of [Lines] takes 512 bytes more once rows come. A month of
//     five minutes with the classical and the enhanced 95 and all daily peaks is
//     below 10,000 bytes with these, so 10,000 lines are below 100 MB.
//   - One thing is not within that: with a percentile of valid days and
//     ValidAbove above 0, small levels of days that are not valid yet are kept
//     until they are, at 10 to 20 bytes each.
//   - A day has as many points as its clock gives it: 276 and 300 of five
//     minutes where the clock is shifted.
//   - With SumInOut, in and out of an interval come in one sample.
//   - Percentiles do not add up. To bill several lines together, add their
//     samples, instant by instant, before.
//   - A Plan is safe for concurrent use, a Line for one goroutine at a time, and
//     so are Lines with all that are in them. Lines have at most 2^20 ([MaxLines]).
//   - Lines have no binary form yet.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - What a line gives is what an oracle that keeps and sorts all samples
//     gives: TestLaw_Compute_IsWhatTheOracleSays.
//   - merge(a, b) = compute(a ∪ b), for samples in any order, shared out and
//     merged in any way: TestLaw_Merge_IsOneLine, FuzzMerge_SameAsOne.
//   - Columns are samples one by one: TestLaw_AddLevels_SameAsAdd.
//   - Rows are samples one by one, whatever else is done between them:
//     TestLaw_AddRow_SameAsAdd.
//   - Fractions are those of math/big: TestLaw_Ratio_IsBigRat.
//
// # Design
//
//   - A plan knows its rules before the first sample. To keep all would take 714
//     MB for a month of 10,000 lines; the 95th percentile needs 447 levels of
//     8,928 and the number of samples, an enhanced 95 five of each day.
//   - Two levels for one interval could be an error, as two bodies of one event
//     are. To find that out for each of them takes all of them. An error that is
//     found only as long as the first level is kept would depend on order, and so
//     would the first, the last or the mean. The larger does not, and it may be
//     raised later among those kept: what was thrown out is no larger than all
//     that were kept, and if it comes again and larger it is taken in again.
//   - Sketches (t-digest, DDSketch, HDR histograms) were turned down. They are
//     smaller, and what they give is near a level and not one that was sampled.
//   - The largest levels wait in an unordered list, a quarter longer than needed,
//     that is cut by selection when it is full. A heap orders each level that
//     comes, which takes several times as long for levels in random order.
//   - Levels of days that are not valid wait apart. In one list with the others
//     they would push out what counts if they never become valid.
//   - The selection tries the level in the wanted place as a pivot, and has the
//     smaller ones first: levels that rise, each of which is taken, are in order
//     then and are gone through once.
//   - Samples of many lines come in turn, so what most of them need lies together
//     at the beginning of a line: one bound, below which a level changes nothing.
//   - Rows are not compared with bounds as they come, although bounds of all lines
//     could lie in one array: of random levels more than a fifth are above, each of
//     which waits for memory. Rows wait instead, 64 of them, and a line that was
//     fetched takes 64 levels. A line that is asked takes in what waits for it, so
//     that there is nothing to flush and to forget.
//   - A row marks what is missing by one value that no counter has by mistake. A
//     second slice of marks, or -1, would be easier to leave out or to mistake.
//   - The enhanced 95 could have been a type of its own. Providers' daily rules
//     differ in three numbers and three policies, so it is one type with values.
//   - Prices during part of a day, such as half for the night (Alibaba Cloud CDN),
//     change levels before they are ranked. That is for the caller to do, in a
//     unit fine enough.
//   - Sources: BytePlus (traditional 95th percentile), Huawei Cloud (EIP, CDN),
//     Tencent Cloud, Baidu and jifengyun pages named in testdata and the tests.
//
// Measured on 2026-11-26 with Go 1.26.8 on a machine with two cores of an AMD EPYC
// that others were using, by
//
//	go test -run '^$' -bench Month -benchtime 1x -cpu 2 ./metering/peak
//
// for a month of 10,000 lines: 89 million samples, and seven levels computed
// for each line. Columns keep 92 MB, rows 97 MB with those that wait. The first
// figure of rows is the time that passed while others let both cores be, the
// second what both spent, in seconds; columns are on one core.
//
//	                                     rows         columns
//	random                               1.2  (2.0)   1.1
//	days and nights                      1.0  (1.7)   1.1
//	rising, each level above all before  1.4  (2.2)   0.8
//	rising, with noise                   1.9  (3.5)   2.2
//	falling                              0.7  (0.9)   1.1
//
// Where others take a core, rows take as long as both spend, or longer. Sample
// by sample, by [Line.Add] and with the making of the samples, it is 3 to 5 s
// line by line and 5 to 15 s where all lines come at each instant and memory is
// waited for. Lines share nothing, so processors divide columns too.
package peak
