package segment

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	batchRecords = 10_000
	recordBytes  = 100
)

func benchDir(b *testing.B) (string, *Directory) {
	path := os.Getenv("SEGMENT_BENCH_DIR") // a disk: /tmp may be memory
	if path == "" {
		path = b.TempDir()
	}
	path, err := os.MkdirTemp(path, "bench") //nolint:usetesting // on the disk that is asked for
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(path) })
	dir, err := OpenDirectory(filepath.Join(path, "log"))
	if err != nil {
		b.Fatal(err)
	}
	return path, dir
}

// A raw appends the same bytes with nothing around: WriteAt and fdatasync, with
// the same preallocation and the same new file each 64 MiB.
type raw struct {
	dir   *Directory
	file  File
	n     int
	off   int64
	alloc int64
}

func (r *raw) write(b *testing.B, p []byte) {
	if r.file == nil || r.off >= defaultSegment {
		if r.file != nil {
			_ = r.file.Close()
		}
		r.n++
		f, err := r.dir.Create(fmt.Sprintf("raw-%d", r.n))
		if err != nil {
			b.Fatal(err)
		}
		r.file, r.off, r.alloc = f, 0, 0
	}
	for r.off+int64(len(p)) > r.alloc {
		if err := r.file.(allocator).Allocate(r.alloc, r.alloc+4<<20); err != nil {
			b.Fatal(err)
		}
		r.alloc += 4 << 20
	}
	if _, err := r.file.WriteAt(p, r.off); err != nil {
		b.Fatal(err)
	}
	r.off += int64(len(p))
	if err := r.file.Sync(); err != nil {
		b.Fatal(err)
	}
}

// Batches of 10,000 records of 100 bytes, each waited for, and with the next one
// staged meanwhile, beside the same bytes written raw: all three by turns, so
// that the disk is the same for all.
func BenchmarkBatch10000(b *testing.B) {
	_, dir := benchDir(b)
	l, _, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	payload := make([]byte, recordBytes)
	batch := func(n int) Ticket {
		t, err := l.Stage(func(batch *Batch) error {
			for range n {
				buf := append(batch.Begin(), payload...)
				if _, err := batch.End(buf); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	wait := func(t Ticket) {
		if err := t.Wait(bg); err != nil {
			b.Fatal(err)
		}
	}
	r := raw{dir: dir}
	bytes := make([]byte, batchRecords*(recordBytes+frameSize)+markSize)
	fillByte(bytes)
	fillByte(payload)
	const turn = 16
	var spent [3]time.Duration
	rounds := 0
	for b.Loop() {
		start := time.Now()
		for range turn {
			r.write(b, bytes)
		}
		spent[0] += time.Since(start)
		start = time.Now()
		for range turn {
			wait(batch(batchRecords))
		}
		spent[1] += time.Since(start)
		start = time.Now()
		last := batch(batchRecords)
		for range turn - 1 {
			next := batch(batchRecords)
			wait(last)
			last = next
		}
		wait(last)
		spent[2] += time.Since(start)
		rounds += turn
	}
	mb := float64(rounds) * float64(len(bytes)) / 1e6
	b.ReportMetric(mb/spent[0].Seconds(), "raw-MB/s")
	b.ReportMetric(mb/spent[1].Seconds(), "waited-MB/s")
	b.ReportMetric(mb/spent[2].Seconds(), "ahead-MB/s")
	b.ReportMetric(spent[0].Seconds()/spent[1].Seconds(), "waited/raw")
	b.ReportMetric(spent[0].Seconds()/spent[2].Seconds(), "ahead/raw")
}

func fillByte(p []byte) {
	for i := range p {
		p[i] = byte(i*7 + 1)
	}
}

// 512 writers, each with one record at a time that it waits for.
func BenchmarkWriters512(b *testing.B) {
	for _, opts := range []Options{{}, {Interval: 10 * time.Millisecond}} {
		b.Run(fmt.Sprint("interval=", opts.Interval), func(b *testing.B) {
			_, dir := benchDir(b)
			l, _, err := Open(dir, opts)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			benchWriters(b, l, 512)
		})
	}
}

func BenchmarkWriters1(b *testing.B) {
	_, dir := benchDir(b)
	l, _, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	benchWriters(b, l, 1)
}

func benchWriters(b *testing.B, l *Log, writers int) {
	payload := make([]byte, recordBytes)
	fillByte(payload)
	work := make(chan struct{}, writers)
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			fill := func(batch *Batch) error {
				_, err := batch.Append(payload)
				return err
			}
			for range work {
				t, err := l.Stage(fill)
				if err == nil {
					err = t.Wait(bg)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkRead(b *testing.B) {
	_, dir := benchDir(b)
	l, _, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	payload := make([]byte, recordBytes)
	fillByte(payload)
	for range 50 {
		t, err := l.Stage(func(batch *Batch) error {
			for range batchRecords {
				if _, err := batch.Append(payload); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = t.Wait(bg)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(50 * batchRecords * (recordBytes + frameSize))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for rec, err := range l.Records(0) {
			if err != nil {
				b.Fatal(err)
			}
			n += len(rec.Payload)
		}
		if n != 50*batchRecords*recordBytes {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.N)*50*batchRecords/b.Elapsed().Seconds(), "records/s")
}
