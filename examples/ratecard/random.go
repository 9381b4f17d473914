package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// rowsOfPrice is how many rows of usage randomUsage makes for a price.
const rowsOfPrice = 6

// randomUsage makes a month of usage that the card has prices for: hours of
// three accounts, whatever the prices are; the same for the same seed.
func randomUsage(card *accounting.Card, zone metering.Zone, seed uint64) ([]metering.Usage, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	month, err := metering.Month(zone, 2026, time.November)
	if err != nil {
		return nil, err
	}
	var rows []metering.Usage
	for i := range card.Prices {
		p := &card.Prices[i]
		if _, flat := p.Model.(accounting.Flat); flat {
			continue
		}
		for range rowsOfPrice {
			hours := int64(month.Duration() / time.Hour)
			start := month.Start().Add(time.Duration(r.Int64N(hours)) * time.Hour)
			u, err := randomRow(r, p, start)
			if err != nil {
				return nil, fmt.Errorf("price %q: %w", p.ID, err)
			}
			inForce, _ := p.Covers(u.Period)
			if some := during(p, u.Period); inForce && some {
				rows = append(rows, u)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return rows, nil
}

// during reports whether a price is for a period's time of the day.
func during(p *accounting.Price, period metering.Period) bool {
	if p.Terms == nil {
		return true
	}
	some, _ := p.Terms.During.Covers(period)
	return some
}

func randomRow(r *rand.Rand, p *accounting.Price, start time.Time) (u metering.Usage, err error) {
	meters := p.Meters()
	meter := meters[r.IntN(len(meters))]
	unit, _ := p.UnitOf(meter)
	var pairs []string
	for name, value := range p.Match.Labels.All() {
		pairs = append(pairs, name, value)
	}
	switch m := p.Model.(type) { // what a row's price goes by
	case accounting.Dynamic:
		pairs = append(pairs, m.Label, fmt.Sprintf("%d.%02d", r.IntN(3), r.IntN(100)))
	case accounting.Volume:
		if m.SizedBy != "" {
			pairs = append(pairs, m.SizedBy, fmt.Sprint(1024<<r.IntN(8)))
		}
	}
	u.Key = metering.Key{Account: metering.Account(fmt.Sprintf("acme/team-%d", 1+r.IntN(3))), Meter: meter, SKU: p.Match.SKU, Region: p.Match.Region}
	if u.Key.Labels, err = metering.NewLabels(pairs...); err != nil {
		return u, err
	}
	if u.Period, err = metering.NewPeriod(start, start.Add(time.Hour)); err != nil {
		return u, err
	}
	u.Quantity, err = metering.NewQuantity(1+r.Int64N(50), unit)
	return u, err
}
