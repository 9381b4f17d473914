//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package segment

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A lock that was let go of is free at once, though a process that is being
// started has a copy of its file.
func TestDirectory_UnlockBesideFork(t *testing.T) {
	d, err := OpenDirectory(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	lock, err := d.Lock("lock")
	require.NoError(t, err)
	raw, err := lock.(syscall.Conn).SyscallConn()
	require.NoError(t, err)
	var copied int
	require.NoError(t, raw.Control(func(fd uintptr) { copied, err = syscall.Dup(int(fd)) }))
	require.NoError(t, err)
	defer syscall.Close(copied)
	_, err = d.Lock("lock")
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, lock.Close())
	lock, err = d.Lock("lock")
	require.NoError(t, err)
	require.NoError(t, lock.Close())
	require.NoError(t, d.Close())
}
