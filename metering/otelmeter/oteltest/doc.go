// Package oteltest holds metering/otelmeter to what a program sees through the
// OpenTelemetry SDK. It is a module of its own, and has nothing but tests, so that
// whoever embeds the library does not have the SDK among its requirements.
//
// # Laws
//
//   - What is shown of energy in whole joules and what is carried add up to what
//     was added, to the microjoule: TestLaw_Hardware_JoulesAddUp.
//   - Usage that is shown, the rest included, adds up to the usage:
//     TestLaw_Usage_SetsAddUp.
package oteltest
