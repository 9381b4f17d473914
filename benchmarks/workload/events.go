package workload

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Events are what a gateway reports, each with an id of its own: tokens of a
// request, of one of 400 tenants and 8 models.
type Events struct{ next uint64 }

// EventsNow is the time that events are of.
var EventsNow = time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)

// EventsBatch is how many events a batch has.
const EventsBatch = 10_000

// Next returns the next n events.
func (e *Events) Next(n int) []metering.Event {
	events := make([]metering.Event, n)
	items := make([]metering.Item, n)
	for i := range events {
		events[i].Items = items[i : i : i+1]
		e.Write(&events[i])
	}
	return events
}

// Write makes one of the next event, in memory whose items are used again: a
// program makes an event when it has something to report, and not long before.
func (e *Events) Write(to *metering.Event) {
	id := e.next
	e.next++
	mixed := id * 0x9e3779b97f4a7c15
	items := append(to.Items[:0], metering.Item{
		Meter: metering.InputTokens, SKU: eventModels[mixed>>61], Quantity: metering.Grains(int64(1+mixed>>52), metering.Token),
	})
	*to = metering.Event{
		Account: eventTenants[mixed%uint64(len(eventTenants))], Source: "gateway-1", ID: requestID(mixed),
		Time: EventsNow.Add(time.Duration(id) * time.Microsecond), Kind: metering.Amount, Region: "cn-north-1", Items: items,
	}
}

// requestID is "req-" and the sixteen digits of a number: what is measured beside it
// is not to be the time of making it.
func requestID(n uint64) string {
	id := [20]byte{'r', 'e', 'q', '-'}
	for i := range 16 {
		id[19-i] = "0123456789abcdef"[n&15]
		n >>= 4
	}
	return string(id[:])
}

var (
	eventTenants = func() (out [400]metering.Account) {
		for i := range out {
			out[i] = metering.Account(fmt.Sprintf("tenant-%04d", i))
		}
		return out
	}()
	eventModels = func() (out [8]string) {
		for i := range out {
			out[i] = fmt.Sprintf("model-%d", i)
		}
		return out
	}()
)

// AppendKey appends an event's identity, and AppendBody the rest of it, each part
// behind its length: what a store of keys and values is given.
func AppendKey(b []byte, e *metering.Event) []byte {
	b = appendText(b, string(e.Account))
	b = appendText(b, e.Source)
	return appendText(b, e.ID)
}

// AppendBody appends what AppendKey leaves out.
func AppendBody(b []byte, e *metering.Event) []byte {
	b = append(b, byte(e.Kind))
	b = appendNumber(b, uint64(e.Time.UnixNano()))
	b = appendText(b, e.Resource)
	b = appendText(b, e.Region)
	for i := range e.Items {
		it := &e.Items[i]
		b = appendText(b, string(it.Meter))
		b = appendText(b, it.SKU)
		n := it.Quantity.Grains()
		b = appendNumber(appendNumber(b, uint64(n.Hi)), n.Lo)
	}
	return b
}

func appendText(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

func appendNumber(b []byte, n uint64) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24), byte(n>>32), byte(n>>40), byte(n>>48), byte(n>>56))
}

// EventsFrom returns the events from one on.
func EventsFrom(n uint64) *Events { return &Events{next: n} }
