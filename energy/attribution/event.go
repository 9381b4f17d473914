package attribution

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Method is the version of the rules by which energy is attributed. With the
// rule it is part of every event's id: another rule makes other events, never
// other bodies under the same id.
const Method = "attr1"

// Events yields one event of kind [metering.Amount] for each account and
// device, at the window's start, with the items DeviceEnergy and
// OverheadEnergy under the device's SKU. What nobody held is reported under
// the provider's account. Shares of no energy are left out.
//
// Source names the reporter, one for each site. The id is made of [Method],
// the revision, the window's start, the device and the account's cost centre:
// the same result gives the same events. They are valid when source and
// provider are.
func (r *Result) Events(source string, provider metering.Account) iter.Seq[metering.Event] {
	return func(yield func(metering.Event) bool) {
		m := newMaker(r, source, provider)
		for i := range r.Shares {
			s := &r.Shares[i]
			if s.isZero() {
				continue
			}
			e := m.event(s, m.id(s, r.Revision, amount))
			e.Kind = metering.Amount
			m.item(&e, metering.DeviceEnergy, s.SKU, s.IT.Microjoules())
			m.item(&e, metering.OverheadEnergy, s.SKU, s.Overhead.Microjoules())
			if !yield(e) {
				return
			}
		}
	}
}

// maker builds the events of one result. Ids are written into a buffer that
// is used again; items come from blocks, of which every event has its own
// part.
type maker struct {
	source   string
	method   string
	provider metering.Account
	start    time.Time
	stamp    string
	buf      []byte
	block    []metering.Item
}

func newMaker(r *Result, source string, provider metering.Account) *maker {
	start := r.Period.Start()
	return &maker{source: source, method: r.Rule.Method(), provider: provider, start: start, stamp: start.Format(time.RFC3339Nano), buf: make([]byte, 0, 256)}
}

// event returns an event about a share, without kind and items.
func (m *maker) event(s *Share, id string) metering.Event {
	e := metering.Event{Account: s.Account, Source: m.source, ID: id, Time: m.start, Resource: s.Device, Region: s.Region, Estimated: s.Estimated}
	if s.Unallocated() {
		e.Account = m.provider
	}
	const block = 128
	if cap(m.block)-len(m.block) < 2 {
		m.block = make([]metering.Item, 0, block)
	}
	n := len(m.block)
	e.Items = m.block[n : n : n+2]
	m.block = m.block[:n+2]
	return e
}

// item adds an item, unless it is of nothing.
func (m *maker) item(e *metering.Event, meter metering.MeterID, sku string, n fixed.Int128) {
	if !n.IsZero() {
		e.Items = append(e.Items, metering.Item{Meter: meter, SKU: sku, Quantity: energy.MicrojoulesWide(n).Quantity()})
	}
}

// role tells apart the events that one revision can make of a share.
type role byte

const (
	amount     role = '.' // an amount, or the difference to the revision before
	withdrawal role = '-' // takes back what the revision before said
)

// id returns the id of the event about a share in a revision:
//
//	attr1.0@2026-01-01T00:00:00Z/5:gpu-0/vision/training
//
// The device stands behind its length, so that no two differ in their parts
// and agree in their text; '/' introduces the cost centre, '~' that of the
// provider for what nobody held. An id that would be too long for an event
// ends in a SHA-256 of the parts instead.
func (m *maker) id(s *Share, revision int, r role) string {
	b := append(m.buf[:0], m.method...)
	b = append(b, byte(r))
	b = strconv.AppendInt(b, int64(revision), 10)
	b = append(b, '@')
	b = append(b, m.stamp...)
	b = append(b, '/')
	head := len(b)
	b = strconv.AppendInt(b, int64(len(s.Device)), 10)
	b = append(b, ':')
	b = append(b, s.Device...)
	if s.Unallocated() {
		b = append(b, '~')
		b = append(b, m.provider.CostCentre()...)
	} else {
		b = append(b, '/')
		b = append(b, s.Account.CostCentre()...)
	}
	if len(b) > metering.MaxNameBytes {
		sum := sha256.Sum256(b[head:])
		b = append(b[:head], "sha256:"...)
		b = hex.AppendEncode(b, sum[:])
	}
	m.buf = b
	return string(b)
}
