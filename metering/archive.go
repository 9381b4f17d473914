package metering

import (
	"cmp"
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
//	usage-PROCESS-SEQUENCE-FIRST-LAST-WATERMARK.snapshot
type partFile struct {
	dir   *os.Root
	width int64
	partName
}

// A partName says what windows a file has, which process wrote it, how many it
// had written with it, and before which window all were sealed then.
type partName struct{ process, sequence, first, last, watermark int64 }

func (n partName) String() string {
	return fmt.Sprintf("usage-%06d-%08d-%d-%d-%d.snapshot", n.process, n.sequence, n.first, n.last, n.watermark)
}

// parseName reads a name and reports whether it is one.
func parseName(name string) (n partName, ok bool) {
	fields := strings.Split(strings.TrimSuffix(name, ".snapshot"), "-")
	if len(fields) != 6 {
		return n, false
	}
	for i, to := range []*int64{&n.process, &n.sequence, &n.first, &n.last, &n.watermark} {
		v, err := strconv.ParseInt(fields[i+1], 10, 64)
		if err != nil || v < 0 {
			return n, false
		}
		*to = v
	}
	return n, name == n.String()
}

// origin names what one process has written, in the files themselves.
func (n partName) origin() string { return fmt.Sprintf("process-%d", n.process) }

// read returns what the file holds, which is what its name says.
func (f *partFile) read() (*sheet, error) {
	data, err := f.dir.ReadFile(f.String())
	if err != nil {
		return nil, fmt.Errorf("metering: sealed windows: %w", err)
	}
	var s Snapshot
	if err := s.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("metering: sealed windows in %s: %w", f, err)
	}
	if s.width != f.width {
		return nil, &FieldError{"window", s.Window().String(), "want that of the aggregator: " + time.Duration(f.width).String()}
	}
	first, last := f.watermark-1, f.watermark-1
	if spans := s.usage.spans; len(spans) > 0 {
		first, last = spans[0].window, spans[len(spans)-1].window
	}
	o := s.origins[0]
	if len(s.origins) != 1 || o.source != f.origin() || o.sequence != uint64(f.sequence) || first != f.first || last != f.last ||
		f.watermark > maxTime/f.width || f.last >= f.watermark {
		return nil, fmt.Errorf("%w: %s has other windows than its name", ErrCorrupt, f)
	}
	return s.usage, nil
}

// An archive is a folder of snapshot files, and the number of the process that
// writes to it.
type archive struct {
	dir               *os.Root
	process, sequence int64
}

// Archive keeps sealed windows in snapshot files of a folder, which it makes if
// there is none, instead of in memory: one file each time that windows are
// sealed, also when they hold nothing, of mode 0600, complete and flushed to the
// disk before its name is there. Files never change and are never deleted.
// Queries read those that they need, one after the other.
//
// What files of the folder hold already is taken up, and the watermark with it:
// call it before anything is recorded, once, by one aggregator at a time. It
// reads every file, and fails with what is wrong with the folder; with
// [ErrCorrupt] when a file is damaged, missing, or not what its name says, or
// with [ErrVersion]; with a *[FieldError] or a *[DimensionError] when files are
// of other windows or measure what the catalogue does not; with [ErrState] when
// windows are sealed or archived already; or with [ErrClosed].
func (a *Aggregator) Archive(folder string) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	switch {
	case a.closed.Load():
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	case a.archive != nil || a.sealed.Load() > 0:
		return fmt.Errorf("%w: archive after windows were sealed", ErrState)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	files, err := a.partFiles(dir)
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	process, err := newProcess(dir)
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	a.archive = &archive{dir: dir, process: process}
	watermark := int64(0)
	for _, f := range files {
		a.parts = append(a.parts, &part{file: f})
		watermark = max(watermark, f.watermark)
	}
	if watermark > 0 {
		a.tick(watermark)
		a.raiseWatermark(watermark)
	}
	return nil
}

// newProcess takes the next number of the folder, which no other process has
// or will have: a file that is made only where there is none says so.
func newProcess(dir *os.Root) (int64, error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("metering: archive: %w", err)
	}
	for process := int64(len(entries)) + 1; ; process++ {
		f, err := dir.OpenFile(fmt.Sprintf("process-%06d", process), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = errors.Join(f.Close(), syncDir(dir))
		}
		if err != nil {
			return 0, fmt.Errorf("metering: archive: %w", err)
		}
		return process, nil
	}
}

// partFiles returns the files of a folder in order: all of them there, readable,
// and of what the catalogue measures.
func (a *Aggregator) partFiles(dir *os.Root) ([]*partFile, error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("metering: archive: %w", err)
	}
	var files []*partFile
	for _, e := range entries {
		n, ok := parseName(e.Name())
		if !ok {
			continue // another's, or one that was not finished
		}
		f := &partFile{dir, a.width, n}
		s, err := f.read()
		if err == nil {
			err = a.measures(s)
		}
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(x, y *partFile) int {
		return cmp.Or(cmp.Compare(x.process, y.process), cmp.Compare(x.sequence, y.sequence))
	})
	want := partName{}
	for _, f := range files {
		if f.process != want.process {
			want = partName{process: f.process}
		}
		if want.sequence++; f.sequence != want.sequence {
			return nil, fmt.Errorf("%w: file %d of process %d is missing or there twice", ErrCorrupt, want.sequence, f.process)
		}
	}
	return files, nil
}

// measures returns an error when the catalogue has another dimension for a
// meter of a sheet.
func (a *Aggregator) measures(s *sheet) error {
	for i, key := range s.keys {
		if m, err := a.catalogue.meter(key.Meter); err == nil && m.Unit.dim != s.dims[i] {
			return &DimensionError{Got: s.dims[i], Want: m.Unit.dim, Meter: key.Meter}
		}
	}
	return nil
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
		f := &partFile{ar.dir, a.width, partName{ar.process, ar.sequence + 1, watermark - 1, watermark - 1, watermark}}
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
	snapshot := Snapshot{f.width, s, []origin{{f.origin(), uint64(f.sequence), s}}}
	data, err := snapshot.MarshalBinary()
	if err != nil {
		return err
	}
	draft := f.String() + ".draft"
	if err := f.writeDraft(draft, data); err != nil {
		return fmt.Errorf("metering: archive: %w", err)
	}
	if err := f.dir.Rename(draft, f.String()); err != nil {
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
