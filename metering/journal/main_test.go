package journal_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets less garbage gather: thousands of journals are opened, each with
// a megabyte of index, and 32 bits have no room for what waits to be collected.
func TestMain(m *testing.M) {
	debug.SetGCPercent(50)
	os.Exit(m.Run())
}
