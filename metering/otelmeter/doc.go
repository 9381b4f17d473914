// Package otelmeter shows the health of metering stages to OpenTelemetry.
//
//	agg := metering.NewAggregator()
//	stop, err := otelmeter.Observe(agg)
//	if err != nil {
//		return err
//	}
//	defer stop()
//
// Every stage that has a Health method is observed the same way: each of its
// vitals becomes an observable instrument named "meterbook." and the vital's
// name, with the attribute "outcome" where the vital has one. Nothing is
// measured until a reader collects, and nothing is allocated on the hot path.
//
// # Exactness
//
// Health is for dashboards and alerts. It is never what is billed: telemetry
// may drop, cap and round (the SDK's default of 2,000 series lets the rest
// run into one overflow series); usage may not, and stays in the aggregator.
// Attributes are few and never name tenants.
//
// # Errors
//
// [Observe] returns the errors of the meter that makes the instruments. While
// observing there are none.
//
// # Limits
//
// Vitals that a stage begins to yield after Observe are not seen.
//
// # Design
//
// Only the OpenTelemetry API is imported; the application brings the SDK. The
// stages do not know OpenTelemetry: they yield plain values, so that metering
// has no telemetry in its imports. Usage as instruments was left out here:
// it needs a bound on series, which belongs with the hot path.
package otelmeter
