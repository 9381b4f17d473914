package main

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

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
