package journal_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// A directory is opened as files, with every option that there is, closed, and
// verified byte by byte.
func ExampleOpenRecorderFiles() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	files, err := journal.Directory(dir)
	check(err)
	rec, found, err := journal.OpenRecorderFiles(files,
		journal.WithClock(func() time.Time { return noon }),
		journal.WithRandom(strings.NewReader(strings.Repeat("not random, for an example. ", 4))),
		journal.WithTimer(time.After),
		journal.Interval(50*time.Millisecond), // acknowledged by the system, on the disk a little later
		journal.WithCheckpoints(0),            // nothing is added beside events here
		journal.WithWindow(40),
		journal.WithSegmentSize(1<<20),
		journal.WithPreallocation(1<<16),
		journal.WithIdentitiesInMemory(1<<20),
		journal.WithUsage(metering.WithLateWindow(40*24*time.Hour)))
	check(err)
	_, err = rec.Record(context.Background(), request("req-1", 350))
	check(err)
	check(rec.Close())
	check(files.Close())

	files, err = journal.Directory(dir)
	check(err)
	report, err := journal.Verify(files)
	fmt.Println(found.Created, report.Events, report.Clean, err)
	id, err := journal.ParseID(report.ID.String())
	fmt.Println(id == report.ID, err)
	check(files.Close())
	// Output:
	// true 1 true <nil>
	// true <nil>
}

// The same for a journal without a recorder; Sync is what holds without Interval.
func ExampleOpenFiles() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	files, err := journal.Directory(dir)
	check(err)
	j, _, err := journal.OpenFiles(files, standing, journal.Sync())
	check(err)
	res, err := j.Append(context.Background(), request("req-1", 350))
	fmt.Println(res.Accepted, j.Durable(), err)
	check(j.Close())
	check(files.Close())
	// Output: 1 1 <nil>
}

// A catalogue that has changed while a recorder was not closed: what was counted is not
// given up unless that is asked for.
func ExampleWithChangedRules() {
	dir, err := os.MkdirTemp("", "meterbook")
	check(err)
	defer os.RemoveAll(dir)
	rec, found, err := journal.OpenRecorder(dir, standing, journal.WithChangedRules())
	check(err)
	fmt.Println(found.Uncounted, "given up")
	check(rec.Close())
	// Output: 0 given up
}
