package rating_test

import (
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// provider is what a provider says it charges.
type provider struct {
	ID, Source, Model, Verified string
	Inputs, Expected            map[string]any
}

func TestProviderVectors(t *testing.T) {
	for _, path := range []string{"testdata/providers.json", "../../../shared/vectors/provider_billing.json"} {
		t.Run(path, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil && strings.HasPrefix(path, "..") {
				t.Skip("the file that the figures were taken from is not here")
			}
			require.NoError(t, err)
			var vectors []provider
			if data[0] == '{' {
				var file struct{ Vectors []provider }
				require.NoError(t, json.Unmarshal(data, &file))
				vectors = file.Vectors
			} else {
				require.NoError(t, json.Unmarshal(data, &vectors))
			}
			rated := 0
			for _, v := range vectors {
				drive := providerDrivers[v.Model]
				if drive == nil || strings.HasPrefix(v.Verified, "no") {
					continue // a rule of measuring, or one without a figure
				}
				rated++
				t.Run(v.ID, func(t *testing.T) { drive(newProviderSession(t, v)) })
			}
			require.GreaterOrEqual(t, rated, 28)
		})
	}
}

var providerDrivers = map[string]func(*session){
	"capacity_time_truncate_2dp":        provideTruncated,
	"month_total_round_half_up_2dp":     provideDated,
	"free_tier_shared_then_flat":        providePooled,
	"amortised_cost_by_day":             provideAmortised,
	"p95_index_and_fee":                 provideDays,
	"p95_partial_month":                 provideDays,
	"monthly_top5":                      provideDays,
	"enhanced95_max_of_usage_and_floor": provideFloor,
	"activation_freeze":                 provideFreeze,
	"graduated_tiers":                   provideTiers,
	"graduated_tiers_month_cumulative":  provideTiers,
	"volume_tiers_all_units":            provideTiers,
	"duration_tiers_reset_on_change":    provideDuration,
	"clock_hour_ceiling":                provideClockHours,
	"metered_unit_conversion_truncate":  provideSeconds,
	"bill_truncate_then_allocate":       provideAllocated,
	"upgrade_proration_30day_month":     provideUpgrade,
	"unit_price_month_to_hour":          provideMonthPrice,
	"cu_minutes_hourly":                 provideMinutes,
	"savings_plan_total":                provideSavings,
	"token_tier_by_request_input":       provideRequestTier,
	"token_price":                       provideTokens,
	"effective_factor":                  provideFactor,
	"token_price_cache_split":           provideTokens,
	"token_cached_subset":               provideTokens,
	"token_cache_disjoint":              provideBundle,
}

func newProviderSession(t *testing.T, v provider) *session {
	s := newSession(t, modelVector{ID: v.ID, Model: v.Model, Source: v.Source, Params: v.Inputs}, false)
	s.Usage = v.Expected
	return s
}

// want requires one of the vector's figures.
func (s *session) want(key string, got *big.Rat) {
	s.Helper()
	figure, ok := s.Usage.(map[string]any)[key]
	require.True(s, ok, key)
	if f, ok := figure.(float64); ok {
		figure = decimal.NewFromFloat(f).String()
	}
	requireRat(s.T, oracleRat(figure.(string)), got, "%s", key)
}

// wants is want where the vector has the figure.
func (s *session) wants(key string, got func() *big.Rat) {
	s.Helper()
	if _, ok := s.Usage.(map[string]any)[key]; ok {
		s.want(key, got())
	}
}

// anew returns the session without prices.
func (s *session) anew() *session {
	again := newSession(s.T, s.modelVector, false)
	again.period = s.period
	return again
}

func (s *session) roundTo(mode money.RoundingMode, places int, level accounting.Level) {
	s.contract.Card.Rounding = accounting.Rounding{Mode: mode, Places: places, Level: level}
}

// byOrigin returns what charges of an origin come to.
func byOrigin(bill rating.Bill, of accounting.Origin) *big.Rat {
	total := new(big.Rat)
	for _, c := range bill.Charges {
		if c.Origin == of {
			total.Add(total, rat(c.Billed))
		}
	}
	return total
}

// daysFrom returns n days of November from its first, or of a month of as
// many days as the vector has.
func (s *session) days(n int64) metering.Period {
	return must(metering.NewPeriod(s.period.Start(), s.period.Start().AddDate(0, 0, int(n))))
}

// month makes the billing period one of the vector's number of days.
func (s *session) month(days string) {
	year := map[string]int{"28": 2, "30": 11, "31": 12}[days]
	s.period = must(metering.Month(metering.Zone{}, 2026, time.Month(year)))
}

func counted(n, code string, meter metering.MeterID, period metering.Period) metering.Usage {
	u := used("0", 1)
	u.Key.Meter, u.Period, u.Quantity = meter, period, metering.MustQuantity(n+" "+code)
	return u
}

func per(meter metering.MeterID, code string) func(*accounting.Price) {
	return func(p *accounting.Price) { p.Match.Meter, p.Unit = meter, metering.MustUnit(code) }
}
