//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package segment

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDirectory_Modes(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, mask := range []int{0, 0o777} {
		syscall.Umask(mask)
		path := filepath.Join(t.TempDir(), "log")
		// The temporary directory itself is made under the mask as well.
		require.NoError(t, os.Chmod(filepath.Dir(path), 0o700))
		dir, err := OpenDirectory(path)
		require.NoError(t, err)
		l, _ := open(t, dir, Options{})
		add(t, l, 3)
		require.NoError(t, l.Close())
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
		for _, name := range []string{segmentName(1), lockName} {
			info, err := os.Stat(filepath.Join(path, name))
			require.NoError(t, err)
			require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
		}
		require.NoError(t, dir.Close())
	}
}

func TestDirectory_RefusesWhatIsUnsafe(t *testing.T) {
	base := t.TempDir()
	for _, mode := range []fs.FileMode{0o720, 0o702, 0o777} {
		path := filepath.Join(base, strconv.FormatUint(uint64(mode), 8))
		require.NoError(t, os.Mkdir(path, 0o700))
		require.NoError(t, os.Chmod(path, mode))
		_, err := OpenDirectory(path)
		require.ErrorIs(t, err, ErrUnsafe)
	}
	real := filepath.Join(base, "real")
	dir, err := OpenDirectory(real)
	require.NoError(t, err)
	link := filepath.Join(base, "link")
	require.NoError(t, os.Symlink(real, link))
	_, err = OpenDirectory(link)
	require.ErrorIs(t, err, ErrUnsafe)
	file := filepath.Join(base, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = OpenDirectory(file)
	require.ErrorIs(t, err, ErrUnsafe)
	_, err = OpenDirectory(filepath.Join(base, "no", "such"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	require.NoError(t, os.Symlink(file, filepath.Join(real, "a")))
	require.NoError(t, os.WriteFile(filepath.Join(real, "plain"), nil, 0o600))
	require.NoError(t, os.Symlink("plain", filepath.Join(real, "b")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(real, "c"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(real, "d"), 0o700))
	for _, name := range []string{"a", "b", "c", "d"} {
		_, err = dir.Open(name)
		require.ErrorIs(t, err, ErrUnsafe, name)
		_, err = dir.Edit(name)
		require.ErrorIs(t, err, ErrUnsafe, name)
		_, err = dir.Lock(name)
		require.ErrorIs(t, err, ErrUnsafe, name)
		_, err = dir.Create(name)
		require.ErrorIs(t, err, fs.ErrExist, name)
	}
	// A link in the place of a segment is no segment.
	require.NoError(t, os.Symlink("plain", filepath.Join(real, segmentName(1))))
	_, _, err = Open(dir, Options{})
	require.ErrorIs(t, err, ErrUnsafe)
}

func TestDirectory_Names(t *testing.T) {
	dir, err := OpenDirectory(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	for _, name := range []string{"", ".", "..", "../x", "/x", "a/b", `a\b`, ".hidden", "A", "CON", "a\x00", "ä", "a b", strings.Repeat("a", 65), strings.Repeat("a", 4096)} {
		for _, err := range []error{
			second(dir.Open(name)), second(dir.Edit(name)), second(dir.Create(name)), second(dir.Lock(name)),
			dir.Rename(name, "a"), dir.Rename("a", name), dir.Remove(name),
		} {
			require.ErrorIs(t, err, ErrName, name)
			require.Less(t, len(err.Error()), 600)
		}
	}
	f, err := dir.Create("b.0-_x")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	names, err := dir.List()
	require.NoError(t, err)
	require.Equal(t, []string{"b.0-_x"}, names)
	_, err = dir.Open("none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = dir.Edit("none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, dir.Remove("none"), fs.ErrNotExist)
}

func second[T any](_ T, err error) error { return err }

func TestDirectory_Lock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	a, err := OpenDirectory(path)
	require.NoError(t, err)
	b, err := OpenDirectory(path)
	require.NoError(t, err)
	lock, err := a.Lock("lock")
	require.NoError(t, err)
	for _, d := range []*Directory{a, b} {
		_, err = d.Lock("lock")
		require.ErrorIs(t, err, ErrLocked)
	}
	require.NoError(t, lock.Close())
	lock, err = b.Lock("lock")
	require.NoError(t, err)
	require.NoError(t, lock.Close())
}

// A process is killed while it writes: every record it said was acknowledged is
// there, and its lock is gone.
func TestLaw_Kill_NothingAckedIsLost(t *testing.T) {
	if path := os.Getenv("SEGMENT_KILLED"); path != "" {
		killed(path)
		return
	}
	path := filepath.Join(t.TempDir(), "log")
	rng := random(t)
	var acked uint64
	for range quick(1000, 12) {
		cmd := exec.Command(os.Args[0], "-test.run=TestLaw_Kill_NothingAckedIsLost$")
		cmd.Env = append(os.Environ(), "SEGMENT_KILLED="+path)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(5+rng.IntN(50))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n, err := strconv.ParseUint(lines.Text(), 10, 64)
			require.NoError(t, err, "the child says %q", lines.Text())
			acked = max(acked, n)
		}
		_ = cmd.Wait()
		timer.Stop()
		dir, err := OpenDirectory(path)
		require.NoError(t, err)
		l, r := open(t, dir, small())
		require.GreaterOrEqual(t, r.Last, acked)
		acked = r.Last
		require3(t, l, acked)
		require.NoError(t, l.Close())
		require.NoError(t, dir.Close())
	}
	t.Logf("%d records", acked)
}

// killed is the child: it appends and says what was acknowledged.
func killed(path string) {
	opts := small()
	dir, err := OpenDirectory(path)
	if err != nil {
		panic(err)
	}
	l, _, err := Open(dir, opts)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		ticket, err := stage(l, 1+i%5)
		if err == nil {
			err = ticket.Wait(bg)
		}
		if err != nil {
			panic(err)
		}
		last := ticket.First + uint64(ticket.Len) - 1
		if _, err := os.Stdout.WriteString(strconv.FormatUint(last, 10) + "\n"); errors.Is(err, os.ErrClosed) {
			return
		}
	}
}
