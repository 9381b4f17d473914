// Package budget watches spend against limits, forecasts it, and finds days that cost unlike others.
//
//	watch, err := budget.NewWatch(budget.Limit{
//		Name: "training", Period: november, Money: money.MustParse("CNY 50000"),
//		By:         func(k metering.Key) string { return string(k.Account.Tenant()) },
//		Thresholds: []decimal.Decimal{decimal.RequireFromString("0.8"), decimal.RequireFromString("1")},
//	})
//	err = watch.Remember(sent...)                   // after a restart: the alerts that were sent
//	alerts, err := watch.Spend(key, now, cost)      // the thresholds that this spend reached
//	status, err := watch.Status("training", now)    // spent, part of the limit, burn rate
//	forecast, err := budget.NewForecast(budget.Trend, days, daysLeft, 0.9)
//	anomalies, err := budget.Detector{By: bySKU}.Find(costs)
//
// # Limits
//
// A [Limit] is money or a quantity in a period, for the keys it picks, once for each group it cuts them into. A [Watch]
// counts as things happen, and returns the alerts at the call that causes them. It refuses nothing: to stop a request
// before it spends, hold its cost with package credit.
//
// A watch is in memory. A program that starts again hands it the alerts that were sent ([Watch.Remember]) and counts the
// period from its beginning, so that none is given twice and none is missed.
//
// # Forecasts
//
// A [Forecast] has its method, its estimate and an interval with a stated confidence. It is an estimate and says so.
//
// # Anomalies
//
// A [Detector] compares a day with the median of the days like it before, and returns the method, the threshold and the
// keys that explain the difference, the largest first.
//
// # Exactness
//
// Limits, thresholds, spend and burn rates are exact: sums are integers, parts are fractions, and a threshold is reached
// to the grain. Forecasts and anomalies are computed with floats, with conversions that make every processor agree, and
// come out in minor units. No float leads back to what is billed.
//
// # Errors
//
// Errors start with "budget: ", name the limit or group, and wrap a condition of this package or an error of money. No
// error is returned for spend beyond a limit, for corrections below 0, or for spend that no limit counts.
//
// # Limits of the package
//
// A watch keeps a sum for each limit and group, and looks at every limit for every spend. A detector keeps all days of
// all keys, and takes time for each day, key of an odd day, and day before. Days are those of UTC.
//
// # Laws
//
// Each is a property test over random cases; run more with -laws.n, and the same again with -laws.seed.
//
//   - Watch_Thresholds: an alert is given exactly when the exact sum first reaches the exact part of the limit.
//   - Watch_Order: what is spent and its part of the limit do not depend on the order of spends.
//   - Watch_Restart: a watch that is made again anywhere gives, with the alerts that were kept, those of one that never
//     stopped, each once.
//   - Detector_Order: anomalies do not depend on the order of costs.
//
// What is measured has tests of its own: Forecast_Coverage, Detector_FalsePositives and Detector_Injected.
//
// # Design
//
// Medians rather than means: an odd day would move a mean and widen a standard deviation, and hide the next. Turned
// down: seasonal models and neural ones, which find more in long histories and cannot say why in a sentence; and
// comparing with the same day of the week alone, which leaves six days of six weeks.
//
// A deviation has a floor of a part of the median, since a group that always costs the same has none, and a cent more
// would be an anomaly.
//
// What is kept of a watch is its alerts. Turned down: a state with its sums, which is right only together with the place
// in the journal up to which they were counted, and counts twice or not at all where the two were not written at once.
//
// Alerts are returned and not sent. Turned down: a callback or a channel, which would need an owner, a queue and a
// policy for when it is full.
package budget
