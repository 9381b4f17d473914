package meteringtest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

// TestFiles holds an implementation of a journal's files against the contract:
// names, creation, reading what was written, lengths and holes, renaming,
// removal, listing, locks, what is closed, and use by many goroutines at once,
// which wants -race. It is to be given a new and empty directory each time it
// asks; what it opens it closes.
//
// Durability it cannot show: that takes a disk whose power is cut.
func TestFiles(t *testing.T, empty func(t *testing.T) segment.Files) {
	for _, c := range fileChecks() {
		t.Run(c.name, func(t *testing.T) { c.run(t, empty(t)) })
	}
}

// tester is what a check fails on: a test, or what finds out that the check fails.
type tester = require.TestingT

type fileCheck struct {
	name string
	run  func(t tester, files segment.Files)
}

func fileChecks() []fileCheck {
	return []fileCheck{
		{"Names", checkNames},
		{"Create", checkCreate},
		{"Missing", checkMissing},
		{"ReadBack", checkReadBack},
		{"EndOfFile", checkEndOfFile},
		{"Overwrite", checkOverwrite},
		{"Holes", checkHoles},
		{"Truncate", checkTruncate},
		{"OpenIsForReading", checkReadOnly},
		{"TwoHandles", checkTwoHandles},
		{"Rename", checkRename},
		{"RenameReplaces", checkRenameReplaces},
		{"Remove", checkRemove},
		{"List", checkList},
		{"Sync", checkSync},
		{"Closed", checkClosed},
		{"Lock", checkLock},
		{"ConcurrentSafe_File", checkConcurrentFile},
		{"ConcurrentSafe_Create", checkConcurrentCreate},
	}
}

// put makes a file with these bytes.
func put(t tester, files segment.Files, name string, data []byte) {
	f, err := files.Create(name)
	require.NoError(t, err)
	n, err := f.WriteAt(data, 0)
	require.NoError(t, err)
	require.Equal(t, len(data), n, "bytes written to %s", name)
	require.NoError(t, f.Close())
}

// wantFile says that a file has these bytes.
func wantFile(t tester, files segment.Files, name string, want []byte) {
	got, err := readFile(files, name)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "%s: want %d bytes as written, got %d bytes: %s",
		name, len(want), len(got), firstDifference(want, got))
}

func firstDifference(a, b []byte) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("at %d want %#02x, got %#02x", i, a[i], b[i])
		}
	}
	return "one begins with the other"
}

// wantNames says which files are there.
func wantNames(t tester, files segment.Files, want ...string) {
	got, err := files.List()
	require.NoError(t, err)
	require.Equal(t, append([]string{}, want...), append([]string{}, got...))
}

// pattern is bytes that differ from place to place and from seed to seed.
func pattern(n, seed int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte((i+1)*(2*seed+3) + i>>8 + 1)
	}
	return p
}
