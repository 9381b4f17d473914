package invoice_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

var toCents = accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func onDay(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

// price makes a price of traffic out.
func price(id, title, sku string, m accounting.Model) accounting.Price {
	return accounting.Price{ID: id, Title: title, Service: accounting.Network, Unit: metering.MustUnit("GBy"), Model: m,
		Match: accounting.Match{Meter: metering.Egress, SKU: sku}}
}

func cardOf(id string, prices ...accounting.Price) *accounting.Card {
	return &accounting.Card{ID: id, Version: "1", Currency: money.CNY, Rounding: toCents, Prices: prices}
}

type row struct {
	gb, sku string
	day     int
}

// draftOf rates rows of acme's traffic and drafts their invoice.
func draftOf(t testing.TB, c accounting.Contract, rows ...row) *invoice.Draft {
	t.Helper()
	c.Account = "acme"
	bill, _, err := rating.Rate(c, november, func(yield func(metering.Usage, error) bool) {
		for _, r := range rows {
			u := metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.Egress, SKU: r.sku},
				Period: must(metering.NewPeriod(onDay(r.day), onDay(r.day+1))), Quantity: metering.MustQuantity(r.gb + " GBy")}
			if !yield(u, nil) {
				return
			}
		}
	}, rating.State{})
	require.NoError(t, err)
	return draft(bill, bill.Charges)
}

func TestDraft_Lines(t *testing.T) {
	one := accounting.PerUnit{Price: dec("1")}
	support := accounting.Price{ID: "fee", Title: "Support", Service: accounting.Support, Model: accounting.Flat{Amount: dec("9"), When: accounting.FlatAlways}}
	compute := price("gpu", "", "x", one)
	compute.Service = accounting.AcceleratedCompute
	was, is := price("any", "Traffic, October tariff", "", one), price("any", "Traffic, November tariff", "", one)
	was.Until, is.From = onDay(3), onDay(3)
	c := accounting.Contract{
		Card:       cardOf("list", support, was, is, compute),
		Negotiated: cardOf("special", price("any", "Traffic, for Acme", "b", one)),
	}
	d := draftOf(t, c, row{"1", "b", 1}, row{"2", "a", 1}, row{"3", "x", 1}, row{"4", "a", 5}, row{"5", "", 5})
	var got []string
	for _, l := range d.Lines {
		got = append(got, string(l.Service)+" | "+l.Title+" | "+l.Card+" | "+l.SKU+" | "+l.Billed.String())
	}
	require.Equal(t, []string{
		"accelerated-compute | gpu | list@1 | x | CNY 3.00",
		"network | Traffic, November tariff | list@1 |  | CNY 5.00",
		"network | Traffic, October tariff | list@1 | a | CNY 6.00",
		"network | Traffic, for Acme | special@1 | b | CNY 1.00",
		"support | Support | list@1 |  | CNY 9.00",
	}, got)
	require.Equal(t, "CNY 24.00", d.Total.String())
	var charges []accounting.Charge
	for _, l := range d.Lines {
		charges = append(charges, l.Charges...)
	}
	slices.Reverse(charges)
	for i, l := range must(invoice.NewDraft(d.Contract, d.Period, slices.Values(charges))).Lines {
		require.Equal(t, d.Lines[i].Title, l.Title, "of the earliest charge, in any order")
	}

	var services []accounting.ServiceID
	for id, lines := range d.Services() {
		services = append(services, id)
		require.Equal(t, cap(lines), len(lines), "appending to one does not reach into the next")
	}
	require.Equal(t, []accounting.ServiceID{"accelerated-compute", "network", "support"}, services)
	for id := range d.Services() {
		require.Equal(t, accounting.AcceleratedCompute, id)
		break
	}
}

// A price whose unit changed has a line for each unit, and a charge is on its own.
func TestIssued_LineOfUnit(t *testing.T) {
	d := sampleDraft(t)
	gb := d.Lines[0].Charges[0]
	mb := gb
	mb.Unit = metering.MustUnit("MBy")
	i := must(register().Issue(issueAt, invoice.Terms{}, must(invoice.NewDraft(d.Contract, d.Period, slices.Values([]accounting.Charge{gb, mb})))))
	for _, c := range []accounting.Charge{gb, mb} {
		line, ok := i.LineOf(c)
		require.True(t, ok)
		require.Equal(t, c.Unit, i.Document().Items[line-1].Unit)
	}
}

