package meteringtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

func TestFiles_Disk(t *testing.T) {
	for _, size := range []int{16, 512, 4096} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			TestFiles(t, func(*testing.T) segment.Files { return NewDisk(BlockSize(size)) })
		})
	}
}

func TestFiles_Wrapped(t *testing.T) {
	t.Run("Faults", func(t *testing.T) {
		TestFiles(t, func(*testing.T) segment.Files { return NewFaults(NewDisk()) })
	})
	t.Run("Space", func(t *testing.T) {
		TestFiles(t, func(*testing.T) segment.Files {
			f := NewFaults(NewDisk())
			f.Space(1 << 30)
			return f
		})
	})
	t.Run("WithoutSync", func(t *testing.T) { // it is durability alone that is missing
		TestFiles(t, func(*testing.T) segment.Files {
			return WithoutSync(NewDisk(), func(c Call) bool { return c.Method == MethodSyncDir })
		})
	})
	t.Run("AfterPowerLoss", func(t *testing.T) {
		TestFiles(t, func(*testing.T) segment.Files { return NewDisk().PowerLoss(Loss{}) })
	})
	t.Run("Killed", func(t *testing.T) {
		TestFiles(t, func(*testing.T) segment.Files { return NewDisk().Kill() })
	})
}

// broken is a directory with one thing wrong.
type broken struct {
	segment.Files
	list   func() ([]string, error)
	create func(string) (segment.File, error)
	rename func(from, to string) error
	remove func(string) error
	lock   func(string) (io.Closer, error)
	open   func(segment.File) segment.File
}

func (b *broken) List() ([]string, error) {
	if b.list != nil {
		return b.list()
	}
	return b.Files.List()
}

func (b *broken) Create(name string) (segment.File, error) {
	create := b.Files.Create
	if b.create != nil {
		create = b.create
	}
	return b.file(create(name))
}

func (b *broken) Edit(name string) (segment.File, error) { return b.file(b.Files.Edit(name)) }

func (b *broken) file(f segment.File, err error) (segment.File, error) {
	if err == nil && b.open != nil {
		f = b.open(f)
	}
	return f, err
}

func (b *broken) Rename(from, to string) error {
	if b.rename != nil {
		return b.rename(from, to)
	}
	return b.Files.Rename(from, to)
}

func (b *broken) Remove(name string) error {
	if b.remove != nil {
		return b.remove(name)
	}
	return b.Files.Remove(name)
}

func (b *broken) Lock(name string) (io.Closer, error) {
	if b.lock != nil {
		return b.lock(name)
	}
	return b.Files.Lock(name)
}

// brokenFile is an open file with one thing wrong.
type brokenFile struct {
	segment.File
	writeAt  func(p []byte, off int64) (int, error)
	readAt   func(p []byte, off int64) (int, error)
	truncate func(size int64) error
	size     func() (int64, error)
	sync     func() error
	close    func() error
}

func (b *brokenFile) WriteAt(p []byte, off int64) (int, error) {
	if b.writeAt != nil {
		return b.writeAt(p, off)
	}
	return b.File.WriteAt(p, off)
}

func (b *brokenFile) ReadAt(p []byte, off int64) (int, error) {
	if b.readAt != nil {
		return b.readAt(p, off)
	}
	return b.File.ReadAt(p, off)
}

func (b *brokenFile) Truncate(size int64) error {
	if b.truncate != nil {
		return b.truncate(size)
	}
	return b.File.Truncate(size)
}

func (b *brokenFile) Size() (int64, error) {
	if b.size != nil {
		return b.size()
	}
	return b.File.Size()
}

func (b *brokenFile) Sync() error {
	if b.sync != nil {
		return b.sync()
	}
	return b.File.Sync()
}

func (b *brokenFile) Close() error {
	if b.close != nil {
		return b.close()
	}
	return b.File.Close()
}

