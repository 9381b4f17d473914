package focusparquet

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/focus"
)

func testRow(i int64) focus.Row {
	start := time.Date(2027, 1, 1, int(i%24), 0, 0, 0, time.UTC)
	month := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	q := focus.Int(i + 1)
	cost, _ := focus.FromDecimal(decimal.New(i+1, 0).Mul(decimal.RequireFromString("18.9")))
	return focus.Row{ChargeCategory: focus.Usage, ChargeFrequency: focus.UsageBased, ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour),
		BillingPeriodStart: month, BillingPeriodEnd: month.AddDate(0, 1, 0), BilledCost: cost, EffectiveCost: cost, ListCost: cost, ContractedCost: cost,
		ListUnitPrice: focus.MustNumber("18.9"), ContractedUnitPrice: focus.MustNumber("18.9"), PricingCategory: focus.Standard, PricingQuantity: q,
		PricingUnit: "Card-Hours", ConsumedQuantity: q, ConsumedUnit: "Card-Hours", SkuId: "h100", SkuMeter: "time", SkuPriceId: "p", BillingCurrency: "CNY",
		InvoiceIssuerName: "Cloud", ProviderName: "Cloud", PublisherName: "Cloud", ServiceProviderName: "Cloud", HostProviderName: "Cloud",
		BillingAccountId: "acme", ServiceCategory: "Compute", ServiceSubcategory: "Virtual Machines", ServiceName: "Accelerated compute",
		Tags: focus.MustObject(`{"team":"=vision"}`), CarbonGrams: focus.MustNumber("-0.000000000000000001")}
}

// text reads a value back, apart from the code that wrote it.
func text(c focus.Column, v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case c.Type == focus.DateTime:
		return time.UnixMilli(v.Int64()).UTC().Format("2006-01-02T15:04:05Z")
	case c.Type == focus.Decimal:
		b := v.ByteArray()
		n := new(big.Int).SetBytes(b)
		if b[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		return decimal.NewFromBigInt(n, -18).String()
	}
	return string(v.ByteArray())
}

func TestLaw_Writer_Reader(t *testing.T) {
	for _, v := range []focus.Version{focus.V1_2, focus.V1_3, focus.V1_4} {
		var file bytes.Buffer
		w, err := NewWriter(&file, v, focus.EnergyAndCarbon())
		require.NoError(t, err)
		const n = 1000
		for i := range int64(n) {
			row := testRow(i)
			require.NoError(t, w.Write(&row))
		}
		require.NoError(t, w.Close())
		f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
		require.NoError(t, err)
		version, _ := f.Lookup("focus.version")
		require.Equal(t, v.String(), version)
		require.Equal(t, int64(n), f.NumRows())
		r := parquet.NewReader(f)
		rows := make([]parquet.Row, n)
		for got := 0; got < n; {
			k, err := r.ReadRows(rows[got:])
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
			}
			require.NotZero(t, k)
			got += k
		}
		for i := range rows {
			want := testRow(int64(i))
			require.Len(t, rows[i], len(w.columns))
			for at, c := range w.columns {
				cell, _ := want.Text(c.Name)
				if number, ok := want.Number(c.Name); ok && !number.IsNull() {
					cell = number.Decimal().String() // without the zeros at its end
				}
				require.Equal(t, cell, text(c, rows[i][at]), "%v row %d %s", v, i, c.Name)
			}
		}
	}
}

func TestWriter_Refuses(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file, focus.V1_4)
	require.NoError(t, err)
	row := testRow(1)
	row.CarbonGrams = focus.Number{}
	bad := row
	bad.ChargeCategory = focus.Tax
	_, ok := errors.AsType[*focus.RowError](w.Write(&bad))
	require.True(t, ok)
	for _, n := range []string{"0.1234567890123456789", "123456789012345678901"} {
		bad = row
		bad.BilledCost = focus.MustNumber(n)
		require.ErrorIs(t, w.Write(&bad), ErrDecimal, n)
	}
	require.NoError(t, w.Write(&row))
	require.Equal(t, int64(1), w.Rows(), "as many as are in the file")
	require.NoError(t, w.Close())
	f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	require.Equal(t, int64(1), f.NumRows())
	_, err = NewWriter(&file, focus.V1_4, focus.CustomColumns(focus.Custom{Name: "x_A", Type: focus.Text}))
	require.ErrorIs(t, err, ErrCustom)
	_, err = NewWriter(&file, 9)
	require.ErrorIs(t, err, focus.ErrVersion)
}

func Example() {
	w, err := NewWriter(io.Discard, focus.V1_4, focus.EnergyAndCarbon())
	if err != nil {
		panic(err)
	}
	row := testRow(0)
	if err := w.Write(&row); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	// Output:
}
