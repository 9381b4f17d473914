package metering

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unique"
	"unsafe"

	"github.com/meterbook/meterbook/internal/fixed"
)

// keysLike returns keys that are easily mistaken for each other: fields that
// are empty, swapped, of all lengths around what words hold, and equal at both
// ends.
func keysLike(n int) []Key {
	var texts []string
	for _, length := range []int{1, 2, 3, 4, 5, 7, 8, 9, 14, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40, 41, 48, 64, 255} {
		a := strings.Repeat("a", length)
		texts = append(texts, a, "b"+a[1:], a[1:]+"b", a[:length/2]+"b"+a[length/2+min(1, length-length/2):])
	}
	var keys []Key
	for i := 0; len(keys) < n; i++ {
		k := Key{Account: Account(texts[i%len(texts)]), Meter: InputTokens}
		switch i / len(texts) % 8 {
		case 0:
			k.SKU = texts[i*7%len(texts)]
		case 1:
			k.Resource = texts[i*7%len(texts)]
		case 2:
			k.Region = texts[i*7%len(texts)]
		case 3:
			k.Labels = MustLabels("n", texts[i*7%len(texts)])
		case 4:
			k.SKU, k.Resource = texts[i*5%len(texts)], texts[i*3%len(texts)]
		case 5:
			k.SKU, k.Region = texts[i*5%len(texts)], texts[i*3%len(texts)]
		case 6:
			k.Meter, k.SKU, k.Resource = AcceleratorTime, texts[i*5%len(texts)], fmt.Sprint(i)
		case 7:
			k.Meter, k.Resource = OutputTokens, fmt.Sprint("resource-", i)
		}
		keys = append(keys, k)
	}
	return keys
}

// TestIndex_IsAMap: what is found is what a map of keys has, while the index
// grows, and shrinks again, through many sizes.
func TestIndex_IsAMap(t *testing.T) {
	a := NewAggregator()
	want := make(map[Key]*Series)
	keys := keysLike(20_000)
	for _, k := range keys {
		have := a.find(&k)
		if have != want[k] {
			t.Fatalf("%+v: found %v", k, have)
		}
		s, err := a.Series(k)
		if err != nil {
			t.Fatal(err)
		}
		if s.Key() != k {
			t.Fatalf("%+v: got the series of %+v", k, s.Key())
		}
		want[k] = s
	}
	check := func() {
		t.Helper()
		if a.index.count != len(want) {
			t.Fatalf("%d series, want %d", a.index.count, len(want))
		}
		for _, k := range keys {
			if a.find(&k) != want[k] {
				t.Fatalf("%+v", k)
			}
		}
		n := 0
		for s := range a.index.all() {
			if want[s.Key()] != s {
				t.Fatalf("%+v is not there", s.Key())
			}
			n++
		}
		if n != len(want) {
			t.Fatalf("visited %d, want %d", n, len(want))
		}
	}
	check()
	a.mu.Lock()
	r := rand.New(rand.NewPCG(1, 1))
	for k, s := range want {
		if r.IntN(3) > 0 {
			a.forget(s)
			delete(want, k)
		}
	}
	a.mu.Unlock()
	check()
	if len(a.owners) == 0 || len(a.groups) == 0 || len(a.places) == 0 || len(a.tenants) == 0 {
		t.Fatalf("the test has none of these: %d owners, %d groups, %d places, %d tenants of %d series", len(a.owners), len(a.groups), len(a.places), len(a.tenants), len(want))
	}
	a.mu.Lock()
	for k, s := range want {
		a.forget(s)
		delete(want, k)
	}
	a.mu.Unlock()
	check()
	if len(a.owners)+len(a.groups)+len(a.places)+len(a.tenants) != 0 {
		t.Errorf("left behind: %d owners, %d groups, %d places, %d tenants", len(a.owners), len(a.groups), len(a.places), len(a.tenants))
	}
}

