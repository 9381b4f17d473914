package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// sample says what books to make up.
type sample struct {
	lang, zone, from string // from is a day
	days             int
	tenants          []metering.Account
	traced, previous bool
}

func october() sample {
	return sample{lang: "en", zone: "Asia/Shanghai", from: "2026-10-01", days: 31, tenants: []metering.Account{"aurora", "bluebay", "cedar"}, previous: true}
}

// books makes books that close: usage of every day, rated with the example's
// card.
func (s sample) books(t testing.TB) *books {
	t.Helper()
	zone := metering.MustZone(s.zone)
	first, err := time.ParseInLocation(time.DateOnly, s.from, zone.Location())
	require.NoError(t, err)
	b := s.meter(t, zone, first, first.AddDate(0, 0, s.days), 3)
	if s.previous {
		b.Previous = s.meter(t, zone, first.AddDate(0, -1, 0), first, 2).Bills
	}
	if !s.traced {
		b.Idle = tenantUse{Account: operator, Name: "operator", Held: metering.MustQuantity("70.5 {card}.h"), List: money.MustParse("CNY 1487.54")}
		b.Pools = []poolUse{{
			Name: "h100", Vendor: "NVIDIA", SKU: "H100-SXM5", Devices: 1234, Energy: energy.KilowattHours(4321),
			Capacity: metering.MustQuantity("4000 {card}.h"), Held: metering.MustQuantity("3000 {card}.h"), Busy: metering.MustQuantity("1000 {card}.h"),
		}}
	}
	b.Notes = []note{{"One sensor was silent.", "有一个传感器无读数。"}}
	require.NoError(t, b.draftInvoices())
	s.fillEnergy(t, b)
	require.NoError(t, b.reconcile())
	return b
}

