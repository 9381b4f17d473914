package model

import (
	"math"
	"strconv"
)

// A LogCurve is the consumption profile that Boavizta fits to processors:
// a·ln(b·(load + c)) + d in watts, with the load in percent. It is a float
// throughout, as its coefficients are.
type LogCurve struct{ A, B, C, D float64 }

// Watts returns the estimated power at a load in percent. It fails with a
// *[FieldError] on a load that is not within 0 and 100, on coefficients that
// are not finite, or where the logarithm has no value or the power is below 0.
//
// Every product is rounded by itself and the logarithm is worked out here, so
// that all processors give the same figure.
func (c LogCurve) Watts(percent float64) (float64, error) {
	if !(percent >= 0 && percent <= 100) {
		return 0, &FieldError{"load", format(percent) + " %", "0 to 100 %"}
	}
	for _, v := range []float64{c.A, c.B, c.C, c.D} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, &FieldError{"coefficient", format(v), "a finite number"}
		}
	}
	x := float64(c.B * float64(percent+c.C))
	if !(x > 0) || math.IsInf(x, 0) {
		return 0, &FieldError{"b·(load + c)", format(x), "more than 0"}
	}
	w := float64(c.A*ln(x)) + c.D
	if !(w >= 0) || math.IsInf(w, 0) {
		return 0, &FieldError{"power", format(w) + " W", "0 or more; the profile does not hold at this load"}
	}
	return w, nil
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// ln returns the natural logarithm of a finite x > 0. The standard library's
// is written in assembly for some processors, with other last digits.
//
// x = m·2ᵉ with m in [√½, √2); ln m = 2·artanh s with s = (m−1)/(m+1), whose
// series is summed until its terms no longer count: |s| ≤ 0.172, so 12 do.
func ln(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = float64(m*2), e-1
	}
	s := float64(m-1) / float64(m+1)
	square := float64(s * s)
	sum := 0.0
	for n := 25; n >= 1; n -= 2 {
		sum = float64(sum*square) + 1/float64(n)
	}
	return float64(float64(2*s)*sum) + float64(float64(e)*math.Ln2)
}