func TestLine_Explain(t *testing.T) {
	bound := func(s string) *decimal.Decimal { d := dec(s); return &d }
	tiers := accounting.Graduated{OnZero: accounting.ZeroWaived, Tiers: []accounting.Tier{
		{UpTo: bound("5"), Price: dec("2"), Flat: dec("3")}, {UpTo: bound("8"), Price: dec("2"), Flat: dec("3")}, {Price: dec("1.5")}}}
	for _, r := range []struct {
		name string
		m    accounting.Model
		rows []row
		want string
	}{
		{"one charge", accounting.PerUnit{Price: dec("0.333")}, []row{{"1", "", 1}}, "1 GB × 0.333 CNY = 0.333 → 0.33 (half-even, line)"},
		{"several at one price", accounting.PerUnit{Price: dec("0.333")}, []row{{"1", "", 1}, {"1", "", 2}}, "2 GB × 0.333 CNY = 0.666 → 0.67 (half-even, line; 2 charges)"},
		{"tiers of one price stay apart", tiers, []row{{"4", "", 1}, {"2", "", 2}, {"4", "", 3}},
			"5 GB × 2.00 CNY + 3.00 CNY flat + 3 GB × 2.00 CNY + 3.00 CNY flat + 2 GB × 1.50 CNY = 25.00 (3 charges)"},
		{"what was taken back is gone", tiers, []row{{"4", "", 1}, {"2", "", 2}, {"-2", "", 3}}, "4 GB × 2.00 CNY + 3.00 CNY flat = 11.00 (3 charges)"},
		{"all was taken back", tiers, []row{{"6", "", 1}, {"-6", "", 2}}, "0 GB × 2.00 CNY = 0.00 (2 charges)"},
	} {
		t.Run(r.name, func(t *testing.T) {
			d := draftOf(t, accounting.Contract{Card: cardOf("list", price("p", "", "", r.m))}, r.rows...)
			require.Len(t, d.Lines, 1)
			require.Equal(t, r.want, d.Lines[0].Explain())
		})
	}
	require.Equal(t, "no charges", invoice.Line{}.Explain())
	require.Empty(t, invoice.Line{}.Steps())
}

func TestNewDraft_Nothing(t *testing.T) {
	d, err := invoice.NewDraft(accounting.Contract{Account: "acme", Card: cardOf("list")}, november, slices.Values([]accounting.Charge(nil)))
	require.NoError(t, err)
	require.Empty(t, d.Lines)
	require.Equal(t, "CNY 0.00", d.Total.String())
	require.Equal(t, d.Total, must(d.Recompute()))
	for range d.Services() {
		t.Error("no lines, no services")
	}
}

func TestNewDraft_Refuses(t *testing.T) {
	c := accounting.Contract{Account: "acme", Card: cardOf("list")}
	yuan := accounting.Charge{BillingAccount: "acme", PriceID: "p", Billed: money.MustParse("CNY 1"), List: money.MustParse("CNY 1")}
	with := func(change func(*accounting.Charge)) accounting.Charge {
		c := yuan
		change(&c)
		return c
	}
	most := money.MustParse("CNY 170141183460469231731.687303715884105727")
	var mismatch money.CurrencyMismatchError
	var dimension *metering.DimensionError
	for _, r := range []struct {
		name     string
		contract accounting.Contract
		charges  []accounting.Charge
		is       error
		as       any
	}{
		{"no card", accounting.Contract{Account: "acme"}, nil, invoice.ErrContract, nil},
		{"no currency", accounting.Contract{Account: "acme", Card: &accounting.Card{}}, nil, invoice.ErrContract, nil},
		{"another account", c, []accounting.Charge{yuan, with(func(c *accounting.Charge) { c.BillingAccount = "beta" })}, invoice.ErrForeign, nil},
		{"a cost centre's own", c, []accounting.Charge{with(func(c *accounting.Charge) { c.BillingAccount = "acme/x" })}, invoice.ErrForeign, nil},
		{"another currency", c, []accounting.Charge{with(func(c *accounting.Charge) { c.Billed = money.MustParse("USD 1") })}, nil, &mismatch},
		{"another currency at list", c, []accounting.Charge{with(func(c *accounting.Charge) { c.List = money.MustParse("USD 1") })}, nil, &mismatch},
		{"two dimensions", c, []accounting.Charge{with(func(c *accounting.Charge) { c.Quantity = metering.Grains(1, metering.Bytes) }),
			with(func(c *accounting.Charge) { c.Quantity = metering.Grains(1, metering.Token) })}, nil, &dimension},
		{"line overflows", c, []accounting.Charge{with(func(c *accounting.Charge) { c.Billed = most }), yuan}, money.ErrOverflow, nil},
		{"total overflows", c, []accounting.Charge{with(func(c *accounting.Charge) { c.Billed, c.SKU = most, "x" }), yuan}, money.ErrOverflow, nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			d, err := invoice.NewDraft(r.contract, november, slices.Values(r.charges))
			require.Nil(t, d)
			if r.is != nil {
				require.ErrorIs(t, err, r.is)
			} else {
				require.ErrorAs(t, err, r.as)
			}
			require.Regexp(t, "^invoice: ", err.Error())
		})
	}
}

// A charge that was tampered with shows, and one without explanation too.
func TestDraft_Recompute(t *testing.T) {
	c := accounting.Contract{Card: cardOf("list", price("p", "", "", accounting.PerUnit{Price: dec("1")}))}
	d := draftOf(t, c, row{"1", "", 1}, row{"2", "", 2})
	d.Lines[0].Charges[1].Explanation.After = metering.MustQuantity("4 GBy")
	require.Equal(t, "CNY 4.00", must(d.Recompute()).String())
	require.Equal(t, "CNY 3.00", d.Total.String())
	d.Lines[0].Charges[1].Explanation = accounting.Explanation{}
	_, err := d.Recompute()
	require.ErrorIs(t, err, accounting.ErrUnexplained)
	require.ErrorContains(t, err, `invoice: price "p"`)
	_, err = d.Lines[0].Recompute()
	require.ErrorIs(t, err, accounting.ErrUnexplained)
}
