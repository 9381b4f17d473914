package invoice_test

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
)

// FuzzRead_JSON: whatever is read, it is read back to the same bytes, adds up by
// loops, and can be shown; all else is refused with a typed error.
func FuzzRead_JSON(f *testing.F) {
	issued, note := sample(f)
	f.Add(issued.JSON())
	f.Add(note.JSON())
	f.Add([]byte(`{"kind":"invoice"}`))
	f.Add(bytes.Replace(issued.JSON(), []byte("CNY 5.42"), []byte("CNY 5.43"), 1))
	f.Add(bytes.Replace(issued.JSON(), []byte(`"tax":1`), []byte(`"tax":9`), 1))
	f.Add(bytes.Replace(note.JSON(), []byte(`"line":1`), []byte(`"line":-1`), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		i, err := invoice.Read(text)
		if err != nil {
			require.True(t, errors.Is(err, invoice.ErrSyntax) || errors.Is(err, invoice.ErrForged), "%v", err)
			return
		}
		require.Equal(t, text, i.JSON())
		d := i.Document()
		net, tax, drawn := new(big.Rat), new(big.Rat), new(big.Rat)
		for _, item := range d.Items {
			gross := ratOf(item.Net)
			net.Add(net, gross)
			for _, x := range item.Taxes {
				tax.Add(tax, ratOf(x.Amount))
				gross.Add(gross, ratOf(x.Amount))
			}
			require.Zero(t, gross.Cmp(ratOf(item.Gross)))
		}
		for _, x := range d.Draws {
			drawn.Add(drawn, ratOf(x.Amount))
		}
		require.Zero(t, net.Cmp(ratOf(d.Net)))
		require.Zero(t, tax.Cmp(ratOf(d.Tax)))
		require.Zero(t, net.Add(net, tax).Cmp(ratOf(d.Total)))
		require.Zero(t, net.Sub(net, drawn).Cmp(ratOf(d.Due)))
		var b bytes.Buffer
		require.NoError(t, i.WriteText(&b, accounting.Chinese))
		require.NoError(t, i.WriteHTML(&b, accounting.English))
		require.NoError(t, invoice.WriteCSV(&b, invoice.CSVOptions{}, d))
	})
}

// FuzzParse_Tables: tables of taxes and rates are read or refused, and what is
// read is valid.
func FuzzParse_Tables(f *testing.F) {
	f.Add([]byte(`{"taxes":[{"id":"v","name":"VAT","category":"standard","rate":"0.06","mode":"half-up","places":2,"level":"line","from":"2026-01-01T00:00:00Z"}],"rules":[{"taxes":["v"]}],"point":"supply"}`))
	f.Add([]byte(`[{"from":"CNY","to":"USD","rate":"0.1379","date":"2026-11-30","source":"central bank"}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if taxes, err := invoice.ParseTaxes(text); err != nil {
			require.ErrorIs(t, err, invoice.ErrTax)
		} else {
			require.NoError(t, taxes.Validate())
		}
		rates, err := invoice.ParseExchangeRates(text)
		if err != nil {
			require.ErrorIs(t, err, invoice.ErrRate)
			return
		}
		for _, x := range rates {
			got, err := rates.On(x.From, x.To, x.Date)
			require.True(t, err != nil || got.Rate.Decimal().Equal(x.Rate.Decimal()))
		}
	})
}
