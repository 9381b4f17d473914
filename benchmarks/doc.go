// Package benchmarks measures this module against what a program would
// otherwise use. Benchmarks of one package alone lie beside its code; here are
// the comparisons that need a rival, in a module of their own, so that no rival
// reaches the requirements of those who use the library.
//
//	go run ./benchmarks/ratios                      # from the root: every budget, a ratio and a verdict each
//	cd benchmarks && go test -run '^$' -bench .     # every rival, a path at a time
//
// Package workload has the inputs, rival the others, ours this module, and
// contest the rounds and what a ratio can say.
//
// # What is measured
//
//   - Bound, Contended: an addition to one series that the program holds, from
//     one goroutine and from two.
//   - Keyed3, Keyed6: an addition by three strings, and by all six fields of a
//     key. Of 32,000 keys a few are used most of the time, a third at all (zipf,
//     s = 1.1); three events in a hundred are of the hour before the current one.
//   - Growth: the same by three strings among 1e3 to 1e6 series, each as likely as
//     any other, in one hour.
//   - Decimal: one line of a bill, quantity × price rounded half-even to two
//     places. Operands are in each one's own form: parsing and printing are not
//     in it.
//   - Rate: a line of a bill of 10,000 at a graduated price.
//   - Card: a rate card read and checked, 10,000 prices of JSON and 4,900 of YAML; beside encoding/json and yaml.v3,
//     which read it into maps and check nothing. Its budget is one of
//     processor time, 200 ms for 10,000 prices.
//   - Hold: credit for a request, reserved and committed, beside the lock and unlock of a mutex that nobody else wants.
//   - Allocation: a day of 100,000 workloads, 7,200,000 samples, divided over a cost with what was idle, exactly and in
//     cents; beside floats in a map, which have neither windows nor cents.
//   - Books: a row of FOCUS written, and read and held against every rule, beside
//     encoding/csv with the same cells; a row of usage sealed, and its proof made
//     and checked, beside the hashes alone; a transaction posted, beside a map of
//     balances. These have a budget of processor time and not of a ratio.
//   - Batch: ten million records in no order to 537,600 hourly totals, from
//     dictionaries, from a string for each row, and from a CSV file; also by
//     DuckDB, in a process of its own that times itself.
//
// # What equal work means
//
// Every comparison has a test that holds all of them to equal totals on the
// input that is measured, or says which one cannot be. Where the work is not
// quite equal, ours is the one that does more:
//
//   - Rivals have no windows. On the keyed paths they find a series by its
//     strings and add 64 bits or a float64; ours also finds the window of the
//     event's time, adds 128 bits and refuses what does not fit.
//   - Strings are equal to those a series was made with, and not the same
//     memory. Where a rival wants one name made of the fields, making it counts;
//     xsync, sync.Map and the plain map take the fields as they are, and are
//     given them. The name otel-prebuilt marks one that is given what it
//     would else have to find.
//   - Rate yields a charge for each line, and the rivals a sum alone: by the
//     shortest exact way (shopspring), and by two walks over the tiers for each
//     line, as it is written first (shopspring-walk).
//   - Batch by DuckDB runs over its own tables, and over the same file. Ours reads
//     Go slices; in the form of strings no two rows share memory. Both end with
//     every total computed and added up. The plain map, in one goroutine, adds 64
//     bits and is given the same slices.
//
// Nothing is measured of what comes after counting: scrapes, exports, network.
//
// # How to compare
//
// A machine drifts, and -count repeats one benchmark before it turns to the
// next. Interleave the rivals instead. The program ratios does, within each
// round; it also sees when a slice did not have its processors to itself and
// runs it again. DuckDB has to be built once (benchmarks/duckdb, which needs a C
// compiler); without it, its rows say so.
//
// With benchstat, which shows every rival and allocations:
//
//	cd benchmarks
//	for i in $(seq 10); do go test -run '^$' -bench Keyed3 -benchtime 100ms -count 1 .; done | tee new.txt
//	benchstat -col /impl new.txt
//
// Sub-benchmarks are named impl=…, which benchstat reads as a column. To compare
// two commits, write old.txt and new.txt in turns and give it both.
//
// State a ratio between rows of one run, with the commit, the Go version, the
// machine and the date; times alone do not carry to another machine.
package benchmarks
