package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// sampleDays is how far back the sample goes at most: identities are kept for 35 days.
const sampleDays = 33

// recordSample records hours of made-up usage from the first of this month, or of
// the last one where this has just begun, up to now. What an hour holds follows from
// the seed and the hour, so that a restart sends the same events again, which count
// once, and those of the hours that went by since.
func (s *service) recordSample(ctx context.Context) error {
	if s.seed == 0 {
		return nil
	}
	now := s.now().UTC()
	from := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if now.Sub(from) < 3*24*time.Hour {
		from = from.AddDate(0, -1, 0)
	}
	if oldest := now.AddDate(0, 0, -sampleDays).Truncate(24 * time.Hour); from.Before(oldest) {
		from = oldest
	}
	// Tokens are refused once their windows are sealed, card time is not: the sample
	// is in these books from its first tokens on, or not at all.
	accepted, _, err := s.recordMade(ctx, sampleHour(s.seed, from)[firstTokens:firstTokens+1])
	known := -accepted // it comes again below
	for day := from; err == nil && day.Before(now); day = day.AddDate(0, 0, 1) {
		var events []metering.Event
		for hour := day; hour.Before(day.AddDate(0, 0, 1)) && !hour.Add(time.Hour).After(now); hour = hour.Add(time.Hour) {
			events = append(events, sampleHour(s.seed, hour)...)
		}
		var more, again int
		more, again, err = s.recordMade(ctx, events)
		accepted, known = accepted+more, known+again
	}
	if err == nil {
		s.log.Info("sample recorded", "accepted", accepted, "duplicates", known)
	}
	return err
}

// recordMade records events of the sample, all of which are to be taken.
func (s *service) recordMade(ctx context.Context, events []metering.Event) (accepted, known int, err error) {
	res, err := s.rec.Record(ctx, events...)
	if err == nil && len(res.Refused) > 0 {
		err = fmt.Errorf("sample: %w; give another -out for a sample of its own", res.Refused[0].Err)
	}
	return res.Accepted, res.Duplicates, err
}

// firstTokens is which of the sample's uses is the first of tokens.
const firstTokens = 1

// A sampleUse is what an account of the sample uses in an hour at its busiest, in
// units of its meter.
type sampleUse struct {
	account metering.Account
	meter   metering.MeterID
	sku     string
	most    int
	unit    metering.Unit
	office  bool // by day more than by night
}

func sampleUses() []sampleUse {
	quarters, tokens, mebi := metering.MustUnit("{card}.min"), metering.MustUnit("10*3{token}"), metering.MustUnit("MiBy")
	return []sampleUse{
		{"acme/vision", metering.AcceleratorTime, "H100-SXM5", 8 * 60, quarters, false},
		{"acme/chat", metering.InputTokens, "chat-large", 9000, tokens, true},
		{"acme/chat", metering.OutputTokens, "chat-large", 1600, tokens, true},
		{"borealis/train", metering.AcceleratorTime, "Ascend-910B", 16 * 60, quarters, false},
		{"borealis/train", metering.Egress, "", 40_000, mebi, true},
		{"极光/训练", metering.AcceleratorTime, "Ascend-910B", 4 * 60, quarters, true},
		{"极光/推理", metering.OutputTokens, "chat-small", 2400, tokens, true},
	}
}

// sampleHour returns the events of an hour.
func sampleHour(seed uint64, hour time.Time) (events []metering.Event) {
	r := rand.New(rand.NewPCG(seed, uint64(hour.Unix())))
	for i, use := range sampleUses() {
		share := 55 + r.IntN(45)
		if h := hour.Hour(); use.office && (h < 8 || h > 20) {
			share /= 4
		}
		q, err := metering.NewQuantity(int64(use.most*share/100), use.unit)
		if err != nil {
			continue // these few are far from any limit
		}
		events = append(events, metering.Event{
			Account: use.account, Source: "sample", ID: fmt.Sprintf("sample-%d-%d-%s", seed, i, hour.Format("2006-01-02T15")),
			Time: hour, Kind: metering.Amount, Region: "cn-east", Items: []metering.Item{{Meter: use.meter, SKU: use.sku, Quantity: q}},
		})
	}
	return events
}
