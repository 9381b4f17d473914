package main

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// nobody is the account of what no tenant held.
const nobody = metering.Account("site/unallocated")

// books is what the input comes to.
type books struct {
	made    bool
	period  metering.Period
	pue     facility.Result
	refused string // why there is no PUE
	expand  float64
	grade   ruling
	other   ruling
	hours   []hour
	tenants []tenant
	faults  []fault
	closes  closing
}

// An hour is one cell of the heat map; its PUE is zero where there is none.
type hour struct {
	period    metering.Period
	pue       facility.Result
	estimated bool
}

// A tenant is what an account used and emitted.
type tenant struct {
	account      metering.Account
	it, overhead energy.Energy
	mass         carbon.Mass
	estimated    energy.Energy
}

// closing holds what was spread against what was metered.
type closing struct {
	metered, spread energy.Energy
	emitted, said   carbon.Mass
	holes           energy.Energy // of no known intensity
	below           int           // hours whose site used less than its racks
}

func (in *input) work(o options) (*books, error) {
	b := &books{made: in.made, period: in.period}
	for _, m := range in.meters {
		b.faults = append(b.faults, m.found...)
	}
	// What loses energy comes first, then what hides the most of it.
	slices.SortStableFunc(b.faults, func(x, y fault) int {
		if x.What != y.What && (x.What == "reset" || y.What == "reset") {
			return strings.Compare(y.What, x.What)
		}
		return cmp.Or(cmp.Compare(y.Hours, x.Hours), x.Time.Compare(y.Time))
	})
	if err := b.year(in, o); err != nil {
		return nil, err
	}
	return b, b.spread(in)
}

// year works out the PUE of the whole period and what it is worth.
func (b *books) year(in *input, o options) error {
	point, err := facility.ParsePoint(o.point)
	if err != nil {
		return err
	}
	site, err := in.total(in.meters[:1], o.siteClass)
	if err != nil {
		return err
	}
	it, err := in.total(in.meters[1:], o.itClass)
	if err != nil {
		return err
	}
	site.Point, it.Point = facility.SiteInput, point
	if b.pue, err = facility.PUE(site, it, facility.CategoryUnknown); err != nil {
		b.refused = err.Error()
		return nil //nolint:nilerr // that there is no PUE is said in the report
	}
	if u, err := b.pue.Uncertainty(0); err == nil {
		b.expand = u.Expanded(2)
	}
	at := in.period.End()
	b.grade.verdict, b.grade.err = facility.GB40879().Judge(b.pue, facility.Site{}, at)
	b.other.verdict, b.other.err = facility.EastDataWestCompute().Judge(b.pue, facility.Site{Scope: o.scope}, at)
	return nil
}

// A ruling is what a rule says of the PUE, or why it says nothing.
type ruling struct {
	verdict facility.Verdict
	err     error
}

func (r ruling) String() string {
	switch {
	case r.err != nil:
		return r.err.Error()
	case r.verdict.Pack == "":
		return ""
	}
	return r.verdict.String()
}

// total adds up meters over the whole period.
func (in *input) total(meters []*meter, class float64) (facility.Measured, error) {
	out := facility.Measured{Period: in.period, Accuracy: facility.OfClass(facility.Accuracy(class * float64(facility.Percent)))}
	for _, m := range meters {
		var missed time.Duration
		for h := range in.period.Windows(time.Hour) {
			w := m.window(h)
			var err error
			if out.Energy, err = out.Energy.Add(w.Energy); err != nil {
				return out, err
			}
			if out.Estimated, err = out.Estimated.Add(w.Estimated); err != nil {
				return out, err
			}
			missed += h.Intersect(in.period).Duration() - w.Observed
		}
		out.Unobserved = max(out.Unobserved, missed)
	}
	return out, nil
}

