package meteringtest

import (
	"syscall"

	"github.com/meterbook/meterbook/internal/segment"
)

// Space sets how many bytes the files may grow by from now on, all together;
// below 0 there is no limit, as at the beginning. A write beyond it writes what
// there is room for and fails with ENOSPC; a Truncate beyond it changes nothing.
// What is cut off, removed or replaced makes room again. It is lengths that
// count, holes included. Said again, it raises or lowers the limit.
func (f *Faults) Space(bytes int64) {
	f.full.Lock()
	defer f.full.Unlock()
	f.room = bytes
}

// grow writes, as far as there is room.
func (f *Faults) grow(file segment.File, c Call, p []byte) (int, error) {
	f.full.Lock()
	if f.room < 0 {
		f.full.Unlock()
		return file.WriteAt(p, c.Off)
	}
	defer f.full.Unlock()
	size, err := file.Size()
	if err != nil {
		return 0, err
	}
	fits := len(p)
	if more := c.Off + int64(len(p)) - size; c.Off >= 0 && more > f.room {
		fits = int(max(0, int64(len(p))-(more-f.room)))
	}
	n := 0
	if fits > 0 || len(p) == 0 {
		n, err = file.WriteAt(p[:fits], c.Off)
	}
	if now, sizeErr := file.Size(); sizeErr == nil {
		f.room = max(0, f.room-(now-size))
	}
	if err == nil && fits < len(p) {
		err = f.fail(c, syscall.ENOSPC)
	}
	return n, err
}

// truncate cuts or fills a file, if there is room for it.
func (f *Faults) truncate(file segment.File, c Call) error {
	f.full.Lock()
	if f.room < 0 {
		f.full.Unlock()
		return file.Truncate(c.Off)
	}
	defer f.full.Unlock()
	size, err := file.Size()
	if err != nil {
		return err
	}
	if c.Off-size > f.room {
		return f.fail(c, syscall.ENOSPC)
	}
	if err := file.Truncate(c.Off); err != nil {
		return err
	}
	f.room -= c.Off - size
	return nil
}

// giveBack does what takes a name from a file, and counts the file's bytes as
// room.
func (f *Faults) giveBack(name string, do func() error) error {
	f.full.Lock()
	if f.room < 0 {
		f.full.Unlock()
		return do()
	}
	defer f.full.Unlock()
	var size int64
	if file, err := f.files.Open(name); err == nil {
		size, _ = file.Size()
		_ = file.Close()
	}
	err := do()
	if err == nil {
		f.room += size
	}
	return err
}
