// Package model estimates the power of devices that have no meter.
//
//	c, err := model.Calibrate(points...)          // a few loads, with the power that was measured at them
//	fmt.Println(c.Fit())                          // mean error 5.8 % over 10 points, …
//	e, err := c.At(45 * model.PercentLoad)        // e.Power, between e.Low and e.High
//	windows, err := c.Energy(loads)               // all of it marked as estimated
//
// # Calibrated curves
//
// A [Curve] is lines between points that were measured on the device itself,
// or on one of its model. [Fit] says how well it predicts a point that it was
// not told of. Of two series of RAPL power by load that are kept beside the
// project the mean error is 5.8 and 8.2 %; curves that are the same for all
// processors are 11 to 205 % off on such series. Below [LeastLoad] there is no
// claim: near idle the sleep states decide, and not the load.
//
// # Published models
//
// [Teads], [Cubic], [CloudCompute], [Constant], [LogCurve] and the dated
// [Coefficients] of memory, disks and network are others' formulae, to compare
// with or to fall back on. They are worked out exactly as they are published,
// which makes them reproducible and no better.
//
// # Exactness
//
// A curve's powers are integers, rounded half-even to the microwatt. Formulae
// of rationals stay rationals ([Amount]). Errors and the logarithm of
// [LogCurve] are floats whose every product is rounded by itself, so that all
// processors agree. The laws, each a test:
//
//   - Curve_Oracle: the power at any load is that of a second implementation
//     in rationals, and lies within its neighbours' between points.
//   - Curve_Permuted: the order of points does not matter.
//
// # Errors
//
// All are a *[FieldError], but for those of [energy.Integrate]: a load beyond
// 100 %, a power of 0, too few points, a PUE below 1, a number that is not
// plain or not finite.
//
// # Limits
//
// A curve has 4 to 1,024 points. RAPL is not the wall: a machine that was
// measured at both drew 278 W where RAPL said 167 W.
//
// # Design
//
// Splines were turned down: through few and noisy points they overshoot, and
// a line between two measurements never says what lies outside them.
//
// The idle point helps to interpolate and is not itself claimed.
package model
