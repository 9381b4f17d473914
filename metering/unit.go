package metering

import (
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/internal/spelling"
)

// Dimension says what kind of thing a quantity counts, and so in which grain:
// the smallest step that is ever counted. Quantities of two dimensions never
// mix. The zero Dimension is invalid.
type Dimension uint8

// The dimensions, each with its grain. Cards and CardTime count in shares:
// one card is [SharesPerCard] shares.
const (
	_          Dimension = iota
	Count                // things: requests, calls, images; grain 1
	Token                // AI tokens; grain 1
	Time                 // wall-clock time; grain 1 ns
	Bytes                // data; grain 1 byte
	ByteTime             // data held over time; grain 1 byte·ns
	Cores                // processor capacity; grain 1/1000 core
	CoreTime             // processor time; grain 1/1000 core · ns
	Cards                // accelerator capacity; grain 1 share of a card
	CardTime             // accelerator time; grain 1 share · ns
	CountTime            // things held over time (instances, addresses, seats); grain 1·ns
	BitRate              // network capacity; grain 1 bit/s
	Energy               // energy; grain 1 µJ
	Power                // power; grain 1 µW
	Carbon               // greenhouse gas, CO2 equivalent; grain 1 ng
	dimensions           // their number, kept last
)

// SharesPerCard is the number of shares in one accelerator card: the least
// common multiple of 1000, 1 … 16, 20, 24, 30, 32, 48 and 64, so that every
// MIG slice, vNPU template, time slice and thousandth of a card is whole.
const SharesPerCard = 72_072_000

var dimensionTable = [dimensions]struct{ name, grain string }{
	Count:     {"count", "1"},
	Token:     {"token", "{token}"},
	Time:      {"time", "ns"},
	Bytes:     {"bytes", "By"},
	ByteTime:  {"byte-time", "By.ns"},
	Cores:     {"cores", "{millicore}"},
	CoreTime:  {"core-time", "{millicore}.ns"},
	Cards:     {"cards", "{share}"},
	CardTime:  {"card-time", "{share}.ns"},
	CountTime: {"count-time", "{item}.ns"},
	BitRate:   {"bit-rate", "bit/s"},
	Energy:    {"energy", "uJ"},
	Power:     {"power", "uW"},
	Carbon:    {"carbon", "ng{CO2e}"},
}

var dimensionNames = func() []string {
	names := make([]string, dimensions)
	for d, row := range dimensionTable {
		names[d] = row.name
	}
	return names
}()

// Valid reports whether d is one of the dimensions above.
func (d Dimension) Valid() bool { return d > 0 && d < dimensions }

// String returns the dimension's name, such as "card-time".
func (d Dimension) String() string { return nameOf(dimensionNames, d) }

