package metering_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// column makes one of the forms that a column of these values can have.
func (r random) column(values []string) metering.Column {
	constant := true
	for _, v := range values {
		constant = constant && v == values[0]
	}
	switch {
	case constant && r.chance(50):
		if values[0] == "" && r.chance(50) {
			return metering.Column{}
		}
		return metering.Column{Values: values[:1]}
	case r.chance(50):
		return metering.Column{Values: values}
	}
	c := metering.Column{Values: []string{"a value that no row has"}}
	for _, v := range values {
		code := -1
		for i, have := range c.Values {
			if have == v && r.chance(80) { // a value may be there twice
				code = i
			}
		}
		if code < 0 {
			c.Values = append(c.Values, v)
			code = len(c.Values) - 1
		}
		c.Codes = append(c.Codes, uint32(code))
	}
	return c
}

type row struct {
	key    metering.Key
	at     time.Time
	amount int64
}

func batchOf(r random, rows []row) metering.Batch {
	b := metering.Batch{Meter: rows[0].key.Meter, Labels: rows[0].key.Labels}
	if r.chance(50) {
		b.Step = oneToken
	}
	var columns [4][]string
	for _, row := range rows {
		for i, text := range []string{string(row.key.Account), row.key.Resource, row.key.SKU, row.key.Region} {
			columns[i] = append(columns[i], text)
		}
		b.Times = append(b.Times, row.at.UnixNano())
		b.Amounts = append(b.Amounts, row.amount)
	}
	b.Account, b.Resource, b.SKU, b.Region = r.column(columns[0]), r.column(columns[1]), r.column(columns[2]), r.column(columns[3])
	return b
}

