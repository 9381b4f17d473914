package metering

import (
	"errors"
	"testing"

	"github.com/meterbook/meterbook/internal/fixed"
)

// TestSnapshot_LastWindow: the window that ends with the year 2199 is read, and
// none after it.
func TestSnapshot_LastWindow(t *testing.T) {
	const width = int64(900 * second)
	last := maxTime/width - 1
	for _, c := range []struct {
		windows []int64
		valid   bool
	}{
		{[]int64{0, last}, true},
		{[]int64{last}, true},
		{[]int64{last + 1}, false},
		{[]int64{last, last + 1}, false},
		{[]int64{last - 1, last, last + 1000}, false},
	} {
		e := sheetEntry{key: Key{Account: "acme", Meter: InputTokens}, dim: Token}
		for _, w := range c.windows {
			e.used.add(w, fixed.FromInt64(1))
		}
		usage, err := newSheet(width, []sheetEntry{e})
		if err != nil {
			t.Fatal(err)
		}
		written, err := (&Snapshot{width, usage, []origin{{"a", 1, usage}}}).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		err = new(Snapshot).UnmarshalBinary(written)
		if valid := err == nil; valid != c.valid || !valid && !errors.Is(err, ErrCorrupt) {
			t.Errorf("windows %d: %v", c.windows, err)
		}
	}
}
