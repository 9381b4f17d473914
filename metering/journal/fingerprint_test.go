package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

var testKey = [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// TestFingerprint_Vectors holds the hash to the 64 vectors of the reference
// implementation (https://github.com/veorq/SipHash, vectors.h, vectors_sip128):
// key 00 01 … 0f, inputs the first n bytes of 00 01 02 ….
func TestFingerprint_Vectors(t *testing.T) {
	text, err := os.ReadFile("testdata/siphash-2-4-128.txt")
	require.NoError(t, err)
	lines := strings.Fields(string(text))
	reference := sipKey{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	require.Len(t, lines, 64)
	var in []byte
	for n, want := range lines {
		first, second := reference.sum(in)
		out := binary.LittleEndian.AppendUint64(nil, first)
		out = binary.LittleEndian.AppendUint64(out, second)
		require.Equal(t, want, hex.EncodeToString(out), "of %d bytes", n)
		in = append(in, byte(n))
	}
}

// FuzzFingerprint_Both: both digests of an event are those of the inputs as a whole.
func FuzzFingerprint_Both(f *testing.F) {
	for _, id := range []string{"", "a", "seven b", "eight by", "nine byte", "fifteen bytes..", "sixteen bytes...", "seventeen bytes.."} {
		f.Add(id, uint64(1), uint64(2), 3)
		f.Add(id, uint64(1)<<63, uint64(7), 0)
	}
	f.Fuzz(func(t *testing.T, id string, p, q uint64, n int) {
		k, l := sipKey{p, q}, sipKey{q, p + 1}
		words := make([]uint64, uint(n)%12)
		all := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, q), q)
		for i := range words {
			words[i] = p*uint64(i+3) ^ q
			all = binary.LittleEndian.AppendUint64(all, words[i])
		}
		wantDigest, _ := l.sum(all)
		all = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, p), q)
		wantHi, wantLo := k.sum(append(all, id...))
		a, b := k.begin(), l.begin()
		a.word(p)
		a.word(q)
		b.word(q)
		b.word(q)
		hi, lo, digest := sumBoth(&a, &b, id, words)
		require.Equal(t, fingerprint{wantHi, wantLo}, fingerprint{hi, lo})
		require.Equal(t, wantDigest, digest)
	})
}

// TestPrintable: as one character at a time.
func TestPrintable(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				b := []byte(strings.Repeat("~ x", 7)[:n])
				b[at] = byte(c)
				require.Equal(t, c >= ' ' && c <= '~', printable(string(b)), "%q", b)
			}
		}
		require.True(t, printable(strings.Repeat(" ", n)))
	}
}

// TestFingerprint_Delimiters: identities that read the same once their parts
// are joined are different ones, whatever the delimiter.
func TestFingerprint_Delimiters(t *testing.T) {
	parts := []string{"a", "a-1", "1", "1-2", "2", "-", "a-", "-1", "1/2", "a/1", "/", "a:1", ":", "1:2", "a.1", "1.2", "a\x001", "\x00",
		"\x01a", "\x01", "\x01a\x01", "a\x01", "\x02", "\x02a1", "a1", "a12", "12", strings.Repeat("x", 127), strings.Repeat("x", 128),
		strings.Repeat("x", 256), "", "é", "e\u0301"}
	secret := newSecret(testKey)
	s := newScribe(&secret)
	seen := map[fingerprint]metering.Identity{}
	tenants := slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return strings.Contains(p, "/") }) // ends a tenant
	for _, tenant := range tenants {
		for _, source := range parts {
			of := secret.subjectOf(&metering.Event{Account: metering.Account(tenant), Source: source}, nil)
			for _, id := range parts {
				e := metering.Event{Account: metering.Account(tenant), Source: source, ID: id, Time: time.Unix(0, 0)}
				print := s.claim(of, &e, nil, 0).id
				if other, known := seen[print]; known {
					t.Fatalf("%+v and %+v have one fingerprint", e.Identity(), other)
				}
				seen[print] = e.Identity()
			}
		}
	}
	require.Len(t, seen, len(tenants)*len(parts)*len(parts))
}

func TestFingerprint_Keyed(t *testing.T) {
	in := []byte("tenant and id")
	other := testKey
	other[15] ^= 1
	s, o := newSecret(testKey), newSecret(other)
	require.NotEqual(t, s.identity(in), o.identity(in))
	require.NotEqual(t, s.body(in), o.body(in))
	require.NotEqual(t, s.identity(in).hi, s.body(in))
	require.NotEqual(t, s.owner([16]byte{}), o.owner([16]byte{}))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		s.identity(in)
	}))
}

func BenchmarkFingerprint(b *testing.B) {
	in := make([]byte, 120)
	key := sipKey{1, 2}
	for _, n := range []int{40, 120} {
		name := map[int]string{40: "40", 120: "120"}[n]
		b.Run("siphash-2-4/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sum, _ := key.sum(in[:n])
				in[0] = byte(sum)
			}
		})
		b.Run("siphash-1-3/"+name, func(b *testing.B) {
			for b.Loop() {
				sum, _ := sum13(key, in[:n])
				in[0] = byte(sum)
			}
		})
		b.Run("sha256/"+name, func(b *testing.B) {
			for b.Loop() {
				sum := sha256.Sum256(in[:n])
				in[0] = sum[0]
			}
		})
		b.Run("hmac-sha256/"+name, func(b *testing.B) {
			mac := hmac.New(sha256.New, testKey[:])
			var buf [32]byte
			for b.Loop() {
				mac.Reset()
				mac.Write(in[:n])
				in[0] = mac.Sum(buf[:0])[0]
			}
		})
	}
}

// sum13 is SipHash-1-3, which was turned down: kept here to be measured.
func sum13(s sipKey, b []byte) (first, second uint64) {
	v0, v1 := s.k0^0x736f6d6570736575, s.k1^0x646f72616e646f6d^0xee
	v2, v3 := s.k0^0x6c7967656e657261, s.k1^0x7465646279746573
	last := uint64(len(b)) << 56
	for ; len(b) >= 8; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v3 ^= m
		v0, v1, v2, v3 = round(v0, v1, v2, v3)
		v0 ^= m
	}
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	v3 ^= last
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0 ^= last
	v2 ^= 0xee
	for range 3 {
		v0, v1, v2, v3 = round(v0, v1, v2, v3)
	}
	first = v0 ^ v1 ^ v2 ^ v3
	v1 ^= 0xdd
	for range 3 {
		v0, v1, v2, v3 = round(v0, v1, v2, v3)
	}
	return first, v0 ^ v1 ^ v2 ^ v3
}
