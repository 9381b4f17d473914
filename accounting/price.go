package accounting

import (
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Price says what usage costs while it is in force. The quantity that
// selects a tier accumulates per billing account, price id and billing
// period, over the usage that the price prices.
//
// Two prices of a card may share an id when one follows the other in time:
// they are one price that changed, and the running quantity and amount carry
// on from the first to the second. They share their unit.
type Price struct {
	ID    string // required; unique among the prices of a card in force at any one time
	Title string // what documents call it; the id if empty
	// Replaces, on a negotiated card, is the id of the list price whose place it
	// takes, and only that; empty for whatever it matches.
	Replaces string
	Service  ServiceID
	Match    Match // required but for a Flat that is always due
	// Unit is what the model's amounts are for: one of it costs the price.
	// Its dimension is that of the meter. A Flat needs none.
	Unit metering.Unit
	// From and Until bound the time in which the price is in force, [From,
	// Until); the zero time leaves that side open.
	From, Until time.Time
	Model       Model
	// Terms are what is done around the model; nil for nothing. Prices of one id
	// that follow each other have one scope.
	Terms *Terms
}

// Covers reports whether the price is in force at any time of period, and
// whether it is so for all of it.
func (p Price) Covers(period metering.Period) (some, all bool) {
	if p.From.IsZero() && p.Until.IsZero() {
		return true, true
	}
	start, end := period.Start(), period.End()
	some = (p.From.IsZero() || p.From.Before(end)) && (p.Until.IsZero() || p.Until.After(start))
	all = some && (p.From.IsZero() || !p.From.After(start)) && (p.Until.IsZero() || !p.Until.Before(end))
	return some, all
}
