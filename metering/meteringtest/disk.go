package meteringtest

import (
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"syscall"

	"github.com/meterbook/meterbook/internal/segment"
)

// MaxFileBytes is the longest that a file of a [Disk] can be, 1 GiB. What would
// be longer fails with EFBIG.
const MaxFileBytes = 1 << 30

// A Disk is a directory in memory that remembers what of it is durable, so that
// the power can be cut at any instant and any number of times. It implements
// the files of a journal. Its zero value is not ready: see [NewDisk].
//
// Methods can be called from many goroutines at once; one lock orders them.
type Disk struct {
	blockBytes int

	mu      sync.Mutex // everything below, and the inodes
	made    int        // inodes so far
	names   map[string]*inode
	durable map[string]*inode // names that a power loss leaves
	changes []change          // from durable to names, in order
	locks   map[string]bool
	freed   [][]byte // the latest durable blocks that no file has any more
}

// A DiskOption changes what [NewDisk] makes.
type DiskOption struct{ blockBytes int }

// BlockSize sets what is written to a disk whole or not at all, in bytes: a
// power of two from 16 to 65,536, 512 by default, the sector of a disk. 4,096 is
// the page of a kernel over a disk that does not tear pages; 16 tears sectors.
// Other numbers are taken up to the next power of two within the range.
func BlockSize(bytes int) DiskOption {
	size := 16
	for size < bytes && size < 1<<16 {
		size <<= 1
	}
	return DiskOption{blockBytes: size}
}

// NewDisk makes an empty disk.
func NewDisk(opts ...DiskOption) *Disk {
	size := 512
	for _, o := range opts {
		if o.blockBytes != 0 {
			size = o.blockBytes
		}
	}
	return newDisk(size)
}

func newDisk(blockBytes int) *Disk {
	return &Disk{
		blockBytes: blockBytes,
		names:      map[string]*inode{},
		durable:    map[string]*inode{},
		locks:      map[string]bool{},
	}
}

// List returns the names of the files that are there, sorted.
func (d *Disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.names)), nil
}

// Open opens a file for reading. Writing to it is EBADF.
func (d *Disk) Open(name string) (segment.File, error) { return d.open("open", name, false) }

// Edit opens a file that is there for reading and writing.
func (d *Disk) Edit(name string) (segment.File, error) { return d.open("edit", name, true) }

func (d *Disk) open(op, name string, writable bool) (segment.File, error) {
	if err := checkName(op, name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ino := d.names[name]
	if ino == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return &diskFile{disk: d, ino: ino, name: name, writable: writable}, nil
}

// Create makes a file. Until [Disk.SyncDir] a power loss may leave it out,
// synced or not.
func (d *Disk) Create(name string) (segment.File, error) {
	if err := checkName("create", name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] != nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	return &diskFile{disk: d, ino: d.create(name), name: name, writable: true}, nil
}

func (d *Disk) create(name string) *inode {
	d.made++
	ino := &inode{id: d.made, blockBytes: d.blockBytes}
	d.change(change{to: name, ino: ino})
	return ino
}

// Rename gives a file another name, replacing what had it. Files that are open
// stay what they are.
func (d *Disk) Rename(from, to string) error {
	if err := checkName("rename", from); err != nil {
		return err
	}
	if err := checkName("rename", to); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ino := d.names[from]
	if ino == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	if from != to {
		d.change(change{from: from, to: to, ino: ino})
	}
	return nil
}

// Remove removes a file. Who has it open keeps it.
func (d *Disk) Remove(name string) error {
	if err := checkName("remove", name); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ino := d.names[name]
	if ino == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	d.change(change{from: name, ino: ino})
	return nil
}

// Lock takes a lock of this disk, and makes an empty file of that name where
// there is none, as a lock of a real directory does. Another disk, such as one
// after a power loss, has locks of its own.
func (d *Disk) Lock(name string) (io.Closer, error) {
	if err := checkName("lock", name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks[name] {
		return nil, &fs.PathError{Op: "lock", Path: name, Err: segment.ErrLocked}
	}
	if d.names[name] == nil {
		d.create(name)
	}
	d.locks[name] = true
	return &diskLock{disk: d, name: name}, nil
}

type diskLock struct {
	disk   *Disk
	name   string
	closed bool
}

func (l *diskLock) Close() error {
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	if l.closed {
		return &fs.PathError{Op: "unlock", Path: l.name, Err: fs.ErrClosed}
	}
	l.closed = true
	delete(l.disk.locks, l.name)
	return nil
}

// checkName holds a name against the contract.
func checkName(op, name string) error {
	good := len(name) >= 1 && len(name) <= 64 && name[0] != '.'
	for i := 0; good && i < len(name); i++ {
		c := name[i]
		good = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	if good {
		return nil
	}
	return &fs.PathError{Op: op, Path: name[:min(len(name), 64)], Err: fs.ErrInvalid}
}

// diskFile is an open file of a disk. Its state is guarded by the disk's lock.
type diskFile struct {
	disk     *Disk
	ino      *inode
	name     string
	writable bool
	closed   bool
}

// enter takes the lock of the disk and says what is wrong with a call, if
// anything is. The caller unlocks either way.
func (f *diskFile) enter(op string, writes bool) error {
	f.disk.mu.Lock()
	switch {
	case f.closed:
		return &fs.PathError{Op: op, Path: f.name, Err: fs.ErrClosed}
	case writes && !f.writable:
		return &fs.PathError{Op: op, Path: f.name, Err: syscall.EBADF}
	}
	return nil
}

func (f *diskFile) ReadAt(p []byte, off int64) (int, error) {
	err := f.enter("read", false)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return 0, err
	case off < 0:
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: syscall.EINVAL}
	case len(p) == 0:
		return 0, nil
	}
	n := f.ino.read(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	err := f.enter("write", true)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return 0, err
	case off < 0:
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: syscall.EINVAL}
	case off > MaxFileBytes-int64(len(p)):
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: syscall.EFBIG}
	}
	f.ino.write(p, off)
	return len(p), nil
}

func (f *diskFile) Size() (int64, error) {
	err := f.enter("size", false)
	defer f.disk.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return f.ino.size(), nil
}

func (f *diskFile) Truncate(size int64) error {
	err := f.enter("truncate", true)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return err
	case size < 0:
		return &fs.PathError{Op: "truncate", Path: f.name, Err: syscall.EINVAL}
	case size > MaxFileBytes:
		return &fs.PathError{Op: "truncate", Path: f.name, Err: syscall.EFBIG}
	}
	f.ino.truncate(size)
	return nil
}

func (f *diskFile) Sync() error {
	err := f.enter("sync", false)
	defer f.disk.mu.Unlock()
	if err != nil {
		return err
	}
	f.disk.free(f.ino.sync())
	return nil
}

func (f *diskFile) Close() error {
	err := f.enter("close", false)
	defer f.disk.mu.Unlock()
	f.closed = true
	return err
}

// losePages is what a Sync that fails does to this file.
func (f *diskFile) losePages() {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.ino.losePages()
}
