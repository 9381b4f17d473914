package metering_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// inputs are those of a vector. A driver that asks for what is not there fails.
type inputs struct {
	t      *testing.T
	fields map[string]any
	source string
}

func (in inputs) has(name string) bool { return in.fields[name] != nil }

func (in inputs) get(name string) any {
	in.t.Helper()
	require.Contains(in.t, in.fields, name)
	return in.fields[name]
}

// text returns a word, or a number as it is written.
func (in inputs) text(name string) string {
	in.t.Helper()
	return fmt.Sprint(in.get(name))
}

func (in inputs) list(name string) []any {
	in.t.Helper()
	list, ok := in.get(name).([]any)
	require.True(in.t, ok, name)
	return list
}

func (in inputs) number(name string) *big.Rat {
	in.t.Helper()
	return number(in.t, in.get(name))
}

func (in inputs) whole(name string) int64 {
	in.t.Helper()
	return whole(in.t, in.get(name))
}

// either returns the name of the two that the vector has.
func (in inputs) either(a, b string) string {
	if in.has(a) {
		return a
	}
	return b
}

// rounded rounds x as the vector says in a field of places and one of a mode.
func (in inputs) rounded(x *big.Rat, places, mode string) *big.Rat {
	in.t.Helper()
	return rounded(in.t, x, int(in.whole(places)), in.text(mode))
}

func number(t *testing.T, x any) *big.Rat {
	t.Helper()
	n, ok := rational(x)
	require.True(t, ok, "%v: want a number", x)
	return n
}

func whole(t *testing.T, x any) int64 {
	t.Helper()
	n := number(t, x)
	require.True(t, n.IsInt() && n.Num().IsInt64(), "%v: want a whole number", x)
	return n.Num().Int64()
}

// rational reads a number, a decimal in quotes or a fraction in quotes.
func rational(x any) (*big.Rat, bool) {
	switch x := x.(type) {
	case json.Number:
		return new(big.Rat).SetString(x.String())
	case string:
		return new(big.Rat).SetString(x)
	}
	return nil, false
}

func ratio(num, den int64) *big.Rat { return big.NewRat(num, den) }

// times multiplies.
func times(x *big.Rat, more ...*big.Rat) *big.Rat {
	product := new(big.Rat).Set(x)
	for _, y := range more {
		product.Mul(product, y)
	}
	return product
}

func plus(x *big.Rat, more ...*big.Rat) *big.Rat {
	sum := new(big.Rat).Set(x)
	for _, y := range more {
		sum.Add(sum, y)
	}
	return sum
}

// rounded rounds a number that is not negative to decimal places.
func rounded(t *testing.T, x *big.Rat, places int, mode string) *big.Rat {
	t.Helper()
	require.GreaterOrEqual(t, x.Sign(), 0)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	y := times(x, new(big.Rat).SetInt(scale))
	switch mode {
	case "down", "truncate", "floor":
	case "half_up":
		y.Add(y, ratio(1, 2))
	case "ceiling", "up":
		n := new(big.Int).Neg(y.Num())
		return new(big.Rat).SetFrac(n.Neg(n.Div(n, y.Denom())), scale)
	default:
		require.Fail(t, "no such rounding: "+mode)
	}
	return new(big.Rat).SetFrac(new(big.Int).Div(y.Num(), y.Denom()), scale)
}

// agree compares a figure with what was measured, numbers by their value.
func agree(want, got any) bool {
	switch got := got.(type) {
	case *big.Rat:
		n, ok := rational(want)
		return ok && n.Cmp(got) == 0
	case segment:
		fields, ok := want.(map[string]any)
		if !ok { // the seconds alone
			return agree(want, got.seconds)
		}
		return agree(fields["period"], got.period) && agree(fields["seconds"], got.seconds)
	case []any:
		list, ok := want.([]any)
		if !ok || len(list) != len(got) {
			return false
		}
		for i := range got {
			if !agree(list[i], got[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		fields, ok := want.(map[string]any)
		if !ok || len(fields) != len(got) {
			return false
		}
		for name := range got {
			if !agree(fields[name], got[name]) {
				return false
			}
		}
		return true
	}
	return want == got
}

// TestAgree: the comparison finds what differs.
func TestAgree(t *testing.T) {
	one, list := ratio(1, 1), []any{ratio(1, 2), "a"}
	for _, tt := range []struct {
		want, got any
		same      bool
	}{
		{"1.000", one, true}, {json.Number("1"), one, true}, {"1.001", one, false}, {"one", one, false}, {nil, one, false},
		{"a", "a", true}, {"a", "b", false}, {nil, "a", false},
		{[]any{"1/2", "a"}, list, true}, {[]any{"1/2"}, list, false}, {[]any{"1/2", "b"}, list, false}, {"1/2", list, false},
		{map[string]any{"x": "1"}, map[string]any{"x": one}, true}, {map[string]any{"y": "1"}, map[string]any{"x": one}, false},
		{map[string]any{"x": "1", "y": "1"}, map[string]any{"x": one}, false},
		{"1", segment{"09:00-10:00", one}, true}, {"2", segment{"09:00-10:00", one}, false},
		{map[string]any{"period": "09:00-10:00", "seconds": "1"}, segment{"09:00-10:00", one}, true},
		{map[string]any{"period": "10:00-11:00", "seconds": "1"}, segment{"09:00-10:00", one}, false},
	} {
		require.Equal(t, tt.same, agree(tt.want, tt.got), "%v and %v", tt.want, tt.got)
	}
}

// amount returns a number as a quantity of a unit, which has to be exact.
func amount(t *testing.T, x any, unit string) metering.Quantity {
	t.Helper()
	q, err := metering.ParseQuantity(fmt.Sprint(x) + " " + unit)
	require.NoError(t, err)
	return q
}

// exactly returns a quantity as an exact number of a unit.
func exactly(q metering.Quantity, u metering.Unit) *big.Rat {
	return rat(q.Grains(), u.Grains())
}

func rat(num, den fixed.Int128) *big.Rat { return new(big.Rat).SetFrac(num.Big(), den.Big()) }

// instant reads a time, a date, or a time of day on some day, in UTC where it
// says no other.
func instant(t *testing.T, x any) time.Time {
	t.Helper()
	s := fmt.Sprint(x)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly, time.TimeOnly, "15:04"} {
		if at, err := time.Parse(layout, s); err == nil {
			if !strings.Contains(layout, "2006") {
				at = at.AddDate(2026, 9, 4)
			}
			return at
		}
	}
	require.Fail(t, "not a time: "+s)
	return time.Time{}
}

// used returns the period from start to end; where both are times of day, an end
// that is before the start is of the next one.
func (in inputs) used() metering.Period {
	in.t.Helper()
	start, end := instant(in.t, in.get("start")), instant(in.t, in.get("end"))
	if end.Before(start) && len(in.text("end")) <= len(time.TimeOnly) {
		end = end.AddDate(0, 0, 1)
	}
	return period(start, end)
}