// TestLaw_RecordBatch_IsAddAtRowByRow: whatever the form of columns, however
// many keys and windows there are, and whatever was there before.
func TestLaw_RecordBatch_IsAddAtRowByRow(t *testing.T) {
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	long := metering.MustPeriod("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
	quarters := metering.Hours(metering.Zone{})
	law(t, func(t *testing.T, r random) {
		a, b := metering.NewAggregator(), metering.NewAggregator()
		for range 1 + r.IntN(3) {
			within := pick(r, day, day, long)
			accounts, rows := 1+r.IntN(pick(r, 2, 40)), make([]row, 1+r.IntN(60))
			meter, labels := pick(r, metering.InputTokens, metering.OutputTokens), pick(r, worldLabels...)
			for i := range rows {
				rows[i] = row{
					metering.Key{Account: metering.Account(fmt.Sprint("t", r.IntN(accounts))), Meter: meter, Labels: labels,
						Resource: pick(r, "", "r"), SKU: pick(r, "", "m"), Region: pick(r, "", "north", "南")},
					within.Start().Add(time.Duration(r.Int64N(int64(within.Duration())))),
					pick(r, 0, 1, r.Int64N(1000), r.Int64(), math.MaxInt64),
				}
				require.NoError(t, a.AddAt(&rows[i].key, rows[i].at, metering.Grains(rows[i].amount, metering.Token)))
			}
			require.NoError(t, b.RecordBatch(batchOf(r, rows)))
		}
		require.Equal(t, text(t, a.Usage(long)), text(t, b.Usage(long)))
		require.Equal(t, text(t, a.Usage(day, metering.Per(quarters))), text(t, b.Usage(day, metering.Per(quarters))))
	})
}

func TestRecordBatch_Signed(t *testing.T) {
	c, err := metering.NewCatalogue(pagesMeter())
	require.NoError(t, err)
	a := metering.NewAggregator(metering.WithCatalogue(c))
	at := eventTime.UnixNano()
	b := metering.Batch{Meter: "ocr.pages", Account: metering.Column{Values: []string{"acme"}}, Times: []int64{at, at, at + int64(time.Hour)},
		Amounts: []int64{5, -5, math.MinInt64}}
	require.NoError(t, a.RecordBatch(b))
	require.NoError(t, a.RecordBatch(b))
	rows := mustCollect(t, a.Usage(eventHour, metering.Per(metering.Hours(metering.Zone{}))))
	require.Len(t, rows, 1, "a sum of zero is a row")
	require.True(t, rows[0].Quantity.IsZero())
	later := period(eventHour.End(), eventHour.End().Add(time.Hour))
	require.Equal(t, "-18446744073709551616", mustCollect(t, a.Usage(later))[0].Quantity.Grains().String())
}

// TestRecordBatch_Step: amounts that are no grains, up to where their sums leave
// 128 bits.
func TestRecordBatch_Step(t *testing.T) {
	a := metering.NewAggregator()
	at := eventTime.UnixNano()
	b := metering.Batch{Meter: metering.AcceleratorTime, Account: metering.Column{Values: []string{"acme"}}, Step: metering.MustQuantity("0.000000001 {card}.h"),
		Times: []int64{at, at, at + int64(time.Hour)}, Amounts: []int64{1_500_000_000, 250_000_000, 7}}
	require.NoError(t, a.RecordBatch(b))
	require.Equal(t, metering.MustQuantity("1.75 {card}.h"), mustCollect(t, a.Usage(eventHour))[0].Quantity)

	b.Step = metering.GrainsWide(fixed.Int128{Hi: 1 << 61}, metering.CardTime) // 2^125
	b.Amounts = []int64{1, 1, 2}
	require.NoError(t, a.RecordBatch(b))
	want, err := metering.GrainsWide(fixed.Int128{Hi: 1 << 62}, metering.CardTime).Add(metering.MustQuantity("1.75 {card}.h"))
	require.NoError(t, err)
	require.Equal(t, want, mustCollect(t, a.Usage(eventHour))[0].Quantity)
	before := text(t, a.Usage(leaseDay, metering.PerWindow()))
	require.ErrorIs(t, a.RecordBatch(b), metering.ErrOverflow, "with what is there")
	b.Amounts = []int64{2, 2, 1}
	require.ErrorIs(t, a.RecordBatch(b), metering.ErrOverflow, "by itself")
	require.Equal(t, before, text(t, a.Usage(leaseDay, metering.PerWindow())))
}

func TestRecordBatch_Refused(t *testing.T) {
	at := eventTime.UnixNano()
	good := func() metering.Batch {
		return metering.Batch{Meter: metering.InputTokens, Account: metering.Column{Values: []string{"acme", "b"}, Codes: []uint32{0, 1}},
			Times: []int64{at, at}, Amounts: []int64{1, 2}}
	}
	for _, tt := range []struct {
		name   string
		spoil  func(*metering.Batch)
		is     error
		text   string
		broken int // row, -1 for none
	}{
		{"meter", func(b *metering.Batch) { b.Meter = "no.such" }, metering.ErrUnknown, "no.such", -1},
		{"step", func(b *metering.Batch) { b.Step = metering.Grains(0, metering.Token) }, nil, "step", -1},
		{"step of another dimension", func(b *metering.Batch) { b.Step = metering.MustQuantity("1 By") }, nil, "dimension", -1},
		{"amounts", func(b *metering.Batch) { b.Amounts = b.Amounts[:1] }, nil, "amounts", -1},
		{"codes", func(b *metering.Batch) { b.Account.Codes = b.Account.Codes[:1] }, nil, "account codes", -1},
		{"values", func(b *metering.Batch) { b.SKU.Values = []string{"a", "b", "c"} }, nil, "SKU values", -1},
		{"code", func(b *metering.Batch) { b.Account.Codes[1] = 2 }, nil, "account code", 1},
		{"key", func(b *metering.Batch) { b.Account.Values[1] = "b\x00" }, nil, "control", 1},
		{"early", func(b *metering.Batch) { b.Times[1] = -1 }, metering.ErrTimeRange, "1969", 1},
		{"far", func(b *metering.Batch) { b.Times[0] = math.MaxInt64 }, metering.ErrTimeRange, "2262", 0},
		{"negative", func(b *metering.Batch) { b.Amounts[1] = -1 }, metering.ErrNegative, "-1 {token}", 1},
		{"negative steps", func(b *metering.Batch) { b.Amounts[1], b.Step = -2, metering.Grains(500, metering.Token) }, metering.ErrNegative, "-1000 {token}", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := metering.NewAggregator()
			b := good()
			tt.spoil(&b)
			err := a.RecordBatch(b)
			require.ErrorContains(t, err, tt.text)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			var row *metering.RowError
			if tt.broken >= 0 {
				require.ErrorAs(t, err, &row)
				require.Equal(t, tt.broken, row.Row)
			} else {
				require.NotErrorAs(t, err, &row)
			}
			require.Empty(t, mustCollect(t, a.Usage(eventHour)))
			require.Zero(t, a.Counts().Series)
			require.NoError(t, a.RecordBatch(good()))
		})
	}
	a := metering.NewAggregator()
	require.NoError(t, a.RecordBatch(metering.Batch{Meter: metering.InputTokens}), "no rows")
	require.NoError(t, a.Close())
	require.ErrorIs(t, a.RecordBatch(good()), metering.ErrClosed)
}