// MarshalText returns the name; "" for the zero Dimension.
func (d Dimension) MarshalText() ([]byte, error) { return textOf("dimension", dimensionNames, d) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (d *Dimension) UnmarshalText(text []byte) error {
	return readName(d, "dimension", dimensionNames, text)
}

// Grain returns the unit of one grain of d, in which quantities have their
// canonical text.
func (d Dimension) Grain() Unit {
	if !d.Valid() {
		return Unit{}
	}
	return unit(dimensionTable[d].grain, d, 1, 1)
}

// A Unit is a named measure of a [Dimension]: its code in the Unified Code
// for Units of Measure (UCUM, https://ucum.org), and how many grains make
// one. What UCUM has no unit for, such as a card, is an annotation in braces;
// UCUM gives an annotation no prefix, so a thousandth of a card is
// "{millicard}". Units are comparable with == and safe to copy; the zero Unit
// is invalid. Get one from [ParseUnit], [MustUnit], [Each], [Unit.Over] or
// [Dimension.Grain].
type Unit struct {
	code   string
	dim    Dimension
	grains fixed.Int128
}

// Code returns the UCUM code, such as "kW.h" or "{card}.h".
func (u Unit) Code() string { return u.code }

// Dimension returns what the unit measures.
func (u Unit) Dimension() Dimension { return u.dim }

// Grains returns how many grains make one unit.
func (u Unit) Grains() fixed.Int128 { return u.grains }

// IsZero reports whether u is the invalid zero Unit.
func (u Unit) IsZero() bool { return u == Unit{} }

// String returns the code.
func (u Unit) String() string { return u.code }

// Label returns the unit as people write it: "card·h" for "{card}.h", "GiB·h"
// for "GiBy.h", "GiB·30 d" for "GiBy.(30.d)", "10^6 token" for "10*6{token}".
func (u Unit) Label() string {
	capacity, term, _ := strings.Cut(strings.TrimSuffix(u.code, ")"), ".(")
	if term != "" {
		return labelReplacer.Replace(capacity) + "·" + strings.Replace(term, ".", " ", 1)
	}
	return labelReplacer.Replace(u.code)
}

// In UCUM "10*6" is ten to the sixth, which is followed by what is counted.
var labelReplacer = strings.NewReplacer("10*3{", "10^3 ", "10*4{", "10^4 ", "10*6{", "10^6 ", "10*", "10^",
	"{", "", "}", "", ".", "·", "By", "B")

const (
	second = 1_000_000_000 // ns
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
	tib = 1 << 40
)

// unit builds a Unit of a·b grains. No product in this file is near 2^127.
func unit(code string, d Dimension, a, b int64) Unit {
	g, _ := fixed.FromInt64(a).MulInt64(b)
	return Unit{code: code, dim: d, grains: g}
}

// Each returns a unit that counts things by name: Each("request") has the
// code "{request}" and a grain of one. It is how a meter counts what has no
// unit of its own. A name is 1 to 32 of the bytes a–z, 0–9, '-' and '_'. It
// fails with a *[FieldError] on any other, and on the name of a unit that
// there is already, such as "token" or "card": one code is one unit.
func Each(name string) (Unit, error) {
	if !plainName(name, 32) {
		return Unit{}, &FieldError{"unit name", clip(name), "want 1 to 32 of a-z, 0-9, '-', '_'"}
	}
	code := "{" + name + "}"
	if u, taken := unitsByCode[code]; taken {
		return Unit{}, &FieldError{"unit name", name, "want another: " + code + " is a unit of " + u.dim.String()}
	}
	return unit(code, Count, 1, 1), nil
}

// unitTable is every unit with a fixed code. Annotated count units made by
// [Each] are understood besides.
func unitTable() []Unit {
	return []Unit{
		unit("1", Count, 1, 1),
		unit("10*3", Count, 1e3, 1),
		unit("10*4", Count, 1e4, 1),
		unit("10*6", Count, 1e6, 1),

		unit("{token}", Token, 1, 1),
		unit("10*3{token}", Token, 1e3, 1),
		unit("10*6{token}", Token, 1e6, 1),

		unit("ns", Time, 1, 1),
		unit("ms", Time, 1e6, 1),
		unit("s", Time, second, 1),
		unit("min", Time, minute, 1),
		unit("h", Time, hour, 1),
		unit("d", Time, day, 1),

		unit("By", Bytes, 1, 1),
		unit("kBy", Bytes, 1e3, 1),
		unit("MBy", Bytes, 1e6, 1),
		unit("GBy", Bytes, 1e9, 1),
		unit("TBy", Bytes, 1e12, 1),
		unit("KiBy", Bytes, kib, 1),
		unit("MiBy", Bytes, mib, 1),
		unit("GiBy", Bytes, gib, 1),
		unit("TiBy", Bytes, tib, 1),

		unit("By.ns", ByteTime, 1, 1),
		unit("MiBy.s", ByteTime, mib, second),
		unit("GiBy.s", ByteTime, gib, second),
		unit("GBy.h", ByteTime, 1e9, hour),
		unit("GiBy.h", ByteTime, gib, hour),
		unit("GiBy.d", ByteTime, gib, day),
		unit("TiBy.h", ByteTime, tib, hour),

		unit("{millicore}", Cores, 1, 1),
		unit("{core}", Cores, 1000, 1),

		unit("{millicore}.ns", CoreTime, 1, 1),
		unit("{millicore}.s", CoreTime, 1, second),
		unit("{core}.s", CoreTime, 1000, second),
		unit("{core}.h", CoreTime, 1000, hour),

		unit("{share}", Cards, 1, 1),
		unit("{millicard}", Cards, SharesPerCard/1000, 1),
		unit("{card}", Cards, SharesPerCard, 1),

		unit("{share}.ns", CardTime, 1, 1),
		unit("{millicard}.s", CardTime, SharesPerCard/1000, second),
		unit("{card}.s", CardTime, SharesPerCard, second),
		unit("{card}.min", CardTime, SharesPerCard, minute),
		unit("{card}.h", CardTime, SharesPerCard, hour),

		unit("{item}.ns", CountTime, 1, 1),
		unit("{item}.s", CountTime, 1, second),
		unit("{item}.h", CountTime, 1, hour),
		unit("{item}.d", CountTime, 1, day),

		unit("bit/s", BitRate, 1, 1),
		unit("kbit/s", BitRate, 1e3, 1),
		unit("Mbit/s", BitRate, 1e6, 1),
		unit("Gbit/s", BitRate, 1e9, 1),

		unit("uJ", Energy, 1, 1),
		unit("mJ", Energy, 1e3, 1),
		unit("J", Energy, 1e6, 1),
		unit("kJ", Energy, 1e9, 1),
		unit("W.h", Energy, 1e6, 3600),
		unit("kW.h", Energy, 1e9, 3600),
		unit("MW.h", Energy, 1e12, 3600),

		unit("uW", Power, 1, 1),
		unit("mW", Power, 1e3, 1),
		unit("W", Power, 1e6, 1),
		unit("kW", Power, 1e9, 1),
		unit("MW", Power, 1e12, 1),

		unit("ng{CO2e}", Carbon, 1, 1),
		unit("g{CO2e}", Carbon, 1e9, 1),
		unit("kg{CO2e}", Carbon, 1e12, 1),
		unit("t{CO2e}", Carbon, 1e15, 1),
	}
}

var unitsByCode = func() map[string]Unit {
	m := make(map[string]Unit)
	for _, u := range unitTable() {
		m[u.code] = u
	}
	return m
}()

// ParseUnit returns the unit with the given UCUM code: one of [Units], or one
// made by [Each] or [Unit.Over]. An unknown code is an error that wraps
// [ErrUnknownUnit] and names the code that is nearest, if one is.
func ParseUnit(code string) (Unit, error) {
	if n := len(code); n <= maxTextBytes {
		if u, ok := unitsByCode[code]; ok {
			return u, nil
		}
		if n > 2 && code[0] == '{' && code[n-1] == '}' {
			if u, err := Each(code[1 : n-1]); err == nil {
				return u, nil
			}
		}
		if u, ok := parseHeld(code); ok {
			return u, nil
		}
	}
	return Unit{}, fmt.Errorf("%w: %q; %s", ErrUnknownUnit, clip(code), wantUnit(code))
}

// wantUnit says which code somebody may have meant, or what codes look like.
func wantUnit(code string) string {
	codes := make([]string, 0, len(unitsByCode))
	for _, u := range unitTable() {
		codes = append(codes, u.code)
	}
	if near := spelling.Unit(code, codes); near != "" {
		return "did you mean " + near + "?"
	}
	return "want a UCUM code such as kW.h, GiBy, {card}.h or {request}"
}

// MustUnit is [ParseUnit] for constants and tests: it panics on an unknown code.
func MustUnit(code string) Unit {
	u, err := ParseUnit(code)
	if err != nil {
		panic(err)
	}
	return u
}

// Units returns every unit with a fixed code, in order of dimension.
func Units() []Unit { return unitTable() }

// MarshalText returns the code; "" for the zero Unit.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.code), nil }

// UnmarshalText reads a code as [ParseUnit] does; "" is the zero Unit.
func (u *Unit) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = Unit{}
		return nil
	}
	v, err := ParseUnit(bounded(text))
	if err != nil {
		return err
	}
	*u = v
	return nil
}
