package rating_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// A request is priced before it runs: the most that it can cost is held, and what
// it did cost is taken of that. The tenant is close to the end of a tier, so that
// the price depends on what was used before.
func ExampleRateEvent() {
	card, err := ratecard.ParseYAML([]byte(`
card: models
version: "1"
currency: CNY
rounding: {mode: half-even, places: 10, level: line}
prices:
  - {id: input, service: model-inference, match: {meter: ai.tokens.input}, unit: "10*6{token}", per_unit: 2}
  - {id: output, service: model-inference, match: {meter: ai.tokens.output}, unit: "10*6{token}", graduated: [{up_to: 1, price: 8}, {price: 5}]}
  - {id: requests, service: model-inference, match: {meter: ai.requests}, unit: "10*3", per_unit: 0}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	contract := accounting.Contract{Account: "acme", Card: card}
	now := time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC)
	agg := metering.NewAggregator() // with a journal, a journal.Recorder
	earlier, _ := agg.Series(metering.Key{Account: "acme/chat", Meter: metering.OutputTokens, SKU: "m-large"})
	_ = earlier.AddAt(now.Add(-time.Hour), metering.MustQuantity("999000 {token}"))

	// What the month has come to so far. A program that starts anew does this once,
	// and then keeps the state that RateEvent returns.
	soFar := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-05T09:00:00Z")
	_, state, err := rating.Rate(contract, soFar, agg.Usage(soFar, metering.Of("acme")), rating.State{})
	fmt.Println(err)
	wallet, _ := credit.NewWallet(credit.Terms{Currency: money.CNY}, now, nil)
	_ = wallet.Grant(credit.Grant{ID: "topup", Amount: money.MustParse("CNY 1")}, now)

	// The prompt has 12,000 tokens, and the answer is cut off at 4,000.
	request := tokens.Request{Account: "acme/chat", Source: "gateway", ID: "req-7", At: now, Model: "m-large"}
	most, _ := tokens.Usage{Input: 12_000, Output: 4_000}.Event(request)
	quote, _, err := rating.RateEvent(contract, most, state) // its state is dropped: nothing was used
	fmt.Println("hold", quote.Total(), err, wallet.Reserve(request.ID, quote.Total(), now))

	// The answer has 2,500.
	event, _ := tokens.Usage{Input: 12_000, Output: 2_500}.Event(request)
	_ = agg.Record(event)
	bill, state, err := rating.RateEvent(contract, event, state)
	fmt.Println("take", bill.Total(), err, wallet.Commit(request.ID, bill.Total(), now))
	for _, c := range bill.Charges {
		if c.Meter == metering.OutputTokens {
			fmt.Println(c.Explain())
		}
	}
	available, _ := wallet.Available(now)
	fmt.Println(available, "left; the next goes on in", state.Period())
	// Output:
	// <nil>
	// hold CNY 0.047 <nil> <nil>
	// take CNY 0.0395 <nil> <nil>
	// 0.0025 10^6 token, 1.0015 10^6 token in all: 0.001 10^6 token × 8.00 CNY + 0.0015 10^6 token × 5.00 CNY = 0.0155
	// CNY 0.9605 left; the next goes on in 2026-11-01T00:00:00Z/2026-12-01T00:00:00Z
}
