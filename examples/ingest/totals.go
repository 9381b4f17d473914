package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

// totals are what a journal has, and what that adds up to.
type totals struct {
	Journal string `json:"journal"` // its id
	Events  uint64 `json:"events"`
	Doubled int    `json:"doubled"` // identities that are in it twice
	// EventsDigest and UsageDigest are SHA-256 over all events, and over the usage
	// of every key in every window, each sorted.
	EventsDigest string  `json:"events_digest,omitempty"`
	UsageDigest  string  `json:"usage_digest,omitempty"`
	Windows      int     `json:"windows,omitempty"` // rows of usage by key and window
	Meters       []usage `json:"meters"`
	Tenants      []usage `json:"tenants"`

	identities map[metering.Identity][sha256.Size]byte
}

// A usage is what was used of a meter, by a tenant or by all.
type usage struct {
	Tenant   string            `json:"tenant,omitempty"`
	Meter    metering.MeterID  `json:"meter"`
	Quantity metering.Quantity `json:"quantity"`
	Late     metering.Quantity `json:"late,omitzero"`
}

// ever is the time in which events can be.
var ever = metering.MustPeriod("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")

// sumUp asks a recorder what was counted.
func sumUp(rec *journal.Recorder) (*totals, error) {
	t := &totals{Journal: rec.Journal().ID().String(), Events: rec.Journal().Durable()}
	var err error
	if t.Meters, err = usageOf(rec, ever); err != nil {
		return t, err
	}
	t.Tenants, err = usageOf(rec, ever, metering.ByTenant)
	return t, err
}

// audit is sumUp, and reads the journal from its beginning. It keeps every identity
// in memory.
func audit(rec *journal.Recorder) (*totals, error) {
	t, err := sumUp(rec)
	if err != nil || t.Events == 0 {
		return t, err
	}
	t.identities = make(map[metering.Identity][sha256.Size]byte, t.Events)
	first, last, err := t.read(rec.Journal())
	if err != nil {
		return t, err
	}
	period, err := metering.NewPeriod(first.Truncate(24*time.Hour), last.Truncate(24*time.Hour).Add(24*time.Hour))
	if err != nil {
		return t, err
	}
	return t, t.window(rec, period)
}

// read takes a digest of every event, and returns the times of the first and the
// last.
func (t *totals) read(j *journal.Journal) (first, last time.Time, err error) {
	var digests [][]byte
	for e, err := range j.Events(0) {
		if err != nil {
			return first, last, err
		}
		text, err := cloudevents.Marshal(e.Event)
		if err != nil {
			return first, last, fmt.Errorf("event %d: %w", e.Sequence, err)
		}
		digest := sha256.Sum256(text)
		digests = append(digests, digest[:])
		id := e.Event.Identity()
		if _, known := t.identities[id]; known {
			t.Doubled++
		}
		t.identities[id] = digest
		if len(digests) == 1 || e.Event.Time.Before(first) {
			first = e.Event.Time
		}
		if e.Event.Time.After(last) {
			last = e.Event.Time
		}
	}
	t.EventsDigest = digestOf(digests)
	return first, last, nil
}

// window takes a digest of what every key used in every window.
func (t *totals) window(rec *journal.Recorder, p metering.Period) error {
	var rows [][]byte
	for u, err := range rec.Usage(p, metering.PerWindow()) {
		if err != nil {
			return err
		}
		if u.Quantity.IsZero() && u.Late.IsZero() {
			continue
		}
		rows = append(rows, fmt.Appendf(nil, "%v|%v|%v|%v", u.Key, u.Period, u.Quantity, u.Estimated))
	}
	t.Windows = len(rows)
	t.UsageDigest = digestOf(rows)
	return nil
}

func digestOf(parts [][]byte) string {
	slices.SortFunc(parts, bytes.Compare)
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func usageOf(rec *journal.Recorder, p metering.Period, fields ...metering.Field) ([]usage, error) {
	var out []usage
	for u, err := range rec.Usage(p, metering.GroupBy(fields...)) {
		if err != nil {
			return nil, err
		}
		out = append(out, usage{string(u.Key.Account), u.Key.Meter, u.Quantity, u.Late})
	}
	slices.SortFunc(out, func(a, b usage) int {
		if c := strings.Compare(a.Tenant, b.Tenant); c != 0 {
			return c
		}
		return strings.Compare(string(a.Meter), string(b.Meter))
	})
	return out, nil
}

// missing returns how many events of t another journal does not have as they are.
func (t *totals) missing(from *totals) (n int) {
	for id, digest := range t.identities {
		if found, ok := from.identities[id]; !ok || found != digest {
			n++
		}
	}
	return n
}

// equal reports whether two journals have the same events and count the same.
func (t *totals) equal(other *totals) bool {
	return t.Events == other.Events && t.Doubled == 0 && other.Doubled == 0 && t.EventsDigest == other.EventsDigest && t.UsageDigest == other.UsageDigest
}
