package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"math/big"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

//go:embed report.html.tmpl
var reportTemplate string

var reportPage = template.Must(template.New("report").Parse(reportTemplate + chartTemplate + heatTemplate))

// How much of long lists is shown.
const (
	shownChanges = 8
	shownFaults  = 50
)

// reportHTML returns the report as one HTML file that needs no other.
func (b *books) reportHTML() ([]byte, error) {
	v, err := b.view()
	if err != nil {
		return nil, err
	}
	if v.Chart, err = b.chart(v.W); err != nil {
		return nil, err
	}
	if v.Heat, err = b.heat(v.W); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = reportPage.Execute(&out, v)
	return out.Bytes(), err
}

// view is the books as people read them: every figure as text. The report and
// the tables in the terminal show the same view.
type view struct {
	W        *words
	Source   string
	Period   string
	Zone     string
	Card     string
	Rounding string
	Currency string
	Total    string
	Change   string // against an earlier month; empty without one
	Facts    []fact

	Chart    stack
	Services []string // names of the services, the columns of the tenants
	Tenants  []tenantRow
	Sum      tenantRow
	Idle     *tenantRow // nil where it is unknown
	Pools    []poolRow
	Changes  changes
	Energy   energyView
	Heat     *heatMap // nil where PUE is unknown
	Missing  missing
	Closing  []equation
}

// fact is a figure of the headline; Note says more in small print.
type fact struct{ Name, Value, Unit, Note string }

type tenantRow struct {
	Name     string
	Invoices []link // one for each billing period
	Services []string
	Billed   string
	List     string
	Held     string
	Busy     string // efficiency in per cent
	Bar      bar
	Energy   string

	billed  money.Money
	account metering.Account
}

type link struct{ Text, File string }

// bar is a horizontal bar, in thousandths of its width: Fill of it in colour,
// Back of it behind in a lighter one.
type bar struct {
	Known      bool
	Fill, Back int64
}

type poolRow struct {
	Name, Vendor, SKU, Devices, Capacity, Held, Busy, Energy, Text string
	Bar                                                            bar
}

// changes are the largest differences between two months.
type changes struct {
	Caption string // empty when there is nothing to compare
	Rows    []changeRow
	Falls   bool // some row falls
}

type changeRow struct {
	Tenant, Service, Before, Now, Change, Percent string
	Bar                                           bar
	Falls                                         bool

	difference *big.Int
}

type energyView struct {
	Note  string
	Rows  []energyRow // tenants, then what is unallocated; none where energy is unknown
	Total string
	// Total is devices and overhead, empty where overhead is unknown; and it
	// is tenants and unallocated. Names in Of are shares of it.
	Device, DeviceOf           string
	Overhead, OverheadOf       string
	Tenants, TenantsOf         string
	Unallocated, UnallocatedOf string

	PUE      string // empty where it is unknown
	PUEName  string
	PUEText  string
	Warnings []string
}

type energyRow struct {
	Name, KWh, Share string
	Bar              bar
	Unallocated      bool
	energy           energy.Energy
}

type missing struct {
	Facts  []fact
	Notes  []string
	Faults []faultRow
	Shown  string // caption of the faults
	More   string // how many are not shown
}

type faultRow struct{ File, Line, Column, Reason, LeftOut string }

// equation is a total worked out in two ways.
type equation struct {
	Name   string
	Terms  []term
	Closes bool
}

type term struct {
	Name, Value, Note string
	Residual          bool
}

// sums adds, and remembers the first error.
type sums struct{ err error }

func keepFirst[T any](s *sums, sum T, err error) T {
	if s.err == nil {
		s.err = err
	}
	return sum
}

func (s *sums) money(a, b money.Money) money.Money {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) lessMoney(a, b money.Money) money.Money {
	d, err := a.Sub(b)
	return keepFirst(s, d, err)
}

func (s *sums) quantity(a, b metering.Quantity) metering.Quantity {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) energy(a, b energy.Energy) energy.Energy {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) lessEnergy(a, b energy.Energy) energy.Energy {
	d, err := a.Sub(b)
	return keepFirst(s, d, err)
}

// in returns q in a unit to some places, as text.
func (s *sums) in(q metering.Quantity, unit string, places int) string {
	if q.IsZero() {
		return "0" + strings.TrimSuffix("."+strings.Repeat("0", places), ".")
	}
	d, err := q.In(metering.MustUnit(unit), places)
	return fixedDecimal(keepFirst(s, d, err), int32(places))
}

