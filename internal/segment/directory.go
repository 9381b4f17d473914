package segment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
)

const onWindows = runtime.GOOS == "windows"

// A Directory is a directory of the operating system as [Files]. Its methods can
// be called from many goroutines at once.
type Directory struct {
	root *os.Root
}

// OpenDirectory opens the directory of a path, or makes it, 0700 whatever the
// umask; the one above must be there. It returns [ErrUnsafe] if the path is a
// symbolic link, or no directory, or one that its group or others can write.
// Nothing below follows a link out of it, or any at all.
func OpenDirectory(path string) (*Directory, error) {
	err := os.Mkdir(path, 0o700)
	if err == nil {
		err = settle(path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("segment: make directory: %w", err)
	}
	named, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("segment: open directory: %w", err)
	}
	if !named.IsDir() {
		return nil, fmt.Errorf("%w: %s is a link or no directory", ErrUnsafe, filepath.Base(path))
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("segment: open directory: %w", err)
	}
	if err := trusted(root, named); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Directory{root: root}, nil
}

// settle gives a directory just made its mode, and makes its name durable.
func settle(path string) error {
	if err := os.Chmod(path, 0o700); err != nil {
		return err
	}
	above, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(syncDirectory(above), above.Close())
}

// trusted looks at what was opened, which need not be what was looked at before.
func trusted(root *os.Root, named fs.FileInfo) error {
	opened, err := root.Stat(".")
	if err != nil {
		return fmt.Errorf("segment: open directory: %w", err)
	}
	if !os.SameFile(named, opened) {
		return fmt.Errorf("%w: directory changed while it was opened", ErrUnsafe)
	}
	if mode := opened.Mode().Perm(); !onWindows && mode&0o022 != 0 {
		return fmt.Errorf("%w: directory has mode %04o, chmod it to 0700", ErrUnsafe, mode)
	}
	return nil
}

// Close closes the directory. Files that are open stay so.
func (d *Directory) Close() error { return d.root.Close() }

// List returns the names of the plain files that are there, sorted. Names that
// no file of a log can have are left out.
func (d *Directory) List() ([]string, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	var names []string
	for {
		entries, err := dir.ReadDir(1024)
		for _, e := range entries {
			if validName(e.Name()) == nil && !e.IsDir() {
				names = append(names, e.Name())
			}
		}
		if errors.Is(err, io.EOF) {
			sort.Strings(names)
			return names, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Open opens a file for reading.
func (d *Directory) Open(name string) (File, error) { return d.open(name, os.O_RDONLY) }

// Edit opens a file that is there for reading and writing.
func (d *Directory) Edit(name string) (File, error) { return d.open(name, os.O_RDWR) }

// open refuses what is no plain file before it is opened, as opening a pipe
// would wait, and looks again at what was opened.
func (d *Directory) open(name string, flag int) (File, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	named, err := d.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no plain file", ErrUnsafe, name)
	}
	f, err := d.root.OpenFile(name, flag, 0)
	if err != nil {
		return nil, err
	}
	opened, err := f.Stat()
	if err == nil && !os.SameFile(named, opened) {
		err = fmt.Errorf("%w: %s changed while it was opened", ErrUnsafe, name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &diskFile{f}, nil
}

// Create makes a file, 0600 whatever the umask.
func (d *Directory) Create(name string) (File, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil && !onWindows {
		return nil, errors.Join(err, f.Close())
	}
	return &diskFile{f}, nil
}

// Rename gives a file another name, in one step, replacing what had it.
func (d *Directory) Rename(from, to string) error {
	if err := errors.Join(validName(from), validName(to)); err != nil {
		return err
	}
	return d.root.Rename(from, to)
}

// Remove removes a file.
func (d *Directory) Remove(name string) error {
	if err := validName(name); err != nil {
		return err
	}
	return d.root.Remove(name)
}

// SyncDir makes the names of files durable.
func (d *Directory) SyncDir() error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(syncDirectory(dir), dir.Close())
}

// Lock takes a lock, which is a file that stays, by the operating system's lock
// of files. The system lets go of it when the process ends.
func (d *Directory) Lock(name string) (io.Closer, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	if info, err := d.root.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no plain file", ErrUnsafe, name)
	}
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil && !onWindows {
		return nil, errors.Join(err, f.Close())
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return fileLock{f}, nil
}

// A fileLock lets go of the lock before it closes the file: a process that is
// being started has a copy of every open file until its program is loaded, and
// closing ours alone would leave the lock to it.
type fileLock struct{ *os.File }

func (l fileLock) Close() error { return errors.Join(unlockFile(l.File), l.File.Close()) }

// validName holds a name to the alphabet of [Files], which has no separator and
// nothing that any system folds or reserves.
func validName(name string) error {
	ok := len(name) >= 1 && len(name) <= 64 && name[0] != '.'
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		ok = 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	if !ok {
		return fmt.Errorf("%w: %.64q, use 1 to 64 of a-z, 0-9, '-', '_' and '.'", ErrName, name)
	}
	return nil
}

// A diskFile is a file of the operating system.
type diskFile struct{ *os.File }

func (f *diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Sync makes what was written, and the length, durable.
func (f *diskFile) Sync() error { return syncData(f.File) }

// Allocate grows the file to a length with zeros, reserving the blocks where
// the file system can.
func (f *diskFile) Allocate(from, to int64) error { return allocate(f.File, from, to) }

// Converts reports whether blocks that Allocate reserved sync slower than blocks that
// were written before.
func (f *diskFile) Converts() bool { return converts(f.File) }

// Start begins to bring a part of the file to the disk, where the system can be told.
func (f *diskFile) Start(from, to int64) { start(f.File, from, to) }
