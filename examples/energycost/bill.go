package main

import (
	"slices"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// A line is what the utility asks at one price.
type line struct {
	id       string
	quantity metering.Quantity // the sum, or the highest
	unit     metering.Unit
	amount   money.Money
}

// lines are the utility's prices, in the order of its card.
func (b *books) lines() ([]line, error) {
	var list []line
	for _, c := range b.site.Charges {
		i := slices.IndexFunc(list, func(l line) bool { return l.id == c.PriceID })
		if i < 0 {
			i = len(list)
			list = append(list, line{id: c.PriceID, unit: c.Unit})
		}
		l := &list[i]
		var err error
		if l.amount, err = l.amount.Add(c.Billed); err != nil {
			return nil, err
		}
		switch more, known := c.Quantity, l.quantity.Dimension().Valid(); {
		case c.Origin != accounting.FromUsage:
		case !known:
			l.quantity = more
		case c.Meter == metering.EnergyDemand:
			if larger, err := more.Cmp(l.quantity); err == nil && larger > 0 {
				l.quantity = more
			}
		default:
			if l.quantity, err = l.quantity.Add(more); err != nil {
				return nil, err
			}
		}
	}
	place := func(l line) int {
		i := slices.IndexFunc(b.utility.Prices, func(p accounting.Price) bool { return p.ID == l.id })
		if i < 0 {
			i = len(b.utility.Prices) // no price makes it
		}
		return i
	}
	slices.SortStableFunc(list, func(x, y line) int { return place(x) - place(y) })
	return list, nil
}

// text is the quantity in the price's unit.
// display is text with commas between thousands.
func (l line) display() string {
	number, unit, cut := strings.Cut(l.text(), " ")
	if !cut {
		return number
	}
	return digits.Group(number) + " " + unit
}

func (l line) text() string {
	if !l.quantity.Dimension().Valid() || l.unit.IsZero() {
		return ""
	}
	n, err := l.quantity.In(l.unit, 3)
	if err != nil {
		return l.quantity.String()
	}
	return n.StringFixed(3) + " " + l.unit.Label()
}
