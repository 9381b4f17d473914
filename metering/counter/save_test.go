package counter_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

var byteOptions = counter.Options{Unit: metering.MustUnit("By"), Modulus: counter.Uint(1 << 32)}

// savedCounter is a state with a reading in doubt, epochs and a start.
func savedCounter(t testing.TB) []byte {
	o := byteOptions
	o.MaxRate = counter.Rate{Count: counter.Int(100), Per: 1e9}
	c, err := counter.New(o)
	require.NoError(t, err)
	for i, r := range []counter.Reading{{Value: counter.Int(5), Epoch: "a"}, {Value: counter.Int(9), Epoch: "b"}, {Value: counter.Int(9999), Start: after(0)}} {
		r.At = after(i + 1)
		_, err := c.Observe(r)
		require.NoError(t, err)
	}
	saved, err := c.MarshalBinary()
	require.NoError(t, err)
	return saved
}

func savedSet(t testing.TB) []byte {
	s, err := counter.NewSet(byteOptions, 3)
	require.NoError(t, err)
	for i, name := range []string{"eth1", "eth0", "eth2"} {
		_, err := s.Observe(name, counter.Reading{At: after(i), Value: counter.Int(int64(i))})
		require.NoError(t, err)
	}
	s.Miss("eth1")
	saved, err := s.MarshalBinary()
	require.NoError(t, err)
	return saved
}

// Every byte that is other, missing or too many is found.
func TestRestore_Damaged(t *testing.T) {
	restoreCounter := func(b []byte) error { _, err := counter.Restore(byteOptions, b); return err }
	restoreSet := func(b []byte) error { _, err := counter.RestoreSet(byteOptions, 3, b); return err }
	for _, kind := range []struct {
		saved   []byte
		restore func([]byte) error
	}{{savedCounter(t), restoreCounter}, {savedSet(t), restoreSet}} {
		require.NoError(t, kind.restore(kind.saved))
		for i := range kind.saved {
			require.ErrorIs(t, kind.restore(kind.saved[:i]), counter.ErrState)
			bad := slices.Clone(kind.saved)
			bad[i] ^= 1 << (i % 8)
			want := counter.ErrState
			if i == 4 && bad[4] > 1 {
				want = counter.ErrVersion
			}
			require.ErrorIs(t, kind.restore(bad), want, "byte %d", i)
		}
		require.ErrorIs(t, kind.restore(append(slices.Clone(kind.saved), 0)), counter.ErrState)
		bad := slices.Clone(kind.saved)
		bad[4] = 2
		require.ErrorIs(t, kind.restore(bad), counter.ErrVersion)
	}
	require.ErrorIs(t, restoreSet(savedCounter(t)), counter.ErrState)
	require.ErrorIs(t, restoreCounter(savedSet(t)), counter.ErrState)
}

// resealed returns a saved state with its checksum made right.
func resealed(b []byte) []byte {
	b = slices.Clone(b)
	binary.BigEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b[:len(b)-4], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// A checksum that is right does not make a state right that no counter can
// have.
func TestRestore_Impossible(t *testing.T) {
	c, err := counter.New(byteOptions)
	require.NoError(t, err)
	_, err = c.Observe(counter.Reading{At: after(1), Value: counter.Int(5), Start: after(0)})
	require.NoError(t, err)
	saved, err := c.MarshalBinary()
	require.NoError(t, err)
	const has = 4 + 1 + 1 + len("By") + 16 // what it has, then time, value and start
	for name, change := range map[string]func(b []byte){
		"a bit that means nothing":      func(b []byte) { b[has] |= 8 },
		"missed before a reading":       func(b []byte) { b[has] = 4 },
		"a time before 1970":            func(b []byte) { b[has+1] |= 0x80 },
		"a time after 2199":             func(b []byte) { b[has+1] |= 0x7f },
		"a negative value":              func(b []byte) { b[has+9] |= 0x80 },
		"a value above the modulus":     func(b []byte) { b[has+17] = 1 },
		"a start before 1970":           func(b []byte) { b[has+25] |= 0x80 },
		"a start after the reading":     func(b []byte) { b[has+25] |= 0x40 },
		"an epoch longer than there is": func(b []byte) { b[has+33] = 9 },
	} {
		bad := slices.Clone(saved)
		change(bad)
		_, err := counter.Restore(byteOptions, resealed(bad))
		require.ErrorIs(t, err, counter.ErrState, name)
	}
	older := bytes.Replace(savedCounter(t), binary.BigEndian.AppendUint64(nil, uint64(after(3).UnixNano())), binary.BigEndian.AppendUint64(nil, uint64(after(2).UnixNano())), 1)
	_, err = counter.Restore(byteOptions, resealed(older))
	require.ErrorIs(t, err, counter.ErrState, "a reading in doubt at the last one")
	for _, name := range []string{"eth0", "eth2", "eth\x00"} {
		_, err := counter.RestoreSet(byteOptions, 3, resealed(bytes.Replace(savedSet(t), []byte("eth1"), []byte(name), 1)))
		require.ErrorIs(t, err, counter.ErrState, name)
	}
}

// What a state means is bound to the unit and the modulus; policies are not.
func TestRestore_Options(t *testing.T) {
	saved := savedCounter(t)
	other := byteOptions
	other.Unit = metering.MustUnit("kBy")
	_, err := counter.Restore(other, saved)
	var refused *counter.FieldError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "unit", refused.Field)
	other = byteOptions
	other.Modulus = counter.Uint(1 << 33)
	_, err = counter.Restore(other, saved)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "modulus", refused.Field)
	other = byteOptions
	other.Ambiguous = counter.Withhold
	c, err := counter.Restore(other, saved)
	require.NoError(t, err)
	inc, err := c.Observe(counter.Reading{At: after(10), Value: counter.Int(11)})
	require.NoError(t, err)
	require.Equal(t, "2", said(inc)) // from 9, not from the 9999 in doubt
	_, err = counter.Restore(counter.Options{}, saved)
	require.Error(t, err)
}

