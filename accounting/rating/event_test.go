package rating_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// eventOf is a row as one event, at the start of the row's period.
func eventOf(n int, u metering.Usage) metering.Event {
	return metering.Event{Account: u.Key.Account, Source: "test", ID: fmt.Sprint(n), Time: u.Period.Start(), Kind: metering.Amount, Estimated: !u.Estimated.IsZero(),
		Resource: u.Key.Resource, Region: u.Key.Region, Labels: u.Key.Labels, Items: []metering.Item{{Meter: u.Key.Meter, SKU: u.Key.SKU, Quantity: u.Quantity}}}
}

// Law 4, event by event: what events came to one by one, and then what is due by
// the billing period, is the bill of all; and a quote moves nothing.
func TestLaw4_RateEvent_Sum(t *testing.T) {
	lawOf(t, 2, func(t *testing.T, g generator) {
		w := g.world()
		if g.oneIn(2) {
			w, _ = g.stagedWorld()
		}
		for i := range w.rows {
			start := w.rows[i].Period.Start().Add(time.Duration(i)) // no two at once, which Rate makes one row of
			w.rows[i].Period = must(metering.NewPeriod(start, start.Add(1)))
		}
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		billed, list, state, errEvents := rateEvents(t, g, w)
		require.Equal(t, kind(err), kind(errEvents))
		if err != nil {
			return
		}
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, whole.ListTotal(), list)
		require.Equal(t, end, state)
	})
}

// rateEvents rates the rows of a world one by one, and closes its period.
func rateEvents(t *testing.T, g generator, w world) (billed, list money.Money, state rating.State, err error) {
	t.Helper()
	add := func(bill rating.Bill) {
		billed, list = must(billed.Add(bill.Total())), must(list.Add(bill.ListTotal()))
	}
	for n, row := range w.rows {
		if g.oneIn(2) { // a quote of something else
			_, _, _ = rating.RateEvent(w.contract, eventOf(n, w.rows[g.IntN(len(w.rows))]), state, rating.ReportUnpriced())
		}
		bill, next, err := rating.RateEvent(w.contract, eventOf(n, row), state, rating.ReportUnpriced())
		if err != nil {
			return billed, list, state, err
		}
		add(bill)
		state = next
	}
	bill, state, err := rating.Rate(w.contract, w.period, nil, state, rating.ReportUnpriced())
	if err == nil {
		add(bill)
	}
	return billed, list, state, err
}

// TestRateEvent_LastInstant: a request in the last nanosecond of the month is not
// charged what is due by the month.
func TestRateEvent_LastInstant(t *testing.T) {
	card := gpuCard()
	card.Prices = append(card.Prices, accounting.Price{ID: "fee", Service: accounting.Support, Model: accounting.Flat{Amount: decimal.NewFromInt(99), When: accounting.FlatAlways}})
	contract := accounting.Contract{Account: "acme", Card: card}
	month := must(metering.Month(metering.Zone{}, 2026, time.November))
	event := metering.Event{Account: "acme", Source: "s", ID: "1", Kind: metering.Amount, Time: month.End().Add(-1),
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM", Quantity: metering.MustQuantity("1 {card}.h")}}}
	bill, state, err := rating.RateEvent(contract, event, rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 18.90", bill.Total().String())
	require.Equal(t, month, state.Period())
	rest, _, err := rating.Rate(contract, month, nil, state)
	require.NoError(t, err)
	require.Equal(t, "CNY 99.00", rest.Total().String())
}

func TestRateEvent_Refuses(t *testing.T) {
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	good := metering.Event{Account: "acme", Source: "s", ID: "1", Kind: metering.Amount, Time: gpuTime,
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM", Quantity: metering.MustQuantity("1 {card}.h")}}}
	_, november, err := rating.RateEvent(contract, good, rating.State{})
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		change func(*metering.Event)
		want   error
	}{
		"kind":   {func(e *metering.Event) { e.Kind, e.Resource = metering.Start, "r" }, rating.ErrUsage},
		"tenant": {func(e *metering.Event) { e.Account = "beta" }, rating.ErrForeign},
		"month":  {func(e *metering.Event) { e.Time = e.Time.AddDate(0, 1, 0) }, rating.ErrPeriod},
		"time":   {func(e *metering.Event) { e.Time = time.Time{} }, metering.ErrTimeRange},
	} {
		bad := good
		tt.change(&bad)
		bill, state, err := rating.RateEvent(contract, bad, november)
		require.ErrorIs(t, err, tt.want, name)
		require.Empty(t, bill.Charges)
		require.Equal(t, november, state, "the state that was given")
	}
	bad := good
	bad.Items = []metering.Item{{Meter: metering.Egress, Quantity: metering.MustQuantity("1 By")}}
	_, _, err = rating.RateEvent(contract, bad, november)
	require.ErrorAs(t, err, new(*rating.UnpricedError))
	bad.ID = ""
	_, _, err = rating.RateEvent(contract, bad, november)
	require.ErrorAs(t, err, new(*metering.FieldError))
}

var gpuTime = time.Date(2026, time.November, 5, 9, 0, 0, 0, time.UTC)
