package meteringtest_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A tape is the smallest log that needs each of its syncs: numbers with a
// checksum, twelve bytes each, four in a file, and a file that says which tape
// it is, made whole by a rename.
type tape struct {
	files segment.Files
	file  segment.File
	next  int
}

const perFile = 4

func newTape(files segment.Files) (*tape, error) {
	f, err := files.Create("name.tmp")
	if err != nil {
		return nil, err
	}
	if _, err = f.WriteAt([]byte("tape"), 0); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err = files.Rename("name.tmp", "name"); err != nil {
		return nil, err
	}
	return &tape{files: files}, files.SyncDir()
}

func (l *tape) append(n uint64) error {
	fresh := l.next%perFile == 0
	if fresh {
		var err error
		if l.file, err = l.files.Create(fmt.Sprintf("tape-%d", l.next/perFile)); err != nil {
			return err
		}
	}
	var record [12]byte
	binary.LittleEndian.PutUint64(record[:], n)
	binary.LittleEndian.PutUint32(record[8:], crc32.ChecksumIEEE(record[:8])+1)
	if _, err := l.file.WriteAt(record[:], int64(l.next%perFile*len(record))); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	if fresh {
		if err := l.files.SyncDir(); err != nil {
			return err
		}
	}
	l.next++
	return nil
}

// read returns the numbers of a tape, and whether there is one.
func read(files segment.Files) (numbers []uint64, named bool) {
	all, err := meteringtest.Contents(files)
	if err != nil {
		return nil, false
	}
	for i := 0; ; i++ {
		data, more := all[fmt.Sprintf("tape-%d", i)]
		for ; len(data) >= 12 && more; data = data[12:] {
			if binary.LittleEndian.Uint32(data[8:]) != crc32.ChecksumIEEE(data[:8])+1 {
				return numbers, string(all["name"]) == "tape"
			}
			numbers = append(numbers, binary.LittleEndian.Uint64(data))
		}
		if !more {
			return numbers, string(all["name"]) == "tape"
		}
	}
}

// suite runs a tape and cuts the power before each call and at the end. It says
// what was lost of what the tape had promised.
func suite(wrap func(segment.Files) segment.Files) error {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	var made bool
	var acked []uint64
	var lost error
	check := func(meteringtest.Call) error {
		for seed := range uint64(4) {
			got, named := read(disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: int(seed) * 25}))
			if made && !named || len(got) < len(acked) || !slices.Equal(acked, got[:len(acked)]) {
				lost = errors.Join(lost, fmt.Errorf("acked %d numbers, found %d, name %v", len(acked), len(got), named))
			}
		}
		return nil
	}
	faults.Hook(check)
	l, err := newTape(wrap(faults))
	made = err == nil
	for n := uint64(0); n < 10 && err == nil; n++ {
		if err = l.append(n * n); err == nil {
			acked = append(acked, n*n)
		}
	}
	_ = check(meteringtest.Call{})
	return errors.Join(err, lost)
}

// Every sync of a log that needs each is missed when it is left out, by number
// and by line of code.
func TestWithoutSync_EveryMutantIsFound(t *testing.T) {
	var syncs atomic.Int64
	sites := map[string]bool{}
	require.NoError(t, suite(func(files segment.Files) segment.Files {
		return meteringtest.WithoutSync(files, func(c meteringtest.Call) bool {
			syncs.Add(1)
			sites[c.Site()] = true
			return false
		})
	}))
	require.EqualValues(t, 2+10+3, syncs.Load())
	require.Len(t, sites, 4, "%v", sites)

	for n := range int(syncs.Load()) {
		require.Error(t, suite(func(files segment.Files) segment.Files {
			return meteringtest.WithoutSync(files, meteringtest.Nth(n+1))
		}), "nothing misses sync %d", n+1)
	}
	for site := range sites {
		require.Error(t, suite(func(files segment.Files) segment.Files {
			return meteringtest.WithoutSync(files, meteringtest.AtSite(site))
		}), "nothing misses the sync of %s", site)
	}
}

// BenchmarkPowerLoss cuts the power of a log of 64 KiB with a few records that
// are not durable, and lets it be read and written again.
func BenchmarkPowerLoss(b *testing.B) {
	for _, size := range []int{512, 4096} {
		disk := meteringtest.NewDisk(meteringtest.BlockSize(size))
		f, err := disk.Create("log")
		require.NoError(b, err)
		_, err = f.WriteAt(make([]byte, 64<<10), 0)
		require.NoError(b, errors.Join(err, f.Sync(), disk.SyncDir()))
		for i := range 10 {
			_, err = f.WriteAt(make([]byte, 100), int64(64<<10+i*100))
			require.NoError(b, err)
		}
		b.Run(fmt.Sprintf("crash/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for seed := uint64(0); b.Loop(); seed++ {
				disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: meteringtest.Random})
			}
		})
		b.Run(fmt.Sprintf("kill/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				disk.Kill()
			}
		})
		b.Run(fmt.Sprintf("crash,read,write,sync/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for seed := uint64(0); b.Loop(); seed++ {
				after := disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: meteringtest.Random})
				if _, err := meteringtest.Contents(after); err != nil {
					b.Fatal(err)
				}
				g, err := after.Edit("log")
				if err != nil {
					b.Fatal(err)
				}
				_, err = g.WriteAt(make([]byte, 100), 64<<10)
				if err := errors.Join(err, g.Sync(), g.Close()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
