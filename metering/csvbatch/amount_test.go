package csvbatch_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// TestReader_Amounts: grains are whole and of 64 bits, whatever the unit has.
func TestReader_Amounts(t *testing.T) {
	for _, tt := range []struct {
		unit, amount string
		grains       int64
		is           error
	}{
		{"s", "9223372036.854775807", math.MaxInt64, nil},
		{"s", "-9223372036.854775808", math.MinInt64, nil},
		{"s", "-9223372036.854775809", 0, csvbatch.ErrAmountRange},
		{"s", "0.000000001000000000", 1, nil},
		{"s", "-0.0", 0, nil},
		{"{token}", "9223372036854775807.00", math.MaxInt64, nil},
		{"{token}", "999999999999999999", 999_999_999_999_999_999, nil},
		{"{token}", "0.5", 0, metering.ErrInexact},
		{"{core}", "1.125", 1125, nil},
		{"GiBy", "0.000000000931322574615478515625", 1, nil},
		{"GiBy", "0.5", 1 << 29, nil},
		{"GiBy", "0.1", 0, metering.ErrInexact},
		{"W.h", "0.25", 900_000_000, nil},
		{"{card}.h", "0.03", 7_783_776_000_000_000_000, nil},
		{"{card}.h", "1", 0, csvbatch.ErrAmountRange},
		{"{card}.h", "0.1", 0, csvbatch.ErrAmountRange},
		{"TiBy.h", "0.000001", 3_958_241_859_993_600_000, nil},
		{"TiBy.h", "1", 0, csvbatch.ErrAmountRange},
	} {
		t.Run(tt.amount+" "+tt.unit, func(t *testing.T) {
			l, _ := layoutIn(tt.unit)
			l.Resource, l.SKU, l.Region = "", "", ""
			rows, err := read(strings.NewReader("tenant,time,amount\nacme,1970-01-01T00:00:01Z,0\nacme,1970-01-01T00:00:01Z,"+tt.amount), l)
			require.ErrorIs(t, err, tt.is)
			if tt.is == nil {
				require.Equal(t, tt.grains, rows[1].grains)
			}
		})
	}
}
