package csvbatch_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/csvbatch"
)

// usage returns a header and n rows like those of a month's export: a thousand
// tenants, some of them far more active than others, eight SKUs, four regions.
func usage(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	active := rand.NewZipf(r, 1.1, 20, 999)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	b := []byte("tenant,sku,region,time,amount\n")
	for range n {
		b = append(b, "tenant-"...)
		b = append(b, strconv.FormatUint(10_000+active.Uint64(), 10)[1:]...)
		b = append(b, ",sku-"...)
		b = strconv.AppendInt(b, r.Int64N(8), 10)
		b = append(b, ",region-"...)
		b = strconv.AppendInt(b, r.Int64N(4), 10)
		b = append(b, ',')
		b = start.Add(time.Duration(r.IntN(31*24*3600))*time.Second).AppendFormat(b, time.RFC3339)
		b = append(b, ',')
		b = strconv.AppendInt(b, r.Int64N(1000), 10)
		b = append(b, '.')
		b = append(b, strconv.Itoa(1_000_000 + r.IntN(1_000_000))[1:]...)
		b = append(b, '\n')
	}
	return b
}

// TestAllocations: once a reader knows the values, it allocates nothing, for a
// row or for a batch, whatever the form of a row that the package reads.
func TestAllocations(t *testing.T) {
	layout := small
	layout.Resource = "id"
	long := strings.Repeat("x", 100)
	for name, row := range map[string]string{
		"plain":       "acme,0f81,gpu,north,2026-03-01T05:17:42Z,123.456789,\n",
		"quoted":      `"acme","0f81","gpu","north","2026-03-01T05:17:42Z","123.456789","note"` + "\n",
		"CRLF":        "acme,0f81,gpu,north,2026-03-01T05:17:42Z,123.456789,\r\n",
		"long":        "acme," + long + ",gpu,north,2026-03-01T05:17:42Z,1," + strings.Repeat("y", 1000) + "\n",
		"doubled":     `"acme ""x"", inc",0f81,gpu,north,2026-03-01T05:17:42Z,1,` + "\"two\nlines\"\n\n",
		"any time":    "acme,0f81,gpu,north,2026-03-01T05:17:42.123456789+08:00,1,\n",
		"any number":  "acme,0f81,gpu,north,2026-03-01T05:17:42Z,-1.0000000000000000,\n",
		"mixed lines": "acme,0f81,gpu,north,2026-03-01T05:17:42Z,1,\nacme,0f81,gpu,north,2026-03-01T05:17:42Z,1,\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := "tenant,id,sku,region,time,amount,note\n" + strings.Repeat(row, 60_000)
			r, err := csvbatch.NewReader(strings.NewReader(file), layout, csvbatch.WithBatchRows(1000))
			require.NoError(t, err)
			var fail error
			next := func() {
				for b, err := range r.Batches() {
					if err != nil || len(b.Times) != 1000 {
						fail = fmt.Errorf("batch %v, error %w", b, err)
					}
					break
				}
			}
			require.Zero(t, testing.AllocsPerRun(50, next))
			require.NoError(t, fail)
		})
	}
}

// BenchmarkReader reads a million rows an operation. impl=encoding-csv is what
// a program would begin with without this package: it splits rows, and parses
// and interns nothing.
func BenchmarkReader(b *testing.B) {
	const rows = 1_000_000
	file := usage(rows)
	measure := func(b *testing.B, readFile func() int) {
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			if n := readFile(); n != rows {
				b.Fatalf("%d rows", n)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	}
	b.Run("impl=csvbatch", func(b *testing.B) {
		measure(b, func() int {
			r, err := csvbatch.NewReader(bytes.NewReader(file), small)
			return count(r, err)
		})
	})
	b.Run("impl=csvbatch-2-parts", func(b *testing.B) {
		measure(b, func() int {
			parts, err := csvbatch.Split(bytes.NewReader(file), int64(len(file)), 2, small)
			if err != nil {
				return -1
			}
			first := make(chan int)
			go func() { first <- count(parts[0], err) }()
			return count(parts[1], err) + <-first
		})
	})
	b.Run("impl=encoding-csv", func(b *testing.B) {
		measure(b, func() int {
			r := csv.NewReader(bytes.NewReader(file))
			r.ReuseRecord = true
			n := -1 // the header
			for {
				if _, err := r.Read(); err != nil {
					return n
				}
				n++
			}
		})
	})
}

// count reads all batches and returns how many rows they have; -1 on an error.
func count(r *csvbatch.Reader, err error) (n int) {
	if err != nil {
		return -1
	}
	for b, err := range r.Batches() {
		if err != nil {
			return -1
		}
		n += len(b.Times)
	}
	return n
}