// meter makes usage and bills for some days.
func (s sample) meter(t testing.TB, zone metering.Zone, from, until time.Time, scale int64) *books {
	card, err := ratecard.ParseYAML(cloudCard)
	require.NoError(t, err)
	b := &books{Lang: s.lang, Traced: s.traced, Source: "seed 1", Zone: zone, Card: card, Records: 1_234_567, Samples: 89_280, Duplicates: 12}
	b.Period, err = metering.NewPeriod(from, until)
	require.NoError(t, err)
	b.Months, err = monthsOf(b.Period, zone)
	require.NoError(t, err)
	agg := metering.NewAggregator()
	for i, account := range s.tenants {
		for n, d := 0, from; d.Before(until); n, d = n+1, d.AddDate(0, 0, 1) {
			hours := scale * int64(10*(i+1)+n%7)
			for _, u := range []metering.Event{
				{Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM5", Quantity: metering.MustQuantity(fmt.Sprint(hours, " {card}.h"))}}},
				{Items: []metering.Item{{Meter: metering.Egress, Quantity: metering.MustQuantity(fmt.Sprint(hours*37, " GBy"))}}},
				{Items: []metering.Item{{Meter: metering.OutputTokens, SKU: "llm", Quantity: metering.MustQuantity(fmt.Sprint(hours*1234567, " {token}"))}}},
				{Estimated: n == 5, Items: []metering.Item{{Meter: metering.DeviceEnergy, SKU: "H100-SXM5", Quantity: metering.MustQuantity(fmt.Sprint(hours*3, " kW.h"))}}},
			} {
				u.Account, u.Source, u.Kind, u.Time = account, "test", metering.Amount, d.Add(90*time.Minute)
				u.ID = d.Format(time.DateOnly) + string(u.Items[0].Meter)
				require.NoError(t, agg.Record(u))
			}
		}
		bills, err := b.bill(agg, accounting.Contract{Account: account, Card: card, Zone: zone})
		require.NoError(t, err)
		b.Bills = append(b.Bills, bills...)
		use := tenantUse{Account: account, Name: string(account), BusyKnown: !s.traced}
		use.Held, err = sumUsage(agg, b.Period, account, metering.AcceleratorTime)
		require.NoError(t, err)
		parts, err := use.Held.Split(2, 1)
		require.NoError(t, err)
		if !s.traced {
			use.Busy = parts[0]
		}
		use.Billed, err = accounting.Total(chargesOf(bills), accounting.Billed)
		require.NoError(t, err)
		use.List, err = accounting.Total(chargesOf(bills), accounting.List)
		require.NoError(t, err)
		use.Energy = energy.KilowattHours(int64(100 * (i + 1)))
		b.Tenants = append(b.Tenants, use)
	}
	return b
}

// fillEnergy gives every tenant its energy, 50 kWh to nobody, and the site a
// PUE, hour by hour; a trace has no meter.
func (s sample) fillEnergy(t testing.TB, b *books) {
	e := &b.Energy
	var sum sums
	for _, u := range b.Tenants {
		e.Tenants = sum.energy(e.Tenants, u.Energy)
	}
	require.NoError(t, sum.err)
	if s.traced {
		e.Device, e.Estimated = e.Tenants, e.Tenants
		return
	}
	e.Metered, e.Unallocated = true, energy.KilowattHours(50)
	e.Facility = sum.energy(e.Tenants, e.Unallocated)
	e.Device = sum.lessEnergy(e.Facility, energy.KilowattHours(8))
	e.Estimated = energy.Joules(3_600_123)
	var err error
	e.PUE, err = facility.PUE(facility.Measured{Energy: e.Facility, Period: b.Period}, facility.Measured{Energy: e.Device, Period: b.Period}, facility.Category3)
	require.NoError(t, err)
	n := int64(0)
	for h := range metering.Hours(b.Zone).Over(b.Period) {
		n++
		pue, err := facility.PUE(
			facility.Measured{Energy: energy.KilowattHours(1100 + n%24*7 + n%5), Period: h},
			facility.Measured{Energy: energy.KilowattHours(1000), Period: h}, facility.Category3)
		require.NoError(t, err)
		e.Hours = append(e.Hours, hourPUE{h, pue, n == 30})
	}
}

// element is an HTML element that was found, with the text in it.
type element struct {
	name, id string
	attrs    map[string]string
	children []*element
	text     string
}

// parsePage reads a page strictly, as if it were XML: every element is closed,
// in order, and everything in attributes and text is escaped.
func parsePage(t testing.TB, page []byte) *element {
	t.Helper()
	page = regexp.MustCompile(`<meta ([^>]*)>`).ReplaceAll(page, []byte(`<meta $1/>`))
	d := xml.NewDecoder(bytes.NewReader(page))
	root := &element{}
	open := []*element{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			require.Len(t, open, 1)
			return root
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, attrs: make(map[string]string)}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			e.id = e.attrs["id"]
			top := open[len(open)-1]
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(x)
			}
		}
	}
}

// find returns all elements for which keep is true, in order.
func (e *element) find(keep func(*element) bool) (out []*element) {
	if keep(e) {
		out = append(out, e)
	}
	for _, c := range e.children {
		out = append(out, c.find(keep)...)
	}
	return out
}

func named(name string) func(*element) bool { return func(e *element) bool { return e.name == name } }

// section returns the section with a heading.
func (e *element) section(t testing.TB, id string) *element {
	t.Helper()
	found := e.find(func(x *element) bool { return x.name == "section" && x.attrs["aria-labelledby"] == id })
	require.Len(t, found, 1, id)
	return found[0]
}

// rows returns the texts of a table's cells.
func (e *element) rows() (out [][]string) {
	for _, tr := range e.find(named("tr")) {
		var row []string
		for _, c := range tr.find(func(x *element) bool { return x.name == "td" || x.name == "th" }) {
			row = append(row, strings.TrimSpace(c.text))
		}
		out = append(out, row)
	}
	return out
}