// TestIndex_FindsAtOnce: what the short way finds is what the long one does, and
// it finds nearly all.
func TestIndex_FindsAtOnce(t *testing.T) {
	a := NewAggregator(WithSeriesQuota(1 << 20))
	keys := keysLike(5_000)
	for i := range 5_000 {
		keys = append(keys, Key{Account: Account(fmt.Sprintf("tenant-%04d", i/32)), Meter: InputTokens, SKU: fmt.Sprintf("sku-%d", i%32)})
	}
	for i := range keys {
		if _, err := a.Series(keys[i]); err != nil {
			t.Fatal(err)
		}
	}
	missed := 0
	for i := range keys {
		k := &keys[i]
		s, want := a.index.rare(&a.hash, k), a.find(k)
		if k.isPlain() {
			s = a.index.candidate(&a.hash, k, 0, lengths(len(k.Account), len(k.Meter), len(k.SKU)))
		}
		switch s {
		case want:
		case nil:
			missed++
		default:
			t.Fatalf("%+v: found %+v", k, s.Key())
		}
	}
	if missed > len(keys)/10 {
		t.Errorf("missed %d of %d", missed, len(keys))
	}
	t.Logf("missed %d of %d", missed, len(keys))
}

// TestIndex_HostileKeys: a key with a field of any length is looked up, not
// found and refused, whatever is there.
func TestIndex_HostileKeys(t *testing.T) {
	a := NewAggregator()
	good := Key{Account: "acme", Meter: InputTokens}
	if _, err := a.Series(good); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{257, 1023, 1024, 1025, 1 << 15, 1 << 16, 1 << 20} {
		long := strings.Repeat("\x00", n)
		for _, k := range []Key{
			{Account: Account(long), Meter: InputTokens}, {Account: "acme", Meter: MeterID(long)}, {Account: "acme", Meter: InputTokens, SKU: long},
			{Account: "acme", Meter: InputTokens, Resource: long}, {Account: "acme", Meter: InputTokens, Region: long},
			{Account: "acme", Meter: InputTokens, Labels: Labels{unique.Make(long)}},
		} {
			if s := a.find(&k); s != nil {
				t.Fatalf("%d bytes: found %+v", n, s.Key())
			}
		}
	}
	if err := a.AddAt(nil, time.Now(), Grains(1, Token)); err == nil {
		t.Error("no key is no key")
	}
}

// TestSeries_Size holds a series to the lines and size classes that it was laid
// out for.
func TestSeries_Size(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) < 8 {
		t.Skip("of 64-bit machines")
	}
	for name, sizes := range map[string][2]uintptr{
		"Series": {unsafe.Sizeof(Series{}), 64}, "cold": {unsafe.Sizeof(cold{}), 32}, "named": {unsafe.Sizeof(named{}), 64}, "stripe": {unsafe.Sizeof(stripe{}), 32},
		"bucket": {unsafe.Sizeof(bucket{}), 64}, "segment": {unsafe.Sizeof(segment{}), 4864}, "cell": {unsafe.Sizeof(cell{}), 24},
	} {
		if sizes[0] > sizes[1] {
			t.Errorf("%s has %d bytes, want at most %d", name, sizes[0], sizes[1])
		}
	}
}

// TestSeries_Memory: a million series with two open windows take no more than
// 120 bytes each besides what they have of their resources' names.
func TestSeries_Memory(t *testing.T) {
	if testing.Short() || unsafe.Sizeof(uintptr(0)) < 8 {
		t.Skip("takes two seconds, and is of 64-bit machines")
	}
	t.Run("three strings", func(t *testing.T) {
		holdsMemory(t, 0, func(i int) Key {
			return Key{Account: Account(fmt.Sprint("tenant-", i/1000)), Meter: InputTokens, SKU: fmt.Sprint("m-", i%1000)}
		})
	})
	t.Run("resources", func(t *testing.T) {
		// The header of the name, and its ends.
		holdsMemory(t, 16+16, func(i int) Key {
			return Key{Account: Account(fmt.Sprint("tenant-", i/1000)), Meter: InputTokens, Resource: fmt.Sprint("resource-", i), SKU: "m-large", Region: "cn-north-1"}
		})
	})
}

// holdsMemory makes a million series and holds them to their memory, besides the
// bytes that each has of its name.
func holdsMemory(t *testing.T, name float64, key func(i int) Key) {
	const n = 1_000_000
	keys := make([]Key, n)
	for i := range keys {
		keys[i] = key(i)
	}
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	before := heap()
	a := NewAggregator()
	for i := range keys {
		for _, window := range []time.Time{at, at.Add(15 * time.Minute)} {
			if err := a.AddAt(&keys[i], window, Grains(1, Token)); err != nil {
				t.Fatal(err)
			}
		}
	}
	each := float64(heap()-before) / n
	t.Logf("%.1f bytes a series, %.1f besides its name", each, each-name)
	if each-name > 120 {
		t.Errorf("%.1f bytes a series besides its name, want at most 120", each-name)
	}
	runtime.KeepAlive(a)
	runtime.KeepAlive(keys)
}

