package main

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// One tenant pays for cards of one model a month ahead, used or not. What it
// uses beyond them is charged at the list price.
const (
	reservedBy    = metering.Account("ember")
	reservedSKU   = "MLU370-X8"
	reservedCards = 48 // in the whole cloud

	reservationFee   = "reservation"     // price of the purchase
	reservedUsage    = "mlu370-reserved" // price of what it covers: nothing
	reservationLabel = "reservation"     // of usage that is covered
)

// reservedMonth is the price of one card for a month, in CNY.
var reservedMonth = decimal.NewFromInt(2200)

// A reservation is such a commitment, in its month.
type reservation struct {
	ID     string
	Month  metering.Period
	Cards  int64
	Labels metering.Labels  // of usage that is covered
	Prices *accounting.Card // of the purchase and of what it covers
}

// reserve returns the reservation in a cloud of so many devices.
func reserve(devices int, month metering.Period, zone metering.Zone, list *accounting.Card) (*reservation, error) {
	r := &reservation{Month: month, Cards: max(reservedCards*int64(devices)/fullCloud, 1)}
	r.ID = "rsv-mlu370-" + month.Start().In(zone.Location()).Format("2006-01")
	var err error
	if r.Labels, err = metering.NewLabels(reservationLabel, r.ID); err != nil {
		return nil, err
	}
	r.Prices = &accounting.Card{
		ID: "cn-gpu-reserved", Version: list.Version, Title: "Reserved capacity", Currency: list.Currency, Rounding: list.Rounding,
		Prices: []accounting.Price{
			{ID: reservationFee, Title: fmt.Sprintf("Reserved cards: %d", r.Cards), Service: accounting.AcceleratedCompute,
				Model: accounting.Flat{Amount: reservedMonth.Mul(decimal.NewFromInt(r.Cards)), When: accounting.FlatAlways}},
			{ID: reservedUsage, Title: "MLU370-X8, reserved", Service: accounting.AcceleratedCompute,
				Match: accounting.Match{Meter: metering.AcceleratorTime, SKU: reservedSKU, Labels: r.Labels},
				Unit:  metering.MustUnit("{card}.h"), Model: accounting.PerUnit{}},
		},
	}
	return r, nil
}

// titled gives a card's prices their names in a language: documents have them as
// they are on the card.
func titled(card *accounting.Card, lang string) *accounting.Card {
	c := *card
	c.Prices = slices.Clone(card.Prices)
	for i := range c.Prices {
		c.Prices[i].Title = wordsIn(lang).price(c.Prices[i].ID, c.Prices[i].Title)
	}
	return &c
}

// reservationOf is the one that an account has bought, nil for none.
func (b *books) reservationOf(account metering.Account) *reservation {
	if account != reservedBy {
		return nil
	}
	return b.Reserved
}

// capacity is the card time that was bought for a period of whole days.
func (r *reservation) capacity(p metering.Period) (metering.Quantity, error) {
	return metering.NewQuantity(r.Cards*int64(p.Duration()/time.Second), metering.MustUnit("{card}.s"))
}

// cover labels the usage of each day that the reservation covers, in the order
// of its rows, and leaves what is beyond it as it is. Rows with an estimated
// part are not covered.
func (r *reservation) cover(rows iter.Seq2[metering.Usage, error]) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		left := make(map[metering.Period]metering.Quantity)
		for u, err := range rows {
			if err != nil || u.Key.Meter != metering.AcceleratorTime || u.Key.SKU != reservedSKU || !u.Estimated.IsZero() || !u.Late.IsZero() {
				if !yield(u, err) || err != nil {
					return
				}
				continue
			}
			covered, beyond, err := r.part(left, u)
			if err != nil {
				yield(u, err)
				return
			}
			if !covered.Quantity.IsZero() && !yield(covered, nil) || !beyond.Quantity.IsZero() && !yield(beyond, nil) {
				return
			}
		}
	}
}

// part parts a row in what is covered and what is not.
func (r *reservation) part(left map[metering.Period]metering.Quantity, u metering.Usage) (covered, beyond metering.Usage, err error) {
	rest, known := left[u.Period]
	if !known {
		if rest, err = r.capacity(u.Period); err != nil {
			return covered, beyond, err
		}
	}
	covered, beyond = u, u
	covered.Key.Labels = r.Labels
	if beyond.Quantity, err = u.Quantity.Sub(rest); err != nil {
		return covered, beyond, err
	}
	if beyond.Quantity.Sign() <= 0 {
		beyond.Quantity = metering.Quantity{}
	} else {
		covered.Quantity = rest
	}
	left[u.Period], err = rest.Sub(covered.Quantity)
	return covered, beyond, err
}

// settle takes the list price off the purchase: what it covers has its own, and
// with both the tenant would seem to save what it paid.
func (r *reservation) settle(bill *rating.Bill) error {
	zero, err := money.FromMinor(0, r.Prices.Currency)
	for i := range bill.Charges {
		if c := &bill.Charges[i]; c.PriceID == reservationFee {
			c.List = zero
		}
	}
	return err
}

// rows are those of the purchase, of what was used of it and of what was not,
// and the charges that are none of these.
func (r *reservation) rows(s focus.Statement, charges []accounting.Charge) ([]focus.Row, []accounting.Charge, error) {
	bought, err := r.capacity(r.Month)
	if err != nil {
		return nil, nil, err
	}
	c := focus.Commitment{ID: r.ID, Name: "MLU370-X8, reserved", Type: "Reservation", Service: accounting.AcceleratedCompute, SKU: reservedSKU,
		Period: r.Month, Unit: metering.MustUnit("{card}.h"), Quantity: bought}
	var covered, others []accounting.Charge
	for _, charge := range charges {
		switch charge.PriceID {
		case reservationFee:
			c.Billed, c.Amortised = charge.Billed, charge.Billed // the term is the month
		case reservedUsage:
			covered = append(covered, charge)
		default:
			others = append(others, charge)
		}
	}
	if c.OnDemand, err = onDemand(s.Contract.Card); err != nil {
		return nil, nil, err
	}
	rows, err := s.Commitment(c, covered...)
	return rows, others, err
}

// onDemand is the list price of a card and hour of the model.
func onDemand(list *accounting.Card) (focus.Number, error) {
	for _, p := range list.Prices {
		if price, flat := p.Model.(accounting.PerUnit); flat && p.Match.SKU == reservedSKU {
			return focus.FromDecimal(price.Price)
		}
	}
	return focus.Number{}, fmt.Errorf("no price of %s on %s", reservedSKU, list.Name())
}
