package oteltest

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

func TestLaw_Hardware_JoulesAddUp(t *testing.T) {
	rng := random(t)
	p, collect := provider(t)
	hw, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(p))
	require.NoError(t, err)
	gpu, err := hw.Component(otelmeter.Device{ID: "GPU-1", Type: "gpu"})
	require.NoError(t, err)
	added, shown := new(big.Int), int64(0)
	for range 2000 {
		// Most are below a joule: rounded one by one, they would come to nothing.
		n := rng.Int64N(900_000)
		if rng.IntN(10) == 0 {
			n = rng.Int64N(5_000_000_000)
		}
		require.NoError(t, gpu.Add(metering.Grains(n, metering.Energy)))
		added.Add(added, big.NewInt(n))
		if rng.IntN(20) > 0 {
			continue
		}
		joules := collect().int("hw.energy", attribute.String("hw.id", "GPU-1"), attribute.String("hw.type", "gpu"))
		require.GreaterOrEqual(t, joules, shown, "a counter only grows")
		shown = joules
		told := new(big.Int).Mul(big.NewInt(joules), big.NewInt(1_000_000))
		rest := gpu.Remainder().Grains().Big()
		require.Negative(t, rest.Cmp(big.NewInt(1_000_000)))
		require.Zero(t, told.Add(told, rest).Cmp(added), "seed %d: %v J and %v", *seed, joules, gpu.Remainder())
	}
	require.NotZero(t, shown)
}

// A host has names of its own: its energy holds that of its components.
func TestHardware_Host(t *testing.T) {
	p, collect := provider(t)
	hw, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(p), otelmeter.WithAttributes(attribute.String("site", "north")))
	require.NoError(t, err)
	host, err := hw.Component(otelmeter.Device{ID: "node-7", Type: "enclosure", Host: true, Name: "node-7"})
	require.NoError(t, err)
	gpu, err := hw.Component(otelmeter.Device{ID: "GPU-1", Type: "gpu", Parent: "node-7"})
	require.NoError(t, err)
	require.NoError(t, host.Add(metering.MustQuantity("1000 J")))
	require.NoError(t, host.Set(metering.MustQuantity("700.5 W")))
	require.NoError(t, gpu.Add(metering.MustQuantity("600.999999 J")))
	require.NoError(t, gpu.Set(metering.MustQuantity("399.5 W")))

	site := attribute.String("site", "north")
	ofHost := []attribute.KeyValue{attribute.String("hw.id", "node-7"), attribute.String("hw.name", "node-7"), site}
	ofGPU := []attribute.KeyValue{attribute.String("hw.id", "GPU-1"), attribute.String("hw.type", "gpu"), attribute.String("hw.parent", "node-7"), site}
	got := collect()
	require.Equal(t, int64(1000), got.int("hw.host.energy", ofHost...))
	require.Equal(t, int64(600), got.int("hw.energy", ofGPU...))
	require.Equal(t, int64(700), got.int("hw.host.power", ofHost...), "half-even")
	require.Equal(t, int64(400), got.int("hw.power", ofGPU...), "half-even")
	require.Len(t, got.ints, 4)
	require.Equal(t, "J", got.units["hw.energy"])
	require.Equal(t, "W", got.units["hw.power"])

	gpu.Unset()
	host.Close()
	require.Len(t, collect().ints, 1)
	require.NoError(t, hw.Close())
	require.Empty(t, collect().ints)
}

func TestHardware_Refuses(t *testing.T) {
	p, collect := provider(t)
	hw, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(p))
	require.NoError(t, err)
	var field *metering.FieldError
	for _, d := range []otelmeter.Device{{}, {ID: "GPU-1"}} {
		_, err = hw.Component(d)
		require.ErrorAs(t, err, &field)
	}
	gpu, err := hw.Component(otelmeter.Device{ID: "GPU-1", Type: "gpu"})
	require.NoError(t, err)
	_, err = hw.Component(otelmeter.Device{ID: "GPU-1", Type: "gpu"})
	require.ErrorAs(t, err, &field)

	var dimension *metering.DimensionError
	require.ErrorAs(t, gpu.Add(metering.MustQuantity("1 W")), &dimension)
	require.ErrorAs(t, gpu.Set(metering.MustQuantity("1 J")), &dimension)
	require.ErrorIs(t, gpu.Add(metering.MustQuantity("-1 J")), metering.ErrNegative)
	require.NoError(t, gpu.Add(metering.MustQuantity("9223372036854775807.9 J")))
	require.ErrorAs(t, gpu.Add(metering.MustQuantity("0.1 J")), &field)
	require.NoError(t, gpu.Add(metering.MustQuantity("0.099999 J")))
	require.Equal(t, metering.MustQuantity("0.999999 J"), gpu.Remainder())
	require.Equal(t, int64(1<<63-1), collect().int("hw.energy", attribute.String("hw.id", "GPU-1"), attribute.String("hw.type", "gpu")))

	for n := 1; n < otelmeter.MaxDevices; n++ {
		_, err = hw.Component(otelmeter.Device{ID: string(rune('a' + n)), Type: "gpu"})
		require.NoError(t, err)
	}
	_, err = hw.Component(otelmeter.Device{ID: "one more", Type: "gpu"})
	require.ErrorAs(t, err, &field)
}
