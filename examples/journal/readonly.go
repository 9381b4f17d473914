package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/metering/journal"
)

// readOnly is the directory of a journal as [journal.Files] that cannot be
// written. journal.Directory would make a directory that is not there, and refuses
// one that others may write, as a copy of a disk often is.
type readOnly struct {
	path string
	root *os.Root
	only string // if not empty, the one file that is shown

	state *reading
}

// A reading is the state of reading a directory: it ends with a context, and
// collects the parts of the disk that cannot be read.
type reading struct {
	ctx  context.Context
	read atomic.Int64 // bytes

	mu    sync.Mutex
	parts map[part]string
}

type part struct {
	file   string
	offset int64
}

func openReadOnly(ctx context.Context, path string) (*readOnly, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &readOnly{path: path, root: root, state: &reading{ctx: ctx, parts: make(map[part]string)}}, nil
}

// showing returns the directory as if it had one file.
func (d *readOnly) showing(name string) *readOnly {
	one := *d
	one.only = name
	return &one
}

// List returns the names of the plain files.
func (d *readOnly) List() ([]string, error) {
	if d.only != "" {
		return []string{d.only}, nil
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names, err
}

// Open opens a file for reading.
func (d *readOnly) Open(name string) (journal.File, error) {
	info, err := d.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is no plain file", journal.ErrUnsafe, name)
	}
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	return &readOnlyFile{name: name, from: f, size: info.Size(), closer: f, state: d.state}, nil
}

// Close closes the directory.
func (d *readOnly) Close() error { return d.root.Close() }

func refused(name string) error { return &fs.PathError{Op: "write", Path: name, Err: fs.ErrPermission} }

// Edit, Create, Rename, Remove, SyncDir and Lock are refused.
func (d *readOnly) Edit(name string) (journal.File, error)   { return nil, refused(name) }
func (d *readOnly) Create(name string) (journal.File, error) { return nil, refused(name) }
func (d *readOnly) Rename(from, _ string) error              { return refused(from) }
func (d *readOnly) Remove(name string) error                 { return refused(name) }
func (d *readOnly) SyncDir() error                           { return refused(".") }
func (d *readOnly) Lock(name string) (io.Closer, error)      { return nil, refused(name) }

type readOnlyFile struct {
	name   string
	from   io.ReaderAt
	size   int64
	closer io.Closer
	state  *reading
}

// sector is how much is given up where the disk cannot be read.
const sector = 512

// ReadAt reads. What the disk refuses is noted and filled with bytes that no
// journal has: zeros could be taken for the end of the log.
func (f *readOnlyFile) ReadAt(b []byte, off int64) (int, error) {
	if err := f.state.ctx.Err(); err != nil {
		return 0, err
	}
	f.state.read.Add(int64(len(b)))
	n, err := f.from.ReadAt(b, off)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	end := min(off+int64(len(b)), f.size)
	for at := off; at < end; {
		to := min(at-at%sector+sector, end)
		piece := b[at-off : to-off]
		if m, err := f.from.ReadAt(piece, at); m < len(piece) {
			for i := range piece {
				piece[i] = 0xff
			}
			f.state.note(part{f.name, at - at%sector}, err)
		}
		at = to
	}
	if n = int(max(end-off, 0)); n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (r *reading) note(p part, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reason := "ends too early"
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		reason = err.Error()
	}
	r.parts[p] = reason
}

// gaps returns what could not be read, next to each other as one.
func (r *reading) gaps() (out []journal.Gap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	parts := make([]part, 0, len(r.parts))
	for p := range r.parts {
		parts = append(parts, p)
	}
	sort.Slice(parts, func(i, j int) bool {
		a, b := parts[i], parts[j]
		return a.file < b.file || a.file == b.file && a.offset < b.offset
	})
	for _, p := range parts {
		if n := len(out); n > 0 && out[n-1].File == p.file && out[n-1].Offset+out[n-1].Length == p.offset {
			out[n-1].Length += sector
			continue
		}
		out = append(out, journal.Gap{File: p.file, Offset: p.offset, Length: sector, Reason: "the disk cannot be read: " + r.parts[p]})
	}
	return out
}

// Size returns the length in bytes.
func (f *readOnlyFile) Size() (int64, error) { return f.size, nil }

// WriteAt, Truncate and Sync are refused.
func (f *readOnlyFile) WriteAt([]byte, int64) (int, error) { return 0, refused(f.name) }
func (f *readOnlyFile) Truncate(int64) error               { return refused(f.name) }
func (f *readOnlyFile) Sync() error                        { return refused(f.name) }

// Close closes the file.
func (f *readOnlyFile) Close() error { return f.closer.Close() }
