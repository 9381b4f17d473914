package rating

import (
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// RateEvent rates an event as it comes: what its amounts move the bill by, at its
// time and after all that the state has seen, and the state after it. With the
// event of the most that a request can use, and the state dropped, that is a quote:
// what to hold before the request runs. With the event of what it did use it is
// what to take of the hold, and the state is what the next quote goes on from.
//
// The event is one of amounts ([metering.Amount], or an [metering.Adjustment] of
// them), and each item is a row of its own that lasts a nanosecond: a price that
// goes by rows sees each event, where usage of the aggregator has one row a window.
// What is due by the billing period (flat prices, minima, commitments) is never
// charged, at its last instant either: [Rate] does that, with a period that ends
// with it and no usage, say. Credits of the contract and the rounding of the month
// are in the bill as far as they move, as in Rate.
//
// A quote holds for the state that it was made from. Where others' usage comes
// first, the same event may reach a dearer tier, or be rounded up where it was
// rounded down: by one step of the card's rounding, and one of the month's. A card
// that rounds to ten places for requests, and no months, keeps that out of sight.
// Where more costs less, as at volume tiers, the most that is used is not the most
// that it costs, and what an event moves the bill by may be below 0: quote what is
// used at a tier's bound, too.
//
// It fails as Rate does, with [ErrUsage] for an event of another kind, and with the
// *[metering.FieldError] of [metering.Event.Validate]. It is pure, may run in many
// goroutines, and costs what Rate does for as many rows, most of which is to compile
// the card.
func RateEvent(contract accounting.Contract, event metering.Event, state State, opts ...Option) (Bill, State, error) {
	if err := event.Validate(); err != nil {
		return Bill{}, state, fmt.Errorf("rating: event: %w", err)
	}
	if event.Kind != metering.Amount && event.Kind != metering.Adjustment {
		return Bill{}, state, fmt.Errorf("%w: a %s event has no amounts; rate the usage that it makes", ErrUsage, event.Kind)
	}
	at, err := metering.NewPeriod(event.Time, event.Time.Add(1))
	if err != nil {
		return Bill{}, state, fmt.Errorf("%w: %w", ErrPeriod, err)
	}
	var charges []accounting.Charge
	bill, next, err := stream(contract, at, rowsOf(&event, at), state, false, func(c accounting.Charge) error {
		charges = append(charges, c)
		return nil
	}, opts)
	if err != nil {
		return Bill{}, state, err
	}
	bill.Charges = charges
	return bill, next, nil
}

// rowsOf yields the amounts of an event as usage.
func rowsOf(e *metering.Event, at metering.Period) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for _, it := range e.Items {
			u := metering.Usage{Period: at, Quantity: it.Quantity,
				Key: metering.Key{Account: e.Account, Meter: it.Meter, Resource: e.Resource, SKU: it.SKU, Region: e.Region, Labels: e.Labels}}
			if e.Estimated {
				u.Estimated = u.Quantity
			}
			if !yield(u, nil) {
				return
			}
		}
	}
}
