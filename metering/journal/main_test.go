package journal_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets more garbage gather: thousands of journals are opened, each with
// a megabyte of index, and next to nothing else is alive.
func TestMain(m *testing.M) {
	debug.SetGCPercent(200)
	os.Exit(m.Run())
}
