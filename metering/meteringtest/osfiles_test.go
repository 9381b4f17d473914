//go:build unix

package meteringtest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

// osFiles is a real directory, as plainly as can be.
type osFiles struct{ root *os.Root }

func newOSFiles(t *testing.T) segment.Files {
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = root.Close() })
	return osFiles{root}
}

func (o osFiles) open(name string, flag int) (segment.File, error) {
	if err := checkName("open", name); err != nil {
		return nil, err
	}
	f, err := o.root.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (o osFiles) Open(name string) (segment.File, error) { return o.open(name, os.O_RDONLY) }
func (o osFiles) Edit(name string) (segment.File, error) { return o.open(name, os.O_RDWR) }
func (o osFiles) Create(name string) (segment.File, error) {
	return o.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func (o osFiles) List() ([]string, error) {
	entries, err := fs.ReadDir(o.root.FS(), ".")
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names, err
}

func (o osFiles) Rename(from, to string) error {
	if err := errors.Join(checkName("rename", from), checkName("rename", to)); err != nil {
		return err
	}
	return o.root.Rename(from, to)
}

func (o osFiles) Remove(name string) error {
	if err := checkName("remove", name); err != nil {
		return err
	}
	return o.root.Remove(name)
}

func (o osFiles) SyncDir() error {
	d, err := o.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (o osFiles) Lock(name string) (io.Closer, error) {
	if err := checkName("lock", name); err != nil {
		return nil, err
	}
	f, err := o.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(segment.ErrLocked, f.Close())
	}
	return f, nil
}

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func TestFiles_RealDirectory(t *testing.T) {
	TestFiles(t, func(t *testing.T) segment.Files { return newOSFiles(t) })
}

func TestFiles_RealDirectory_Wrapped(t *testing.T) {
	TestFiles(t, func(t *testing.T) segment.Files {
		f := NewFaults(newOSFiles(t))
		f.Space(1 << 30)
		return f
	})
}
