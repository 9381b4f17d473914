package counter_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

var t0 = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func after(seconds int) time.Time { return t0.Add(time.Duration(seconds) * time.Second) }

// said is an increase as the tables have it: grains, "none", flags.
func said(inc counter.Increase) string {
	s := inc.Quantity.Grains().String()
	if inc.None() {
		s += " none"
	}
	if inc.Flags != 0 {
		s += " " + inc.Flags.String()
	}
	return s
}

func newCounter(t *testing.T, o counter.Options) *counter.Counter {
	t.Helper()
	c, err := counter.New(o)
	require.NoError(t, err)
	return c
}

func TestVectors(t *testing.T) {
	var vectors []struct {
		ID, Unit, Modulus, Sentinels string
		Readings, Want               []string
	}
	file, err := os.ReadFile("testdata/readings.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(file, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			o := counter.Options{Unit: metering.MustUnit(v.Unit)}
			o.Sentinels = map[string][]counter.SentinelRange{"dcgm": counter.DCGM(), "ascend": counter.Ascend()}[v.Sentinels]
			if v.Modulus != "" {
				o.Modulus, err = counter.ParseValue(v.Modulus)
				require.NoError(t, err)
			}
			c := newCounter(t, o)
			for i, text := range v.Readings {
				if text == "" {
					c.Miss()
					continue
				}
				n, err := counter.ParseValue(text)
				require.NoError(t, err)
				inc, err := c.Observe(counter.Reading{At: after(i), Value: n})
				require.NoError(t, err)
				require.Equal(t, v.Want[i], said(inc), "reading %d", i)
			}
		})
	}
}

// A told is a reading of the tables: a second, a value, a start (seconds, -1
// for none) and an epoch.
type told struct {
	at, value, start int
	epoch            string
	want             string
}

