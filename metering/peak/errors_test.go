package peak_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

func TestErrors_Text(t *testing.T) {
	june := metering.MustPeriod("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")
	for want, err := range map[string]error{
		"peak: no samples in 2026-06-01T00:00:00Z/2026-07-01T00:00:00Z: a level of nothing is not zero":       &peak.NoSamplesError{Period: june},
		"peak: 3 samples in 2026-06-01T00:00:00Z/2026-07-01T00:00:00Z, none on a day that counts":             &peak.NoSamplesError{Period: june, Samples: 3},
		"peak: sample at 2026-05-31T23:59:59Z: want a time in 2026-06-01T00:00:00Z/2026-07-01T00:00:00Z":      &peak.OutsideError{At: june.Start().Add(-time.Second), Period: june},
		"peak: rule needs the 536 largest levels of the period, the line keeps 447: name the rule to NewPlan": &peak.NotKeptError{Of: "period", Want: 536, Kept: 447},
	} {
		require.EqualError(t, err, want)
	}
	p, err := peak.NewPlan(peak.Sampling{Period: june, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate}, peak.P95())
	require.NoError(t, err)
	require.Same(t, p, p.NewLine().Plan())
	require.EqualError(t, p.NewLine().Add(peak.Sample{At: june.Start(), Out: metering.Grains(1, metering.Bytes)}),
		"peak: out: metering: dimension bytes where bit-rate is wanted")
	require.EqualError(t, p.NewLine().Add(peak.Sample{At: june.Start(), In: bits(-7)}), "peak: a level is not negative: in -7 bit/s")
}

func TestNames(t *testing.T) {
	require.Equal(t, "max-in-out in out sum-in-out direction(9)", peak.MaxInOut.String()+" "+peak.InOnly.String()+" "+peak.OutOnly.String()+" "+peak.SumInOut.String()+" "+peak.Direction(9).String())
	require.Equal(t, "half-even half-up down ceiling", peak.HalfEven.String()+" "+peak.HalfUp.String()+" "+peak.Truncate.String()+" "+peak.Ceil.String())
}

func TestRatio_Edges(t *testing.T) {
	var field *metering.FieldError
	_, err := peak.NewRatio(-1, 2)
	require.ErrorAs(t, err, &field)
	_, err = peak.NewRatio(1, 0)
	require.ErrorAs(t, err, &field)
	r, err := peak.NewRatio(6, 4)
	require.NoError(t, err)
	require.Equal(t, "3/2", r.String())
	require.Equal(t, "3", r.Num().String())
	require.Equal(t, int64(2), r.Den())
	for how, want := range map[peak.Rounding]string{peak.HalfEven: "2", peak.HalfUp: "2", peak.Truncate: "1", peak.Ceil: "2"} {
		d, err := r.Decimal(0, how)
		require.NoError(t, err)
		require.Equal(t, want, d.String(), how)
	}
	_, err = r.Decimal(0, 2)
	require.ErrorAs(t, err, &field)
	level, err := peak.LevelOf(bits(3))
	require.NoError(t, err)
	require.Equal(t, metering.BitRate, level.Dimension())
	require.False(t, level.IsZero())
	_, err = peak.LevelOf(bits(-3))
	require.ErrorIs(t, err, peak.ErrNegative)
}
