//go:build unix

package journal_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// TestOpen_Permissions: files are 0600 and the directory is 0700, whatever the
// umask; one that others can write is refused.
func TestOpen_Permissions(t *testing.T) {
	above := t.TempDir()
	for _, umask := range []int{0, 0o022, 0o777} {
		old := syscall.Umask(umask)
		t.Cleanup(func() { syscall.Umask(old) })
		dir := filepath.Join(above, "journal")
		for round := range 3 { // the last one with a torn end
			j, _, err := journal.Open(dir, clock(), journal.WithIdentitiesInMemory(1024), journal.WithSegmentSize(16<<10))
			require.NoError(t, err)
			var events []metering.Event
			for i := range 1500 {
				events = append(events, onDay(10_000*round+i, -3))
			}
			_, err = j.Append(bg, events...)
			require.NoError(t, err)
			require.NoError(t, j.Tend())
			require.NoError(t, j.Close())
			segments, err := filepath.Glob(filepath.Join(dir, "*.seg"))
			require.NoError(t, err)
			f, err := os.OpenFile(segments[len(segments)-1], os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString("torn")
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}
		syscall.Umask(old)
		kinds := map[string]bool{}
		require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
			require.NoError(t, err)
			want := os.FileMode(0o600)
			if path == dir {
				want = 0o700
			}
			require.Equal(t, want, info.Mode().Perm(), path)
			kinds[filepath.Ext(path)] = true
			return nil
		}))
		for _, kind := range []string{".seg", ".day", ".snapshot", ".quarantine", ""} {
			require.True(t, kinds[kind], kind)
		}
		require.NoError(t, os.RemoveAll(dir))
	}
	dir := filepath.Join(above, "open")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Chmod(dir, 0o770))
	_, _, err := journal.Open(dir)
	require.ErrorIs(t, err, journal.ErrUnsafe)
}
