package promtext_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
	"github.com/meterbook/meterbook/metering/promtext"
)

var (
	seed  = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
	cases = flag.Int("laws.n", 1200, "scrapes of the soak")
)

func random(t *testing.T) *rand.Rand {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

func soakTable() promtext.Table {
	rule := func(metric string, kind promtext.Kind, meter metering.MeterID, unit string) promtext.Rule {
		return promtext.Rule{Metric: metric, Kind: kind, Meter: meter, Unit: metering.MustUnit(unit), Resource: []string{"device"}, Sentinels: counter.DCGM()}
	}
	energy := rule("energy_mj", promtext.Counter, metering.DeviceEnergy, "mJ")
	energy.MaxRate = counter.Rate{Count: counter.Int(1_000_000), Per: time.Second}
	sent := rule("sent_bytes", promtext.Counter, metering.Egress, "By")
	sent.Start = "boot"
	cores := rule("cores_percent", promtext.Held, metering.AcceleratorTime, "{card}")
	cores.Per, cores.Name = 100, []string{"pod"}
	return promtext.Table{Name: "soak", Rules: []promtext.Rule{energy, sent, cores, rule("power_watts", promtext.Sampled, metering.OverheadEnergy, "W")}}
}

// oracles are what each series came to.
type oracles struct {
	counters map[string]*oracleCounter
	levels   map[string]*oracleLevel
	gap      time.Duration
}

func newOracles(gap time.Duration) *oracles {
	o := &oracles{map[string]*oracleCounter{}, map[string]*oracleLevel{}, gap}
	for i := range devices {
		for _, name := range []string{"energy_mj", "sent_bytes"} {
			o.counters[fmt.Sprintf("%s %d", name, i)] = &oracleCounter{}
		}
		o.levels[fmt.Sprintf("cores_percent %d", i)] = &oracleLevel{per: 1}
		o.levels[fmt.Sprintf("power_watts %d", i)] = &oracleLevel{per: 1_000_000_000}
	}
	return o
}

// read takes a scrape that was read and kept. Shares of a card and microwatts are
// what the levels count in.
func (o *oracles) read(at time.Time, said map[string]seen) {
	for id, c := range o.counters {
		if s, there := said[id]; there {
			c.read(at, s)
		}
	}
	for id, l := range o.levels {
		s, there := said[id]
		if !there {
			l.read(at, nil, o.gap)
			continue
		}
		s.value *= map[bool]int64{true: 720_720, false: 1000}[strings.HasPrefix(id, "cores")]
		l.read(at, &s, o.gap)
	}
}

func (o *oracles) totals() map[string]string {
	all := map[string]string{}
	for id, c := range o.counters {
		grains := big.NewInt(1)
		if strings.HasPrefix(id, "energy") {
			grains = big.NewInt(1000)
		}
		all[id] = new(big.Int).Mul(&c.sum, grains).String()
	}
	for id, l := range o.levels {
		l.end()
		all[id] = l.sum.String()
	}
	return all
}

func TestLaw_Soak_IsWhatTheOracleSays(t *testing.T) {
	rng := random(t)
	server := &exporter{boot: day}
	web := httptest.NewServer(server)
	defer web.Close()
	client := &http.Client{Timeout: time.Minute}
	const gap = 2 * time.Minute
	now := day
	opts := []promtext.Option{promtext.WithTimeout(time.Minute), promtext.WithBytes(100_000), promtext.WithGap(gap),
		promtext.WithClock(func() time.Time { return now })}
	restore := func(saved []byte) *promtext.Scraper {
		s, err := promtext.Restore(soakTable(), "soak", promtext.Fixed("acme"), saved, opts...)
		require.NoError(t, err)
		return s
	}
	s, err := promtext.New(soakTable(), "soak", promtext.Fixed("acme"), opts...)
	require.NoError(t, err)
	saved, err := s.MarshalBinary()
	require.NoError(t, err)
	agg, want := metering.NewAggregator(), newOracles(gap)
	failures := map[string]error{"status": &promtext.StatusError{}, "garbage": promtext.ErrSyntax, "binary": promtext.ErrSyntax, "large": promtext.ErrTooLarge,
		"cut": promtext.ErrUnreachable, "cut-quietly": promtext.ErrSyntax, "gone": promtext.ErrUnreachable, "stall": promtext.ErrUnreachable, "stall-within": promtext.ErrUnreachable}
	names := []string{"status", "garbage", "binary", "large", "cut", "cut-quietly", "gone", "stall", "stall-within"}
	happened := map[string]int{}
	for range *cases {
		passed := time.Duration(5+rng.IntN(50)) * time.Second
		if rng.IntN(30) == 0 {
			passed = time.Duration(rng.Int64N(int64(3 * gap)))
		}
		passed += time.Duration(1 + rng.IntN(1_000_000_000))
		now = now.Add(passed)
		server.mu.Lock()
		server.step(rng, now, passed)
		said := server.say(rng)
		server.mode = "good"
		if rng.IntN(4) == 0 {
			server.mode = names[rng.IntN(len(names))]
		}
		mode := server.mode
		server.mu.Unlock()
		happened[mode]++
		err := s.Scrape(patience(mode), client, web.URL)
		if mode != "good" {
			if status := (&promtext.StatusError{}); mode == "status" {
				require.ErrorAs(t, err, &status)
			} else {
				require.ErrorIs(t, err, failures[mode], mode)
			}
			continue
		}
		require.NoError(t, err)

		crash := rng.IntN(20)
		if crash == 0 { // before the state is kept: the scrape never was
			happened["crash before saving"]++
			s = restore(saved)
			continue
		}
		saved, err = s.MarshalBinary()
		require.NoError(t, err)
		want.read(now, said)
		if crash == 1 { // before the events are recorded: the state has them
			happened["crash before recording"]++
			s = restore(saved)
		}
		record(t, agg, s.Pending())
		if crash == 2 { // before it is noted: they are recorded again
			happened["crash before done"]++
			s = restore(saved)
			record(t, agg, s.Pending())
		}
		if crash != 3 { // a program that forgets once records them again
			s.Done()
		}
	}
	record(t, agg, s.Pending())
	t.Log(happened)
	require.GreaterOrEqual(t, len(happened), len(names)+4)
	got := map[string]string{}
	of := map[metering.MeterID]string{metering.DeviceEnergy: "energy_mj", metering.Egress: "sent_bytes", metering.AcceleratorTime: "cores_percent", metering.OverheadEnergy: "power_watts"}
	for u, err := range agg.Usage(metering.MustPeriod("1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z")) {
		require.NoError(t, err)
		got[of[u.Key.Meter]+" "+strings.TrimPrefix(u.Key.Resource, "d")] = u.Quantity.Grains().String()
	}
	require.Equal(t, want.totals(), got, "seed %d", *seed)
	require.Zero(t, agg.Counts().Conflicts)
	require.Positive(t, agg.Counts().Duplicates)
}

// patience is how long an answer is waited for: what stalls is left soon, and what
// does not is never left.
func patience(mode string) context.Context {
	if !strings.HasPrefix(mode, "stall") {
		return context.Background()
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	return ctx
}

// A scraper leaves what stalls by itself, too.
func TestScraper_Timeout(t *testing.T) {
	server := &exporter{mode: "stall-within", body: "a 1\nb 2\n"}
	web := httptest.NewServer(server)
	defer web.Close()
	s, err := promtext.New(soakTable(), "soak", promtext.Fixed("acme"), promtext.WithTimeout(20*time.Millisecond))
	require.NoError(t, err)
	require.ErrorIs(t, s.Scrape(context.Background(), http.DefaultClient, web.URL), context.DeadlineExceeded)
	server.mu.Lock()
	server.mode = "stall"
	server.mu.Unlock()
	require.ErrorIs(t, s.Scrape(context.Background(), http.DefaultClient, web.URL), promtext.ErrUnreachable)
}

func record(t *testing.T, agg *metering.Aggregator, events []metering.Event) {
	var errs []error
	for _, e := range events {
		errs = append(errs, agg.Record(e))
	}
	require.NoError(t, errors.Join(errs...))
}
