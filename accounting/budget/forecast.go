package budget

import (
	"fmt"
	"math"

	"github.com/meterbook/meterbook/accounting/money"
)

// A ForecastMethod says how a forecast is made.
type ForecastMethod uint8

// The methods.
const (
	// RunRate takes the days to come to be like the mean of those that were.
	RunRate ForecastMethod = iota
	// Trend draws a line through the days that were, by least squares, and on.
	Trend
)

// String returns "run-rate", "trend" or "invalid".
func (m ForecastMethod) String() string {
	switch m {
	case RunRate:
		return "run-rate"
	case Trend:
		return "trend"
	}
	return "invalid"
}

// A Forecast is an estimate of what a period will come to. Spent is exact; the
// rest is computed with floats and is for people to look at: nothing is billed
// by it.
type Forecast struct {
	Method     ForecastMethod
	Confidence float64
	Spent      money.Money // of the days that were
	Estimate   money.Money // of all days
	Low, High  money.Money // in which the whole lies with the confidence, if the days to come vary like those that were
}

// NewForecast estimates what days that have passed and days that are left will
// come to together. Costs are of whole days in order. The interval is that of a
// new sum under normal errors: it has the spread of the days to come and the
// uncertainty of what was fitted, with Student's t for as few days as there are.
// Days that follow one another more than chance would have them make it too
// narrow.
//
// It returns [ErrHistory] for fewer than 2 days for RunRate, or 3 for Trend, or
// days left below 0 or above 3660; [ErrConfidence]; and the errors of money.
func NewForecast(method ForecastMethod, costs []money.Money, daysLeft int, confidence float64) (Forecast, error) {
	fitted := 1
	if method == Trend {
		fitted = 2
	}
	switch {
	case method > Trend:
		return Forecast{}, refuse("forecast", method.String(), ErrOptions, "use RunRate or Trend")
	case len(costs) <= fitted:
		return Forecast{}, refuse("forecast", method.String(), ErrHistory, "wait for 2 days, or for 3 with a trend")
	case daysLeft < 0 || daysLeft > 3660:
		return Forecast{}, refuse("forecast", method.String(), ErrHistory, "forecast 0 to 3660 days")
	case !(confidence >= 0.5 && confidence <= 0.999):
		return Forecast{}, refuse("forecast", fmt.Sprint(confidence), ErrConfidence, "use 0.5 to 0.999")
	}
	f := Forecast{Method: method, Confidence: confidence}
	days := make([]float64, len(costs))
	for i, c := range costs {
		sum, err := f.Spent.Add(c)
		if err != nil {
			return Forecast{}, refuse("forecast", method.String(), err, "use days of one currency")
		}
		f.Spent, days[i] = sum, estimateOf(c)
	}
	sum, spread := project(days, float64(daysLeft), fitted)
	half := float64(quantileT((1+confidence)/2, float64(len(days)-fitted)) * spread)
	var err error
	for _, e := range []struct {
		to *money.Money
		v  float64
	}{{&f.Estimate, sum}, {&f.Low, float64(sum - half)}, {&f.High, float64(sum + half)}} {
		if *e.to, err = f.plus(e.v); err != nil {
			return Forecast{}, refuse("forecast", method.String(), err, "forecast fewer days")
		}
	}
	return f, nil
}

// plus returns what was spent and an estimate, in minor units of the currency.
func (f Forecast) plus(v float64) (money.Money, error) {
	c := f.Spent.Currency()
	if c == "" {
		return money.Money{}, nil
	}
	minor := math.RoundToEven(float64(v * math.Pow10(c.Digits())))
	if !(math.Abs(minor) < 1<<62) { // nor is it NaN
		return money.Money{}, money.ErrOverflow
	}
	m, err := money.FromMinor(int64(minor), c)
	if err != nil {
		return money.Money{}, err
	}
	sum, err := f.Spent.Add(m)
	if err != nil {
		return money.Money{}, err
	}
	return sum.Round(money.Rounding{Places: c.Digits()})
}

// estimateOf is the one way from money to a float.
func estimateOf(m money.Money) float64 { return float64(m.Scaled().Float64() / 1e18) }

// project returns the sum of k days after those given, and its standard error:
// that of k new days and that of the line through the old ones. Products are
// converted, so that no processor fuses them with a sum.
func project(days []float64, k float64, fitted int) (sum, spread float64) {
	n := float64(len(days))
	var mean, slope, square float64
	for _, d := range days {
		mean += d
	}
	mean /= n
	middle := float64((n - 1) / 2)
	if fitted == 2 {
		for i, d := range days {
			x := float64(i) - middle
			slope += float64(x * (d - mean))
			square += float64(x * x)
		}
		slope /= square
	}
	var rest float64
	for i, d := range days {
		e := d - mean - float64(slope*(float64(i)-middle))
		rest += float64(e * e)
	}
	variance := rest / (n - float64(fitted))
	ahead := float64(n+(k-1)/2) - middle // the middle of the days to come
	sum = float64(k * (mean + float64(slope*ahead)))
	v := k + float64(k*k)/n
	if fitted == 2 {
		v += float64(float64(k*k)*float64(ahead*ahead)) / square
	}
	return sum, math.Sqrt(float64(variance * v))
}

// quantileT returns Student's t for a probability above one half, by Cornish and
// Fisher's expansion (Abramowitz and Stegun, 26.7.5) to a hundredth where there are
// 3 degrees of freedom or more, and in closed form for 1 and 2.
func quantileT(p, freedom float64) float64 {
	switch freedom {
	case 1:
		return math.Tan(float64(math.Pi * (p - 0.5)))
	case 2:
		a := float64(2*p) - 1
		return float64(a * math.Sqrt(2/(1-float64(a*a))))
	}
	z := float64(math.Sqrt2 * math.Erfinv(float64(2*p)-1))

	z2 := float64(z * z)
	g1 := float64(z*(z2+1)) / 4
	g2 := float64(z*(float64(z2*(float64(5*z2)+16))+3)) / 96
	g3 := float64(z*(float64(z2*(float64(z2*(float64(3*z2)+19))+17))-15)) / 384
	return z + g1/freedom + g2/float64(freedom*freedom) + g3/float64(freedom*float64(freedom*freedom))
}
