package metering

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// A Kind says what an [Event] reports.
type Kind uint8

// The kinds of events. Amount and Adjustment carry quantities of the meters
// themselves. Start, Resize and Level carry capacities (cards, bytes, cores,
// things), whose integral over time is the usage, and carry all of them: what
// one does not list is no longer held. Pause, Resume, Stop and Heartbeat carry
// no items, and concern the resource under whatever account it is held.
const (
	_          Kind = iota
	Amount          // this much was used at Time
	Start           // the resource begins to hold these capacities
	Resize          // the running or paused resource holds these capacities instead, from Time on
	Pause           // the resource holds only what its meters hold while paused, and can resume
	Resume          // the paused resource holds again what it held
	Stop            // the resource is gone
	Heartbeat       // the resource was seen alive at Time
	Level           // the resource holds these capacities from Time on, whether it was started, paused or new
	Adjustment      // this much more (or less) was used: corrects the event named by Adjusts
	kinds           // their number, kept last
)

var kindNames = []string{Amount: "amount", Start: "start", Resize: "resize", Pause: "pause", Resume: "resume", Stop: "stop",
	Heartbeat: "heartbeat", Level: "level", Adjustment: "adjustment"}

// String returns the kind's name.
func (k Kind) String() string { return nameOf(kindNames, k) }

