package journal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Days are numbered from 1970-01-01 UTC. What belongs to one is kept in the
// place of its number modulo 64, so an index holds at most that many days in a
// row, of which two are the reserve for the day that is being dropped.
const (
	daySlots = 64
	maxDays  = 62
	lastDay  = 99_999 // 2243-10-16, so that names sort; events are before 2200
)

func daySlot(day int32) int { return int(uint32(day) % daySlots) }

// dayOf returns the day of an instant in Unix nanoseconds.
func dayOf(unixNano int64) int32 {
	const nanosADay = int64(24 * time.Hour)
	day := unixNano / nanosADay
	if unixNano%nanosADay < 0 {
		day--
	}
	return int32(day)
}

func dayText(day int32) string {
	return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}

// Names of the files of an index.
const (
	snapshotName = "identities.snapshot"
	dayPrefix    = "identities-"
	daySuffix    = ".day"
	newSuffix    = ".new" // until a file is whole
)

// fileOfDay is named by the day's number, which is never negative: events are
// not before 1970.
func fileOfDay(day int32) string { return fmt.Sprintf("%s%05d%s", dayPrefix, day, daySuffix) }

// dayOfFile reads a name and reports whether it is that of a day.
func dayOfFile(name string) (day int32, ok bool) {
	digits, begins := strings.CutPrefix(name, dayPrefix)
	digits, ends := strings.CutSuffix(digits, daySuffix)
	if !begins || !ends {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || fileOfDay(int32(n)) != name {
		return 0, false
	}
	return int32(n), true
}
