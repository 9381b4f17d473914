package metering

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A part is usage of windows that were sealed at once: in memory or in a file.
type part struct {
	sheet *sheet // nil where there is a file
	file  *partFile
}

// with calls do with the sheet, unless none of its windows is one from from up
// to but not to.
func (p *part) with(from, to int64, do func(*sheet)) error {
	if p.sheet != nil {
		do(p.sheet)
		return nil
	}
	if p.file.last < from || to <= p.file.first {
		return nil
	}
	s, err := p.file.read()
	if err != nil {
		return err
	}
	do(s)
	return nil
}

// A partFile is a snapshot file of sealed windows. Its name says all of this:
//
//	usage-SEQUENCE-FIRST-LAST-WATERMARK.snapshot
type partFile struct {
	dir                              *os.Root
	width                            int64
	sequence, first, last, watermark int64
}

const partSource = "sealed" // the origin in the files of one folder

func (f *partFile) name() string {
	return fmt.Sprintf("usage-%010d-%d-%d-%d.snapshot", f.sequence, f.first, f.last, f.watermark)
}

// parseName reads a name and reports whether it is one.
func (f *partFile) parseName(name string) bool {
	fields := strings.Split(strings.TrimSuffix(name, ".snapshot"), "-")
	if len(fields) != 5 {
		return false
	}
	for i, to := range []*int64{&f.sequence, &f.first, &f.last, &f.watermark} {
		n, err := strconv.ParseInt(fields[i+1], 10, 64)
		if err != nil || n < 0 {
			return false
		}
		*to = n
	}
	return name == f.name()
}

// read returns what the file holds.
func (f *partFile) read() (*sheet, error) {
	data, err := f.dir.ReadFile(f.name())
	if err != nil {
		return nil, fmt.Errorf("metering: sealed windows: %w", err)
	}
	var s Snapshot
	if err := s.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("metering: sealed windows in %s: %w", f.name(), err)
	}
	if s.width != f.width {
		return nil, &FieldError{"window", s.Window().String(), "want that of the aggregator: " + time.Duration(f.width).String()}
	}
	return s.usage, nil
}

// An archive is a folder of snapshot files.
type archive struct {
	dir      *os.Root
	sequence int64
}

// Archive keeps sealed windows in snapshot files of a folder, which it makes if
// there is none, instead of in memory: one file each time that windows are
// sealed, of mode 0600, complete and flushed to the disk before its name is
// there. Files never change and are never deleted. Queries read those that they
// need, one after the other.
//
// Windows that files of the folder hold already are taken up, and the watermark
// with them: call it before anything is recorded, once, in one process at a
// time. It fails with what is wrong with the folder or its files, which it
// reads all, with [ErrCorrupt] or [ErrVersion], with a *[FieldError] when files
// are of other windows, or with [ErrState] when windows are sealed or archived
// already.
func (a *Aggregator) Archive(folder string) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	if a.archive != nil || a.sealed.Load() > 0 {
		return fmt.Errorf("%w: archive after windows were sealed", ErrState)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	files, err := partFiles(dir, a.width)
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	a.archive = &archive{dir: dir}
	watermark := int64(0)
	for _, f := range files {
		a.parts = append(a.parts, &part{file: f})
		a.archive.sequence, watermark = f.sequence, max(watermark, f.watermark)
	}
	if watermark > 0 {
		a.tick(watermark)
		a.raiseWatermark(watermark)
	}
	return nil
}

// partFiles returns the files of a folder in order, which can all be read.
func partFiles(dir *os.Root, width int64) ([]*partFile, error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("metering: archive: %w", err)
	}
	var files []*partFile
	for _, e := range entries {
		f := &partFile{dir: dir, width: width}
		if !f.parseName(e.Name()) {
			continue // another's, or one that was not finished
		}
		if _, err := f.read(); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(x, y *partFile) int { return int(x.sequence - y.sequence) })
	for i := range files {
		if i > 0 && files[i].sequence == files[i-1].sequence {
			return nil, fmt.Errorf("%w: two files of sequence %d", ErrCorrupt, files[i].sequence)
		}
	}
	return files, nil
}

// store writes the parts that are in memory to files. Without an archive it
// does nothing. The aggregator's sealing is held.
func (ar *archive) store(a *Aggregator) error {
	if ar == nil {
		return nil
	}
	for i, p := range a.parts {
		if p.sheet == nil {
			continue
		}
		watermark := a.sealed.Load()
		f := &partFile{ar.dir, a.width, ar.sequence + 1, watermark - 1, watermark - 1, watermark}
		if spans := p.sheet.spans; len(spans) > 0 {
			f.first, f.last = spans[0].window, spans[len(spans)-1].window
		}
		if err := f.write(p.sheet); err != nil {
			return err
		}
		ar.sequence++
		a.parts[i] = &part{file: f}
	}
	return nil
}

// write writes a sheet under another name, and gives it its own when it is all
// on the disk.
func (f *partFile) write(s *sheet) error {
	snapshot := Snapshot{f.width, s, []origin{{partSource, uint64(f.sequence), s}}}
	data, err := snapshot.MarshalBinary()
	if err != nil {
		return err
	}
	draft := f.name() + ".draft"
	if err := f.writeDraft(draft, data); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	if err := f.dir.Rename(draft, f.name()); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	if err := syncDir(f.dir); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	return nil
}

func (f *partFile) writeDraft(name string, data []byte) error {
	file, err := f.dir.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncDir flushes a folder's names to the disk. Windows does so by itself, and
// cannot be asked to.
func syncDir(dir *os.Root) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