// figureOf reads an amount as it is shown.
func figureOf(t testing.TB, s string) decimal.Decimal {
	t.Helper()
	if s == english.NotApplicable {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(strings.NewReplacer(",", "", minus, "-", "+", "").Replace(s))
	require.NoError(t, err, s)
	return d
}

func requireSame(t testing.TB, want decimal.Decimal, got string) {
	t.Helper()
	require.True(t, want.Equal(figureOf(t, got)), "want %v, got %s", want, got)
}

func report(t testing.TB, b *books) ([]byte, *element) {
	t.Helper()
	page, err := b.reportHTML()
	require.NoError(t, err)
	return page, parsePage(t, page)
}

// selfContained fails on anything that a page would fetch or run.
func selfContained(t testing.TB, page []byte) {
	t.Helper()
	for _, s := range []string{"http://", "https://", "<script", "javascript:", "src=", "url(", "@import", "<link", "onload", "NaN", "%!", "ZgotmplZ"} {
		require.NotContains(t, string(page), s)
	}
}

func TestReport_Figures(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			s := october()
			s.lang = lang
			b := s.books(t)
			page, root := report(t, b)
			selfContained(t, page)
			w := wordsIn(lang)
			require.Equal(t, w.Lang, root.find(named("html"))[0].attrs["lang"])
			for _, id := range []string{"cost", "tenants", "pools", "changes", "energy", "missing", "closing"} {
				root.section(t, id)
			}
			total, list, err := b.totals(b.Bills)
			require.NoError(t, err)

			rows := root.section(t, "tenants").rows()
			require.Len(t, rows, 1+len(b.Tenants)+2)
			services := len(b.services())
			sums := make([]decimal.Decimal, services)
			for i, row := range rows[1 : 1+len(b.Tenants)] {
				use := b.Tenants[len(b.Tenants)-1-i] // later ones use more
				require.Equal(t, use.Name, row[0])
				sum := decimal.Zero
				for j, cell := range row[1 : 1+services] {
					sum, sums[j] = sum.Add(figureOf(t, cell)), sums[j].Add(figureOf(t, cell))
				}
				requireSame(t, sum, row[1+services])
				requireSame(t, use.Billed.Decimal(), row[1+services])
				requireSame(t, use.List.Decimal(), row[2+services])
				require.Equal(t, "66.7%", row[4+services])
			}
			last := rows[len(rows)-2]
			for j := range sums {
				requireSame(t, sums[j], last[1+j])
			}
			requireSame(t, total.Decimal(), last[1+services])
			requireSame(t, list.Decimal(), last[2+services])
			idle := rows[len(rows)-1]
			require.Equal(t, w.NotApplicable, idle[1+services])
			require.Equal(t, "1,487.54", idle[2+services])
			require.Equal(t, "70.5", idle[3+services])

			require.Equal(t, []string{"h100", "NVIDIA H100-SXM5", "1,234", "4,000.0", "75.0%", "25.0%"}, root.section(t, "pools").rows()[1][:6])
			days := root.section(t, "cost").rows()
			require.Len(t, days, 32)
			sum := decimal.Zero
			for _, d := range days[1:] {
				sum = sum.Add(figureOf(t, d[len(d)-1]))
			}
			requireSame(t, sum, amount(total))
			require.Contains(t, root.text, amount(total))
			require.Contains(t, root.section(t, "closing").text, w.Closes)
			require.NotContains(t, root.section(t, "closing").text, w.DoesNotClose)
			require.Contains(t, root.section(t, "missing").text, b.Notes[0].in(lang))
		})
	}
}

func TestReport_Change(t *testing.T) {
	b := october().books(t)
	v, err := b.view()
	require.NoError(t, err)
	now, _, err := b.totals(b.Bills)
	require.NoError(t, err)
	before, _, err := b.totals(b.Previous)
	require.NoError(t, err)
	d := now.Decimal().Sub(before.Decimal())
	rate := d.Mul(decimal.NewFromInt(100)).DivRound(before.Decimal(), 1)
	require.Equal(t, "+"+digits.Group(d.StringFixed(2))+" (+"+rate.StringFixed(1)+"%) against September 2026", v.Change)

	require.Len(t, v.Changes.Rows, shownChanges)
	for i, row := range v.Changes.Rows {
		requireSame(t, figureOf(t, row.Now).Sub(figureOf(t, row.Before)), row.Change)
		if i > 0 {
			require.True(t, figureOf(t, row.Change).Abs().LessThanOrEqual(figureOf(t, v.Changes.Rows[i-1].Change).Abs()))
		}
	}
}

