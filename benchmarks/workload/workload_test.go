package workload

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The same input comes out each time, in other memory.
func TestKeys(t *testing.T) {
	a, b := Keys3(zipfKeys), Keys3(zipfKeys)
	require.Equal(t, a, b)
	require.NotSame(t, unsafe.StringData(a[0].Account), unsafe.StringData(b[0].Account))
	require.NotSame(t, unsafe.StringData(a[0].Meter), unsafe.StringData(b[0].Meter))
	require.Len(t, distinct(a), zipfKeys)
	require.Len(t, distinct(Keys6(zipfKeys)), zipfKeys)
	require.Equal(t, Key3{"tenant-0123", "ai.tokens.output", "sku-17"}, a[123*skusPerAccount+17])
}

func distinct[K comparable](keys []K) map[K]bool {
	set := map[K]bool{}
	for _, k := range keys {
		set[k] = true
	}
	return set
}

func TestZipf(t *testing.T) {
	in := Zipf3()
	require.Equal(t, in, Zipf3())
	uses := map[Key3]int{}
	most := 0
	for _, e := range in.Events {
		require.Positive(t, e.Amount)
		uses[e.Key]++
		most = max(most, uses[e.Key])
	}
	stored := distinct(in.Stored)
	require.Len(t, stored, len(uses))
	require.InDelta(t, 10_000, len(uses), 3_000) // a third of the keys is used at all
	require.Greater(t, most, len(in.Events)/20)  // and one for more than one event in twenty
	last, first := in.Events[len(in.Events)-1], in.Events[0]
	require.Equal(t, big.NewInt(last.Amount+first.Amount), in.Sum(len(in.Events)-1, 2))
	require.Contains(t, stored, first.Key)
	require.NotSame(t, unsafe.StringData(in.Stored[0].SKU), unsafe.StringData(first.Key.SKU))

	late := 0
	for _, at := range in.Times {
		require.False(t, at.Before(Hour.Add(-time.Hour)) || !at.Before(Hour.Add(time.Hour)))
		if at.Before(Hour) {
			late++
		}
	}
	require.InDelta(t, latePerMille, 1000*late/len(in.Times), 10)
}

func TestUniform(t *testing.T) {
	in := Uniform(1000)
	require.Len(t, in.Stored, 1000)
	for _, at := range in.Times {
		require.False(t, at.Before(Hour))
	}
}

func TestRows_Spelled(t *testing.T) {
	rows := NewRows(1000)
	text := rows.Spelled()
	for i := range rows.Times {
		require.Equal(t, rows.Tenant.Values[rows.Tenant.Codes[i]], text.Tenant.Values[i])
		require.Equal(t, rows.Region.Values[rows.Region.Codes[i]], text.Region.Values[i])
	}
	n := 0
	for i := range 3 {
		n += len(rows.Part(i, 3).Times)
	}
	require.Equal(t, 1000, n)
}

// The file says what the columns do.
func TestRows_WriteCSV(t *testing.T) {
	rows := NewRows(1000)
	var file strings.Builder
	require.NoError(t, rows.WriteCSV(&file))
	lines := strings.Split(strings.TrimSuffix(file.String(), "\n"), "\n")
	require.Equal(t, CSVHeader, lines[0])
	require.Len(t, lines, 1001)
	for i, line := range lines[1:] {
		fields := strings.Split(line, ",")
		require.Equal(t, rows.SKU.Values[rows.SKU.Codes[i]], fields[1])
		at, err := time.Parse(time.RFC3339, fields[3])
		require.NoError(t, err)
		require.Equal(t, rows.Times[i], at.UnixNano())
		require.True(t, strings.HasSuffix(fields[3], "Z"))
		amount, ok := new(big.Rat).SetString(fields[4])
		require.True(t, ok, fields[4])
		require.Equal(t, strconv.FormatInt(rows.Amounts[i], 10), amount.Mul(amount, big.NewRat(billion, 1)).RatString())
	}
}

func TestAppendAmount(t *testing.T) {
	for billionths, want := range map[int64]string{
		0: "0", 1: "0.000000001", billion: "1", 1_500_000_000: "1.5", 12_000_000_340: "12.00000034", 999_999_999: "0.999999999",
	} {
		require.Equal(t, want, string(appendAmount(nil, billionths)))
	}
}
