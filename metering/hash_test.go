package metering

import (
	"fmt"
	"math/bits"
	"testing"
)

// TestKeyHash_Spreads: keys that differ in one field, as those of one tenant do,
// fill the bits that choose a segment, a bucket and a tag about evenly.
func TestKeyHash_Spreads(t *testing.T) {
	x, h := newIndex(), newKeyHash()
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
		const n = 1 << 14
		var segment, bucket, tag [64]int
		for i := range n {
			k := key(i)
			_, hash := x.find(&h, &k)
			segment[hash>>58]++
			bucket[bucketOf(hash)]++
			tag[tagByte(hash)>>2]++
		}
		for what, counts := range map[string][64]int{"segment": segment, "bucket": bucket, "tag": tag} {
			for i, c := range counts { // 256 each, give or take 16
				if c < 256-6*16 || c > 256+6*16 {
					t.Errorf("%s: %s %d has %d of %d", name, what, i, c, n)
				}
			}
		}
	}
}

// TestKeyHash_IsSeeded: two aggregators hash a key differently, so that keys that
// collide in one do not in another.
func TestKeyHash_IsSeeded(t *testing.T) {
	x, a, b := newIndex(), newKeyHash(), newKeyHash()
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
