package promtext_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/promtext"
)

// everything is the rules of all tables.
func everything() promtext.Table {
	all := promtext.Table{Name: "all"}
	for _, t := range promtext.Tables() {
		all.Rules = append(all.Rules, t.Rules...)
	}
	return all
}

func seeds(f *testing.F) []string {
	names, err := filepath.Glob("testdata/*.prom")
	require.NoError(f, err)
	var all []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		all = append(all, string(text))
	}
	return append(all, "vGPUCoreAllocated 1e308\n", "npu_chip_info_power{id=\"\\n\"} 0x1p-1074\n", "node_boot_time_seconds 1e300\nnode_network_receive_bytes_total 1 9223372036854775807\n")
}

func FuzzScraper_Read(f *testing.F) {
	all := seeds(f)
	for i, text := range all {
		f.Add(text, all[(i+1)%len(all)])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		s, err := promtext.New(everything(), "fuzz", promtext.Fixed("acme"), promtext.WithSeries(100))
		require.NoError(t, err)
		agg := metering.NewAggregator()
		for i, text := range []string{one, two, one} {
			before := vitals(s)
			if err := s.Read(strings.NewReader(text), day.Add(time.Duration(i)*time.Minute)); err != nil {
				require.Equal(t, before["promtext.events"], vitals(s)["promtext.events"])
			}
		}
		for _, e := range s.Pending() {
			require.NoError(t, e.Validate())
			require.Positive(t, e.Items[0].Quantity.Sign())
			// Two rules may count one event's instant, and sums are bounded.
			if err := agg.Record(e); err != nil {
				require.ErrorIs(t, err, metering.ErrOverflow)
			}
		}
		require.Zero(t, vitals(s)["promtext.events.lost"])
		saved, err := s.MarshalBinary()
		require.NoError(t, err)
		again, err := promtext.Restore(everything(), "fuzz", promtext.Fixed("acme"), saved)
		require.NoError(t, err)
		require.Equal(t, len(s.Pending()), len(again.Pending()))
	})
}

func FuzzRestore_Binary(f *testing.F) {
	for _, text := range seeds(f) {
		s, err := promtext.New(everything(), "fuzz", promtext.Fixed("acme"))
		require.NoError(f, err)
		_ = s.Read(strings.NewReader(text), day)
		saved, err := s.MarshalBinary()
		require.NoError(f, err)
		f.Add(saved)
		f.Add(saved[:len(saved)/2])
	}
	f.Fuzz(func(t *testing.T, saved []byte) {
		s, err := promtext.Restore(everything(), "fuzz", promtext.Fixed("acme"), saved)
		if err != nil {
			require.ErrorIs(t, err, promtext.ErrState)
			require.Nil(t, s)
			return
		}
		_ = s.Read(strings.NewReader("vGPUCoreAllocated 1\n"), day.Add(time.Hour))
	})
}
