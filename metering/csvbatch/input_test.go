package csvbatch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/csvbatch"
)

// TestReader_Sources: what a source fails with is passed on behind the rows it
// gave whole, and half a row is none.
func TestReader_Sources(t *testing.T) {
	broken := errors.New("broken")
	src := io.MultiReader(strings.NewReader(header+good+good[:20]), iotest.ErrReader(broken))
	r, err := csvbatch.NewReader(src, small)
	require.NoError(t, err)
	for range 2 { // and again when asked again
		rows, err := readAll(r)
		require.ErrorIs(t, err, broken)
		require.EqualError(t, err, "csvbatch: reading on from line 3: broken")
		require.LessOrEqual(t, len(rows), 1)
	}
	// What wraps io.EOF is no end.
	cut := fmt.Errorf("connection lost: %w", io.EOF)
	rows, err := read(io.MultiReader(strings.NewReader(header+good+good[:20]), iotest.ErrReader(cut)), small)
	require.EqualError(t, err, "csvbatch: reading on from line 3: connection lost: EOF")
	require.Len(t, rows, 1)

	_, err = csvbatch.NewReader(iotest.ErrReader(broken), small)
	require.ErrorIs(t, err, broken)
	_, err = csvbatch.NewReader(stuck{}, small)
	require.ErrorIs(t, err, io.ErrNoProgress)
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestReader_LongestRow: a row of 1 MiB is read and one of a byte more is not,
// in whatever pieces it comes. A line end that is missing counts as one byte.
func TestReader_LongestRow(t *testing.T) {
	const head = "note,tenant,sku,region,time,amount\n"
	for _, note := range []struct{ open, close string }{{"", ""}, {`"`, `"`}, {"\"\n\n", `"`}} {
		for _, end := range []string{"\n", "\r\n", ""} {
			rest := note.close + "," + good[:len(good)-1] + end
			for _, over := range []int{0, 1} {
				fill := csvbatch.MaxRowBytes - len(note.open) - len(rest) + over
				if end == "" {
					fill--
				}
				long := note.open + strings.Repeat("n", fill) + rest
				for name, src := range map[string]io.Reader{
					"first":    strings.NewReader(head + long),
					"later":    strings.NewReader(head + "x," + good + long),
					"halves":   iotest.HalfReader(strings.NewReader(head + long)),
					"with EOF": iotest.DataErrReader(strings.NewReader(head + long)),
					"all":      iotest.DataErrReader(strings.NewReader(head + "x," + good + long)),
				} {
					_, err := read(src, small, csvbatch.WithBatchRows(10))
					if over == 0 {
						require.NoError(t, err, name)
					} else {
						require.ErrorIs(t, err, csvbatch.ErrRowBytes, name)
					}
				}
			}
		}
	}
}

// TestReader_ByteByByte: a long row that comes a byte at a time takes no time
// that grows with its square.
func TestReader_ByteByByte(t *testing.T) {
	file := "note," + header + `"` + strings.Repeat("\n", 1<<19) + `",` + good
	rows, err := read(iotest.OneByteReader(strings.NewReader(file)), small)
	require.NoError(t, err)
	require.Len(t, rows, 1)
}

// TestReader_Hostile: what is far too long is refused, in an error that is not.
func TestReader_Hostile(t *testing.T) {
	for name, row := range map[string]string{
		"commas":  strings.Repeat(",", 1<<20),
		"digits":  "acme,gpu,north,1970-01-01T00:00:01Z," + strings.Repeat("1", 1<<19) + "\n",
		"places":  "acme,gpu,north,1970-01-01T00:00:01Z,1." + strings.Repeat("0", 1<<19) + "\n",
		"seconds": "acme,gpu,north,1970-01-01T00:00:01." + strings.Repeat("0", 1<<19) + "Z,1\n",
		"account": strings.Repeat("a/", 1<<18) + ",gpu,north,1970-01-01T00:00:01Z,1\n",
		"quotes":  strings.Repeat(`"`, 1<<20),
		"lines":   `"` + strings.Repeat("\n", 1<<21),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := csvbatch.NewReader(iotest.HalfReader(strings.NewReader(header+row)), small, csvbatch.WithBatchRows(1))
			require.NoError(t, err)
			_, err = readAll(r)
			require.Error(t, err)
			require.Less(t, len(err.Error()), 400)
		})
	}
	rows, err := read(bytes.NewReader(bytes.Repeat([]byte("\n"), 3<<20)), small)
	require.ErrorIs(t, err, csvbatch.ErrHeader)
	require.Empty(t, rows)
}
