package seal_test

import (
	"testing"

	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// BenchmarkSeal seals a record of a period: nonce, leaf, tree and sums. The
// records are at hand, and the signature is one for all.
func BenchmarkSeal(b *testing.B) {
	const n = 50_000
	records := make([]seal.Record, n)
	for i := range records {
		records[i] = record(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	began := processorTime()
	total := 0
	for b.Loop() {
		s := must(chain().Begin(october, secret, cards...))
		for i := range records {
			if err := s.Add(records[i]); err != nil {
				b.Fatal(err)
			}
		}
		must(s.Seal(signerOf("a")))
		total += n
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(total), "ns/record")
	if used := processorTime() - began; used > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/float64(total), "core-ns/record")
	}
}

// BenchmarkSeal_Usage seals rows of usage, with their canonical bytes.
func BenchmarkSeal_Usage(b *testing.B) {
	const n = 50_000
	rows := make([]metering.Usage, n)
	for i := range rows {
		rows[i] = usage(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	began, total := processorTime(), 0
	for b.Loop() {
		s := must(chain().Begin(october, secret, cards...))
		must(0, s.Add(line(3)))
		for i := range rows {
			if err := s.Add(seal.FromUsage(rows[i], "INV-1/3")); err != nil {
				b.Fatal(err)
			}
		}
		must(s.Seal(signerOf("a")))
		total += n
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(total), "ns/record")
	if used := processorTime() - began; used > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/float64(total), "core-ns/record")
	}
}

// BenchmarkRecord makes the canonical bytes that are sealed.
func BenchmarkRecord(b *testing.B) {
	u, e := usage(1), event(1)
	b.Run("usage", func(b *testing.B) {
		for b.Loop() {
			seal.FromUsage(u, "INV-1/3")
		}
	})
	b.Run("event", func(b *testing.B) {
		for b.Loop() {
			seal.FromEvent(e, "INV-1/3")
		}
	})
}

// BenchmarkProof makes a proof and checks it, against a seal that was opened.
func BenchmarkProof(b *testing.B) {
	const n = 1 << 18
	s := must(chain().Begin(october, secret))
	for i := range n {
		if err := s.Add(line(i)); err != nil {
			b.Fatal(err)
		}
	}
	done := must(s.Seal(signerOf("a")))
	b.ReportAllocs()
	i, began := int64(0), processorTime()
	for b.Loop() {
		p, err := done.Prove(i * 7919 % n)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := done.Seal.Check(p); err != nil {
			b.Fatal(err)
		}
		i++
	}
	if used := processorTime() - began; used > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/float64(i), "core-ns/op")
	}
}

// BenchmarkOpen checks a signed note, which is done once for all of its proofs.
func BenchmarkOpen(b *testing.B) {
	signed, v := sealed(b, chain(), october, 9).Note, verifierOf("a")
	for b.Loop() {
		if _, err := seal.Open(signed, v); err != nil {
			b.Fatal(err)
		}
	}
}
