package meteringtest

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

func checkNames(t tester, files segment.Files) {
	for _, name := range []string{
		"a", "0", "-", "_", "a.b", "a..b", "0000000000000001.wal", "x-y_z.0", strings.Repeat("a", 64),
	} {
		put(t, files, name, []byte(name))
		wantFile(t, files, name, []byte(name))
		require.NoError(t, files.Rename(name, "other"), "from %q", name)
		require.NoError(t, files.Rename("other", name), "to %q", name)
		require.NoError(t, files.Remove(name), "%q", name)
	}
	put(t, files, "there", nil)
	for _, name := range []string{
		"", ".", "..", ".a", "A", "a b", "a/b", `a\b`, "../a", "/a", "a\x00", "a:b", "a*", "é", "\xff",
		strings.Repeat("a", 65), strings.Repeat("a", 4096),
	} {
		_, err := files.Create(name)
		require.Error(t, err, "Create(%q)", name)
		_, err = files.Open(name)
		require.Error(t, err, "Open(%q)", name)
		_, err = files.Edit(name)
		require.Error(t, err, "Edit(%q)", name)
		_, err = files.Lock(name)
		require.Error(t, err, "Lock(%q)", name)
		require.Error(t, files.Remove(name), "Remove(%q)", name)
		require.Error(t, files.Rename(name, "b"), "Rename(%q, b)", name)
		require.Error(t, files.Rename("there", name), "Rename(there, %q)", name)
	}
	wantNames(t, files, "there")
}

func checkCreate(t tester, files segment.Files) {
	put(t, files, "a", []byte("first"))
	_, err := files.Create("a")
	require.ErrorIs(t, err, fs.ErrExist)
	wantFile(t, files, "a", []byte("first"))

	f, err := files.Create("b")
	require.NoError(t, err)
	size, err := f.Size()
	require.NoError(t, err)
	require.Zero(t, size)
	require.NoError(t, f.Close())
}

func checkMissing(t tester, files segment.Files) {
	_, err := files.Open("a")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = files.Edit("a")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, files.Remove("a"), fs.ErrNotExist)
	require.ErrorIs(t, files.Rename("a", "b"), fs.ErrNotExist)
	wantNames(t, files)
}

func checkRename(t tester, files segment.Files) {
	put(t, files, "a", []byte("moved"))
	require.NoError(t, files.Rename("a", "b"))
	wantNames(t, files, "b")
	wantFile(t, files, "b", []byte("moved"))
	_, err := files.Open("a")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, files.Rename("b", "b"))
	wantFile(t, files, "b", []byte("moved"))
	put(t, files, "a", []byte("another"))
	wantNames(t, files, "a", "b")
}

func checkRenameReplaces(t tester, files segment.Files) {
	put(t, files, "a", []byte("new"))
	put(t, files, "b", []byte("old and longer"))
	require.NoError(t, files.Rename("a", "b"))
	wantNames(t, files, "b")
	wantFile(t, files, "b", []byte("new"))
}

func checkRemove(t tester, files segment.Files) {
	put(t, files, "a", []byte("gone"))
	put(t, files, "b", []byte("stays"))
	require.NoError(t, files.Remove("a"))
	wantNames(t, files, "b")
	_, err := files.Open("a")
	require.ErrorIs(t, err, fs.ErrNotExist)
	put(t, files, "a", []byte("n"))
	wantFile(t, files, "a", []byte("n"))
	wantFile(t, files, "b", []byte("stays"))
}

func checkList(t tester, files segment.Files) {
	wantNames(t, files)
	names := []string{"10", "9", "a", "b-1", "b.1", "b_1", "ab", "z"}
	for _, i := range []int{3, 0, 7, 1, 6, 4, 2, 5} {
		put(t, files, names[i], nil)
	}
	slices.Sort(names)
	wantNames(t, files, names...)
	got, err := files.List()
	require.NoError(t, err)
	clear(got) // the caller's
	wantNames(t, files, names...)
}

func checkSync(t tester, files segment.Files) {
	f, err := files.Create("a")
	require.NoError(t, err)
	require.NoError(t, f.Sync(), "nothing written yet")
	_, err = f.WriteAt([]byte("x"), 0)
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Sync(), "again")
	require.NoError(t, files.SyncDir())
	require.NoError(t, files.SyncDir(), "again")
	require.NoError(t, f.Close())
	wantFile(t, files, "a", []byte("x"))
}