// FuzzRestore_Binary: what is restored is saved as the same bytes, and goes on
// without harm; what is not, is refused.
func FuzzRestore_Binary(f *testing.F) {
	f.Add(savedCounter(f), false)
	f.Add(savedSet(f), true)
	f.Add([]byte("MBct\x01"), false)
	f.Fuzz(func(t *testing.T, b []byte, set bool) {
		// A checksum that is right lets the fuzzer see what is behind it.
		if len(b) > 4 {
			b = resealed(b)
		}
		var saved []byte
		if set {
			s, err := counter.RestoreSet(byteOptions, 100, b)
			if err != nil {
				return
			}
			saved, err = s.MarshalBinary()
			require.NoError(t, err)
		} else {
			c, err := counter.Restore(byteOptions, b)
			if err != nil {
				return
			}
			saved, err = c.MarshalBinary()
			require.NoError(t, err)
			inc, err := c.Observe(counter.Reading{At: after(10), Value: counter.Int(11)})
			require.NoError(t, err)
			require.False(t, inc.Quantity.Sign() < 0)
		}
		require.Equal(t, b, saved)
	})
}

func TestSet(t *testing.T) {
	o := byteOptions
	o.Sentinels = counter.Ascend()
	s, err := counter.NewSet(o, 2)
	require.NoError(t, err)
	observe := func(name string, at, value int) (counter.Increase, error) {
		return s.Observe(name, counter.Reading{At: after(at), Value: counter.Int(int64(value))})
	}
	_, err = observe("a", 1, -7)
	require.Error(t, err)
	_, err = observe("a", 1, -1)
	require.NoError(t, err)
	require.Zero(t, s.Len(), "neither is a first reading")
	for _, name := range []string{"b", "a"} {
		_, err = observe(name, 1, 10)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"a", "b"}, s.Names())
	_, err = observe("c", 1, 10)
	require.ErrorIs(t, err, counter.ErrFull)
	_, err = observe("", 1, 10)
	require.Error(t, err)
	_, err = observe("a\n", 1, 10)
	require.Error(t, err)
	s.Miss("a")
	s.Miss("nobody")
	inc, err := observe("a", 2, 15)
	require.NoError(t, err)
	require.Equal(t, "5 missed", said(inc))
	require.True(t, s.Forget("b"))
	require.False(t, s.Forget("b"))
	inc, err = observe("b", 3, 12)
	require.NoError(t, err)
	require.Equal(t, "0 none first", said(inc))

	saved, err := s.MarshalBinary()
	require.NoError(t, err)
	_, err = counter.RestoreSet(o, 1, saved)
	require.ErrorIs(t, err, counter.ErrFull)
	again, err := counter.RestoreSet(o, 2, saved)
	require.NoError(t, err)
	inc, err = again.Observe("a", counter.Reading{At: after(4), Value: counter.Int(16)})
	require.NoError(t, err)
	require.Equal(t, "1", said(inc))
	for _, most := range []int{0, -1} {
		_, err = counter.NewSet(o, most)
		require.Error(t, err)
	}
}

// TestLaw_Set_IsItsCounters: a set gives what a counter for each name gives,
// saved and restored in between.
func TestLaw_Set_IsItsCounters(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		s, err := counter.NewSet(byteOptions, 4)
		require.NoError(t, err)
		alone := map[string]*counter.Counter{}
		for i := range 20 {
			name := string(rune('a' + g.IntN(4)))
			if alone[name] == nil {
				alone[name], err = counter.New(byteOptions)
				require.NoError(t, err)
			}
			r := counter.Reading{At: after(i + g.IntN(3)), Value: counter.Uint(g.Uint64N(1 << 32))}
			want, err := alone[name].Observe(r)
			require.NoError(t, err)
			got, err := s.Observe(name, r)
			require.NoError(t, err)
			require.Equal(t, want, got)
			if g.IntN(5) == 0 {
				saved, err := s.MarshalBinary()
				require.NoError(t, err)
				s, err = counter.RestoreSet(byteOptions, 4, saved)
				require.NoError(t, err)
			}
		}
	})
}