// A fall counts as much as a rise, and what was not there before is new.
func TestReport_Falls(t *testing.T) {
	b := october().books(t)
	b.Bills, b.Previous = b.Previous, b.Bills
	b.Bills = b.Bills[2:] // aurora and bluebay are gone
	b.Previous = b.Previous[:2]
	v, err := b.view()
	require.NoError(t, err)
	require.Contains(t, v.Change, "(−")
	require.True(t, v.Changes.Falls)
	fell, isNew := false, false
	for i, row := range v.Changes.Rows {
		fell = fell || row.Tenant == "aurora" && row.Percent == minus+"100.0%"
		isNew = isNew || row.Tenant == "cedar" && row.Percent == english.New
		if i > 0 {
			require.True(t, figureOf(t, row.Change).Abs().LessThanOrEqual(figureOf(t, v.Changes.Rows[i-1].Change).Abs()))
		}
	}
	require.True(t, fell)
	require.True(t, isNew)
}

func TestReport_Trace_Change(t *testing.T) {
	s := sample{lang: "en", zone: "UTC", from: "2023-01-01", days: 150, tenants: []metering.Account{"BE", "LS"}, traced: true}
	b := s.books(t)
	v, err := b.view()
	require.NoError(t, err)
	require.Contains(t, v.Change, "April 2023, the last full month: ")
	require.Contains(t, v.Change, " against March 2023")
	require.Len(t, v.Tenants[0].Invoices, 5)
	require.Equal(t, "LS-2023-01.html", v.Tenants[0].Invoices[0].File)
	require.Nil(t, v.Idle)

	s.days = 40 // January is whole, and there is nothing before it
	v, err = s.books(t).view()
	require.NoError(t, err)
	require.Empty(t, v.Change)
	require.Empty(t, v.Changes.Caption)
}

// Whatever the books hold, the report is a page that parses, is not too long
// and says everything it has to say.
func TestReport_Shapes(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() sample
		edit func(*books)
	}{
		{"no tenants", func() sample { s := october(); s.tenants, s.previous = nil, false; return s }, nil},
		{"one day", func() sample { s := october(); s.days, s.previous = 1, false; return s }, nil},
		{"150 days with hours", func() sample { s := october(); s.days, s.previous = 150, false; return s }, nil},
		{"150 days of a trace", func() sample {
			return sample{lang: "zh", zone: "UTC", from: "2023-01-01", days: 150, tenants: []metering.Account{"LS"}, traced: true}
		}, nil},
		{"two months", func() sample { s := october(); s.days = 61; return s }, nil},
		{"a day of 25 hours", func() sample { s := october(); s.zone = "Europe/Berlin"; return s }, nil},
		{"no month before", func() sample { s := october(); s.previous = false; return s }, nil},
		{"PUE unknown", october, func(b *books) {
			b.Energy = energyBooks{Device: b.Energy.Facility, Tenants: b.Energy.Tenants, Unallocated: b.Energy.Unallocated}
		}},
		{"no energy", october, func(b *books) { b.Energy = energyBooks{} }},
		{"hours missing", october, func(b *books) { b.Energy.Hours = b.Energy.Hours[100:300] }},
		{"nothing at all", october, func(b *books) {
			*b = books{Lang: "en", Card: b.Card, Period: b.Period, Months: b.Months}
		}},
		{"many faults", october, func(b *books) {
			for i := range 1200 {
				b.Faults = append(b.Faults, fault{File: "pods.csv", Line: i + 2, Column: 3, Name: "memory_mib", Reason: "empty; want a whole number", Skips: true})
			}
			b.Skipped = 1200
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.make().books(t)
			if c.edit != nil {
				c.edit(b)
			}
			page, root := report(t, b)
			selfContained(t, page)
			require.Less(t, len(page), 1_500_000)
			for _, id := range []string{"cost", "tenants", "changes", "energy", "missing", "closing"} {
				root.section(t, id)
			}
			require.NoError(t, b.printTables(io.Discard))
			for _, inv := range b.Invoices {
				page, err := invoiceHTML(b, inv)
				require.NoError(t, err)
				parsePage(t, page)
			}
		})
	}
}

