// Package attribution turns the energy of devices into events under the accounts that used it.
//
//	r, err := attribution.Attribute(attribution.Input{
//		Period:   window,
//		Devices:  devices,                                              // energy, capacity, who held and used what
//		Facility: facility.Measured{Energy: site, Period: window},
//	})
//	books, err := r.Reconcile()                                       // tenants + nobody + overhead = metered
//	for e := range r.Events("energy/site-1", "provider/idle") {
//		res, err := rec.Record(ctx, e)                                // rec: of the journal; res.Refused says what it did not take
//	}
//
// # The rule
//
// For each device, idle energy goes by allocation: the holders' parts of the
// capacity, and what nobody held, share it. The rest, dynamic energy, goes by
// use. Where no use is known it goes by allocation too, what nobody held
// included; where nothing is allocated either, to nobody. Use without a part
// of the capacity is use all the same.
//
// What the facility used beyond its devices is overhead. It is spread over all
// shares of the window, nobody's included, in proportion to their IT energy.
// Where the devices used nothing it is nobody's. Without a facility reading
// there is no overhead and no PUE.
//
// The rule for devices above is [IdleByAllocation], the default [Rule]. [ByUse], [Equally] and
// [ByShapley] share a device's energy otherwise, and [Compare] puts them side
// by side. What ended within the window, a process or a pod, is a holder like
// any other and keeps its part: those that go on do not take it over.
//
// Capacity and allocations are quantities of one dimension, such as the
// card-time an aggregator kept for the window. Use is a weight: busy time, or
// for slices of different size, busy time times slices ([SliceUse]). Idle is a
// baseline that was measured; [ResidualIdle] is what is left without one.
//
// [Result.By] adds shares up by rack, SKU, tenant or site.
//
// # Events
//
// [Result.Events] reports each share as an event with the meters
// [metering.DeviceEnergy] and [metering.OverheadEnergy], and what nobody held
// under the provider's account, so that energy is aggregated, priced and
// sealed as any other usage. Rating refuses usage without a price: where energy is
// in the prices of others, and is to be on no bill, rate usage of the meters that
// have prices ([metering.ForMeters]), or have rating list the rest (rating.ReportUnpriced);
// a price of 0 would be a line on the invoice. An event's identity is its tenant, its source,
// and an id made of [Method], revision, window start, device and cost centre.
// A site is a source of its own.
//
// # Revisions
//
// A late or corrected reading attributes the window again: [Revise] makes the
// next revision of a result, and [Adjustments] the events that turn what was
// recorded into what it says. They carry differences, name the event that
// first reported the share, and give a reason. A reading of the site, or of
// one device where the site is read too, moves the overhead of all shares:
// they all belong to one sum. A result holds what its revisions need and is not
// stored: after a restart the same inputs, attributed and revised in the same
// order, give it again.
//
// # Health
//
// A [Progress] is told of results, and counts windows and shares; its residual is 0
// as long as what is told adds up. metering/otelmeter shows it.
//
// # Exactness
//
// Everything is whole microjoules, placed by largest remainders, ties to the
// earlier share in order of device and account. Nothing depends on the order
// of the input. The laws, each a test and a fuzz target of the same name:
//
//   - Attribution_Conserved: Σ tenants + unallocated = metered by devices, and
//     with overhead = metered by the site, to the microjoule, in shares, books
//     and events; every share is that of a second implementation in big
//     integers.
//   - Attribution_Ordered: devices and holders in any order give the same
//     result.
//   - Chain_Conserved: from counters that wrap, reset, fail and jump, and
//     samples with gaps, to tenants that start and end within the window, the
//     events carry what was metered, their carbon what it emits, and nothing is
//     below 0. A million such windows broke none: -run Law_Chain -laws.n 1000000
//     -laws.seed 1, 2026-11-26, in 81 s.
//   - Groups_Conserved: by device, SKU, tenant or any other name, groups add
//     up to the site.
//   - SplitNarrow: the quick way of splitting agrees with the exact one.
//   - Rules_Conserved: under every rule a device's shares add up to its
//     energy, and none is below 0.
//   - Shapley_Oracle: Shapley values are those of walking all orders in which
//     accounts can come, by largest remainders.
//   - Adjustments_Conserved: after any number of revisions, what was recorded
//     is what the last one says, by account, device, SKU and region, for
//     estimated energy too; every adjustment names an event that exists.
//
// # Errors
//
// An input is checked before anything is worked out, and a result is not
// touched by one that is refused: a device listed twice, idle above the whole,
// anything negative (*[FieldError]), more allocated than there is
// (*[OverAllocatedError]), a facility below its devices
// (*[facility.BelowOneError], a PUE below 1) or over another period
// (*[facility.PeriodMismatchError]), names that no event may have
// (*[metering.FieldError]). Not an error: no holders, no use, no energy, no
// capacity where nobody holds any.
//
// # Limits
//
// A window of 1000 devices with three holders each takes 0.75 ms and one
// allocation with an [Attributor] that is used again, and 0.15 µs and one
// allocation for each event (2-core Xeon, Go 1.26.8, 2026-11-23). A day of
// 1000 devices with twenty holders each, sampled every 15 s, takes 0.2 s of a
// processor (EPYC, 2026-11-26). An Attributor keeps 32 bytes a share besides
// the result. IT equipment that is not among the devices counts as overhead. One mark,
// Estimated, stands for both items of an event.
//
// # Design
//
// Idle energy as what use leaves over was turned down: at full load it falls
// to nothing, and the tenant that works pays for the baseline of those that
// hold. Leaving idle energy of free capacity out was turned down too: the
// provider's account makes it visible, and the sum closes.
//
// Dynamic energy of unknown use is not laid on the holders alone: nobody is
// charged for more than their part of a device without evidence.
//
// Overhead is spread in one split over the window, not device by device: a
// split of each device's part would round a thousand times.
//
// A rule is the input's and not the device's, so that one sum is shared in one
// way; revisions keep to the rule of what they revise.
//
// An id has the revision in it and the event's body does not say it, so that
// the first report and its corrections are separate facts, each counted once.
// The device stands behind its length in the id, as device names may hold any
// separator.
package attribution