// TestFiles_FindsWhatIsBroken shows of each check that it can fail.
func TestFiles_FindsWhatIsBroken(t *testing.T) {
	type row struct {
		check string
		wrong string
		make  func() segment.Files
	}
	dir := func(change func(d *Disk, b *broken)) func() segment.Files {
		return func() segment.Files {
			d := NewDisk()
			b := &broken{Files: d}
			change(d, b)
			return b
		}
	}
	file := func(change func(f *brokenFile)) func() segment.Files {
		return dir(func(_ *Disk, b *broken) {
			b.open = func(f segment.File) segment.File {
				wrong := &brokenFile{File: f}
				change(wrong)
				return wrong
			}
		})
	}
	rows := []row{
		{"Names", "any name will do", dir(func(d *Disk, b *broken) {
			b.create = func(name string) (segment.File, error) {
				if checkName("", name) != nil {
					name = "any"
				}
				return d.Create(name)
			}
		})},
		{"Create", "an old file is opened", dir(func(d *Disk, b *broken) {
			b.create = func(name string) (segment.File, error) {
				if f, err := d.Edit(name); err == nil {
					return f, nil
				}
				return d.Create(name)
			}
		})},
		{"Missing", "nothing to remove is fine", dir(func(d *Disk, b *broken) {
			b.remove = func(name string) error { _ = d.Remove(name); return nil }
		})},
		{"ReadBack", "the caller's bytes are kept", file(func(f *brokenFile) {
			var late []byte
			var at int64
			f.writeAt = func(p []byte, off int64) (int, error) {
				_, _ = f.File.WriteAt(late, at)
				late, at = p, off
				return len(p), nil
			}
		})},
		{"EndOfFile", "no end of file", dir(func(d *Disk, b *broken) {
			b.Files = openWith{d, func(f *brokenFile) {
				f.readAt = func(p []byte, off int64) (int, error) {
					n, err := f.File.ReadAt(p, off)
					if err == io.EOF {
						err = nil
					}
					return n, err
				}
			}}
		})},
		{"Overwrite", "writes append", file(func(f *brokenFile) {
			f.writeAt = func(p []byte, off int64) (int, error) {
				size, _ := f.File.Size()
				return f.File.WriteAt(p, max(off, size))
			}
		})},
		{"Holes", "holes are not zeros", file(func(f *brokenFile) {
			f.writeAt = func(p []byte, off int64) (int, error) {
				if size, _ := f.File.Size(); off > size {
					_, _ = f.File.WriteAt(bytes.Repeat([]byte{1}, int(off-size)), size)
				}
				return f.File.WriteAt(p, off)
			}
		})},
		{"Truncate", "what was cut off comes back", file(func(f *brokenFile) {
			var cut []byte
			f.truncate = func(size int64) error {
				all, _ := readAll(f.File)
				if size < int64(len(all)) && size >= 0 {
					cut = all
				}
				err := f.File.Truncate(size)
				if size > int64(len(all)) {
					_, _ = f.File.WriteAt(cut, 0)
				}
				return err
			}
		})},
		{"OpenIsForReading", "it is for writing too", dir(func(d *Disk, b *broken) { b.Files = openEdits{d} })},
		{"TwoHandles", "written when closed", file(func(f *brokenFile) {
			var late []byte
			f.writeAt = func(p []byte, off int64) (int, error) { late = bytes.Clone(p); return len(p), nil }
			f.close = func() error {
				_, _ = f.File.WriteAt(late, 0)
				return f.File.Close()
			}
		})},
		{"Rename", "the old name stays", dir(func(d *Disk, b *broken) {
			b.rename = func(from, to string) error {
				data, err := readFile(d, from)
				if err == nil && from != to {
					f, _ := d.Create(to)
					_, _ = f.WriteAt(data, 0)
				}
				return err
			}
		})},
		{"RenameReplaces", "it does not replace", dir(func(d *Disk, b *broken) {
			b.rename = func(from, to string) error {
				if f, err := d.Open(to); err == nil {
					_ = f.Close()
					return fs.ErrExist
				}
				return d.Rename(from, to)
			}
		})},
		{"Remove", "the file is emptied", dir(func(d *Disk, b *broken) {
			b.remove = func(name string) error {
				f, err := d.Edit(name)
				if err == nil {
					err = f.Truncate(0)
				}
				return err
			}
		})},
		{"List", "not sorted", dir(func(d *Disk, b *broken) {
			b.list = func() ([]string, error) {
				names, err := d.List()
				slices.Reverse(names)
				return names, err
			}
		})},
		{"List", "the slice is kept", dir(func(d *Disk, b *broken) {
			var kept []string
			b.list = func() ([]string, error) {
				if names, err := d.List(); err != nil || len(names) != len(kept) {
					kept = names
				}
				return kept, nil
			}
		})},
		{"Sync", "nothing to sync is an error", file(func(f *brokenFile) {
			f.sync = func() error {
				if size, _ := f.File.Size(); size == 0 {
					return errors.New("nothing to sync")
				}
				return nil
			}
		})},
		{"Closed", "Close does nothing", file(func(f *brokenFile) { f.close = func() error { return nil } })},
		{"Lock", "everyone has it", dir(func(_ *Disk, b *broken) {
			b.lock = func(string) (io.Closer, error) { return io.NopCloser(nil), nil }
		})},
		{"Lock", "for ever", dir(func(d *Disk, b *broken) {
			b.lock = func(name string) (io.Closer, error) {
				l, err := d.Lock(name)
				if err != nil {
					return nil, err
				}
				_ = l
				return io.NopCloser(nil), nil
			}
		})},
		{"ConcurrentSafe_File", "blocks are read, changed and written back", file(func(f *brokenFile) {
			f.writeAt = func(p []byte, off int64) (int, error) {
				all, _ := readAll(f.File)
				if need := int(off) + len(p); len(all) < need {
					all = append(all, make([]byte, need-len(all))...)
				}
				copy(all[off:], p)
				runtime.Gosched()
				_, err := f.File.WriteAt(all, 0)
				return len(p), err
			}
		})},
		{"ConcurrentSafe_Create", "looks, then makes", dir(func(d *Disk, b *broken) {
			var all sync.WaitGroup
			all.Add(16)
			b.create = func(name string) (segment.File, error) {
				f, err := d.Create(name)
				if name != "shared" {
					return f, err
				}
				all.Done()
				all.Wait() // all have looked
				if err != nil {
					return d.Edit(name)
				}
				return f, err
			}
		})},
	}
	found := map[string]bool{}
	for _, r := range rows {
		t.Run(r.check+"/"+r.wrong, func(t *testing.T) {
			for _, c := range fileChecks() {
				if c.name == r.check {
					require.True(t, fails(c, r.make()), "the check passes")
					require.False(t, fails(c, NewDisk()), "the check fails without it")
					found[c.name] = true
				}
			}
			require.True(t, found[r.check], "no such check")
		})
	}
	for _, c := range fileChecks() {
		require.True(t, found[c.name], "nothing shows that %s can fail", c.name)
	}
}

// openWith breaks files that are opened for reading.
type openWith struct {
	*Disk
	change func(*brokenFile)
}

func (o openWith) Open(name string) (segment.File, error) {
	f, err := o.Disk.Open(name)
	if err != nil {
		return nil, err
	}
	wrong := &brokenFile{File: f}
	o.change(wrong)
	return wrong, nil
}

// openEdits opens for writing what is opened for reading.
type openEdits struct{ *Disk }

func (o openEdits) Open(name string) (segment.File, error) { return o.Disk.Edit(name) }

// fails runs a check and says whether it failed.
func fails(c fileCheck, files segment.Files) bool {
	r := &recorder{}
	done := make(chan struct{})
	go func() { // FailNow ends the goroutine
		defer close(done)
		c.run(r, files)
	}()
	<-done
	return r.failed
}

type recorder struct{ failed bool }

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) FailNow()              { r.failed = true; runtime.Goexit() }