// MarshalText returns the name; "" for the invalid zero Kind.
func (k Kind) MarshalText() ([]byte, error) { return textOf("kind", kindNames, k) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (k *Kind) UnmarshalText(text []byte) error { return readName(k, "kind", kindNames, text) }

// carriesAmounts tells kinds whose items are usage from those whose items, if
// any, are capacities in the life of a resource.
func (k Kind) carriesAmounts() bool { return k == Amount || k == Adjustment }

// carriesNothing tells the kinds that have no items.
func (k Kind) carriesNothing() bool {
	return k == Pause || k == Resume || k == Stop || k == Heartbeat
}

// An Item is one quantity that an event carries.
type Item struct {
	Meter    MeterID
	SKU      string // at most 256 bytes
	Quantity Quantity
}

// An Event is one fact about usage. Its identity is (tenant, Source, ID): an
// event is counted once however often it arrives, and an event with a known
// identity but another body is refused. Everything but the order of Items is
// part of the body.
//
// Time is when the fact happened, not when it was recorded; it alone decides
// the window, and its location and monotonic reading do not matter. It is at
// or after 1970-01-01 and before 2200-01-01 UTC.
//
// Events are plain values. Their Items are not to be changed while an event is
// being recorded; afterwards they are the caller's again. Strings are kept as
// they are given: one cut from a large buffer keeps the buffer alive.
type Event struct {
	Account  Account
	Source   string // who reports, 1 to 256 bytes
	ID       string // unique within the tenant and source, 1 to 256 bytes
	Time     time.Time
	Kind     Kind
	Resource string // what is used, at most 256 bytes; required by the kinds about its life
	Region   string // at most 256 bytes
	Labels   Labels
	Items    []Item // at most 64
	// Estimated marks quantities that were not measured; an event without
	// items has none.
	Estimated bool
	// Adjusts is the ID of the event of this tenant and source that an
	// Adjustment corrects; Reason says why, in at most 1024 bytes. Both are
	// empty for other kinds. That the event exists is not checked: it may
	// arrive later.
	Adjusts string
	Reason  string
}

// Limits of an [Event].
const (
	MaxItems       = 64
	maxReasonBytes = 1024
)

// An Identity names an event: the same identity is the same event.
type Identity struct {
	Tenant Account
	Source string
	ID     string
}

// Identity returns the event's identity.
func (e Event) Identity() Identity { return Identity{e.Account.Tenant(), e.Source, e.ID} }

// Validate checks the event by itself, without a catalogue. It returns a
// *[FieldError] that names the first broken rule, or an error that wraps
// [ErrTimeRange]. The cost is bounded whatever the event holds.
func (e Event) Validate() error {
	if err := e.Account.Validate(); err != nil {
		return err
	}
	for _, f := range [...]struct {
		name, value string
		min, max    int
	}{{"source", e.Source, 1, MaxNameBytes}, {"id", e.ID, 1, MaxNameBytes}, {"resource", e.Resource, 0, MaxNameBytes},
		{"region", e.Region, 0, MaxNameBytes}, {"adjusts", e.Adjusts, 0, MaxNameBytes}, {"reason", e.Reason, 0, maxReasonBytes}} {
		if err := checkText(f.name, f.value, f.min, f.max); err != nil {
			return err
		}
	}
	if _, err := instant(e.Time); err != nil {
		return err
	}
	if err := e.validateKind(); err != nil {
		return err
	}
	for _, it := range e.Items {
		if err := it.Meter.validate(); err != nil {
			return err
		}
		if err := checkText("SKU", it.SKU, 0, MaxNameBytes); err != nil {
			return err
		}
		if !it.Quantity.dim.Valid() {
			return &FieldError{"quantity", it.Quantity.String(), "want a quantity with a dimension"}
		}
	}
	return nil
}

// validateKind holds the event to what its kind has and has not.
func (e *Event) validateKind() error {
	adjusts := e.Kind == Adjustment
	switch {
	case e.Kind == 0 || e.Kind >= kinds:
		return &FieldError{"kind", fmt.Sprint(uint8(e.Kind)), "want one of the kinds"}
	case !e.Kind.carriesAmounts() && e.Resource == "":
		return &FieldError{"resource", "", "want the resource that a " + e.Kind.String() + " is about"}
	case e.Kind.carriesNothing() && len(e.Items) > 0:
		return &FieldError{"items", fmt.Sprint(len(e.Items)), "want none on a " + e.Kind.String()}
	case e.Kind.carriesNothing() && e.Estimated:
		return &FieldError{"estimated", "true", "want quantities that were estimated: a " + e.Kind.String() + " has none"}
	case !e.Kind.carriesNothing() && len(e.Items) == 0:
		return &FieldError{"items", "0", "want at least one on a " + e.Kind.String()}
	case len(e.Items) > MaxItems:
		return &FieldError{"items", fmt.Sprint(len(e.Items)), fmt.Sprintf("want at most %d", MaxItems)}
	case adjusts != (e.Adjusts != ""):
		return &FieldError{"adjusts", clip(e.Adjusts), "want the id of the corrected event on an adjustment, and only there"}
	case adjusts != (e.Reason != ""):
		return &FieldError{"reason", clip(e.Reason), "want the reason for an adjustment, and only there"}
	}
	return nil
}

// A fingerprint is the leading half of a SHA-256: among 10^9 events two share
// one with a probability of about 10^-21. Making two that do takes some 2^64
// hashes, and both are then the maker's own: to hit an event of another tenant
// takes 2^128.
type fingerprint [16]byte

// identityPrint and bodyPrint hash every field behind its length, so that no
// two different values run together ("a-1","2" against "a","1-2").
func (e *Event) identityPrint() fingerprint {
	var buf [256]byte
	b := appendText(buf[:0], string(e.Account.Tenant()))
	b = appendText(b, e.Source)
	b = appendText(b, e.ID)
	return digest(b)
}

func (e *Event) bodyPrint() fingerprint {
	var buf [512]byte
	b := append(buf[:0], byte(e.Kind), boolByte(e.Estimated))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Time.UnixNano()))
	for _, s := range [...]string{string(e.Account), e.Resource, e.Region, e.Labels.canonical(), e.Adjusts, e.Reason} {
		b = appendText(b, s)
	}
	items := e.Items
	if !slices.IsSortedFunc(items, compareItems) {
		items = slices.SortedFunc(slices.Values(items), compareItems)
	}
	for _, it := range items {
		b = appendText(b, string(it.Meter))
		b = appendText(b, it.SKU)
		b = append(b, byte(it.Quantity.dim))
		b = binary.BigEndian.AppendUint64(b, uint64(it.Quantity.n.Hi))
		b = binary.BigEndian.AppendUint64(b, it.Quantity.n.Lo)
	}
	return digest(b)
}

// compareItems orders items by all they have; the meter fixes the dimension.
func compareItems(a, b Item) int {
	if c := cmp.Compare(a.Meter, b.Meter); c != 0 {
		return c
	}
	if c := cmp.Compare(a.SKU, b.SKU); c != 0 {
		return c
	}
	return a.Quantity.n.Cmp(b.Quantity.n)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func digest(b []byte) fingerprint {
	sum := sha256.Sum256(b)
	return fingerprint(sum[:16])
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
