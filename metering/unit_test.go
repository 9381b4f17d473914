package metering_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var allDimensions = []metering.Dimension{metering.Count, metering.Token, metering.Time, metering.Bytes, metering.ByteTime,
	metering.Cores, metering.CoreTime, metering.Cards, metering.CardTime, metering.CountTime, metering.BitRate,
	metering.Energy, metering.Power, metering.Carbon}

// Just enough of UCUM to read the codes of the table: prefixes, the metric
// units that take them, those that take none, and powers of ten.
var (
	ucumPrefixes = map[string]int64{"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
	ucumSmall    = map[string]int64{"m": 1e3, "u": 1e6, "n": 1e9} // divide
	ucumMetric   = map[string]int64{"s": 1, "By": 1, "bit": 1, "J": 1, "W": 1, "g": 1, "t": 1e6}
	ucumPlain    = map[string]int64{"min": 60, "h": 3600, "d": 86400, "1": 1, "10*3": 1e3, "10*4": 1e4, "10*6": 1e6}
	// UCUM gives an annotation the value 1; what ours stand for, in grains.
	annotations = map[string]int64{"token": 1, "millicore": 1, "core": 1000, "share": 1, "millicard": 72_072, "card": 72_072_000, "item": 1, "CO2e": 1}
	// How many grains the product of UCUM's base units makes.
	grainsOfBase = map[metering.Dimension]int64{metering.Time: 1e9, metering.ByteTime: 1e9, metering.CoreTime: 1e9, metering.CardTime: 1e9,
		metering.CountTime: 1e9, metering.Energy: 1e6, metering.Power: 1e6, metering.Carbon: 1e9}
)

// ucum returns the value of a code in base units.
func ucum(t *testing.T, code string) *big.Rat {
	t.Helper()
	value := big.NewRat(1, 1)
	num, den, divides := strings.Cut(code, "/")
	for _, part := range strings.Split(num, ".") {
		value.Mul(value, ucumComponent(t, part))
	}
	if divides {
		value.Quo(value, ucumComponent(t, den))
	}
	return value
}

func ucumComponent(t *testing.T, s string) *big.Rat {
	t.Helper()
	value := big.NewRat(1, 1)
	if atom, note, found := strings.Cut(s, "{"); found {
		name, rest, closed := strings.Cut(note, "}")
		require.True(t, closed && rest == "" && name != "", s)
		require.Contains(t, annotations, name)
		value.SetInt64(annotations[name])
		if atom == "" {
			return value
		}
		s = atom
	}
	if n, ok := ucumPlain[s]; ok {
		return value.Mul(value, big.NewRat(n, 1))
	}
	for atom, n := range ucumMetric {
		switch prefix := strings.TrimSuffix(s, atom); {
		case prefix == s:
		case prefix == "":
			return value.Mul(value, big.NewRat(n, 1))
		case ucumPrefixes[prefix] > 0:
			return value.Mul(value, big.NewRat(n*ucumPrefixes[prefix], 1))
		case ucumSmall[prefix] > 0:
			return value.Mul(value, big.NewRat(n, ucumSmall[prefix]))
		}
	}
	require.Fail(t, "not UCUM", s)
	return nil
}

// TestUnits_AreUCUM reads every code by UCUM's own rules, and works out from it
// how many grains the unit has.
func TestUnits_AreUCUM(t *testing.T) {
	seen := map[string]bool{}
	for i, u := range metering.Units() {
		require.False(t, seen[u.Code()], "%s twice", u)
		seen[u.Code()] = true
		grains := ucum(t, u.Code())
		if per, ok := grainsOfBase[u.Dimension()]; ok {
			grains.Mul(grains, big.NewRat(per, 1))
		}
		require.True(t, grains.IsInt(), u)
		require.Equal(t, grains.Num().String(), u.Grains().String(), u)
		if i > 0 {
			require.GreaterOrEqual(t, u.Dimension(), metering.Units()[i-1].Dimension())
		}

		parsed, err := metering.ParseUnit(u.Code())
		require.NoError(t, err)
		require.Equal(t, u, parsed)
	}
}

func TestDimension_Grain(t *testing.T) {
	for _, d := range allDimensions {
		require.True(t, d.Valid())
		require.Equal(t, fixed.FromInt64(1), d.Grain().Grains())
		require.Equal(t, d, d.Grain().Dimension())
		require.Contains(t, metering.Units(), d.Grain(), "the grain is a unit that is parsed")
	}
	for _, d := range []metering.Dimension{0, metering.Carbon + 1, 255} {
		require.False(t, d.Valid())
		require.Equal(t, "invalid", d.String())
		require.True(t, d.Grain().IsZero())
	}
	require.Len(t, allDimensions, int(metering.Carbon), "the list of this test has every dimension")
}

// TestSharesPerCard: every share that a provider cuts a card into is whole.
func TestSharesPerCard(t *testing.T) {
	lcm := big.NewInt(1000)
	for _, n := range []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 30, 32, 48, 64} {
		gcd := new(big.Int).GCD(nil, nil, lcm, big.NewInt(n))
		lcm.Mul(lcm, big.NewInt(n)).Quo(lcm, gcd)
	}
	require.EqualValues(t, metering.SharesPerCard, lcm.Int64())
}

