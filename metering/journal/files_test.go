package journal

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/meterbook/meterbook/internal/segment"
)

// memFiles is a directory in memory. Its fault, if there is one, is asked before
// each operation that can fail.
type memFiles struct {
	named map[string]*memFile
	fault func(op, name string) error
}

type memFile struct {
	dir  *memFiles
	name string
	data []byte
}

func newMemFiles() *memFiles { return &memFiles{named: map[string]*memFile{}} }

func (m *memFiles) may(op, name string) error {
	if m.fault != nil {
		if err := m.fault(op, name); err != nil {
			return &fs.PathError{Op: op, Path: name, Err: err}
		}
	}
	return nil
}

func (m *memFiles) List() ([]string, error) {
	if err := m.may("list", ""); err != nil {
		return nil, err
	}
	var names []string
	for name := range m.named {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

func (m *memFiles) Open(name string) (segment.File, error) {
	if err := m.may("open", name); err != nil {
		return nil, err
	}
	f, ok := m.named[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f, nil
}

func (m *memFiles) Edit(name string) (segment.File, error) { return m.Open(name) }

func (m *memFiles) Create(name string) (segment.File, error) {
	if err := m.may("create", name); err != nil {
		return nil, err
	}
	if _, ok := m.named[name]; ok {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	f := &memFile{dir: m, name: name}
	m.named[name] = f
	return f, nil
}

func (m *memFiles) Rename(from, to string) error {
	if err := m.may("rename", from); err != nil {
		return err
	}
	f := m.named[from]
	delete(m.named, from)
	m.named[to] = f
	return nil
}

func (m *memFiles) Remove(name string) error {
	if err := m.may("remove", name); err != nil {
		return err
	}
	if _, ok := m.named[name]; !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(m.named, name)
	return nil
}

func (m *memFiles) SyncDir() error                      { return m.may("syncdir", "") }
func (m *memFiles) Lock(name string) (io.Closer, error) { return io.NopCloser(nil), nil }

// clone is what a reader would find now.
func (m *memFiles) clone() *memFiles {
	c := newMemFiles()
	for name, f := range m.named {
		c.named[name] = &memFile{dir: c, name: name, data: slices.Clone(f.data)}
	}
	return c
}

func (f *memFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.dir.may("read", f.name); err != nil {
		return 0, err
	}
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.dir.may("write", f.name); err != nil {
		return 0, err
	}
	if end := int(at) + len(b); end > len(f.data) {
		f.data = slices.Grow(f.data, end-len(f.data))[:end]
	}
	return copy(f.data[at:], b), nil
}

func (f *memFile) Size() (int64, error) { return int64(len(f.data)), f.dir.may("size", f.name) }

func (f *memFile) Truncate(size int64) error {
	f.data = append(f.data[:min(int(size), len(f.data))], make([]byte, max(0, int(size)-len(f.data)))...)
	return f.dir.may("truncate", f.name)
}

func (f *memFile) Sync() error  { return f.dir.may("sync", f.name) }
func (f *memFile) Close() error { return nil }

// realFiles is a directory of the system.
type realFiles string

func (d realFiles) path(name string) string { return filepath.Join(string(d), name) }

func (d realFiles) List() (names []string, err error) {
	entries, err := os.ReadDir(string(d))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (d realFiles) open(name string, flag int) (segment.File, error) {
	f, err := os.OpenFile(d.path(name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

func (d realFiles) Open(name string) (segment.File, error) { return d.open(name, os.O_RDONLY) }
func (d realFiles) Edit(name string) (segment.File, error) { return d.open(name, os.O_RDWR) }
func (d realFiles) Create(name string) (segment.File, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}
func (d realFiles) Rename(from, to string) error        { return os.Rename(d.path(from), d.path(to)) }
func (d realFiles) Remove(name string) error            { return os.Remove(d.path(name)) }
func (d realFiles) SyncDir() error                      { return nil }
func (d realFiles) Lock(name string) (io.Closer, error) { return io.NopCloser(nil), nil }

type realFile struct{ *os.File }

func (f realFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
