package meteringtest

import (
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
)

// WithoutSync returns the files with calls of Sync and SyncDir left out: those
// that omit says true to seem to succeed and do nothing. It is asked about no
// other call, and can say false to all in order to count them. A suite that
// cuts the power should fail over each file system that this makes; where it does not,
// nothing holds that sync in place.
func WithoutSync(files segment.Files, omit func(Call) bool) segment.Files {
	f := NewFaults(files)
	f.Hook(func(c Call) error {
		if (c.Method == MethodSync || c.Method == MethodSyncDir) && omit(c) {
			return ErrOmit
		}
		return nil
	})
	return f
}

// Nth is for [WithoutSync]: it leaves out the n-th call that it is asked about,
// counted from 1. It is good for one file system.
func Nth(n int) func(Call) bool {
	var asked atomic.Int64
	return func(Call) bool { return asked.Add(1) == int64(n) }
}

// AtSite is for [WithoutSync]: it leaves out all calls that come from one line
// of code. See [Call.Site].
func AtSite(site string) func(Call) bool {
	return func(c Call) bool { return c.Site() == site }
}