// spread attributes each hour to the tenants, and its carbon after it.
func (b *books) spread(in *input) error {
	grid, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Hour, Holes: carbon.HoleFill}, in.grid...)
	if err != nil {
		return err
	}
	all := map[metering.Account]*tenant{}
	for h := range in.period.Windows(time.Hour) {
		site := in.meters[0].window(h)
		r, err := b.attribute(in, h, site)
		if err != nil {
			return err
		}
		seen := !slices.ContainsFunc(in.meters, func(m *meter) bool { return !m.window(h).Complete() })
		b.hours = append(b.hours, hour{h, r.PUE, !seen})
		if err := b.add(all, r, grid, len(in.grid) > 0); err != nil {
			return fmt.Errorf("%v: %w", h, err)
		}
	}
	for _, t := range all {
		b.tenants = append(b.tenants, *t)
	}
	slices.SortFunc(b.tenants, func(x, y tenant) int {
		if c := y.it.Cmp(x.it); c != 0 {
			return c
		}
		return strings.Compare(string(x.account), string(y.account))
	})
	return nil
}

// attribute works out one hour. A site that used less than its racks has no
// PUE; the racks' energy is attributed without an overhead, and counted.
func (b *books) attribute(in *input, h metering.Period, site energy.Window) (*attribution.Result, error) {
	hourly := attribution.Input{Period: h}
	var metered energy.Energy
	for _, m := range in.meters[1:] {
		w := m.window(h)
		var err error
		if metered, err = metered.Add(w.Energy); err != nil {
			return nil, err
		}
		idle := in.idle[m.name].Over(h.Duration())
		if idle.Cmp(w.Energy) > 0 {
			idle = w.Energy
		}
		hourly.Devices = append(hourly.Devices, attribution.Device{ID: m.name, Energy: w.Energy, Idle: idle, Capacity: in.all[m.name], Holders: in.holders[m.name], Estimated: !w.Complete()})
	}
	if site.Energy.Cmp(metered) < 0 {
		b.closes.below++
	} else {
		hourly.Facility = facility.Of(site)
	}
	r, err := attribution.Attribute(hourly)
	if err != nil {
		return nil, err
	}
	if _, err := r.Reconcile(); err != nil {
		return nil, err
	}
	b.closes.metered, err = b.closes.metered.Add(r.Facility)
	return r, err
}

// add books the events of an hour, of energy and of carbon.
func (b *books) add(all map[metering.Account]*tenant, r *attribution.Result, grid *carbon.Series, known bool) error {
	of := func(a metering.Account) *tenant {
		if all[a] == nil {
			all[a] = &tenant{account: a}
		}
		return all[a]
	}
	var err error
	sum := func(to *energy.Energy, q metering.Quantity) {
		e, bad := energy.FromQuantity(q)
		if err == nil {
			err = bad
		}
		if err == nil {
			*to, err = to.Add(e)
		}
	}
	for e := range r.Events("pue", nobody) {
		t := of(e.Account)
		for _, it := range e.Items {
			sum(&b.closes.spread, it.Quantity)
			if it.Meter == metering.OverheadEnergy {
				sum(&t.overhead, it.Quantity)
			} else {
				sum(&t.it, it.Quantity)
			}
			if e.Estimated {
				sum(&t.estimated, it.Quantity)
			}
		}
	}
	if err != nil || !known {
		return err
	}
	emitted, err := grid.Of(r.Facility, r.Period)
	if err != nil {
		return err
	}
	rate, err := emitted.Rate(r.Period)
	if err != nil {
		return err
	}
	if b.closes.emitted, err = b.closes.emitted.Add(emitted.Mass); err != nil {
		return err
	}
	if rate.Estimated {
		if b.closes.holes, err = b.closes.holes.Add(r.Facility); err != nil {
			return err
		}
	}
	for e, err := range rate.Events(r.Events("pue", nobody), energy.Energy{}) {
		if err != nil {
			return err
		}
		m, err := carbon.FromQuantity(e.Items[0].Quantity)
		if err != nil {
			return err
		}
		t := of(e.Account)
		if t.mass, err = t.mass.Add(m); err != nil {
			return err
		}
		if b.closes.said, err = b.closes.said.Add(m); err != nil {
			return err
		}
	}
	return nil
}

// ok reports whether every microjoule and nanogram is somebody's.
func (c closing) ok() bool { return c.metered == c.spread && c.emitted == c.said }

