package workload

// A Line is one quantity and one price of a bill, as whole numbers, from which
// each contestant makes its own form before the clock starts.
type Line struct {
	Thousandths int64 // the quantity; below zero for a refund
	Digits      int64 // the price
	Places      int   // of the price's digits, behind the point
}

// Lines returns n lines: quantities below a million, prices below 100 with 2, 6
// or 14 places, as price sheets have them, and one line in eight a refund.
func Lines(n int) []Line {
	r := random(seedLines)
	lines := make([]Line, n)
	for i := range lines {
		l := Line{Thousandths: r.Int64N(1_000_000_000), Places: []int{2, 6, 14}[r.IntN(3)]}
		if r.IntN(8) == 0 {
			l.Thousandths = -l.Thousandths
		}
		l.Digits = r.Int64N(100_00)
		for range (l.Places - 2) / 4 { // at most 16 digits, which fit in an int64
			l.Digits = l.Digits*10_000 + r.Int64N(10_000)
		}
		lines[i] = l
	}
	return lines
}
