package journal

import (
	"fmt"
	"testing"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// BenchmarkPrepare is what a batch costs before the lock: pieces of 2,500 events of
// 3,200 subjects, each event once in a while.
func BenchmarkPrepare(b *testing.B) {
	one := newSecret(testKey)
	s := newScribe(&one)
	n := new(numbering)
	events := make([]metering.Event, 250_000)
	for i := range events {
		mixed := uint64(i) * 0x9e3779b97f4a7c15
		events[i] = metering.Event{Account: metering.Account(fmt.Sprintf("tenant-%04d", mixed%400)), Source: "gateway-1", ID: fmt.Sprintf("req-%016x", mixed),
			Time: noonOf(20_000).Add(time.Duration(i) * time.Microsecond), Kind: metering.Amount, Region: "cn-north-1",
			Items: []metering.Item{{Meter: metering.InputTokens, SKU: fmt.Sprintf("model-%d", mixed>>61), Quantity: metering.Grains(int64(1+mixed>>52), metering.Token)}}}
	}
	at := 0
	for b.Loop() {
		s.prepare(n, events[at:at+2500], false)
		if at += 2500; at == len(events) {
			at = 0
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2500, "ns/event")
}
