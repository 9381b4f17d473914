// Package workload makes the inputs that every contestant gets: the same ones
// each time, from fixed seeds.
//
// A contestant is handed what a program would hold when it calls: strings, a
// time.Time, an integer. The strings asked with are equal to those a series was
// made with, and lie in other memory, as those of a request do: a table that
// compares pointers first has nothing from it.
package workload

import "math/rand/v2"

// seed is shared by all inputs; a second number tells them apart.
const seed = 20260301

// What the inputs use as the second number of their generators.
const (
	seedOrder = iota + 1
	seedEvents
	seedGrowth
	seedRows
	seedLines
	seedBill
)

func random(input uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, input)) }
