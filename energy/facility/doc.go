// Package facility relates the energy of a data centre to that of its IT equipment.
//
//	site := facility.Measured{Energy: energy.KilowattHours(1_250_000), Period: year, Accuracy: facility.OfClass(facility.Percent / 2)}
//	it := facility.Measured{Energy: energy.KilowattHours(820_000), Period: year, Accuracy: facility.OfClass(facility.Percent)}
//	r, err := facility.PUE(site, it, facility.Category3)
//	fmt.Println(r)              // PUE3 1.524 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z
//	fmt.Println(r.Warnings())   // []
//	fleet, err := facility.Combine(r, other)
//	grade, err := facility.GB40879().Judge(r, facility.Site{}, year.End())
//
// # PUE
//
// Power usage effectiveness (ISO/IEC 30134-2, EN 50600-4-2) is the energy of
// the whole facility over the energy of its IT equipment, both over the same
// period. A [Result] is that ratio together with what it is worth: where the
// IT energy was measured ([Category]), over which period, how much of it was
// seen, how accurate the meters are, and with which [Warning] values. A PUE
// over less than 12 months is an interim one, an iPUE, and carries its dates;
// months are counted in UTC. [Partial] is the PUE of one sub-system, [Designed]
// that of a plan; neither mixes with measured ones. [PeakPUE] is category 0 of
// The Green Grid.
//
// # Combining
//
// [Combine] takes consecutive periods of one site, or several sites over one
// period, as sum over sum. The mean of ratios is a different and wrong
// number: sites of 120 over 100 and 450 over 300 make 1.425, not 1.35.
// [Compose] makes a PUE of the partial ones of all sub-systems, as
// 1 + Σ (pPUE − 1); their product is wrong too.
//
// # The family
//
//	indicator        by                    is                          refused                         warned of
//	PUE              [PUE]                 total / IT                  below 1, no IT energy, negative = 1, < 1.02, > 3, interim, category, class
//	DCiE             [Result.DCiE]         100 IT / total, %                                           deprecated
//	pPUE, dPUE       [Partial] [Designed]  (sub + IT) / IT             no boundary, mixed kinds        no load, no climate
//	REF              [REF]                 renewable / total           below 0                         above 1: held to 1, with the surplus
//	ITEEsv, ITEUsv   [ITEEsv] [ITEUsv]     Σ perf / Σ W, mean use %    mixed benchmarks, above 100 %   servers missing
//	ERF, ERE         [ERF] [ERE]           reused, or what is left     above the total, reused inside
//	CER              [CER]                 heat / cooling energy       no cooling energy               above 30
//	CUE              [CUE]                 CO2e of the total / IT      factor below 0                  factor without year, region, method
//	WUE, WUEsource   [WUE] [WUESource]     water / IT                  by the energy of the site       category, recycled water
//
// All of them refuse measurements of different periods and none of them takes
// a number without a unit: [Measured] and [Water] are types, and an [Amount]
// or a [Factor] names its unit and is held to it.
//
// # Other carriers
//
// Fuel and cooling fluids count by a [WeightTable] that the caller names:
// [EN50600] for site energy, [GreenGrid] for source energy. Results carry the
// table's id, and those of two tables are not compared.
//
// # Rules
//
// A [Pack] is a standard's or policy's limits as data, with its edition,
// source and the days on which it is in force. [Pack.Judge] names the rule it
// judged by; [WhatIf] says what another pack, such as a revision, would
// change. Limits that were quoted from memory say so ([Limit.Recalled]).
//
// # Exactness
//
// Ratios are kept as their energies in whole microjoules, or as rationals, and
// are compared and combined as that. Rounding happens in the displays, once.
// Limits are held against the value as it was measured. [Uncertainty] alone is
// a float: it is a statistic. The laws, each a test of the same name:
//
//   - Combine_SumOverSum: combined results are the sum of totals over the sum
//     of IT energies, in any order.
//   - Compose_Sum: sub-systems make up 1 + Σ (pPUE − 1), exactly.
//   - Accuracy_Joint: the accuracy of a sum is never less than it is, and at
//     most a few parts per billion more.
//   - Judge_Exact: a grade is what comparing the exact ratio says, and saving
//     what [Change.Saving] says passes, a microjoule less does not.
//   - Units: litres and kilograms are per kilowatt-hour.
//
// # Errors
//
// Every refusal is a type or a sentinel of this package, listed with the
// function that makes it; a table in the tests has one of each.
// Everything that can be computed but is doubtful is a warning.
//
// # Limits
//
// Equal periods in Combine are taken for different sites; that they are is
// not checked. Which of the grades and limits were read and which recalled is
// said with each pack; a caller that is bound by one reads the text.
//
// # Design
//
// A PUE is not a float: a float has no dates and no category, lets 0.98 and
// infinity pass, and invites averaging. Refusing was chosen where the figure
// would be false, warning where it is true but not to be published; a caller
// that wants fewer results refuses by [Result.Has].
//
// Errors of one meter over consecutive periods are added, not averaged: the
// same meter is off in the same direction each month. Those of several sites
// are taken for independent.
//
// Packs are values and not code that knows the rules: the next revision is a
// table, and its caller can have it before this library does.
package facility
