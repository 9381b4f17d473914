package journal_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// onDay is an event of a day after the day of noon.
func onDay(i, days int) metering.Event {
	e := event(i)
	e.Time = e.Time.AddDate(0, 0, days)
	return e
}

// A clock that went ahead and is put right does not make a journal that cannot
// be opened: the log says what the window was when an event was taken, however
// little was written otherwise.
func TestWindow_ClockPutBack(t *testing.T) {
	now := noon
	disk := meteringtest.NewDisk()
	open := func() *journal.Journal {
		j, _, err := journal.OpenFiles(disk, journal.WithClock(func() time.Time { return now }))
		require.NoError(t, err)
		return j
	}
	add := func(j *journal.Journal, e metering.Event) journal.Result {
		res, err := j.Append(bg, e)
		require.NoError(t, err)
		return res
	}
	j := open()
	require.Equal(t, 1, add(j, onDay(1, 0)).Accepted)
	disk = disk.Kill()
	require.NoError(t, j.Close())
	now = noon.AddDate(0, 0, 60)
	j = open()
	require.Equal(t, 1, add(j, onDay(1, 60)).Accepted, "its identity was forgotten")
	disk = disk.Kill()
	require.NoError(t, j.Close())
	now = noon
	j = open()
	require.Equal(t, journal.Day(noon)+60-journal.DefaultWindow, j.Oldest())
	require.ErrorIs(t, add(j, onDay(1, 0)).Refused[0].Err, metering.ErrTooLate)
	require.Equal(t, 1, add(j, onDay(1, 60)).Duplicates)
	require.NoError(t, j.Close())
}

// The window that was opened with is said with the first event after a failure,
// too.
func TestWindow_SaidAgainAfterFailure(t *testing.T) {
	now := noon
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	at := journal.WithClock(func() time.Time { return now })
	j, _, err := journal.OpenFiles(faults, at, journal.WithPreallocation(0))
	require.NoError(t, err)
	faults.Space(0)
	_, err = j.Append(bg, event(1))
	require.ErrorIs(t, err, journal.ErrNoSpace)
	faults.Space(-1)
	_, err = j.Append(bg, event(1))
	require.NoError(t, err)
	disk = disk.Kill()
	require.NoError(t, j.Close())
	now = noon.AddDate(0, 0, -300)
	j, _, err = journal.OpenFiles(disk, at)
	require.NoError(t, err)
	require.Equal(t, journal.Day(noon)-journal.DefaultWindow, j.Oldest())
	require.NoError(t, j.Close())
}

// A journal that was given nothing for weeks takes the first event of today.
func TestWindow_AfterIdleDays(t *testing.T) {
	for _, window := range []int{1, journal.DefaultWindow, journal.MaxWindow} {
		var now atomic.Int64
		now.Store(noon.Unix())
		j, _, err := journal.OpenFiles(meteringtest.NewDisk(), journal.WithWindow(window),
			journal.WithClock(func() time.Time { return time.Unix(now.Load(), 0) }))
		require.NoError(t, err)
		days := 0
		for n, later := range []int{0, 1, 2, 3, 40, 400} {
			days += later
			now.Store(noon.AddDate(0, 0, days).Unix())
			res, err := j.Append(bg, onDay(n, days))
			require.NoError(t, err)
			require.Equal(t, journal.Result{Accepted: 1}, res, "window of %d, %d days later", window, later)
		}
		require.NoError(t, j.Close())
	}
}

// Days are moved to files in an interval too, once they are durable, and not
// again and again until then.
func TestKeeper_Interval(t *testing.T) {
	faults := meteringtest.NewFaults(meteringtest.NewDisk())
	var made atomic.Int32
	faults.Hook(func(c meteringtest.Call) error {
		if c.Method == meteringtest.MethodRename {
			made.Add(1)
		}
		return nil
	})
	j, _, err := journal.OpenFiles(faults, clock(), journal.Interval(time.Hour), journal.WithIdentitiesInMemory(1024))
	require.NoError(t, err)
	var events []metering.Event
	for i := range 6000 {
		events = append(events, onDay(i, -2))
	}
	_, err = j.Append(bg, events...)
	require.NoError(t, err)
	before := made.Load()
	done := make(chan error, 1)
	go func() { done <- j.Tend() }()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(5 * time.Second):
		t.Fatalf("still moving, after %d files", made.Load()-before)
	}
	require.LessOrEqual(t, made.Load()-before, int32(2))
	require.Less(t, j.InMemory(), 1024)
	res, err := j.Append(bg, events...)
	require.NoError(t, err)
	require.Equal(t, 6000, res.Duplicates)
	require.NoError(t, j.Close())
}
