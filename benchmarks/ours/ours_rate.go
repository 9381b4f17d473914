package ours

import (
	"fmt"
	"iter"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Rate returns the entrant that rates the lines of a bill as a stream of
// charges. One turn is all of them.
func Rate(bill workload.Bill) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) { return rate(bill) }}
}

const (
	billAccount = "acme"
	billSKU     = "H100-SXM5"
)

func rate(bill workload.Bill) (*contest.Run, error) {
	period, err := metering.ParsePeriod("2026-11-01T00:00:00Z/2026-12-01T00:00:00Z")
	if err != nil {
		return nil, err
	}
	contract, err := contractOf(bill)
	if err != nil {
		return nil, err
	}
	rows, err := usageOf(bill, period)
	if err != nil {
		return nil, err
	}
	drop := func(accounting.Charge) error { return nil }
	var total money.Money
	return &contest.Run{
		Loops: []contest.Loop{func(n int) error {
			for range n {
				b, _, err := rating.Stream(contract, period, stream(rows), rating.State{}, drop)
				if err != nil {
					return err
				}
				total = b.Total()
			}
			return nil
		}},
		PerTurn: len(rows),
		Total:   func() (*big.Int, error) { return cents(total) },
	}, nil
}

func contractOf(bill workload.Bill) (accounting.Contract, error) {
	var model accounting.Graduated
	for _, t := range bill.Tiers {
		price, err := decimal.NewFromString(t.Price)
		if err != nil {
			return accounting.Contract{}, err
		}
		tier := accounting.Tier{Price: price}
		if t.UpTo > 0 {
			upTo := decimal.NewFromInt(t.UpTo)
			tier.UpTo = &upTo
		}
		model.Tiers = append(model.Tiers, tier)
	}
	return accounting.Contract{Account: billAccount, Card: &accounting.Card{
		ID: "benchmark", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{
			ID: "h100", Match: accounting.Match{Meter: metering.AcceleratorTime, SKU: billSKU},
			Unit: metering.MustUnit("{card}.h"), Model: model,
		}},
	}}, nil
}

// usageOf returns the lines as an aggregator yields them: quarter hours, and in
// each of these the accounts in order.
func usageOf(bill workload.Bill, period metering.Period) ([]metering.Usage, error) {
	windows := slices.Collect(period.Windows(15 * time.Minute))
	rows := make([]metering.Usage, len(bill.Lines))
	for i, thousandths := range bill.Lines {
		// A thousandth of an hour is 3.6 seconds.
		quantity, err := metering.NewQuantity(thousandths*3600, metering.MustUnit("{millicard}.s"))
		if err != nil {
			return nil, err
		}
		rows[i] = metering.Usage{
			Key: metering.Key{
				Account: metering.Account(fmt.Sprintf("%s/team-%02d", billAccount, i%bill.Accounts)),
				Meter:   metering.AcceleratorTime, SKU: billSKU,
			},
			Period: windows[i/bill.Accounts], Quantity: quantity,
		}
	}
	return rows, nil
}

func stream(rows []metering.Usage) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for _, u := range rows {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// cents returns an amount that was rounded to two places.
func cents(m money.Money) (*big.Int, error) {
	n := m.Decimal().Shift(2)
	if !n.IsInteger() {
		return nil, fmt.Errorf("ours: %v has more than two places", m)
	}
	return n.BigInt(), nil
}