func (s *sums) cardHours(q metering.Quantity) string { return s.in(q, "{card}.h", 1) }

func share(part, whole metering.Quantity) *big.Rat {
	return ratio(part.Grains().Big(), whole.Grains().Big())
}

func moneyShare(part, whole money.Money) *big.Rat {
	return ratio(part.Scaled().Big(), whole.Scaled().Big())
}

func energyShare(part, whole energy.Energy) *big.Rat {
	return ratio(part.Microjoules().Big(), whole.Microjoules().Big())
}

// view works out every figure of the report.
func (b *books) view() (*view, error) {
	w := wordsIn(b.Lang)
	v := &view{
		W: w, Source: w.Simulated + w.Comma + w.source(clean(b.Source)), Period: w.period(b.Period, b.Zone), Zone: b.Zone.String(),
		Card: b.Card.Name(), Rounding: w.rounding(b.Card.Rounding), Currency: string(b.Card.Currency),
	}
	if b.Traced {
		v.Source = w.Trace + w.Colon + clean(b.Source)
	}
	for _, fill := range []func(*view) error{b.viewHeadline, b.viewTenants, b.viewPools, b.viewChanges, b.viewEnergy, b.viewMissing, b.viewClosing} {
		if err := fill(v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// zero is no money in the card's currency.
func (b *books) zero() (money.Money, error) { return money.FromMinor(0, b.Card.Currency) }

// totals returns what bills come to, billed and at list prices.
func (b *books) totals(bills []rating.Bill) (total, list money.Money, err error) {
	var s sums
	zero, err := b.zero()
	if err != nil {
		return total, list, err
	}
	total, err = billed(bills)
	total = s.money(zero, keepFirst(&s, total, err))
	list, err = listed(bills)
	list = s.money(zero, keepFirst(&s, list, err))
	return total, list, s.err
}

func (b *books) viewHeadline(v *view) error {
	w, s := v.W, sums{}
	total, list, err := b.totals(b.Bills)
	if err != nil {
		return err
	}
	v.Total = amount(total)
	if v.Change, err = b.headlineChange(w); err != nil {
		return err
	}
	discount := s.lessMoney(list, total)
	v.Facts = []fact{
		{w.List, amount(list), v.Currency, ""},
		{w.Discount, amount(discount), v.Currency, fmt.Sprintf(w.DiscountF, percent(moneyShare(discount, list)))},
	}
	var held metering.Quantity
	for _, t := range b.Tenants {
		held = s.quantity(held, t.Held)
	}
	v.Facts = append(v.Facts, b.energyFacts(w)...)
	if b.Traced {
		v.Facts = append(v.Facts,
			fact{w.Pods, count(b.Trace.Pods), "", fmt.Sprintf(w.UnscheduledF, count(b.Trace.Unscheduled))},
			fact{w.CardHours, s.cardHours(held), "", fmt.Sprintf(w.RecordsF, count(b.Records))})
		return s.err
	}
	var capacity metering.Quantity
	devices := 0
	for _, p := range b.Pools {
		capacity = s.quantity(capacity, p.Capacity)
		devices += p.Devices
	}
	v.Facts = append(v.Facts,
		fact{w.Held, percent(share(held, capacity)), "", fmt.Sprintf(w.HeldF, s.cardHours(capacity))},
		fact{w.Samples, count(b.Samples), "", fmt.Sprintf(w.DevicesF, count(devices)) + w.Comma + fmt.Sprintf(w.RecordsF, count(b.Records))})
	return s.err
}

// energyUnknown says that energy was neither metered nor estimated.
func (b *books) energyUnknown() bool { return !b.Energy.Metered && b.Energy.Device.IsZero() }

func (b *books) energyFacts(w *words) []fact {
	used := fact{w.Energy, kilowattHours(b.Energy.total()), "kWh", ""}
	if b.Energy.Device == b.Energy.Estimated && !b.Energy.Device.IsZero() {
		used.Name = w.EnergyEstimated
	}
	if b.energyUnknown() {
		used.Value, used.Unit = w.Unknown, ""
	}
	pue := fact{"PUE", w.Unknown, "", ""}
	if b.Energy.Metered && !b.Energy.PUE.IsZero() {
		pue.Value = b.Energy.PUE.Decimal(3).StringFixed(3)
		if b.Energy.PUE.Has(facility.Interim) {
			pue.Note = fmt.Sprintf(w.InterimF, b.Energy.PUE.Name())
		}
	}
	return []fact{used, pue}
}

// comparison is two months whose bills can be set against each other.
type comparison struct {
	now, before         []rating.Bill
	nowMonth, lastMonth metering.Period
}

// compared returns the month and the one before it, or, in a trace, the last
// two months that it covers whole.
func (b *books) compared() (c comparison, ok bool) {
	if !b.Traced {
		if len(b.Previous) == 0 || len(b.Bills) == 0 {
			return c, false
		}
		return comparison{b.Bills, b.Previous, b.Bills[0].Period, b.Previous[0].Period}, true
	}
	for i := len(b.Months) - 1; i > 0; i-- {
		if !b.Period.Covers(b.Months[i]) {
			continue
		}
		if !b.Period.Covers(b.Months[i-1]) {
			return c, false
		}
		c = comparison{nowMonth: b.Months[i], lastMonth: b.Months[i-1]}
		for _, bill := range b.Bills {
			switch bill.Period {
			case c.nowMonth:
				c.now = append(c.now, bill)
			case c.lastMonth:
				c.before = append(c.before, bill)
			}
		}
		return c, true
	}
	return c, false
}

func (b *books) headlineChange(w *words) (string, error) {
	c, ok := b.compared()
	if !ok {
		return "", nil
	}
	now, _, err := b.totals(c.now)
	if err != nil {
		return "", err
	}
	before, _, err := b.totals(c.before)
	if err != nil {
		return "", err
	}
	d, err := now.Sub(before)
	if err != nil {
		return "", err
	}
	rate := ratio(d.Scaled().Big(), before.Scaled().Big())
	last := w.month(c.lastMonth.Start().In(b.Zone.Location()))
	if b.Traced {
		return fmt.Sprintf(w.LastMonthF, w.month(c.nowMonth.Start().In(b.Zone.Location())), signed(d), signedPercent(rate), last), nil
	}
	return fmt.Sprintf(w.AgainstF, signed(d), signedPercent(rate), last), nil
}

func signedPercent(r *big.Rat) string {
	if r == nil {
		return percent(r)
	}
	return withPlus(plainPercent(r), r.Sign())
}

// services returns the services of the bills in the catalogue's order.
func (b *books) services() (out []accounting.ServiceID) {
	for c := range chargesOf(b.Bills) {
		if !slices.Contains(out, c.Service) {
			out = append(out, c.Service)
		}
	}
	slices.SortFunc(out, serviceOrder)
	return out
}

func (b *books) viewTenants(v *view) error {
	services := b.services()
	for _, id := range services {
		v.Services = append(v.Services, v.W.service(id))
	}
	var s sums
	all := tenantUse{BusyKnown: true}
	for _, t := range b.Tenants {
		var bills []rating.Bill
		for _, bill := range b.Bills {
			if bill.Contract.Account == t.Account {
				bills = append(bills, bill)
			}
		}
		row, err := b.tenantRow(v.W, t, bills, services)
		if err != nil {
			return err
		}
		row.Invoices = b.invoicesOf(v.W, t.Account)
		v.Tenants = append(v.Tenants, row)
		all.Held, all.Busy, all.Energy = s.quantity(all.Held, t.Held), s.quantity(all.Busy, t.Busy), s.energy(all.Energy, t.Energy)
		all.BusyKnown = all.BusyKnown && t.BusyKnown
	}
	slices.SortStableFunc(v.Tenants, func(a, z tenantRow) int {
		return cmp.Or(z.billed.Scaled().Cmp(a.billed.Scaled()), cmp.Compare(a.account, z.account))
	})
	var err error
	if all.Billed, all.List, err = b.totals(b.Bills); err != nil {
		return err
	}
	all.BusyKnown = all.BusyKnown && len(b.Tenants) > 0
	if v.Sum, err = b.tenantRow(v.W, all, b.Bills, services); err != nil {
		return err
	}
	v.Sum.Name = v.W.Total
	if !b.Idle.Held.IsZero() {
		v.Idle = &tenantRow{Name: v.W.Idle, List: amount(b.Idle.List), Held: s.cardHours(b.Idle.Held), Energy: kilowattHours(b.Idle.Energy)}
	}
	return s.err
}

func (b *books) tenantRow(w *words, t tenantUse, bills []rating.Bill, services []accounting.ServiceID) (tenantRow, error) {
	var s sums
	row := tenantRow{
		Name: t.name(), Billed: amount(t.Billed), List: amount(t.List),
		Held: s.cardHours(t.Held), Busy: w.NotApplicable, Energy: w.NotApplicable, billed: t.Billed, account: t.Account,
	}
	if !b.energyUnknown() {
		row.Energy = kilowattHours(t.Energy)
	}
	if t.BusyKnown {
		busy := share(t.Busy, t.Held)
		row.Busy, row.Bar = percent(busy), bar{Known: busy != nil, Fill: perMille(busy), Back: 1000}
	}
	groups, err := accounting.GroupBy(chargesOf(bills), func(c accounting.Charge) accounting.ServiceID { return c.Service })
	if err != nil {
		return row, err
	}
	for _, id := range services {
		text := w.NotApplicable
		for _, g := range groups {
			if g.Key == id {
				text = amount(g.Billed)
			}
		}
		row.Services = append(row.Services, text)
	}
	return row, s.err
}

// invoicesOf returns links to a tenant's invoices.
func (b *books) invoicesOf(w *words, account metering.Account) (out []link) {
	for _, inv := range b.Invoices {
		if inv.Contract.Account == account {
			out = append(out, link{w.monthShort(inv.Period.Start().In(b.Zone.Location())), invoiceFile(b, inv)})
		}
	}
	return out
}

func (b *books) viewPools(v *view) error {
	var s sums
	for _, p := range b.Pools {
		held, busy := share(p.Held, p.Capacity), share(p.Busy, p.Capacity)
		v.Pools = append(v.Pools, poolRow{
			Name: clean(p.Name), Vendor: clean(p.Vendor), SKU: clean(p.SKU), Devices: count(p.Devices), Capacity: s.cardHours(p.Capacity),
			Held: percent(held), Busy: percent(busy), Energy: kilowattHours(p.Energy),
			Text: fmt.Sprintf(v.W.OfCapacityF, percent(held), percent(busy)),
			Bar:  bar{Known: held != nil, Fill: perMille(busy), Back: perMille(held)},
		})
	}
	return s.err
}

// pair is what a tenant spends on a service.
type pair struct {
	account metering.Account
	service accounting.ServiceID
}

func (b *books) viewChanges(v *view) error {
	c, ok := b.compared()
	if !ok {
		return nil
	}
	w, zone := v.W, b.Zone.Location()
	v.Changes.Caption = fmt.Sprintf(w.ChangesF, w.month(c.nowMonth.Start().In(zone)), w.month(c.lastMonth.Start().In(zone)), v.Currency)
	pairs, err := b.pairs(c)
	if err != nil {
		return err
	}
	var s sums
	for _, p := range pairs {
		d := s.lessMoney(p.now, p.before)
		if d.IsZero() {
			continue
		}
		rate := ratio(d.Scaled().Big(), p.before.Scaled().Big())
		row := changeRow{
			Tenant: b.nameOf(p.account), Service: w.service(p.service), Before: amount(p.before), Now: amount(p.now),
			Change: signed(d), Percent: signedPercent(rate), Falls: d.Sign() < 0, difference: d.Scaled().Big(),
		}
		if rate == nil {
			row.Percent = w.New
		}
		v.Changes.Rows = append(v.Changes.Rows, row)
	}
	slices.SortStableFunc(v.Changes.Rows, func(a, z changeRow) int { return z.difference.CmpAbs(a.difference) })
	v.Changes.Rows = v.Changes.Rows[:min(len(v.Changes.Rows), shownChanges)]
	for i := range v.Changes.Rows {
		r := &v.Changes.Rows[i]
		v.Changes.Falls = v.Changes.Falls || r.Falls
		r.Bar = bar{true, perMille(ratio(new(big.Int).Abs(r.difference), new(big.Int).Abs(v.Changes.Rows[0].difference))), 1000}
	}
	return s.err
}

type pairChange struct {
	pair
	now, before money.Money
}

// pairs returns what every tenant spent on every service in two months, in
// order of tenant and service.
func (b *books) pairs(c comparison) ([]pairChange, error) {
	zero, err := b.zero()
	if err != nil {
		return nil, err
	}
	var s sums
	var out []pairChange
	at := make(map[pair]int)
	find := func(c accounting.Charge) *pairChange {
		p := pair{c.BillingAccount, c.Service}
		i, ok := at[p]
		if !ok {
			i = len(out)
			at[p] = i
			out = append(out, pairChange{p, zero, zero})
		}
		return &out[i]
	}
	for c := range chargesOf(c.now) {
		p := find(c)
		p.now = s.money(p.now, c.Billed)
	}
	for c := range chargesOf(c.before) {
		p := find(c)
		p.before = s.money(p.before, c.Billed)
	}
	slices.SortFunc(out, func(a, z pairChange) int {
		return cmp.Or(cmp.Compare(a.account, z.account), serviceOrder(a.service, z.service))
	})
	return out, s.err
}

// name returns what the tenant is called.
func (t tenantUse) name() string { return clean(cmp.Or(t.Name, string(t.Account))) }

// nameOf returns the name of a tenant.
func (b *books) nameOf(account metering.Account) string {
	for _, t := range b.Tenants {
		if t.Account == account {
			return t.name()
		}
	}
	return clean(string(account))
}

func (b *books) viewEnergy(v *view) error {
	w, e, total := v.W, b.Energy, b.Energy.total()
	v.Energy = energyView{
		Note: w.EnergyNote, Total: kilowattHours(total),
		Tenants: kilowattHours(e.Tenants), TenantsOf: percent(energyShare(e.Tenants, total)),
		Unallocated: kilowattHours(e.Unallocated), UnallocatedOf: percent(energyShare(e.Unallocated, total)),
	}
	switch {
	case b.energyUnknown():
		v.Energy.Note, v.Energy.Total = w.EnergyUnknown, w.Unknown
		return nil
	case !e.Metered:
		v.Energy.Note = w.EnergyTraceNote
	}
	for _, t := range b.Tenants {
		v.Energy.Rows = append(v.Energy.Rows, energyRow{Name: t.name(), energy: t.Energy})
	}
	slices.SortStableFunc(v.Energy.Rows, func(a, z energyRow) int { return z.energy.Cmp(a.energy) })
	v.Energy.Rows = append(v.Energy.Rows, energyRow{Name: w.Unallocated, energy: e.Unallocated, Unallocated: true})
	most := slices.MaxFunc(v.Energy.Rows, func(a, z energyRow) int { return a.energy.Cmp(z.energy) }).energy
	for i := range v.Energy.Rows {
		r := &v.Energy.Rows[i]
		length := energyShare(r.energy, most)
		r.KWh, r.Share, r.Bar = kilowattHours(r.energy), percent(energyShare(r.energy, total)), bar{length != nil, perMille(length), 0}
	}
	var s sums
	if e.Metered {
		over := s.lessEnergy(e.Facility, e.Device)
		v.Energy.Device, v.Energy.DeviceOf = kilowattHours(e.Device), percent(energyShare(e.Device, total))
		v.Energy.Overhead, v.Energy.OverheadOf = kilowattHours(over), percent(energyShare(over, total))
	}
	if e.Metered && !e.PUE.IsZero() {
		v.Energy.PUE, v.Energy.PUEName = e.PUE.Decimal(3).StringFixed(3), e.PUE.Name()
		v.Energy.PUEText = fmt.Sprintf(w.PUEF, kilowattHours(e.PUE.Total()), kilowattHours(e.PUE.IT()))
		for _, x := range e.PUE.Warnings() {
			v.Energy.Warnings = append(v.Energy.Warnings, w.warning(x))
		}
	}
	return s.err
}

func (b *books) viewMissing(v *view) error {
	w, m := v.W, &v.Missing
	if !b.Energy.Device.IsZero() {
		m.Facts = append(m.Facts, fact{w.EstimatedEnergy, kilowattHours(b.Energy.Estimated), "kWh",
			fmt.Sprintf(w.OfF, kilowattHours(b.Energy.Device), percent(energyShare(b.Energy.Estimated, b.Energy.Device)))})
	}
	if len(b.Energy.Hours) > 0 {
		estimated, known, hours := 0, 0, 0
		for _, h := range b.Energy.Hours {
			if h.Estimated {
				estimated++
			}
			if !h.PUE.IsZero() {
				known++
			}
		}
		for range metering.Hours(b.Zone).Over(b.Period) {
			hours++
		}
		covered := percent(ratio(big.NewInt(int64(known)), big.NewInt(int64(hours))))
		m.Facts = append(m.Facts,
			fact{w.EstimatedHours, count(estimated), "", fmt.Sprintf(w.OfHoursF, count(len(b.Energy.Hours)))},
			fact{w.Coverage, covered, "", fmt.Sprintf(w.CoverageF, count(known), count(hours))})
	}
	if err := b.missingCharges(v); err != nil {
		return err
	}
	m.Facts = append(m.Facts, fact{w.Duplicates, count(b.Duplicates), "", ""})
	if b.Traced {
		m.Facts = append(m.Facts, fact{w.Skipped, count(b.Skipped), "", ""})
	}
	for _, n := range b.Notes {
		m.Notes = append(m.Notes, clean(n.in(b.Lang)))
	}
	shown := b.Faults[:min(len(b.Faults), shownFaults)]
	for _, f := range shown {
		m.Faults = append(m.Faults, w.fault(f))
	}
	if len(shown) < len(b.Faults) {
		m.Shown = fmt.Sprintf(w.FaultsF, count(len(shown)))
		m.More = fmt.Sprintf(w.MoreFaultsF, count(len(b.Faults)-len(shown)))
	}
	return nil
}

// missingCharges counts the charges that rest on estimates, and the usage
// that no price covers.
func (b *books) missingCharges(v *view) error {
	w, s := v.W, sums{}
	sum, err := b.zero()
	if err != nil {
		return err
	}
	all, estimated, unpriced := 0, 0, 0
	for c := range chargesOf(b.Bills) {
		all++
		if !c.Estimated.IsZero() {
			estimated++
			sum = s.money(sum, c.Billed)
		}
	}
	for _, bill := range b.Bills {
		unpriced += len(bill.Unpriced)
	}
	v.Missing.Facts = append(v.Missing.Facts, fact{w.EstimatedCharges, count(estimated), "", fmt.Sprintf(w.ChargesF, count(all), withCurrency(sum))})
	if unpriced > 0 {
		v.Missing.Facts = append(v.Missing.Facts, fact{w.Unpriced, count(unpriced), "", ""})
	}
	return s.err
}

func (w *words) fault(f fault) faultRow {
	row := faultRow{File: clean(f.File), Line: fmt.Sprint(f.Line), Column: clean(f.Name), Reason: clean(f.Reason), LeftOut: w.No}
	if f.Column > 0 {
		row.Column = strings.TrimSpace(fmt.Sprint(f.Column, " ", row.Column))
	}
	if f.Skips {
		row.LeftOut = w.Yes
	}
	return row
}

func (b *books) viewClosing(v *view) error {
	w, s := v.W, sums{}
	charges, _, err := b.totals(b.Bills)
	if err != nil {
		return err
	}
	invoices, err := b.zero()
	if err != nil {
		return err
	}
	for _, inv := range b.Invoices {
		invoices = s.money(invoices, inv.Total)
	}
	closes, whole := w.EnergyCloses, w.Metered
	if !b.Energy.Metered {
		closes, whole = w.EstimateCloses, w.Estimate
	}
	inKWh := func(e energy.Energy) string { return kilowattHours(e) + " kWh" }
	v.Closing = []equation{
		{w.InvoicesEqualCharges, []term{
			{w.SumOfInvoices, withCurrency(invoices), fmt.Sprintf(w.InvoicesF, count(len(b.Invoices))), false},
			{w.SumOfCharges, withCurrency(charges), fmt.Sprintf(w.ChargeCountF, count(countCharges(b.Bills))), false},
			{w.Residual, withCurrency(b.ResidualMoney), "", true},
		}, b.ResidualMoney.IsZero()},
		{closes, []term{
			{whole, microjoules(b.Energy.total()) + " µJ", inKWh(b.Energy.total()), false},
			{w.OfTenants, microjoules(b.Energy.Tenants) + " µJ", inKWh(b.Energy.Tenants), false},
			{w.Unallocated, microjoules(b.Energy.Unallocated) + " µJ", inKWh(b.Energy.Unallocated), false},
			{w.Residual, microjoules(b.ResidualEnergy) + " µJ", "", true},
		}, b.ResidualEnergy.IsZero()},
	}
	if b.energyUnknown() {
		v.Closing = v.Closing[:1]
	}
	return s.err
}

func countCharges(bills []rating.Bill) (n int) {
	for range chargesOf(bills) {
		n++
	}
	return n
}
