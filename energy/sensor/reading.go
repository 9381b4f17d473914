package sensor

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/energy"
)

// A Kind says what a reading is.
type Kind uint8

// The kinds of readings.
const (
	_       Kind = iota
	Power        // what is drawn now: integrate it
	Counter      // what was used since some start: give it to an [energy.Counter]
	Missed       // the device is there and could not be read this time
)

var kindNames = [...]string{Power: "power", Counter: "counter", Missed: "missed"}

// String returns the kind's name.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "invalid"
	}
	return kindNames[k]
}

// A Reading is what one device said of its power or energy.
type Reading struct {
	Source string // the reader, such as "rapl"
	Device string // unique within the source
	Model  string // as the source names it, "" where it does not
	Time   time.Time
	Kind   Kind
	Power  energy.Power  // of kind Power
	Energy energy.Energy // of kind Counter
	// Range is the counter's modulus, 0 when unknown.
	Range energy.Energy
	// Zone is the part of the machine that is seen, for [energy.Place]; the
	// zero Zone for a device of its own.
	Zone energy.Zone
	// Estimated says that nothing was measured.
	Estimated bool
	// Why says what went wrong, of kind Missed.
	Why error
}

// A Source reads the devices that it knows of. Implementations here are safe
// for one goroutine at a time.
type Source interface {
	// Name returns what readings have as their Source.
	Name() string
	// Read returns a reading of each device. It fails with an error that wraps
	// [ErrUnavailable] when there is no device that it could read, and with
	// another when what it reads is not understood.
	Read(ctx context.Context, now time.Time) ([]Reading, error)
}

// ErrUnavailable: there is nothing here that this source can read: no such
// device, or no permission to.
var ErrUnavailable = errors.New("sensor: unavailable")

// A FieldError names what a device said that cannot be taken, and what is
// wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("sensor: %s %q: want %s", e.Field, e.Value, e.Want)
}

// A SentinelError reports a value that stands for none, such as the
// 9223372036854775794 of DCGM: it is no reading.
type SentinelError struct{ Metric, Value string }

func (e *SentinelError) Error() string {
	return fmt.Sprintf("sensor: %s %s: the device gives no value", e.Metric, e.Value)
}

// A StatusError reports an answer over HTTP that is no success.
type StatusError struct {
	URL    string
	Status int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("sensor: %s: status %d: want 200; check address and credentials", clip(e.URL), e.Status)
}

// First returns a source that reads the first of the given ones that is
// available, and stays with it for as long as it is. Where none is any more, the
// next read begins again with the first: an exporter that starts anew is found
// again. The last can be an [Estimate], so that there is always one.
func First(sources ...Source) *Fallback { return &Fallback{sources: sources} }

// A Fallback is a source that falls back on others. Get one with [First]. It
// is for one goroutine at a time, as the sources are.
type Fallback struct {
	sources []Source
	current int
	reasons []error
}

// Name returns the name of the source that was read last, "none" where none
// could be.
func (f *Fallback) Name() string {
	if f.current >= len(f.sources) {
		return "none"
	}
	return f.sources[f.current].Name()
}

// Reasons returns why each source before the current one was not read.
func (f *Fallback) Reasons() []error { return f.reasons }

// Read reads the current source, or else the next one that is available. It
// fails with the reasons of all of them, which wrap [ErrUnavailable], or with
// what else the source says.
func (f *Fallback) Read(ctx context.Context, now time.Time) ([]Reading, error) {
	if f.current == len(f.sources) {
		f.current, f.reasons = 0, nil
	}
	for ; f.current < len(f.sources); f.current++ {
		readings, err := f.sources[f.current].Read(ctx, now)
		if !errors.Is(err, ErrUnavailable) {
			return readings, err
		}
		f.reasons = append(f.reasons, err)
	}
	return nil, errors.Join(append([]error{ErrUnavailable}, f.reasons...)...)
}

// An Estimate is a source for a machine without sensors: a power that is
// worked out, as by a calibrated curve. Its readings are marked as estimated.
type Estimate struct {
	// Model names where the figure is from; it is the readings' Model.
	Model string
	// Power returns what the machine draws at an instant.
	Power func(now time.Time) (energy.Power, error)
}

// Name returns "estimate".
func (Estimate) Name() string { return "estimate" }

// Read returns one reading of kind Power. It fails with what Power says, or
// with an error that wraps [ErrUnavailable] without it.
func (e Estimate) Read(_ context.Context, now time.Time) ([]Reading, error) {
	if e.Power == nil {
		return nil, fmt.Errorf("%w: an estimate without a model", ErrUnavailable)
	}
	p, err := e.Power(now)
	if err != nil {
		return nil, err
	}
	return []Reading{{Source: e.Name(), Device: "machine", Model: e.Model, Time: now, Kind: Power, Power: p, Estimated: true}}, nil
}

// clip bounds what an error repeats of a hostile value, or a model of a long
// name, and leaves no half of a character.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}
