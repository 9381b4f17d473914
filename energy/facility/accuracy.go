package facility

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// An Accuracy is a relative standard uncertainty in parts per billion, 0 when
// it is not known.
type Accuracy int64

// Units of accuracy: half a percent is Percent / 2.
const (
	PartPerBillion Accuracy = 1
	PartPerMillion          = 1000 * PartPerBillion
	Percent                 = 10_000 * PartPerMillion
	whole                   = 100 * Percent
)

// OfClass returns the standard uncertainty of a meter whose class limits its
// error to ± the given one, such as Percent / 2 for class 0.5 of IEC 62053-22.
// The error is taken to lie anywhere within the limit, which makes it the
// limit over √3 (GUM, 4.3.7); it is rounded to the part per billion.
func OfClass(limit Accuracy) Accuracy {
	return Accuracy(math.Round(float64(limit) / math.Sqrt(3)))
}

// ErrNoAccuracy: the accuracy of one of the meters is not known, so that
// nothing can be said of the ratio's.
var ErrNoAccuracy = errors.New("facility: accuracy of a meter is not known: set Measured.Accuracy")

// An Uncertainty is what the accuracy of two meters makes of their ratio. It
// is a statistic, and so a float.
type Uncertainty struct {
	Relative float64 // relative standard uncertainty, as a fraction
	Standard float64 // standard uncertainty, in the unit of the ratio
}

// Expanded returns the expanded uncertainty U for a coverage factor, usually
// 2: the ratio lies within ± U with some 95 % confidence.
func (u Uncertainty) Expanded(factor float64) float64 { return float64(factor * u.Standard) }

// uncertainty combines two relative uncertainties in a ratio, √(a²+b²−2ρab).
func uncertainty(value float64, a, b Accuracy, correlation float64) (Uncertainty, error) {
	if !(correlation >= -1 && correlation <= 1) {
		return Uncertainty{}, &FieldError{"correlation", strconv.FormatFloat(correlation, 'g', -1, 64), "-1 to 1, 0 for independent meters"}
	}
	if a == 0 || b == 0 {
		return Uncertainty{}, ErrNoAccuracy
	}
	x, y := float64(a)/float64(whole), float64(b)/float64(whole)
	// Each product is rounded by itself, so that no processor fuses it with
	// the sum, and all give the same figure.
	sum := float64(x*x) + float64(y*y)
	sum -= float64(float64(2*correlation) * float64(x*y))
	rel := math.Sqrt(max(sum, 0))
	return Uncertainty{Relative: rel, Standard: float64(rel * value)}, nil
}

// An accuracyOf is an amount with its meter's accuracy.
type accuracyOf struct {
	amount   *big.Int
	accuracy Accuracy
}

// left returns the accuracy of what is left of a whole without a part, by
// meters of their own: off by as much as their sum, and of less energy. It is 0
// when one is unknown or nothing is left.
func left(whole, part Measured) Accuracy {
	if part.Energy.IsZero() {
		return whole.Accuracy
	}
	all, out := whole.Energy.Microjoules().Big(), part.Energy.Microjoules().Big()
	sum := joint([]accuracyOf{{all, whole.Accuracy}, {out, part.Accuracy}}, false)
	rest := new(big.Int).Sub(all, out)
	if sum == 0 || rest.Sign() <= 0 {
		return 0
	}
	u := new(big.Int).Mul(big.NewInt(int64(sum)), all.Add(all, out))
	u.Add(u, new(big.Int).Sub(rest, big.NewInt(1)))
	if u.Div(u, rest); !u.IsInt64() {
		return math.MaxInt64
	}
	return Accuracy(u.Int64())
}

// joint returns the accuracy of a sum, rounded up, 0 when one is unknown.
// Readings of one meter, one period after the other, share their error:
// uncertainties add up. Those of different sites do not: their squares do.
func joint(parts []accuracyOf, oneMeter bool) Accuracy {
	sum, total := new(big.Int), new(big.Int)
	for _, p := range parts {
		if p.accuracy == 0 {
			return 0
		}
		u := new(big.Int).Mul(p.amount, big.NewInt(int64(p.accuracy)))
		if !oneMeter {
			u.Mul(u, u)
		}
		sum.Add(sum, u)
		total.Add(total, p.amount)
	}
	if total.Sign() == 0 {
		return 0
	}
	if !oneMeter {
		root := new(big.Int).Sqrt(sum)
		if new(big.Int).Mul(root, root).Cmp(sum) < 0 {
			root.Add(root, big.NewInt(1))
		}
		sum = root
	}
	sum.Add(sum, new(big.Int).Sub(total, big.NewInt(1)))
	return Accuracy(sum.Div(sum, total).Int64())
}
