package meteringtest

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
)

func checkLock(t tester, files segment.Files) {
	held, err := files.Lock("lock")
	require.NoError(t, err)
	_, err = files.Lock("lock")
	require.ErrorIs(t, err, segment.ErrLocked)
	other, err := files.Lock("other")
	require.NoError(t, err, "locks of other names are free")
	require.NoError(t, held.Close())
	held, err = files.Lock("lock")
	require.NoError(t, err, "free after Close")
	_, err = files.Lock("other")
	require.ErrorIs(t, err, segment.ErrLocked, "still held")
	require.NoError(t, held.Close())
	require.NoError(t, other.Close())

	// Of many at once one has it, and the others are told so.
	var have, refused int
	var closers []io.Closer
	var mu sync.Mutex
	together(16, func(int) error {
		l, err := files.Lock("lock")
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			have++
			closers = append(closers, l)
			return nil
		}
		refused++
		return err
	}, func(err error) { require.ErrorIs(t, err, segment.ErrLocked) })
	require.Equal(t, 1, have, "holders of one lock")
	require.Equal(t, 15, refused)
	for _, l := range closers {
		require.NoError(t, l.Close())
	}
}

// together runs a function on so many goroutines and hands its errors, if there
// are any, to another one, on the caller's.
func together(n int, do func(i int) error, failed func(error)) {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			failed(err)
		}
	}
}

func checkConcurrentFile(t tester, files segment.Files) {
	const writers, part = 8, 1_000 // parts share blocks
	f, err := files.Create("a")
	require.NoError(t, err)
	want := pattern(writers*part, 3)
	together(writers, func(i int) error {
		for at := i * part; at < (i+1)*part; at += 100 {
			if _, err := f.WriteAt(want[at:at+100], int64(at)); err != nil {
				return err
			}
			back := make([]byte, 100)
			if n, err := f.ReadAt(back, int64(at)); n < len(back) {
				return fmt.Errorf("read %d bytes of 100 at %d: %w", n, at, err)
			}
			if !bytes.Equal(back, want[at:at+100]) {
				return fmt.Errorf("at %d: not what this goroutine wrote", at)
			}
			if err := f.Sync(); err != nil {
				return err
			}
			if _, err := f.Size(); err != nil {
				return err
			}
		}
		return nil
	}, func(err error) { require.NoError(t, err) })
	require.NoError(t, f.Close())
	wantFile(t, files, "a", want)
}

func checkConcurrentCreate(t tester, files segment.Files) {
	var mu sync.Mutex
	made := 0
	together(16, func(i int) error {
		own := fmt.Sprintf("own-%02d", i)
		f, err := files.Create(own)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		if err := files.Rename(own, "new-"+own); err != nil {
			return err
		}
		if _, err := files.List(); err != nil {
			return err
		}
		f, err = files.Create("shared")
		if err != nil {
			return err
		}
		mu.Lock()
		made++
		mu.Unlock()
		return f.Close()
	}, func(err error) { require.ErrorIs(t, err, fs.ErrExist) })
	require.Equal(t, 1, made, "one of them makes it")
	names, err := files.List()
	require.NoError(t, err)
	require.Len(t, names, 17)
	for _, name := range names {
		require.NoError(t, files.Remove(name))
	}
}
