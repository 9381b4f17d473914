package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

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