func TestParseUnit_Unknown(t *testing.T) {
	for _, code := range []string{"", "H", "kWh", "k{card}", "m{core}", "{}", "{", "}", "{a b}", "{A}", "{card}.s.h", "{card}h", " h", "h ",
		"{" + strings.Repeat("a", 33) + "}", strings.Repeat("h", 1<<20)} {
		_, err := metering.ParseUnit(code)
		require.ErrorIs(t, err, metering.ErrUnknownUnit, "%.20q", code)
		require.Less(t, len(err.Error()), 200)
	}
	require.Panics(t, func() { metering.MustUnit("kWh") })
}

func TestEach(t *testing.T) {
	u, err := metering.Each("gpu-slot_2")
	require.NoError(t, err)
	require.Equal(t, "{gpu-slot_2}", u.Code())
	require.Equal(t, metering.Count, u.Dimension())
	parsed, err := metering.ParseUnit(u.Code())
	require.NoError(t, err)
	require.Equal(t, u, parsed)

	for _, name := range []string{"", "A", "a b", "a{", "é", strings.Repeat("a", 33), strings.Repeat("a", 1<<20)} {
		_, err := metering.Each(name)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field, "%.20q", name)
	}
	// One code is one unit: these have a dimension of their own.
	for _, name := range []string{"token", "card", "share", "millicard", "core", "millicore"} {
		_, err := metering.Each(name)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field, name)
		require.NotEqual(t, metering.Count, metering.MustUnit("{"+name+"}").Dimension())
	}
}

func TestUnit_Label(t *testing.T) {
	for code, want := range map[string]string{"{card}.h": "card·h", "GiBy.h": "GiB·h", "10*6{token}": "10^6 token", "10*3": "10^3", "kW.h": "kW·h",
		"kg{CO2e}": "kgCO2e", "{token}": "token", "1": "1", "By": "B", "bit/s": "bit/s", "{request}": "request"} {
		require.Equal(t, want, metering.MustUnit(code).Label())
	}
}

// named is a value that is written by name.
type named interface {
	comparable
	String() string
	MarshalText() ([]byte, error)
}

// requireNames requires that the constants from 0 to last round-trip through
// text, and that nothing else does.
func requireNames[T interface {
	named
	~uint8
}](t *testing.T, read func(*T, []byte) error, last T, zeroIsInvalid bool) {
	t.Helper()
	for v := T(0); v <= last; v++ {
		text, err := v.MarshalText()
		require.NoError(t, err)
		if zeroIsInvalid && v == 0 {
			require.Empty(t, text)
			require.Equal(t, "invalid", v.String())
		} else {
			require.Equal(t, v.String(), string(text))
		}
		back := last + 9
		require.NoError(t, read(&back, text))
		require.Equal(t, v, back)
	}
	_, err := (last + 1).MarshalText()
	require.ErrorIs(t, err, metering.ErrSyntax)
	require.Equal(t, "invalid", (last + 1).String())
	for _, text := range []string{"invalid", "Sum", " ", strings.Repeat("a", 1<<20)} {
		v := last
		require.ErrorIs(t, read(&v, []byte(text)), metering.ErrSyntax)
		require.Equal(t, last, v, "what is not read changes nothing")
	}
}

func TestConstants_RoundTripByName(t *testing.T) {
	requireNames(t, (*metering.Dimension).UnmarshalText, metering.Carbon, true)
	requireNames(t, (*metering.Kind).UnmarshalText, metering.Adjustment, true)
	requireNames(t, (*metering.Form).UnmarshalText, metering.Identities, true)
	requireNames(t, (*metering.Aggregation).UnmarshalText, metering.Unique, true)
	requireNames(t, (*metering.Layer).UnmarshalText, metering.AI, true)
	requireNames(t, (*metering.PausePolicy).UnmarshalText, metering.HeldPaused, false)
	requireNames(t, (*metering.Quality).UnmarshalText, metering.Estimated, false)
}

func TestUnit_JSON(t *testing.T) {
	each, err := metering.Each("image")
	require.NoError(t, err)
	for _, u := range append(metering.Units(), each, metering.Unit{}) {
		text, err := json.Marshal(u)
		require.NoError(t, err)
		back := metering.MustUnit("h")
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, u, back)
	}
	u := metering.MustUnit("h")
	require.ErrorIs(t, json.Unmarshal([]byte(`"kWh"`), &u), metering.ErrUnknownUnit)
	require.Equal(t, metering.MustUnit("h"), u)
}
