package benchmarks

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Inputs are made when the first test or benchmark needs them.
var (
	zipf3 = sync.OnceValue(workload.Zipf3)
	zipf6 = sync.OnceValue(workload.Zipf6)
)

// benchmark runs each entrant as impl=… . An operation is one of the path's, over
// all goroutines. Entrants that are not there are skipped.
func benchmark(b *testing.B, entrants ...contest.Entrant) {
	b.Helper()
	for _, e := range entrants {
		var r *contest.Run // opened once: what it has grown to is kept while b.N is sought
		b.Run("impl="+e.Name, func(b *testing.B) {
			if r == nil {
				r = open(b, e)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := operate(r, b.N); err != nil {
				b.Fatal(err)
			}
		})
		if r != nil && r.Close != nil {
			require.NoError(b, r.Close())
		}
	}
}

func open(tb testing.TB, e contest.Entrant) *contest.Run {
	tb.Helper()
	r, err := e.Open()
	if _, absent := errors.AsType[contest.Unavailable](err); absent {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	return r
}

// operate does n operations, or a little more where they do not fall out even.
// A job is one operation.
func operate(r *contest.Run, n int) error {
	if r.Job != nil {
		for range n {
			if _, err := r.Job(); err != nil {
				return err
			}
		}
		return nil
	}
	each := len(r.Loops) * max(1, r.PerTurn)
	return r.Do((n + each - 1) / each)
}