// heap returns the bytes in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAddAt_EveryShape: additions by keys of all lengths, of which some take the
// short way, are those of the series that the keys have, and times that are out of
// range are never taken for a window.
func TestAddAt_EveryShape(t *testing.T) {
	a := NewAggregator(WithSeriesQuota(1 << 20))
	for i := range a.lanes.of { // one lane wherever the stack is, and not the first
		a.lanes.of[i].Store(1 + uintptr(laneBytes))
	}
	at := time.Date(2026, time.March, 1, 10, 20, 0, 0, time.UTC)
	want := make(map[Key]int64)
	for range 3 {
		for i, k := range keysLike(5_000) {
			meter, err := a.Catalogue().Lookup(k.Meter)
			if err != nil {
				t.Fatal(err)
			}
			n := int64(i%7) << (i % 45)
			if err := a.AddAt(&k, at, Grains(n, meter.Unit.Dimension())); err != nil {
				t.Fatal(err)
			}
			want[k] += n
			wrong := Grains(1, Energy)
			if err := a.AddAt(&k, at, wrong); !errors.As(err, new(*DimensionError)) {
				t.Fatalf("%+v: %v", k, err)
			}
		}
	}
	usual := Key{Account: "tenant-0001", Meter: InputTokens, SKU: "sku-1"}
	for shift := 33; shift < 63; shift++ {
		for _, sign := range []int64{1, -1} {
			far := time.Unix(at.Unix()+sign<<shift, 0)
			if err := a.AddAt(&usual, at, Grains(1, Token)); err != nil {
				t.Fatal(err)
			}
			want[usual]++
			if err := a.AddAt(&usual, far, Grains(1, Token)); !errors.Is(err, ErrTimeRange) {
				t.Fatalf("%v: %v", far, err)
			}
		}
	}
	// Amounts of more than 64 bits, and below 0, whose low word is small.
	wide := Key{Account: "tenant-0002", Meter: InputTokens}
	bound, err := a.Series(wide)
	if err == nil {
		err = a.Advance(at)
	}
	if err != nil {
		t.Fatal(err)
	}
	var sum fixed.Int128
	for _, n := range []fixed.Int128{{Lo: 7}, {Hi: 1, Lo: 5}, {Lo: 3}, {Lo: 1<<64 - 1}, {Lo: 1 << sumBits}, {Lo: 3}} {
		for _, err := range []error{
			a.AddAt(&wide, at, GrainsWide(n, Token)), bound.AddAt(at, GrainsWide(n, Token)), bound.Add(GrainsWide(n, Token)),
		} {
			if err != nil {
				t.Fatal(err)
			}
			sum, _ = sum.Add(n)
		}
	}
	if err := errors.Join(a.AddAt(&wide, at, Grains(-1, Token)), bound.AddAt(at, Grains(-1, Token)), bound.Add(Grains(-1, Token))); !errors.Is(err, ErrNegative) {
		t.Fatal(err)
	}
	// A sum that outgrows its bits, in the word of the lane before.
	s, err := a.Series(usual)
	if err != nil {
		t.Fatal(err)
	}
	word := &s.words[at.UnixNano()/a.width&1]
	want[usual] += hotLimit - 1 - int64(sumOf(word.Load())) + 1
	word.Store(word.Load()>>tagShift<<tagShift | hotLimit - 1)
	if err := a.AddAt(&usual, at, Grains(1, Token)); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for u, err := range a.Usage(MustPeriod("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
		if u.Key == wide {
			want[u.Key] = 0
			if u.Quantity.Grains() != sum {
				t.Fatalf("%v, want %v", u.Quantity.Grains(), sum)
			}
			continue
		}
		if u.Quantity.Grains() != fixed.FromInt64(want[u.Key]) {
			t.Fatalf("%+v: %v, want %d", u.Key, u.Quantity, want[u.Key])
		}
	}
	if rows != len(want) {
		t.Fatalf("%d rows of %d keys", rows, len(want))
	}
}
