package metering_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// What providers publish of how much was used, by their own worked examples.
// Each vector of testdata/provider_billing.json is inputs and figures; a driver
// runs the library on the inputs of its model, whatever they are. A figure that
// is money is one quantity times a price of the inputs: it checks the quantity.

// providerFigures are figures by the names that vectors give them: numbers as
// *big.Rat, words as string, and slices and maps of these.
type providerFigures map[string]any

// providerDrivers measure the inputs of a model.
var providerDrivers = map[string]func(in inputs) providerFigures{
	"per_second":                         measureSeconds,
	"per_second_hourly_settlement_split": measureSecondsByHour,
	"clock_hour_ceiling":                 measureClockHours,
	"resource_hours_piecewise":           measureResourceHours,
	"cu_minutes_hourly":                  measureComputeUnits,
	"capacity_time_truncate_2dp":         measureCapacityTime,
	"metered_unit_conversion":            measureConverted,
	"metered_unit_conversion_truncate":   measureConverted,
	"storage_min_size_min_duration":      measureLeastStorage,
	"early_deletion_remainder":           measureEarlyDeletion,
	"file_alignment":                     measureBlocks,
	"upgrade_proration_30day_month":      measureMonths,
	"unit_price_month_to_hour":           measureMonthUnit,
	"free_tier_shared_then_flat":         measurePooledRequests,

	"enhanced95_daily_floor":            measureDailyFloor,
	"enhanced95_monthly_floor":          measureMonthlyFloor,
	"enhanced95_daily_peak":             measureDailyPeak,
	"enhanced95_daily_peak_short_day":   measureDailyPeak,
	"enhanced95_max_of_usage_and_floor": measureLegs,
	"activation_freeze":                 measureCommitment,
	"p95_month_points":                  measurePoints,
	"p95_index":                         measurePoints,
	"p95_index_and_fee":                 measurePoints,
	"p95_partial_month":                 measurePartialMonth,
	"monthly_top5":                      measureTop5,
	"effective_factor":                  measureFactor,
	"p95_real_trace":                    measureRealTrace,

	"vgpu_coefficient":            measureSlots,
	"ascend_vnpu_template_share":  measureTemplate,
	"energy_counter_delta":        measureCounter,
	"gpu_card_seconds":            measurePods,
	"token_cached_subset":         measureCachedSubset,
	"token_cache_disjoint":        measureCacheDisjoint,
	"token_price":                 measureTokens,
	"token_price_cache_split":     measureCacheSplit,
	"token_tier_by_request_input": measureTokenTier,
	"token_totals":                measureTokenTotals,
}

// chargingModels have nothing to measure: prices, discounts, terms and rounding
// of money.
var chargingModels = []string{
	"amortised_cost_by_day", "bill_truncate_then_allocate", "duration_tiers_reset_on_change", "graduated_tiers",
	"graduated_tiers_month_cumulative", "month_total_round_half_up_2dp", "savings_plan_total", "volume_tiers_all_units",
}

// Every vector that is known, sorted: those that are measured are in testdata.
var (
	measuringVectors = []string{
		"AL-01", "AL-02", "AL-03a", "AL-05", "AL-06", "AL-06b", "AL-07", "AL-08", "AL-17", "AL-18", "AN-01", "BD-03", "BD-05",
		"BP-01", "DS-02", "GPU-01", "GPU-03", "HW-01", "HW-04", "HW-05", "HW-07", "HW-08", "HW-09a", "HW-09b", "HW-11", "HW-12",
		"IDC-01", "IDC-02", "IDC-03", "OA-01", "OBS-03", "TC-01", "TC-01b", "TC-05", "TC-07", "TR-01", "TR-03", "TR-04-code", "YV-01",
	}
	chargingVectors   = []string{"AL-04", "AL-10", "AL-12a", "BD-01", "HW-02", "HW-13", "TC-02", "TC-03", "TC-04"}
	unverifiedVectors = []string{"AL-14", "TC-06"}
)

// unmeasuredFigures are words, and money that is rounded or split further.
var unmeasuredFigures = []string{"doc", "fee_formula", "hit_usd", "miss_usd", "out_usd", "payable", "total_usd", "valid_day_rule", "wiped"}

type providerVector struct {
	ID, Source, Status, Model, Verified string
	Inputs, Expected                    map[string]any
}