// TestRecordBatch_Overflow: next to the limits of 128 bits a batch counts whole
// or not at all.
func TestRecordBatch_Overflow(t *testing.T) {
	a := metering.NewAggregator()
	key := metering.Key{Account: "b", Meter: metering.InputTokens}
	full, _ := fixed.Max().Sub(fixed.FromInt64(2))
	require.NoError(t, a.AddAt(&key, eventTime, metering.GrainsWide(full, metering.Token)))
	b := metering.Batch{Meter: metering.InputTokens, Account: metering.Column{Values: []string{"acme", "b"}, Codes: []uint32{0, 1}},
		Times: []int64{eventTime.UnixNano(), eventTime.UnixNano()}, Amounts: []int64{1, 3}}
	require.ErrorIs(t, a.RecordBatch(b), metering.ErrOverflow)
	require.Empty(t, mustCollect(t, a.Usage(eventHour, metering.Of("acme"))))
	b.Amounts[1] = 2
	require.NoError(t, a.RecordBatch(b))
	require.Equal(t, fixed.Max(), mustCollect(t, a.Usage(eventHour, metering.Of("b")))[0].Quantity.Grains())
}

func BenchmarkAggregator_RecordBatch(b *testing.B) {
	const rows = 1 << 20
	r := random{}
	r.Rand = newRand(7)
	var batch metering.Batch
	batch.Meter = metering.InputTokens
	var text [3][]string
	for i, f := range []struct {
		format string
		n      int
	}{{"tenant-%04d", 1000}, {"sku-%d", 32}, {"region-%d", 6}} {
		var c metering.Column
		for n := range f.n {
			c.Values = append(c.Values, fmt.Sprintf(f.format, n))
		}
		for range rows {
			c.Codes = append(c.Codes, uint32(r.IntN(f.n)))
			text[i] = append(text[i], c.Values[c.Codes[len(c.Codes)-1]])
		}
		switch i {
		case 0:
			batch.Account = c
		case 1:
			batch.SKU = c
		case 2:
			batch.Region = c
		}
	}
	for range rows {
		batch.Times = append(batch.Times, leaseDay.Start().UnixNano()+r.Int64N(4*int64(time.Hour)))
		batch.Amounts = append(batch.Amounts, 1+r.Int64N(1000))
	}
	for _, coded := range []bool{true, false} {
		b.Run(fmt.Sprintf("coded=%v", coded), func(b *testing.B) {
			if !coded {
				batch.Account, batch.SKU, batch.Region = metering.Column{Values: text[0]}, metering.Column{Values: text[1]}, metering.Column{Values: text[2]}
			}
			for b.Loop() {
				if err := metering.NewAggregator(metering.WithWindow(metering.FullHour)).RecordBatch(batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