// What is not known is not shown as zero.
func TestReport_EnergyUnknown(t *testing.T) {
	b := october().books(t)
	b.Energy = energyBooks{}
	for i := range b.Tenants {
		b.Tenants[i].Energy = energy.Energy{}
	}
	_, root := report(t, b)
	text := root.section(t, "energy").text
	require.Contains(t, text, english.EnergyUnknown)
	require.Contains(t, text, english.PUEUnknown)
	require.Empty(t, root.section(t, "energy").rows())
	require.NotContains(t, root.section(t, "closing").text, "µJ")
	require.Contains(t, printed(t, b), english.EnergyUnknown)
}

func TestReport_Faults(t *testing.T) {
	b := october().books(t)
	for i := range 60 {
		b.Faults = append(b.Faults, fault{File: "pods.csv", Line: i + 2, Column: 3, Name: "memory_mib", Reason: "empty; want a whole number", Skips: i > 0})
	}
	_, root := report(t, b)
	rows := root.section(t, "missing").rows()
	require.Len(t, rows, 1+shownFaults)
	require.Equal(t, []string{"pods.csv", "2", "3 memory_mib", "empty; want a whole number", "no"}, rows[1])
	require.Equal(t, "yes", rows[2][4])
	require.Contains(t, root.section(t, "missing").text, "and 10 more")
}

func TestReport_Reproducible(t *testing.T) {
	make := func() (all []byte) {
		b := october().books(t)
		page, err := b.reportHTML()
		require.NoError(t, err)
		all = append(all, page...)
		for _, inv := range b.Invoices {
			page, err := invoiceHTML(b, inv)
			require.NoError(t, err)
			all = append(all, page...)
		}
		var out bytes.Buffer
		require.NoError(t, b.printTables(&out))
		return append(all, out.Bytes()...)
	}
	want := make()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 5 {
		require.Equal(t, want, make())
	}
}

// Names come from files and customers: none of them can leave its place.
func TestReport_Hostile(t *testing.T) {
	const script = "<script>alert(1)<\x2fscript>"
	s := october()
	s.tenants = []metering.Account{"<script>alert(1)", `"><img onerror=x>`, "=cmd|' !A0", "</td></table>-\u202egpj", "../../etc"}
	for i, a := range s.tenants {
		s.tenants[i] = metering.Account(strings.ReplaceAll(string(a), "/", "∕"))
	}
	b := s.books(t)
	b.Tenants[1].Name = script
	b.Pools[0].Name, b.Pools[0].Vendor = script, "'\"&{{.}}"
	b.Notes = append(b.Notes, note{EN: script})
	b.Faults = []fault{{File: script, Line: 1, Name: script, Reason: `"><svg onload=alert(1)>` + "\x00\x1b[2J"}}
	page, root := report(t, b)
	require.NotContains(t, string(page), "<script")
	require.NotContains(t, string(page), "<img")
	require.NotContains(t, string(page), "<svg onload")
	require.Contains(t, root.section(t, "tenants").text, script)
	require.Contains(t, root.section(t, "tenants").text, "=cmd|' !A0")
	for _, a := range root.find(named("a")) {
		require.Regexp(t, `^invoices/[\pL\pN_%-]+\.html$`, a.attrs["href"])
	}
	for _, inv := range b.Invoices {
		page, err := invoiceHTML(b, inv)
		require.NoError(t, err)
		require.NotContains(t, string(page), "<script")
		require.Contains(t, parsePage(t, page).text, clean(inv.Contract.CustomerName()))
	}
	var out bytes.Buffer
	require.NoError(t, b.printTables(&out))
	for _, r := range out.String() {
		require.False(t, r != '\n' && r < ' ' || r == '\u202e', "%q", r)
	}
}

// Every tenant that is named has a file under its link.
func TestReport_Links(t *testing.T) {
	b := october().books(t)
	_, root := report(t, b)
	var files []string
	for _, inv := range b.Invoices {
		files = append(files, "invoices/"+invoiceFile(b, inv))
	}
	links := root.find(named("a"))
	require.Len(t, links, len(files))
	for _, a := range links {
		require.True(t, slices.Contains(files, a.attrs["href"]), a.attrs["href"])
	}
}
