package segment

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// LOCKFILE_FAIL_IMMEDIATELY and LOCKFILE_EXCLUSIVE_LOCK, and the two errors that
// say that another has the lock.
const (
	lockAtOnce      = 1
	lockExclusive   = 2
	lockViolation   = syscall.Errno(33)
	sharedViolation = syscall.Errno(32)
)

// lockFile locks the first byte with LockFileEx.
func lockFile(f *os.File) error {
	proc := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var overlapped syscall.Overlapped
		ok, _, errno := proc.Call(fd, lockExclusive|lockAtOnce, 0, 1, 0, uintptr(unsafe.Pointer(&overlapped)))
		if ok == 0 {
			failed = errno
		}
	})
	if err != nil {
		return err
	}
	if errors.Is(failed, lockViolation) || errors.Is(failed, sharedViolation) || errors.Is(failed, syscall.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return failed
}

// unlockFile leaves it to closing: handles of files are not inherited.
func unlockFile(*os.File) error { return nil }
