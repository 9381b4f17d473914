package meteringtest

import (
	"bytes"
	"io"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

func checkReadBack(t tester, files segment.Files) {
	f, err := files.Create("a")
	require.NoError(t, err)
	want := pattern(20_000, 1)
	for at := 0; at < len(want); at += 777 { // across blocks and pages
		part := want[at:min(at+777, len(want))]
		given := bytes.Clone(part)
		n, err := f.WriteAt(given, int64(at))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
		clear(given) // the caller's again
	}
	got := make([]byte, len(want))
	n, err := f.ReadAt(got, 0)
	require.True(t, err == nil || err == io.EOF, "%v", err)
	require.Equal(t, len(want), n)
	require.True(t, bytes.Equal(want, got), firstDifference(want, got))

	part := make([]byte, 1000)
	_, err = f.ReadAt(part, 3_601)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want[3_601:4_601], part))
	n, err = f.WriteAt(nil, 1<<20)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, f.Close())
	wantFile(t, files, "a", want)
}

func checkEndOfFile(t tester, files segment.Files) {
	put(t, files, "a", []byte("0123456789"))
	f, err := files.Open("a")
	require.NoError(t, err)
	p := make([]byte, 4)
	n, err := f.ReadAt(p, 8)
	require.Equal(t, io.EOF, err, "a read over the end, as io.ReaderAt has it")
	require.Equal(t, "89", string(p[:n]))
	for _, off := range []int64{10, 11, 1 << 20} {
		n, err = f.ReadAt(p, off)
		require.Equal(t, io.EOF, err, "at %d", off)
		require.Zero(t, n)
	}
	_, err = f.ReadAt(p, -1)
	require.Error(t, err)
	require.NotEqual(t, io.EOF, err)
	require.NoError(t, f.Close())
}

func checkOverwrite(t tester, files segment.Files) {
	want := pattern(10_000, 1)
	put(t, files, "a", want)
	f, err := files.Edit("a")
	require.NoError(t, err)
	patch := pattern(5_000, 2)
	_, err = f.WriteAt(patch, 2_500)
	require.NoError(t, err)
	copy(want[2_500:], patch)
	_, err = f.WriteAt([]byte{0}, -1)
	require.Error(t, err)
	require.NoError(t, f.Close())
	wantFile(t, files, "a", want)
}

func checkHoles(t tester, files segment.Files) {
	f, err := files.Create("a")
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("end"), 9_000)
	require.NoError(t, err)
	size, err := f.Size()
	require.NoError(t, err)
	require.EqualValues(t, 9_003, size)
	require.NoError(t, f.Truncate(20_000))
	require.NoError(t, f.Close())
	want := make([]byte, 20_000)
	copy(want[9_000:], "end")
	wantFile(t, files, "a", want)
}

func checkTruncate(t tester, files segment.Files) {
	data := pattern(10_000, 1)
	put(t, files, "a", data)
	f, err := files.Edit("a")
	require.NoError(t, err)
	for _, size := range []int{9_999, 5_000, 4_096, 513, 512, 511, 1, 0} {
		require.NoError(t, f.Truncate(int64(size)))
		got, err := f.Size()
		require.NoError(t, err)
		require.EqualValues(t, size, got)
		wantFile(t, files, "a", data[:size])

		want := append(bytes.Clone(data[:size]), make([]byte, 10_000-size)...)
		require.NoError(t, f.Truncate(10_000))
		wantFile(t, files, "a", want)
	}
	require.Error(t, f.Truncate(-1))
	require.NoError(t, f.Close())
}

func checkReadOnly(t tester, files segment.Files) {
	put(t, files, "a", []byte("as it was"))
	f, err := files.Open("a")
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("changed"), 0)
	require.Error(t, err)
	require.Error(t, f.Truncate(0))
	require.NoError(t, f.Close())
	wantFile(t, files, "a", []byte("as it was"))
}

func checkTwoHandles(t tester, files segment.Files) {
	w, err := files.Create("a")
	require.NoError(t, err)
	r, err := files.Open("a")
	require.NoError(t, err)
	_, err = w.WriteAt([]byte("seen at once"), 0)
	require.NoError(t, err)
	got, err := readAll(r)
	require.NoError(t, err)
	require.Equal(t, "seen at once", string(got))
	require.NoError(t, w.Close())
	got, err = readAll(r)
	require.NoError(t, err, "one handle closed, the other not")
	require.Equal(t, "seen at once", string(got))
	require.NoError(t, r.Close())
}

func checkClosed(t tester, files segment.Files) {
	f, err := files.Create("a")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = f.ReadAt(make([]byte, 1), 0)
	require.Error(t, err)
	require.NotEqual(t, io.EOF, err)
	_, err = f.WriteAt([]byte("x"), 0)
	require.Error(t, err)
	_, err = f.Size()
	require.Error(t, err)
	require.Error(t, f.Truncate(1))
	require.Error(t, f.Sync())
	wantFile(t, files, "a", nil)
}
