// Package benchmarks measures this module against what a program would
// otherwise use. Benchmarks of one package alone lie beside its code; here are
// the comparisons that need a rival, in a module of their own, so that no rival
// reaches the requirements of those who use the library.
//
//	cd benchmarks
//	go test -run '^$' -bench .
//
// # What is measured
//
//   - Decimal: one line of a bill, quantity × price rounded half-even to two
//     places, by internal/fixed and by shopspring/decimal. Both start from
//     operands in their own form: parsing and printing are not in it.
//
// Every comparison has a test beside it that holds the rivals to equal answers
// on the operands that are measured. Sub-benchmarks are named impl=…, which
// benchstat reads as a column.
//
// # How to compare
//
// A machine drifts, and -count repeats one benchmark before it turns to the
// next. Interleave the rivals instead, and let benchstat judge:
//
//	for i in $(seq 10); do go test -run '^$' -bench . -count 1; done | tee new.txt
//	benchstat -col /impl new.txt
//
// State a ratio between rows of one run, with the commit, the Go version, the
// machine and the date; times alone do not carry to another machine.
package benchmarks
