package csvbatch_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

var (
	lawsN    = flag.Int("laws.n", 2000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, g)
	}
}

// layoutIn returns the layout of the files of these tests, and the oracle's.
func layoutIn(unit string) (csvbatch.Layout, oracleLayout) {
	u := metering.MustUnit(unit)
	return csvbatch.Layout{
			Meter: meterIn(u), Unit: u,
			Account: "tenant", Resource: "id", SKU: "sku", Region: "region", Time: "time", Amount: "amount",
		}, oracleLayout{
			account: "tenant", resource: "id", sku: "sku", region: "region", time: "time", amount: "amount",
			unit: u.Grains().Big(),
		}
}

func meterIn(u metering.Unit) metering.Meter {
	return metering.Meter{ID: "test.usage", Unit: u, Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.AI}
}

// value returns a column's value of row i.
func value(c metering.Column, i int) string {
	switch {
	case c.Codes != nil:
		return c.Values[c.Codes[i]]
	case len(c.Values) == 0:
		return ""
	case len(c.Values) == 1:
		return c.Values[0]
	}
	return c.Values[i]
}

// rowsOf returns a batch as the oracle has rows.
func rowsOf(b *metering.Batch) []oracleRow {
	rows := make([]oracleRow, len(b.Times))
	for i := range rows {
		grains := new(big.Int).Mul(big.NewInt(b.Amounts[i]), b.Step.Grains().Big())
		rows[i] = oracleRow{
			value(b.Account, i), value(b.Resource, i), value(b.SKU, i), value(b.Region, i),
			b.Times[i], grains.String(),
		}
	}
	return rows
}

// readAll returns all rows of a reader, and the error that it ended with.
func readAll(r *csvbatch.Reader) (rows []oracleRow, err error) {
	for b, err := range r.Batches() {
		if err != nil {
			return rows, err
		}
		rows = append(rows, rowsOf(b)...)
	}
	return rows, nil
}

func read(src io.Reader, l csvbatch.Layout, opts ...csvbatch.Option) ([]oracleRow, error) {
	r, err := csvbatch.NewReader(src, l, opts...)
	if err != nil {
		return nil, err
	}
	return readAll(r)
}

// A dribble gives what a file has in pieces of random length, empty ones too.
type dribble struct {
	file io.Reader
	*rand.Rand
}

func (d dribble) Read(p []byte) (int, error) {
	return d.file.Read(p[:d.IntN(min(len(p), 1+d.IntN(40))+1)])
}

// TestLaw_Reader_IsWhatTheOracleSays: files much like real ones, with any
// fault in any place, give the rows that encoding/csv, package time and
// rational numbers find in them, however the file comes in and whatever the
// size of batches.
func TestLaw_Reader_IsWhatTheOracleSays(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		in := scales[g.IntN(len(scales))]
		sameAsOracle(t, g.file(g.IntN(40), in, 0.003), in.unit, g.Rand)
	})
}

// FuzzReader_SameAsEncodingCSV is the same law on any bytes.
func FuzzReader_SameAsEncodingCSV(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for i := range 32 {
		f.Add(g.file(i, scales[i%len(scales)], 0.02), byte(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, file []byte, unit byte, seed uint64) {
		sameAsOracle(t, file, scales[int(unit)%len(scales)].unit, rand.New(rand.NewPCG(seed, 0)))
	})
}

func sameAsOracle(t *testing.T, file []byte, unit string, r *rand.Rand) {
	t.Helper()
	layout, judge := layoutIn(unit)
	want, ok := oracleRead(file, judge)
	got, err := read(dribble{bytes.NewReader(file), r}, layout, csvbatch.WithBatchRows(1+r.IntN(20)))
	if ok != (err == nil) || !slices.Equal(got, want) {
		t.Fatalf("in %s, %q:\ngot  %v, %v\nwant %v, fine: %v", unit, file, got, err, want, ok)
	}
	if rowErr := (*csvbatch.RowError)(nil); err != nil && !errors.As(err, &rowErr) {
		t.Fatalf("%q: %v is no RowError", file, err)
	}
}

// TestLaw_Split_SameRows: the parts of a file are its rows, in order; and a
// part that ends within quotes says so, unless one before it was refused.
func TestLaw_Split_SameRows(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		sameSplit(t, g.file(g.IntN(40), scales[0], 0.003), 1+g.IntN(8))
	})
}

// FuzzSplit_SameRows is the same law on any bytes.
func FuzzSplit_SameRows(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for i := range 32 {
		f.Add(g.file(i, scales[0], 0.003), byte(i))
	}
	f.Fuzz(func(t *testing.T, file []byte, n byte) { sameSplit(t, file, 1+int(n)%16) })
}

func sameSplit(t *testing.T, file []byte, n int) {
	t.Helper()
	layout, _ := layoutIn("s")
	few := csvbatch.WithBatchRows(8)
	want, wantErr := read(bytes.NewReader(file), layout, few)
	parts, err := csvbatch.Split(bytes.NewReader(file), int64(len(file)), n, layout, few)
	if err != nil {
		require.EqualError(t, wantErr, err.Error())
		return
	}
	require.LessOrEqual(t, len(parts), n)
	var got []oracleRow
	for _, part := range parts {
		rows, err := readAll(part)
		got = append(got, rows...)
		if errors.Is(err, csvbatch.ErrSplit) {
			require.True(t, bytes.ContainsRune(file, '"'))
			return
		}
		if err != nil {
			// The parts before have ended where this one begins: it is right, and so
			// is its error, but for a quote that the whole file closes later.
			require.EqualError(t, err, wantErr.Error())
			require.Equal(t, want, got)
			return
		}
	}
	require.NoError(t, wantErr, "%q in %d", file, n)
	require.Equal(t, want, got)
}
