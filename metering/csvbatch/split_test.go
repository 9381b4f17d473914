package csvbatch_test

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/csvbatch"
)

// TestSplit_ConcurrentSafe: the parts of a file can be read at once.
func TestSplit_ConcurrentSafe(t *testing.T) {
	file := usage(20_000)
	layout, _ := layoutIn("s")
	layout.Resource = ""
	want, err := read(bytes.NewReader(file), layout)
	require.NoError(t, err)
	parts, err := csvbatch.Split(bytes.NewReader(file), int64(len(file)), 8, layout, csvbatch.WithBatchRows(100))
	require.NoError(t, err)
	require.Len(t, parts, 8)

	rows, errs := make([][]oracleRow, len(parts)), make([]error, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() { rows[i], errs[i] = readAll(part) })
	}
	running.Wait()
	var got []oracleRow
	for i := range parts {
		require.NoError(t, errs[i])
		require.InDelta(t, len(want)/8, len(rows[i]), 20)
		got = append(got, rows[i]...)
	}
	require.Equal(t, want, got)
}

// TestSplit_WithinQuotes: a part that ends within quotes says so, even where
// what the quotes hold looks like rows.
func TestSplit_WithinQuotes(t *testing.T) {
	file := "note," + header + `"` + strings.Repeat("x,"+good, 50) + `",` + good
	rows, err := read(strings.NewReader(file), small)
	require.NoError(t, err)
	require.Len(t, rows, 1)

	parts, err := csvbatch.Split(strings.NewReader(file), int64(len(file)), 2, small)
	require.NoError(t, err)
	require.Len(t, parts, 2)
	rows, err = readAll(parts[0])
	require.ErrorIs(t, err, csvbatch.ErrSplit)
	require.EqualError(t, err, "csvbatch: line 2: csvbatch: the file was split within quotes: read it with one reader")
	require.Empty(t, rows)
}

// TestSplit_Lines: an error in any part has the line and the offset that it has
// in the file.
func TestSplit_Lines(t *testing.T) {
	lines := strings.SplitAfter("\r\n"+header+strings.Repeat(good, 30), "\n")
	for i := 2; i < 32; i++ {
		bad := strings.Join(lines[:i], "") + "bad\n" + strings.Join(lines[i+1:], "")
		parts, err := csvbatch.Split(strings.NewReader(bad), int64(len(bad)), 4, small)
		require.NoError(t, err)
		require.Len(t, parts, 4)
		var found []*csvbatch.RowError
		for _, part := range parts {
			if _, err := readAll(part); err != nil {
				var rowErr *csvbatch.RowError
				require.ErrorAs(t, err, &rowErr)
				found = append(found, rowErr)
			}
		}
		require.Equal(t, []*csvbatch.RowError{{Line: int64(i + 1), Offset: int64(len(strings.Join(lines[:i], ""))), Err: csvbatch.ErrFields}}, found)
	}
}

func TestSplit_Sizes(t *testing.T) {
	file := header + good + good
	for _, tt := range []struct {
		name        string
		size        int64
		parts, rows int // of three asked for
		is          error
	}{
		{"the file", int64(len(file)), 2, 2, nil},
		{"as it was a row ago", int64(len(header + good)), 1, 1, nil},
		{"as it was before rows", int64(len(header)), 1, 0, nil},
		{"within a row", int64(len(file)) - 2, 0, 0, io.ErrUnexpectedEOF},
		{"without the line end", int64(len(file)) - 1, 0, 0, io.ErrUnexpectedEOF},
		{"more than there is", int64(len(file)) + 1, 0, 0, io.ErrUnexpectedEOF},
		{"far more", int64(len(file)) * 3, 0, 0, io.ErrUnexpectedEOF},
		{"nothing", 0, 0, 0, csvbatch.ErrHeader},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := csvbatch.Split(strings.NewReader(file), tt.size, 3, small)
			require.ErrorIs(t, err, tt.is)
			require.Len(t, parts, tt.parts)
			rows := 0
			for _, part := range parts {
				got, err := readAll(part)
				require.NoError(t, err)
				rows += len(got)
			}
			require.Equal(t, tt.rows, rows)
		})
	}
	for _, n := range []int{-1, 0, 1025} {
		_, err := csvbatch.Split(strings.NewReader(file), int64(len(file)), n, small)
		require.ErrorContains(t, err, "want 1 to 1024")
	}
	// A file that shrinks after it was split.
	shrinking := &shrinks{Reader: strings.NewReader(file), size: int64(len(file))}
	parts, err := csvbatch.Split(shrinking, int64(len(file)), 1, small)
	require.NoError(t, err)
	shrinking.size = int64(len(header + good))
	_, err = readAll(parts[0])
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// shrinks is a file whose end moves.
type shrinks struct {
	*strings.Reader
	size int64
}

func (s *shrinks) ReadAt(p []byte, off int64) (int, error) {
	return io.NewSectionReader(s.Reader, 0, s.size).ReadAt(p, off)
}