// unverified reports that who collected the vector does not vouch for it.
func (v providerVector) unverified() bool {
	return v.Status == "ambiguous" || v.Verified != "" && v.Verified != "recomputed"
}

func (v providerVector) run(t *testing.T) {
	got := providerDrivers[v.Model](inputs{t, v.Inputs, v.Source})
	for name, want := range v.Expected {
		if slices.Contains(unmeasuredFigures, name) {
			continue
		}
		require.Contains(t, got, name, "%s: not measured of %s", v.ID, v.Model)
		require.True(t, agree(want, got[name]), "%s: %s is %v, want %v: %s", v.ID, name, got[name], want, v.Source)
	}
}

// TestProvider_Vectors: what the library makes of the inputs is exactly what the
// provider says.
func TestProvider_Vectors(t *testing.T) {
	var ids []string
	for _, v := range readVectors[providerVector](t, "testdata/provider_billing.json") {
		require.Contains(t, providerDrivers, v.Model, v.ID)
		require.NotEmpty(t, v.Expected, v.ID)
		ids = append(ids, v.ID)
		t.Run(v.ID, v.run)
	}
	slices.Sort(ids)
	require.Equal(t, measuringVectors, ids, "sort new vectors into the lists of this file")
}

// TestProvider_SharedVectors: the collection that the figures were taken from has
// none that is not sorted, and says the same.
func TestProvider_SharedVectors(t *testing.T) {
	for _, v := range readVectors[providerVector](t, "../../shared/vectors/provider_billing.json") {
		if v.unverified() || slices.Contains(unverifiedVectors, v.ID) {
			require.Contains(t, unverifiedVectors, v.ID, "%s is not verified: sort it", v.ID)
			require.True(t, v.unverified(), "%s is verified now: measure it, or sort it", v.ID)
			continue
		}
		if slices.Contains(chargingVectors, v.ID) || slices.Contains(chargingModels, v.Model) {
			require.NotContains(t, measuringVectors, v.ID)
			continue
		}
		require.Contains(t, providerDrivers, v.Model, "%s is of a model that nothing measures: sort it", v.ID)
		t.Run(v.ID, v.run)
	}
}

// readVectors skips the test where the file is not there.
func readVectors[T any](t *testing.T, name string) (vectors []T) {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		t.Skip("shared vectors absent: " + name)
	}
	require.NoError(t, err)
	defer file.Close()
	d := json.NewDecoder(file)
	d.UseNumber()
	require.NoError(t, d.Decode(&vectors))
	require.NotEmpty(t, vectors)
	return vectors
}

// TestProvider_StoppedMachine: a machine that is stopped and kept is not charged
// for what runs, and goes on with its disk and its elastic address; see
// [metering.PausePolicy].
func TestProvider_StoppedMachine(t *testing.T) {
	a := metering.NewAggregator()
	start := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z").Start()
	for i, kind := range []metering.Kind{metering.Start, metering.Pause, metering.Heartbeat, metering.Resume, metering.Stop} {
		e := metering.Event{Account: "acme", Source: "control", ID: fmt.Sprint(i), Time: start.Add(time.Duration(i) * time.Hour), Kind: kind, Resource: "i-1"}
		if kind == metering.Start {
			e.Items = []metering.Item{
				{Meter: metering.CPUTime, Quantity: metering.MustQuantity("8 {core}")},
				{Meter: metering.MemoryTime, Quantity: metering.MustQuantity("32 GiBy")},
				{Meter: metering.AcceleratorTime, SKU: "card", Quantity: metering.WholeCards(1)},
				{Meter: metering.BlockStorage, Quantity: metering.MustQuantity("100 GiBy")},
				{Meter: metering.AddressTime, Quantity: metering.MustQuantity("1 1")},
			}
		}
		require.NoError(t, a.Record(e))
	}
	hours := map[metering.MeterID]string{metering.CPUTime: "16 {core}.h", metering.MemoryTime: "64 GiBy.h", metering.AcceleratorTime: "2 {card}.h",
		metering.BlockStorage: "400 GiBy.h", metering.AddressTime: "4 {item}.h"}
	rows := mustCollect(t, a.Usage(metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")))
	require.Len(t, rows, len(hours))
	for _, row := range rows {
		require.Equal(t, metering.MustQuantity(hours[row.Key.Meter]), row.Quantity, row.Key.Meter)
	}
	require.Zero(t, a.Counts().Anomalies)
}
