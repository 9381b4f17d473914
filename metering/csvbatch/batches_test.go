package csvbatch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// TestReader_Batches: batches are full but for the last, can be left and taken
// up again, and keep codes and strings.
func TestReader_Batches(t *testing.T) {
	file := header
	for i := range 10 {
		file += string(rune('a'+i%3)) + ",gpu,north,1970-01-01T00:00:01Z,1\n"
	}
	r, err := csvbatch.NewReader(strings.NewReader(file), small, csvbatch.WithBatchRows(4))
	require.NoError(t, err)
	var sizes []int
	var values []string
	for range 5 {
		for b, err := range r.Batches() {
			require.NoError(t, err)
			if values == nil {
				values = b.Account.Values
			}
			sizes = append(sizes, len(b.Times))
			require.EqualValues(t, (len(sizes)-1)*4%3, b.Account.Codes[0])
			break
		}
	}
	require.Equal(t, []int{4, 4, 2}, sizes)
	require.Equal(t, []string{"a", "b", "c"}, values)
}

// TestReader_Fixed: what no column says is the same in every row.
func TestReader_Fixed(t *testing.T) {
	l := csvbatch.Layout{
		Meter: small.Meter, Unit: small.Unit, Time: "time", Amount: "amount",
		Fixed: metering.Key{Account: "acme/vision", Region: "north", Labels: metering.MustLabels("env", "prod")},
	}
	r, err := csvbatch.NewReader(strings.NewReader("amount,time\n-2.5,1970-01-01T00:00:01.5Z\n"), l)
	require.NoError(t, err)
	for b, err := range r.Batches() {
		require.NoError(t, err)
		require.Equal(t, &metering.Batch{
			Meter: l.Meter.ID, Labels: l.Fixed.Labels,
			Account: metering.Column{Values: []string{"acme/vision"}}, Region: metering.Column{Values: []string{"north"}},
			Times: []int64{1_500_000_000}, Amounts: []int64{-2_500_000_000}, Step: metering.Grains(1, metering.Time),
		}, b)
	}
}
