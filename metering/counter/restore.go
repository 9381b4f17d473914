package counter

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Restore returns a counter that goes on where the one stood whose state was
// saved. The unit and the modulus are those it was saved with; other options
// may differ and hold from now on.
//
// It fails with [ErrState] on a state that is damaged, with [ErrVersion] on one
// of a later version, and as [New] does; with a *[FieldError] where unit or
// modulus differ.
func Restore(o Options, saved []byte) (*Counter, error) {
	c, err := New(o)
	if err != nil {
		return nil, err
	}
	d, err := c.rules.open(saved, magicCounter)
	if err != nil {
		return nil, err
	}
	c.state = d.state(c.rules)
	return c, d.finish()
}

// A decoder reads what is left of a saved state. Once it is bad it reads
// nothing more.
type decoder struct {
	rest []byte
	bad  string // what is wrong, first
}

// open checks a saved state as a whole: its kind, version, checksum and head.
func (r *rules) open(saved []byte, magic string) (*decoder, error) {
	const least = len(magicCounter) + 1 + 4
	switch {
	case len(saved) < least || string(saved[:4]) != magic:
		return nil, fmt.Errorf("%w: want one that begins with %q", ErrState, magic)
	case saved[4] > version:
		return nil, fmt.Errorf("%w: %d, this is %d", ErrVersion, saved[4], version)
	case saved[4] != version:
		return nil, fmt.Errorf("%w: version %d", ErrState, saved[4])
	}
	body, sum := saved[:len(saved)-4], saved[len(saved)-4:]
	if checksum(body) != binary.BigEndian.Uint32(sum) {
		return nil, fmt.Errorf("%w: checksum does not match", ErrState)
	}
	d := &decoder{rest: body[5:]}
	unit := d.text("unit", metering.MaxNameBytes)
	modulus := fixed.Int128{Hi: int64(d.word()), Lo: d.word()}
	switch {
	case d.bad != "":
		return nil, d.finish()
	case unit != r.unit.Code():
		return nil, &FieldError{"unit", r.unit.Code(), fmt.Sprintf("%q, which the state was saved with", clip(unit))}
	case modulus != r.modulus:
		return nil, &FieldError{"modulus", r.modulus.String() + " grains", modulus.String() + ", which the state was saved with"}
	}
	return d, nil
}

func (d *decoder) finish() error {
	if d.bad == "" && len(d.rest) > 0 {
		d.bad = "more bytes than it says"
	}
	if d.bad != "" {
		return fmt.Errorf("%w: %s", ErrState, d.bad)
	}
	return nil
}

func (d *decoder) fail(what string) {
	if d.bad == "" {
		d.bad = what
	}
	d.rest = nil
}

func (d *decoder) byte() byte {
	if len(d.rest) < 1 {
		d.fail("cut short")
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) word() uint64 {
	if len(d.rest) < 8 {
		d.fail("cut short")
		return 0
	}
	w := binary.BigEndian.Uint64(d.rest)
	d.rest = d.rest[8:]
	return w
}

// count reads a varint in its shortest form, so that one state is one text.
func (d *decoder) count(what string, most int) int {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(most) || size > 1 && d.rest[size-1] == 0 {
		d.fail(what)
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

// text reads a string of valid text, and copies it.
func (d *decoder) text(what string, most int) string {
	n := d.count(what, most)
	if n > len(d.rest) {
		d.fail("cut short")
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	if checkText(what, s, 0, most) != nil {
		d.fail(what)
	}
	return s
}

// state reads a state that Observe can have left.
func (d *decoder) state(r *rules) state {
	has := d.byte()
	s := state{begun: has&hasBase != 0, suspected: has&hasSuspect != 0, missed: has&hasMissed != 0}
	if has > hasBase|hasSuspect|hasMissed || !s.begun && has != 0 {
		d.fail("what it has")
	}
	if s.begun {
		s.base = d.point(r)
		s.ended = d.text("epoch", maxEpochBytes)
	}
	if s.suspected {
		s.suspect = d.point(r)
	}
	switch {
	case d.bad != "":
		return state{}
	case s.suspected && s.suspect.at <= s.base.at:
		d.fail("reading in doubt before the last")
	}
	return s
}

func (d *decoder) point(r *rules) point {
	p := point{at: int64(d.word()), value: fixed.Int128{Hi: int64(d.word()), Lo: d.word()}, start: int64(d.word())}
	p.epoch = d.text("epoch", maxEpochBytes)
	_, err := metering.NewPeriod(time.Unix(0, p.at), time.Unix(0, p.at))
	switch {
	case d.bad != "":
	case err != nil || p.start < 0 || p.start > p.at:
		d.fail("time")
	case p.value.Sign() < 0, !r.modulus.IsZero() && p.value.Cmp(r.modulus) > 0:
		d.fail("value")
	}
	return p
}
