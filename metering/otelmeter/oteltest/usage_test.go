package oteltest

import (
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

var day = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func meters(t *testing.T, ids ...metering.MeterID) []metering.Meter {
	var all []metering.Meter
	for _, id := range ids {
		m, err := metering.DefaultCatalogue().Lookup(id)
		require.NoError(t, err)
		all = append(all, m)
	}
	return all
}

func TestObserveUsage(t *testing.T) {
	agg := metering.NewAggregator()
	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100", Region: "north", Resource: "GPU-1"})
	require.NoError(t, err)
	lease, err := gpu.Start(metering.WholeCards(8), day)
	require.NoError(t, err)
	require.NoError(t, lease.Stop(day.Add(90*time.Minute)))
	require.NoError(t, agg.AddAt(&metering.Key{Account: "beta", Meter: metering.Requests}, day, metering.Grains(7, metering.Count)))

	p, collect := provider(t)
	stop, err := otelmeter.ObserveUsage(agg, meters(t, metering.AcceleratorTime, metering.Requests), otelmeter.WithMeterProvider(p))
	require.NoError(t, err)
	got := collect()
	sku, region := attribute.String("meterbook.sku", "H100"), attribute.String("cloud.region", "north")
	require.Equal(t, 12.0, got.float("meterbook.usage.compute.accelerator.time", sku, region))
	require.Equal(t, "{card}.h", got.units["meterbook.usage.compute.accelerator.time"])
	require.Equal(t, "Accelerator time, in card·h; for dashboards, never the bill.", got.about["meterbook.usage.compute.accelerator.time"])
	require.Equal(t, 7.0, got.float("meterbook.usage.ai.requests"))
	require.Len(t, got.floats, 2, "no tenant unless it is asked for")
	require.NoError(t, stop())
	require.Empty(t, collect().floats)

	hour, err := metering.NewPeriod(day, day.Add(time.Hour))
	require.NoError(t, err)
	_, err = otelmeter.ObserveUsage(agg, meters(t, metering.AcceleratorTime), otelmeter.WithMeterProvider(p),
		otelmeter.WithFields(metering.ByTenant, metering.ByResource), otelmeter.WithPeriod(func() metering.Period { return hour }))
	require.NoError(t, err)
	require.Equal(t, 8.0, collect().float("meterbook.usage.compute.accelerator.time", attribute.String("meterbook.tenant", "acme"), attribute.String("meterbook.resource", "GPU-1")))
}

func TestLaw_Usage_SetsAddUp(t *testing.T) {
	rng := random(t)
	agg := metering.NewAggregator()
	p, collect := provider(t)
	const most = 10
	_, err := otelmeter.ObserveUsage(agg, meters(t, metering.Requests), otelmeter.WithMeterProvider(p),
		otelmeter.WithFields(metering.ByAccount), otelmeter.WithSets(most))
	require.NoError(t, err)
	rest := attribute.Bool("meterbook.rest", true)
	seen, total := map[int]int64{}, int64(0)
	var first collected
	for round := range 20 {
		for range 50 {
			account, n := rng.IntN(5+5*round), rng.Int64N(1000)
			require.NoError(t, agg.AddAt(&metering.Key{Account: metering.Account(fmt.Sprintf("t%03d", account)), Meter: metering.Requests}, day, metering.Grains(n, metering.Count)))
			seen[account] += n
			total += n
		}
		got := collect()
		require.LessOrEqual(t, len(got.floats), most+1)
		sum := 0.0
		for _, v := range got.floats {
			sum += v // whole numbers, far below 2^53
		}
		require.Equal(t, float64(total), sum, "seed %d", *seed)
		require.Equal(t, int64(max(0, len(seen)-most)), got.int("meterbook.usage.sets.beyond", attribute.String("meterbook.meter", "ai.requests")))
		for f := range first.floats { // what was shown once is shown from then on
			require.Contains(t, got.floats, f)
		}
		first = got
	}
	require.NotZero(t, first.float("meterbook.usage.ai.requests", rest))
}

type failing struct{}

func (failing) Usage(metering.Period, ...metering.QueryOption) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		one := metering.Usage{Key: metering.Key{Meter: metering.Requests}, Quantity: metering.Grains(1, metering.Count)}
		_ = yield(one, nil) && yield(metering.Usage{}, errors.New("disk is gone"))
	}
}

func TestObserveUsage_Refuses(t *testing.T) {
	p, _ := provider(t)
	with := otelmeter.WithMeterProvider(p)
	var field *metering.FieldError
	_, err := otelmeter.ObserveUsage(failing{}, meters(t, metering.Requests), with, otelmeter.WithSets(0))
	require.ErrorAs(t, err, &field)
	_, err = otelmeter.ObserveUsage(failing{}, meters(t, metering.Requests), with, otelmeter.WithFields(metering.ByLabels))
	require.ErrorAs(t, err, &field)
	_, err = otelmeter.ObserveUsage(failing{}, meters(t, metering.Requests, metering.Requests), with)
	require.ErrorAs(t, err, &field)
	_, err = otelmeter.ObserveUsage(failing{}, []metering.Meter{{ID: "用量"}}, with)
	require.Error(t, err, "an instrument's name is ASCII")
}