// extremes are the lowest and highest PUE of the hours that were measured; an
// estimate, or an hour in which a meter lost some, would stretch the scale.
func (b *books) extremes() (low, high facility.Result) {
	for _, h := range b.hours {
		if h.pue.IsZero() || h.estimated {
			continue
		}
		if low.IsZero() || h.pue.Rat().Cmp(low.Rat()) < 0 {
			low = h.pue
		}
		if high.IsZero() || h.pue.Rat().Cmp(high.Rat()) > 0 {
			high = h.pue
		}
	}
	return low, high
}

// A cell is the hours of one time of day within some days, sum over sum.
type cell struct{ site, it big.Int }

func (c *cell) add(r facility.Result) {
	c.site.Add(&c.site, r.Total().Microjoules().Big())
	c.it.Add(&c.it, r.IT().Microjoules().Big())
}

// milli is the PUE in thousandths, 0 where there is none.
func (c *cell) milli() int64 {
	if c.it.Sign() == 0 {
		return 0
	}
	n := new(big.Int).Mul(&c.site, big.NewInt(1000))
	return n.Div(n, &c.it).Int64()
}

// figures is what -json prints.
type figures struct {
	Period      string          `json:"period"`
	MadeUp      bool            `json:"made_up"`
	Name        string          `json:"name,omitempty"`
	PUE         decimal.Decimal `json:"pue"`
	Uncertainty float64         `json:"expanded_uncertainty_k2"`
	Category    string          `json:"category"`
	Coverage    decimal.Decimal `json:"coverage"`
	Refused     string          `json:"refused,omitempty"`
	Warnings    []string        `json:"warnings"`
	SiteKWh     decimal.Decimal `json:"site_kwh"`
	ITKWh       decimal.Decimal `json:"it_kwh"`
	Estimated   decimal.Decimal `json:"site_estimated_kwh"`
	Grade       string          `json:"grade"`
	EastWest    string          `json:"east_data_west_compute"`
	Tenants     []tenantFigures `json:"tenants"`
	Hours       []*hourFigures  `json:"hours"`
	Faults      []fault         `json:"faults"`
	Closes      bool            `json:"closes"`
	BelowOne    int             `json:"hours_below_one"`
}

type tenantFigures struct {
	Account   metering.Account `json:"account"`
	IT        decimal.Decimal  `json:"it_kwh"`
	Overhead  decimal.Decimal  `json:"overhead_kwh"`
	Estimated decimal.Decimal  `json:"estimated_kwh"`
	Carbon    decimal.Decimal  `json:"co2e_kg"`
}

type hourFigures struct {
	Start     time.Time       `json:"start"`
	PUE       decimal.Decimal `json:"pue"`
	Estimated bool            `json:"estimated,omitempty"`
}

func (b *books) figures() figures {
	f := figures{Period: b.period.String(), MadeUp: b.made, Refused: b.refused, Uncertainty: b.expand, Grade: b.grade.String(), EastWest: b.other.String(),
		Faults: b.faults, Closes: b.closes.ok(), BelowOne: b.closes.below, Warnings: []string{}}
	if !b.pue.IsZero() {
		f.Name, f.PUE, f.Category, f.Coverage = b.pue.Name(), b.pue.Decimal(6), b.pue.Category().String(), b.pue.Coverage(4)
		f.SiteKWh, f.ITKWh, f.Estimated = b.pue.Total().KWh(3), b.pue.IT().KWh(3), b.pue.Estimated().KWh(3)
		for _, w := range b.pue.Warnings() {
			f.Warnings = append(f.Warnings, w.String())
		}
	}
	for _, t := range b.tenants {
		f.Tenants = append(f.Tenants, tenantFigures{t.account, t.it.KWh(3), t.overhead.KWh(3), t.estimated.KWh(3), t.mass.Kilograms(3)})
	}
	for _, h := range b.hours {
		if !h.pue.IsZero() {
			f.Hours = append(f.Hours, &hourFigures{h.period.Start(), h.pue.Decimal(4), h.estimated})
		}
	}
	return f
}