func TestCounter_Lives(t *testing.T) {
	for _, c := range []struct {
		name     string
		options  counter.Options
		readings []told
	}{
		{"a new start is a restart, even if the value rose", counter.Options{}, []told{
			{60, 100, 0, "", "0 none first"}, {120, 130, 0, "", "30"}, {180, 200, 150, "", "200 restarted"}}},
		{"the first reading counts from its start if that is asked for", counter.Options{FromStart: true}, []told{
			{60, 100, 0, "", "100 first"}, {120, 130, 0, "", "30"}}},
		{"and without a start it does not", counter.Options{FromStart: true}, []told{
			{60, 100, -1, "", "0 none first"}, {120, 130, -1, "", "30"}}},
		{"a start at the reading is one that is not known", counter.Options{FromStart: true}, []told{
			{60, 100, 60, "", "0 none first"}, {120, 130, 60, "", "30"}, {180, 140, 180, "", "0 none first|restarted"}, {240, 141, 180, "", "1"}}},
		{"an earlier life is over", counter.Options{}, []told{
			{60, 100, 0, "", "0 none first"}, {120, 5, 90, "", "5 restarted"}, {130, 101, 0, "", "0 none out-of-order"}, {140, 6, 90, "", "1"}}},
		{"a start before the last reading counts only what surely comes on top", counter.Options{}, []told{
			{60, 100, 0, "", "0 none first"}, {120, 130, 30, "", "30 restarted|overlapped"}, {180, 20, 40, "", "20 restarted|overlapped"}}},
		{"a start that trembles is one start", counter.Options{StartTolerance: 2 * time.Second}, []told{
			{60, 100, 10, "", "0 none first"}, {120, 130, 12, "", "30"}, {180, 131, 8, "", "1"}, {240, 132, 13, "", "1 restarted|overlapped"}}},
		{"a start that is told later is no restart", counter.Options{}, []told{
			{60, 100, -1, "", "0 none first"}, {120, 130, 0, "", "30"}, {180, 131, -1, "", "1"}, {240, 7, 200, "", "7 restarted"}}},
		{"another epoch is a restart", counter.Options{}, []told{
			{60, 100, -1, "boot-1", "0 none first"}, {120, 130, -1, "boot-1", "30"}, {180, 200, -1, "boot-2", "200 restarted"},
			{190, 131, -1, "boot-1", "0 none out-of-order"}, {200, 201, -1, "", "1"}, {210, 202, -1, "boot-2", "1"}}},
		{"within a life a fall is a wrap for sure", counter.Options{Modulus: counter.Int(1000)}, []told{
			{60, 990, 0, "", "0 none first"}, {120, 5, 0, "", "15 wrapped"}, {180, 4, -1, "", "999 wrapped|ambiguous"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Unit = one
			n := newCounter(t, c.options)
			for i, r := range c.readings {
				in := counter.Reading{At: after(r.at), Value: counter.Int(int64(r.value)), Epoch: r.epoch}
				if r.start >= 0 {
					in.Start = after(r.start)
				}
				inc, err := n.Observe(in)
				require.NoError(t, err)
				require.Equal(t, r.want, said(inc), "reading %d", i)
			}
		})
	}
}

func TestCounter_Values(t *testing.T) {
	rate := counter.Rate{Count: counter.Int(10), Per: time.Second}
	for _, c := range []struct {
		name    string
		options counter.Options
		values  []int // one a second
		want    []string
	}{
		{"it stands still", counter.Options{}, []int{5, 5}, []string{"0 none first", "0"}},
		{"a fall is a reset where one is preferred", counter.Options{Modulus: counter.Int(100), Ambiguous: counter.TakeReset}, []int{90, 5}, []string{"0 none first", "5 reset|ambiguous"}},
		{"or withheld", counter.Options{Modulus: counter.Int(100), Ambiguous: counter.Withhold}, []int{90, 5, 7}, []string{"0 none first", "0 wrapped|ambiguous", "2"}},
		{"a wrap that is too fast is a reset", counter.Options{Modulus: counter.Int(100), MaxRate: rate}, []int{60, 5}, []string{"0 none first", "5 reset"}},
		{"one that is not can be either", counter.Options{Modulus: counter.Int(100), MaxRate: rate}, []int{96, 5}, []string{"0 none first", "9 wrapped|ambiguous"}},
		{"the modulus is 0", counter.Options{Modulus: counter.Int(100)}, []int{99, 100, 0, 1}, []string{"0 none first", "1", "0 wrapped|ambiguous", "1"}},
		{"a spike is not counted, nor its end", counter.Options{MaxRate: rate}, []int{5, 9000, 9, 12}, []string{"0 none first", "0 none implausible", "4", "3"}},
		{"a spike that stays the same is not borne out", counter.Options{MaxRate: rate}, []int{5, 9000, 9000, 9}, []string{"0 none first", "0 none implausible", "0 none implausible", "4"}},
		{"a jump that goes on is where counting goes on", counter.Options{MaxRate: rate}, []int{5, 9000, 9003, 9004}, []string{"0 none first", "0 none implausible", "3 rebased", "1"}},
		{"more than one time round", counter.Options{Modulus: counter.Int(4), MaxRate: rate}, []int{1, 3}, []string{"0 none first", "2 ambiguous"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Unit = one
			n := newCounter(t, c.options)
			for i, v := range c.values {
				inc, err := n.Observe(counter.Reading{At: after(i), Value: counter.Int(int64(v))})
				require.NoError(t, err)
				require.Equal(t, c.want[i], said(inc), "reading %d", i)
			}
		})
	}
}

func TestCounter_Order(t *testing.T) {
	c := newCounter(t, counter.Options{Unit: one, MaxGap: 90 * time.Second, Sentinels: counter.Ascend()})
	require.True(t, c.Last().IsZero())
	for i, r := range []told{
		{60, 100, -1, "", "0 none first"}, {60, 100, -1, "", "0 none duplicate"}, {60, 101, -1, "", "0 none conflict"},
		{59, 99, -1, "", "0 none out-of-order"}, {60, -1, -1, "", "0 none sentinel"}, {50, -1, -1, "", "0 none out-of-order|sentinel"},
		{150, 110, -1, "", "10"}, {241, 120, -1, "", "10 missed"},
		{241, 120, 10, "", "0 none conflict"}, {300, 121, -1, "", "1"},
	} {
		inc, err := c.Observe(counter.Reading{At: after(r.at), Value: counter.Int(int64(r.value)), Start: map[bool]time.Time{true: after(r.start)}[r.start >= 0]})
		require.NoError(t, err)
		require.Equal(t, r.want, said(inc), "reading %d", i)
	}
	require.Equal(t, after(300), c.Last())
}

// What is withheld is told: all of a spike, of an ambiguous fall, and of lives
// that overlap what may have been counted before.
func TestCounter_Withheld(t *testing.T) {
	observe := func(o counter.Options, readings ...counter.Reading) metering.Quantity {
		o.Unit = one
		c := newCounter(t, o)
		var last counter.Increase
		for _, r := range readings {
			inc, err := c.Observe(r)
			require.NoError(t, err)
			last = inc
		}
		return last.Withheld
	}
	at := func(s, v, start int) counter.Reading {
		return counter.Reading{At: after(s), Value: counter.Int(int64(v)), Start: after(start)}
	}
	rate := counter.Rate{Count: counter.Int(10), Per: time.Second}
	require.Equal(t, metering.MustQuantity("95 1"), observe(counter.Options{MaxRate: rate}, at(1, 5, 0), at(2, 100, 0)))
	require.Equal(t, metering.MustQuantity("7 1"), observe(counter.Options{Modulus: counter.Int(10), Ambiguous: counter.Withhold},
		counter.Reading{At: after(1), Value: counter.Int(5)}, counter.Reading{At: after(2), Value: counter.Int(2)}))
	require.Equal(t, metering.MustQuantity("5 1"), observe(counter.Options{}, at(5, 5, 0), at(6, 9, 1)))
	require.Equal(t, metering.MustQuantity("500 1"), observe(counter.Options{MaxRate: rate, FromStart: true}, at(5, 500, 0)))
}

func TestCounter_Refused(t *testing.T) {
	good := counter.Options{Unit: metering.MustUnit("mJ"), Modulus: counter.Int(1000)}
	c := newCounter(t, good)
	_, err := c.Observe(counter.Reading{At: after(0), Value: counter.Int(7)})
	require.NoError(t, err)
	before, err := c.MarshalBinary()
	require.NoError(t, err)
	fraction, err := counter.ParseValue("7.0000001")
	require.NoError(t, err)
	for field, r := range map[string]counter.Reading{
		"value \"-1\"":   {At: after(1), Value: counter.Int(-1)},
		"value \"1001\"": {At: after(1), Value: counter.Int(1001)},
		"start":          {At: after(1), Value: counter.Int(8), Start: after(2)},
		"epoch":          {At: after(1), Value: counter.Int(8), Epoch: "a\x00"},
		"epoch \"xxxx":   {At: after(1), Value: counter.Int(8), Epoch: fmt.Sprintf("%0129d", 0)},
	} {
		_, err := c.Observe(r)
		var refused *counter.FieldError
		require.ErrorAs(t, err, &refused, field)
		require.LessOrEqual(t, len(refused.Value), 70)
	}
	_, err = c.Observe(counter.Reading{At: time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), Value: counter.Int(8)})
	require.ErrorIs(t, err, metering.ErrTimeRange)
	_, err = c.Observe(counter.Reading{Value: counter.Int(8)})
	require.ErrorIs(t, err, metering.ErrTimeRange)
	_, err = c.Observe(counter.Reading{At: after(1), Value: counter.Int(8), Start: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.ErrorIs(t, err, metering.ErrTimeRange)
	_, err = c.Observe(counter.Reading{At: after(1), Value: fraction})
	require.ErrorIs(t, err, metering.ErrInexact)
	unchanged, err := c.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, before, unchanged)

	wide := newCounter(t, counter.Options{Unit: metering.MustUnit("{card}.h")})
	_, err = wide.Observe(counter.Reading{At: after(1), Value: counter.Uint(1<<64 - 1)})
	require.ErrorIs(t, err, metering.ErrOverflow)
	cut := newCounter(t, counter.Options{Unit: metering.MustUnit("mJ"), Truncate: true})
	_, err = cut.Observe(counter.Reading{At: after(1), Value: fraction})
	require.NoError(t, err)
}

// Values that are cut lose less than a grain in all, however many there are.
func TestCounter_Truncate(t *testing.T) {
	c := newCounter(t, counter.Options{Unit: metering.MustUnit("J"), Truncate: true})
	sum := metering.Quantity{}
	for i := range 1000 {
		n, err := counter.ParseValue(fmt.Sprintf("%d.%07d", i, i*9999)) // 7 places: µJ have 6
		require.NoError(t, err)
		inc, err := c.Observe(counter.Reading{At: after(i), Value: n})
		require.NoError(t, err)
		sum, err = sum.Add(inc.Quantity)
		require.NoError(t, err)
	}
	require.Equal(t, metering.MustQuantity("999998900 uJ"), sum) // 999.9989001 J
}

func TestNew_Refuses(t *testing.T) {
	small, err := counter.ParseValue("0.1")
	require.NoError(t, err)
	for name, o := range map[string]counter.Options{
		"no unit":       {},
		"modulus":       {Unit: one, Modulus: counter.Int(-1)},
		"policy":        {Unit: one, Ambiguous: 3},
		"rate":          {Unit: one, MaxRate: counter.Rate{Count: counter.Int(1)}},
		"negative rate": {Unit: one, MaxRate: counter.Rate{Count: counter.Int(-1), Per: 1}},
		"gap":           {Unit: one, MaxGap: -1},
		"tolerance":     {Unit: one, StartTolerance: -1},
		"sentinel":      {Unit: one, Sentinels: []counter.SentinelRange{{Min: counter.Int(2), Max: counter.Int(1)}}},
		"sentinels":     {Unit: one, Sentinels: make([]counter.SentinelRange, 17)},
	} {
		_, err := counter.New(o)
		var refused *counter.FieldError
		require.ErrorAs(t, err, &refused, name)
	}
	_, err = counter.New(counter.Options{Unit: one, Modulus: small})
	require.ErrorIs(t, err, metering.ErrInexact)
	_, err = counter.New(counter.Options{Unit: one, MaxRate: counter.Rate{Count: small, Per: 1}})
	require.ErrorIs(t, err, metering.ErrInexact)
}

func TestCounter_AllocatesNothing(t *testing.T) {
	c := newCounter(t, counter.Options{Unit: one, Modulus: counter.Int(100), Sentinels: counter.DCGM(),
		MaxRate: counter.Rate{Count: counter.Int(50), Per: time.Second}})
	i := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		i++
		if _, err := c.Observe(counter.Reading{At: after(i), Value: counter.Int(int64(i * 7 % 100)), Start: after(0)}); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestFlags_Text(t *testing.T) {
	for f := counter.Flags(0); f < 1<<13; f++ {
		text, err := f.MarshalText()
		require.NoError(t, err)
		var back counter.Flags
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, f, back)
	}
	_, err := counter.Flags(1 << 13).MarshalText()
	require.Error(t, err)
	for _, text := range []string{"reset|reset", "|", "reset|", "Reset", "invalid", fmt.Sprintf("%0161d", 0)} {
		f := counter.Wrapped
		require.Error(t, f.UnmarshalText([]byte(text)), text)
		require.Equal(t, counter.Wrapped, f)
	}
}
