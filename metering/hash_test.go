package metering

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"
	"unsafe"
)

// TestKeyHash_Spreads: keys that differ in one field, as those of one tenant do,
// fill the bits that choose a segment, a bucket and a tag about evenly. One
// secret in a hundred is less even than this asks for, so it asks most of nine.
func TestKeyHash_Spreads(t *testing.T) {
	x := new(index)
	x.begin()
	for name, key := range map[string]func(i int) Key{
		"account": func(i int) Key { return Key{Account: Account(fmt.Sprint("tenant-", i)), Meter: InputTokens} },
		"long account": func(i int) Key {
			return Key{Account: Account(fmt.Sprint("a-tenant-with-a-name/", i)), Meter: InputTokens}
		},
		"resource": func(i int) Key { return Key{Account: "acme", Meter: InputTokens, Resource: fmt.Sprint("i-", i)} },
		"middle": func(i int) Key {
			return Key{Account: "acme", Meter: InputTokens, Resource: fmt.Sprintf("prefix-of-it-%d-and-what-follows", i)}
		},
		"SKU": func(i int) Key { return Key{Account: "acme", Meter: InputTokens, SKU: fmt.Sprint(i)} },
		"labels": func(i int) Key {
			return Key{Account: "acme", Meter: InputTokens, Labels: MustLabels("pod", fmt.Sprint(i), "zone", "a")}
		},
	} {
		const n, secrets = 1 << 14, 9
		keys := make([]Key, n)
		for i := range keys {
			keys[i] = key(i)
		}
		var least, most [3][secrets]int // of segments, buckets and tags
		for secret := range secrets {
			h, counts := newKeyHash(), [3][64]int{}
			for i := range keys {
				_, hash := x.find(&h, &keys[i])
				counts[0][hash>>58]++
				counts[1][bucketOf(hash)]++
				counts[2][tagByte(hash)>>2]++
			}
			for i := range counts {
				least[i][secret], most[i][secret] = slices.Min(counts[i][:]), slices.Max(counts[i][:])
			}
		}
		for i, what := range []string{"segment", "bucket", "tag"} {
			slices.Sort(least[i][:])
			slices.Sort(most[i][:])
			// 256 each, give or take 16.
			if lo, hi := least[i][secrets/2], most[i][secrets/2]; lo < 256-6*16 || hi > 256+6*16 {
				t.Errorf("%s: one %s has %d of %d keys, another %d", name, what, lo, n, hi)
			}
		}
	}
}

// TestKeyHash_IsSeeded: two aggregators hash a key differently, so that keys that
// collide in one do not in another.
func TestKeyHash_IsSeeded(t *testing.T) {
	x, a, b := new(index), newKeyHash(), newKeyHash()
	x.begin()
	differ := 0
	for i := range 100 {
		k := Key{Account: Account(fmt.Sprint("tenant-", i)), Meter: InputTokens}
		_, ha := x.find(&a, &k)
		_, hb := x.find(&b, &k)
		differ += bits.OnesCount64(ha ^ hb)
	}
	if differ < 2800 || differ > 3600 { // half of 6400 bits, give or take 40
		t.Errorf("%d of 6400 bits differ", differ)
	}
}

// TestLabels_Word: a set is one word, and equal sets are equal words, however
// they were made.
func TestLabels_Word(t *testing.T) {
	if unsafe.Sizeof(Labels{}) != unsafe.Sizeof(uintptr(0)) {
		t.Fatalf("labels have %d bytes", unsafe.Sizeof(Labels{}))
	}
	a, b := MustLabels("pod", "a", "zone", "1"), MustLabels("zone", "1", "pod", "a")
	other, none := MustLabels("pod", "a", "zone", "2"), Labels{}
	if a.word() != b.word() || a.word() == other.word() || none.word() != 0 || a.word() == 0 {
		t.Errorf("words %x, %x, %x and %x", a.word(), b.word(), other.word(), none.word())
	}
}
