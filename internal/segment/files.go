package segment

import (
	"errors"
	"io"
)

// Files is the directory that a log lives in: the contract between it and the
// operating system, small enough that tests can stand in for the disk. A
// directory is flat, and names are plain: 1 to 64 bytes of a-z, 0-9, '-', '_'
// and '.', not beginning with a dot. Errors wrap those of io/fs ([fs.ErrNotExist],
// [fs.ErrExist], …) and of the system ([syscall.ENOSPC], …) where they mean them.
//
// What is created, renamed or removed is durable once SyncDir has returned; what
// is written, once the file's Sync has. Methods can be called from many
// goroutines at once.
type Files interface {
	// List returns the names of the files that are there, sorted.
	List() ([]string, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Edit opens a file that is there for reading and writing.
	Edit(name string) (File, error)
	// Create makes a file, which must not be there, for reading and writing.
	Create(name string) (File, error)
	// Rename gives a file another name, in one step, replacing what had it.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
	// SyncDir makes the names of files durable.
	SyncDir() error
	// Lock takes the lock of that name for this process until it is closed or
	// the process ends, however it ends. It fails at once with ErrLocked when
	// it is taken, here or elsewhere.
	Lock(name string) (io.Closer, error)
}

// A File is an open file of a directory. Reading and writing at different
// places, and Sync, can be done from many goroutines at once.
type File interface {
	io.ReaderAt
	io.WriterAt
	// Size returns the length in bytes.
	Size() (int64, error)
	// Truncate cuts the file to a length, or fills it up with zeros.
	Truncate(size int64) error
	// Sync makes what was written, and the length, durable. After it failed,
	// what was written since the last success may be lost, whatever later calls
	// return.
	Sync() error
	Close() error
}

// ErrLocked means that another log, here or in another process, has the lock.
var ErrLocked = errors.New("segment: locked: it is open already, here or in another process")
