package invoice_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// Whatever usage turns out to be, an invoice and the notes made of its corrections come
// to what the month comes to.
func TestIssued_ChangesCloseTheMonth(t *testing.T) {
	month := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	contract := accounting.Contract{Account: "acme", Card: ratecard.MustParseYAML([]byte(exampleTraffic))}
	r := rand.New(rand.NewPCG(7, 7))
	usage := func() (rows []metering.Usage) {
		for i := range 4 {
			for day := range 3 {
				start := month.Start().AddDate(0, 0, day*7)
				p, err := metering.NewPeriod(start, start.AddDate(0, 0, 1))
				require.NoError(t, err)
				rows = append(rows, metering.Usage{Key: metering.Key{Account: "acme/web", Meter: metering.Egress, SKU: fmt.Sprint("sku-", i)},
					Period: p, Quantity: metering.MustQuantity(fmt.Sprint(r.IntN(3)*r.IntN(10_000), " MBy"))})
			}
		}
		return rows
	}
	issued, notes := 0, 0
	for range 300 {
		was, is := usage(), usage()
		bill, _, err := rating.Rate(contract, month, rating.Rows(was...), rating.State{})
		require.NoError(t, err)
		draft, err := invoice.NewDraft(contract, month, slices.Values(bill.Charges))
		require.NoError(t, err)
		register := exampleRegister(nil)
		doc, err := register.Issue(december, invoice.Terms{}, draft)
		require.NoError(t, err)
		total := doc.Total()
		corrections, err := rating.Correct(contract, bill.Charges, month, rating.Rows(is...))
		require.NoError(t, err)
		var changes []accounting.Charge
		for _, c := range corrections {
			changes = append(changes, c.Charge())
		}
		back, more, err := doc.Changes(slices.Values(changes))
		if err != nil { // usage of what nothing was billed for
			require.ErrorIs(t, err, invoice.ErrUnknown)
			continue
		}
		if len(back) > 0 {
			note, err := register.Credit(december, invoice.Note{ID: "less", Of: doc.Number(), Reason: "rated again", Rerated: true, Lines: back})
			require.NoError(t, err)
			total, err = total.Add(note.Total())
			require.NoError(t, err)
			notes++
		}
		if len(more) > 0 {
			note, err := register.Debit(december, invoice.Note{ID: "more", Of: doc.Number(), Reason: "rated again", Rerated: true, Lines: more})
			require.NoError(t, err)
			total, err = total.Add(note.Total())
			require.NoError(t, err)
			notes++
		}
		again, _, err := rating.Rate(contract, month, rating.Rows(is...), rating.State{})
		require.NoError(t, err)
		require.Equal(t, again.Total().Decimal().String(), total.Decimal().String())
		issued++
	}
	require.Greater(t, issued, 100)
	require.Greater(t, notes, issued)
}

func TestIssued_ChangesRefuses(t *testing.T) {
	register := exampleRegister(nil)
	doc, err := register.Issue(december, invoice.Terms{}, exampleDraft())
	require.NoError(t, err)
	first := exampleBill().Charges[0]
	first.Billed = money.MustParse("CNY 1.00")
	other := first
	other.PriceID = "another"
	_, _, err = doc.Changes(slices.Values([]accounting.Charge{first, other}))
	require.ErrorIs(t, err, invoice.ErrUnknown)
	require.ErrorContains(t, err, `price "another"`)
	less := first
	less.Billed = money.MustParse("CNY -1.00")
	back, more, err := doc.Changes(slices.Values([]accounting.Charge{first, less}))
	require.NoError(t, err)
	require.Empty(t, append(back, more...), "what cancels out")
	first.Billed = money.MustParse("CNY 0.005")
	_, _, err = doc.Changes(slices.Values([]accounting.Charge{first}))
	require.ErrorIs(t, err, invoice.ErrTerms, "a change that no note would take")
	require.ErrorContains(t, err, "line 1")

	taxes, err := invoice.ParseTaxes([]byte(strings.ReplaceAll(exampleTaxes, `"level"`, `"inclusive": true, "level"`)))
	require.NoError(t, err)
	doc, err = exampleRegister(nil).Issue(december, invoice.Terms{Taxes: taxes}, exampleDraft())
	require.NoError(t, err)
	_, _, err = doc.Changes(slices.Values([]accounting.Charge{first}))
	require.ErrorIs(t, err, invoice.ErrTerms)
}
