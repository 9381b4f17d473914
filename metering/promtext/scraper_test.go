package promtext_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
	"github.com/meterbook/meterbook/metering/promtext"
)

// A stage of metering/otelmeter, which this module does without.
var _ interface {
	Health() iter.Seq[metering.Vital]
} = (*promtext.Scraper)(nil)

var day = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) // 1790812800

// files reads the fixtures of an exporter, a minute apart, and returns what was
// used by meter, resource and SKU.
func files(t *testing.T, table promtext.Table, accounts promtext.Accounts) (map[string]string, *promtext.Scraper) {
	s, err := promtext.New(table, "test", accounts)
	require.NoError(t, err)
	names, err := filepath.Glob("testdata/" + table.Name + "-[0-9].prom")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(names), 2)
	for i, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, s.Read(bytes.NewReader(text), day.Add(time.Duration(i)*time.Minute)))
	}
	return usage(t, s.Pending()), s
}

func usage(t *testing.T, events []metering.Event) map[string]string {
	sums := map[string]metering.Quantity{}
	for _, e := range events {
		for _, it := range e.Items {
			k := fmt.Sprintf("%s %s %s %s", e.Account, it.Meter, e.Resource, it.SKU)
			sum, err := sums[k].Add(it.Quantity)
			require.NoError(t, err)
			sums[k] = sum
		}
	}
	all := map[string]string{}
	for k, q := range sums {
		all[strings.TrimSpace(k)] = q.String()
	}
	return all
}

func vitals(s *promtext.Scraper) map[string]int64 {
	all := map[string]int64{}
	for v := range s.Health() {
		all[strings.TrimSpace(v.Name+" "+v.Outcome)] = v.Value
	}
	return all
}

func TestTables(t *testing.T) {
	for _, test := range []struct {
		table    promtext.Table
		accounts promtext.Accounts
		want     map[string]string
	}{
		// The card's energy once, whatever its instances repeat; a driver that was
		// loaded again counts from 0; a card without a value counts nothing.
		{promtext.DCGM(), promtext.Fixed("acme"), map[string]string{
			"acme energy.device GPU-aaaa NVIDIA H100 80GB HBM3": "24000000000 uJ",
			"acme energy.device GPU-bbbb NVIDIA H100 80GB HBM3": "120000 uJ",
		}},
		// 93.5 W for a minute; the two chips of a 310P are one card; a part of a
		// chip is not counted.
		{promtext.AscendNPU(), promtext.Fixed("acme"), map[string]string{
			"acme energy.device AAAA 910B3-Ascend-V1":         "5610000000 uJ",
			"acme energy.device 0000:05:00.0 310P3-Ascend-V1": "2400000000 uJ",
			"acme compute.accelerator.time 0":                 metering.MustQuantity("60 {card}.s").String(),
			"acme compute.accelerator.time 1":                 metering.MustQuantity("60 {card}.s").String(),
		}},
		{promtext.HAMi(), promtext.ByLabel("cluster/", "namespace"), map[string]string{
			"cluster/ns-a compute.accelerator.time GPU-aaaa": metering.MustQuantity("27 {card}.s").String(),
			"cluster/ns-b compute.accelerator.time GPU-aaaa": metering.MustQuantity("18 {card}.s").String(),
		}},
		{promtext.HAMiLegacy(), promtext.ByLabel("cluster/", "podnamespace"), map[string]string{
			"cluster/ns-a compute.accelerator.time GPU-aaaa": metering.MustQuantity("27 {card}.s").String(),
			"cluster/ns-b compute.accelerator.time GPU-aaaa": metering.MustQuantity("18 {card}.s").String(),
		}},
		// Package and memory, and not the cores within; readings are cut to
		// microjoules. The pod's end is no new counter.
		{promtext.Kepler(), promtext.ByLabel("", "pod_namespace"), map[string]string{
			"ns-a energy.device 1f3a": "69932110 uJ", // 1300.000000 − 1234.567890, and 4.5
		}},
		// The machine started again before the last: counters that had passed what
		// they showed are found by the time of the boot.
		{promtext.Node(), promtext.Fixed("acme"), map[string]string{
			"acme network.egress eth0":  "41 By",                                          // 1, then 40
			"acme network.ingress eth0": "1300000100001 By",                               // 100001, then all since the boot
			"acme compute.cpu.time 0":   metering.MustQuantity("56.15 {core}.s").String(), // 24.05 + 10.1, then 2 + 20
		}},
	} {
		t.Run(test.table.Name, func(t *testing.T) {
			got, s := files(t, test.table, test.accounts)
			require.Equal(t, test.want, got)
			require.Zero(t, vitals(s)["promtext.events.lost"])
		})
	}
	require.Len(t, promtext.Tables(), 6)
}

// Traffic that is in a physical interface too is not counted twice.
func TestNode_Interfaces(t *testing.T) {
	s, err := promtext.New(promtext.Node(), "test", promtext.Fixed("acme"))
	require.NoError(t, err)
	physical := []string{"eth0", "eno1", "ens5", "enp3s0", "enp3s0f0np0", "enx0", "ib0", "ibp12s0", "wlan0", "wlp2s0", "bnxt0", "hsn0", "p1p1", "em1"}
	inner := []string{"lo", "veth1a", "docker0", "br-1a2b", "br0", "cni0", "flannel.1", "cali12", "virbr0", "vmbr0", "lxdbr0", "vnet3", "tun0", "tunl0", "tap0", "wg0", "bond0",
		"team0", "vxlan.calico", "vxlan_sys_4789", "gre0", "gretap0", "sit0", "ip6tnl0", "ip6gre0", "ifb0", "lxc1a2b", "cilium_host", "cilium_vxlan", "kube-ipvs0", "kube-bridge",
		"nodelocaldns", "ovs-system", "eni5f3c1", "azv12", "macvlan0", "ipvlan0", "vlan100", "eth0.100", "dummy0", "podman0", "weave", "genev_sys_6081"}
	for i := range 2 {
		var b strings.Builder
		for _, device := range slices.Concat(physical, inner) {
			fmt.Fprintf(&b, "node_network_transmit_bytes_total{device=%q} %d\n", device, 7*i)
		}
		require.NoError(t, s.Read(strings.NewReader(b.String()), day.Add(time.Duration(i)*time.Minute)))
	}
	var got []string
	for _, e := range s.Pending() {
		got = append(got, e.Resource)
	}
	require.Equal(t, physical, got)
}

// A clock that is put back moves the time of the boot back, and no counter began
// again: it goes on. One that is put forward is no boot either.
func TestNode_ClockPutRight(t *testing.T) {
	s, err := promtext.New(promtext.Node(), "test", promtext.Fixed("acme"))
	require.NoError(t, err)
	boot := day.Add(-time.Hour).Unix()
	for i, scrape := range []struct{ boot, sent int64 }{
		{boot, 100}, {boot, 200}, {boot - 300, 400}, {boot - 300, 800}, {boot - 298, 1600}, {boot + 40, 3200}, {boot - 300, 6400},
		{day.Unix() + 7*60 - 20, 50}, // it did start again
		{day.Unix() + 7*60 - 80, 150}, {day.Unix() + 7*60 - 80, 10},
	} {
		text := fmt.Sprintf("node_boot_time_seconds %d\nnode_network_transmit_bytes_total{device=\"eth0\"} %d\n", scrape.boot, scrape.sent)
		require.NoError(t, s.Read(strings.NewReader(text), day.Add(time.Duration(i)*time.Minute)))
	}
	require.Equal(t, map[string]string{"acme network.egress eth0": "6460 By"}, usage(t, s.Pending())) // 6300, 50, 100, and 10 after a fall
	require.Zero(t, vitals(s)["promtext.remarks out-of-order"])
}

// A bad line is refused by itself, and counted by reason.
func TestScraper_Lines(t *testing.T) {
	table := promtext.Table{Name: "bytes", Rules: []promtext.Rule{{Metric: "sent", Kind: promtext.Counter, Meter: metering.Egress, Unit: metering.MustUnit("By"), Resource: []string{"d"}, Region: []string{"zone"}}}}
	accounts := func(s promtext.Sample) (metering.Account, error) {
		if s.Labels["d"] == "lost" {
			return "", errors.New("no such tenant")
		}
		if s.Labels["d"] == "ours" {
			return "", nil
		}
		return "acme", nil
	}
	s, err := promtext.New(table, "test", accounts, promtext.WithSeries(2),
		promtext.WithKey(func(_ promtext.Sample, k *metering.Key) { k.SKU, k.Account = "10G", "not this one" }))
	require.NoError(t, err)
	read := func(at time.Time, lines ...string) {
		require.NoError(t, s.Read(strings.NewReader(strings.Join(lines, "\n")+"\n"), at))
	}
	old, future := day.Add(-time.Hour).UnixMilli(), day.Add(2*time.Minute).UnixMilli()
	read(day,
		`sent{d="a",zone="north"} 10`, `sent{d="a",zone="north"} 11`, `sent{d="f"} -1`, `sent{d="g"} 1e300`, `sent{d="b"} 0`, `sent{d="c"} 1`, `sent{d="lost"} 1`, `sent{d="ours"} 1`,
		`sent{d="d"} NaN`, `sent{d="e"} +Inf`, fmt.Sprintf(`sent{d="h"} 1 %d`, old), fmt.Sprintf(`sent{d="i"} 1 %d`, future),
		`sent{d="`+strings.Repeat("x", 300)+`"} 1`, `sent{d="two\nlines"} 1`, "received 7")
	got := vitals(s)
	for name, want := range map[string]int64{"used": 2, "repeated": 1, "account": 1, "passed-over": 1, "missing": 1, "value": 3, "time": 2, "bounds": 3} {
		require.Equal(t, want, got["promtext.samples "+name], name)
	}
	require.Equal(t, int64(2), got["promtext.series"])
	require.Empty(t, s.Pending())

	read(day.Add(time.Minute), `sent{d="a",zone="north"} 17`, `sent{d="b"} 1.5`, `sent{d="b"} 9`)
	events := s.Pending()
	require.Len(t, events, 2)
	require.Equal(t, metering.Event{Account: "acme", Source: "test", ID: "sent network.egress 1:a@2026-10-01T00:01:00Z", Time: day.Add(time.Minute - 1), Kind: metering.Amount,
		Resource: "a", Region: "north", Items: []metering.Item{{Meter: metering.Egress, SKU: "10G", Quantity: metering.MustQuantity("7 By")}}}, events[0])
	require.Equal(t, metering.MustQuantity("1 By"), events[1].Items[0].Quantity, "what is finer than a byte is cut")
	require.Len(t, s.Pending(), 2)
	s.Done()
	require.Empty(t, s.Pending())

	read(day.Add(20*time.Hour), `sent{d="c"} 1`)
	require.Equal(t, int64(2), vitals(s)["promtext.series"], "still full")
	read(day.Add(49*time.Hour), `sent{d="c"} 2`)
	require.Equal(t, int64(1), vitals(s)["promtext.series"], "what was not there for a day is forgotten")
	read(day.Add(50*time.Hour), `sent{d="c"} 9007199254740994`)
	require.True(t, s.Pending()[0].Estimated, "above 2^53")
}

// While nobody can be asked for the account, a counter waits.
func TestScraper_AccountLater(t *testing.T) {
	table := promtext.Table{Rules: []promtext.Rule{{Metric: "sent", Kind: promtext.Counter, Meter: metering.Egress, Unit: metering.MustUnit("By")}}}
	down := false
	s, err := promtext.New(table, "test", func(promtext.Sample) (metering.Account, error) {
		if down {
			return "", errors.New("directory is down")
		}
		return "acme", nil
	}, promtext.WithSpread(15*time.Minute))
	require.NoError(t, err)
	for i, v := range []int{10, 20, 40} {
		down = i == 1
		require.NoError(t, s.Read(strings.NewReader(fmt.Sprintf("sent %d\n", v)), day.Add(time.Duration(i)*20*time.Minute)))
	}
	require.Equal(t, map[string]string{"acme network.egress": "30 By"}, usage(t, s.Pending()))
	require.Len(t, s.Pending(), 3, "over three windows")
	require.True(t, s.Pending()[0].Estimated)
	require.Equal(t, int64(1), vitals(s)["promtext.remarks missed"])

	require.Error(t, s.Read(strings.NewReader("sent 4"), day.Add(41*time.Minute)))
	require.NoError(t, s.Read(strings.NewReader("sent 41\n"), day.Add(42*time.Minute)))
	require.Equal(t, int64(2), vitals(s)["promtext.remarks missed"], "a scrape failed in between")
}

// What was held is placed in its windows, and not beyond a gap.
func TestScraper_Held(t *testing.T) {
	table := promtext.Table{Rules: []promtext.Rule{{Metric: "cores", Kind: promtext.Held, Meter: metering.CPUTime, Unit: metering.MustUnit("{core}")}}}
	s, err := promtext.New(table, "test", promtext.Fixed("acme"))
	require.NoError(t, err)
	at := func(minute, second int) time.Time { return day.Add(time.Duration(60*minute+second) * time.Second) }
	read := func(t1 time.Time, text string) { require.NoError(t, s.Read(strings.NewReader(text), t1)) }
	read(at(14, 0), "cores 4\n")
	read(at(16, 0), "cores 2.5\n")
	read(at(17, 0), "# nothing\n") // ended at 16:00
	read(at(18, 0), "cores 1\n")
	read(at(19, 0), "cores NaN\n") // not read
	read(at(20, 0), "cores 1\n")
	read(at(26, 0), "cores 1\n")      // longer ago than five minutes
	read(at(27, 0), "cores 0.0005\n") // half-even: 0
	read(at(28, 0), "cores -1\n")
	read(at(29, 0), "cores 7\n")
	var got []string
	for _, e := range s.Pending() {
		require.False(t, e.Estimated)
		got = append(got, e.ID+" "+e.Items[0].Quantity.String())
	}
	minute := func(cores string) string { return metering.MustQuantity(cores + "0 {core}.s").String() }
	require.Equal(t, []string{
		"cores compute.cpu.time 0:@2026-10-01T00:16:00Z/2026-10-01T00:14:00Z " + minute("24"), "cores compute.cpu.time 0:@2026-10-01T00:16:00Z/2026-10-01T00:15:00Z " + minute("24"),
		"cores compute.cpu.time 0:@2026-10-01T00:20:00Z " + minute("12"), "cores compute.cpu.time 0:@2026-10-01T00:27:00Z " + minute("6"),
	}, got)
	require.Equal(t, int64(1), vitals(s)["promtext.gaps"])
}

// Who held a level pays until the sight at which it is another's, or nobody's.
func TestScraper_HeldByNobody(t *testing.T) {
	table := promtext.Table{Rules: []promtext.Rule{{Metric: "power", Kind: promtext.Sampled, Meter: metering.DeviceEnergy, Unit: metering.MustUnit("W"), Resource: []string{"card"}}}}
	s, err := promtext.New(table, "test", promtext.ByLabel("", "namespace"))
	require.NoError(t, err)
	for i, line := range []string{`namespace="a"} 700`, `namespace="a"} 700`, `} 50`, `} 50`, `namespace="b"} 300`, `namespace="b"} 300`, `namespace="a"} 700`, `} NaN`, `} 50`} {
		require.NoError(t, s.Read(strings.NewReader(`power{card="0",`+line+"\n"), day.Add(time.Duration(i)*time.Minute)))
	}
	require.Equal(t, map[string]string{
		"a energy.device 0": metering.MustQuantity("168 kJ").String(), // two minutes, and two more as no sight said otherwise
		"b energy.device 0": metering.MustQuantity("36 kJ").String(),
	}, usage(t, s.Pending()))

	// One that answers from a cache, or comes too late, ends it and adds nothing.
	at := day.Add(time.Hour)
	read := func(after time.Duration, line string, stamped time.Duration) {
		require.NoError(t, s.Read(strings.NewReader(fmt.Sprintf("power{card=\"1\",%s %d\n", line, at.Add(stamped).UnixMilli())), at.Add(after)))
	}
	s.Done()
	read(0, `namespace="a"} 700`, 0)
	read(time.Minute, `} 50`, 0) // of the same instant
	read(2*time.Minute, `} 50`, 2*time.Minute)
	require.Equal(t, map[string]string{"a energy.device 1": metering.MustQuantity("84 kJ").String()}, usage(t, s.Pending()))
	s.Done()
	read(3*time.Minute, `namespace="a"} 700`, 3*time.Minute)
	read(time.Hour, `} 50`, time.Hour)
	require.Empty(t, s.Pending())
	require.Equal(t, int64(1), vitals(s)["promtext.gaps"])
}

func TestScraper_Refuses(t *testing.T) {
	s, err := promtext.New(promtext.DCGM(), "test", promtext.Fixed("acme"), promtext.WithBytes(100), promtext.WithTimeout(time.Second))
	require.NoError(t, err)
	require.ErrorIs(t, s.Read(strings.NewReader("a 1"), day), promtext.ErrSyntax, "no end of the line")
	require.ErrorIs(t, s.Read(strings.NewReader("a{ 1\n"), day), promtext.ErrSyntax)
	require.ErrorIs(t, s.Read(strings.NewReader(strings.Repeat("#\n", 60)), day), promtext.ErrTooLarge)
	require.ErrorIs(t, s.Read(io.MultiReader(strings.NewReader("a 1\n"), failing{}), day), promtext.ErrUnreachable)
	require.ErrorIs(t, s.Read(strings.NewReader(""), time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)), metering.ErrTimeRange)
	require.NoError(t, s.Read(strings.NewReader("# nothing\n"), day))
	require.ErrorIs(t, s.Read(strings.NewReader("# nothing\n"), day), promtext.ErrOrder)
	require.ErrorIs(t, s.Scrape(context.Background(), http.DefaultClient, "http://127.0.0.1:1/metrics"), promtext.ErrUnreachable)
	var field *promtext.FieldError
	require.ErrorAs(t, s.Scrape(context.Background(), http.DefaultClient, "http://\x00"), &field)
	require.Equal(t, int64(8), vitals(s)["promtext.scrapes failed"])
	require.Equal(t, int64(1), vitals(s)["promtext.scrapes read"])
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestNew_Refuses(t *testing.T) {
	good := promtext.Rule{Metric: "sent", Kind: promtext.Counter, Meter: metering.Egress, Unit: metering.MustUnit("By")}
	rule := func(change func(*promtext.Rule)) promtext.Table {
		r := good
		change(&r)
		return promtext.Table{Rules: []promtext.Rule{r}}
	}
	var field *promtext.FieldError
	var dimension *metering.DimensionError
	for _, test := range []struct {
		name  string
		table promtext.Table
		as    any
	}{
		{"no metric", rule(func(r *promtext.Rule) { r.Metric = "" }), &field},
		{"no unit", rule(func(r *promtext.Rule) { r.Unit = metering.Unit{} }), &field},
		{"no kind", rule(func(r *promtext.Rule) { r.Kind = 0 }), &field},
		{"pattern", rule(func(r *promtext.Rule) { r.Only = map[string][]string{"d": {"["}} }), &field},
		{"counter of something else", rule(func(r *promtext.Rule) { r.Unit = metering.MustUnit("J") }), &dimension},
		{"level of something else", rule(func(r *promtext.Rule) { r.Kind = promtext.Held }), &dimension},
		{"level of what is not held", rule(func(r *promtext.Rule) { r.Kind, r.Unit = promtext.Held, metering.MustUnit("J") }), &field},
	} {
		_, err := promtext.New(test.table, "test", promtext.Fixed("acme"))
		require.ErrorAs(t, err, test.as, test.name)
	}
	_, err := promtext.New(rule(func(r *promtext.Rule) { r.Meter = "no.such.meter" }), "test", promtext.Fixed("acme"))
	require.ErrorIs(t, err, metering.ErrUnknown)
	_, err = promtext.New(rule(func(r *promtext.Rule) { r.MaxRate = counter.Rate{Count: counter.Int(-1), Per: time.Second} }), "test", promtext.Fixed("acme"))
	require.Error(t, err)
	for _, source := range []string{"", strings.Repeat("x", 257), "two\nlines"} {
		_, err = promtext.New(promtext.DCGM(), source, promtext.Fixed("acme"))
		require.ErrorAs(t, err, &field)
	}
	_, err = promtext.New(promtext.DCGM(), "test", nil)
	require.ErrorAs(t, err, &field)
	for i, o := range []promtext.Option{promtext.WithBytes(0), promtext.WithSeries(0), promtext.WithTimeout(0), promtext.WithGap(2 * time.Hour), promtext.WithForget(0),
		promtext.WithSpread(0), promtext.WithClock(nil), promtext.WithCatalogue(nil)} {
		_, err = promtext.New(promtext.DCGM(), "test", promtext.Fixed("acme"), o)
		require.ErrorAs(t, err, &field, "option %d", i)
	}
}

func TestRestore_Refuses(t *testing.T) {
	_, s := files(t, promtext.HAMi(), promtext.Fixed("acme"))
	saved, err := s.MarshalBinary()
	require.NoError(t, err)
	again, err := promtext.Restore(promtext.HAMi(), "test", promtext.Fixed("acme"), saved)
	require.NoError(t, err)
	require.Equal(t, s.Pending(), again.Pending())
	twice, err := again.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, saved, twice)
	_, err = promtext.Restore(promtext.DCGM(), "test", promtext.Fixed("acme"), saved)
	require.ErrorIs(t, err, promtext.ErrState)
	for _, at := range []int{0, 9, 20, len(saved) - 1} {
		bad := slices.Clone(saved)
		bad[at] ^= 1
		_, err = promtext.Restore(promtext.HAMi(), "test", promtext.Fixed("acme"), bad)
		require.ErrorIs(t, err, promtext.ErrState)
	}
	_, err = promtext.Restore(promtext.HAMi(), "test", promtext.Fixed("acme"), nil)
	require.ErrorIs(t, err, promtext.ErrState)
}

// Series are told apart also where their names are longer than an id can be, and a
// series that two rules take for one meter is counted once.
func TestScraper_Names(t *testing.T) {
	rule := func(meter metering.MeterID) promtext.Rule {
		return promtext.Rule{Metric: "sent", Kind: promtext.Counter, Meter: meter, Unit: metering.MustUnit("By"), Resource: []string{"d"}, Name: []string{"pod"}}
	}
	table := promtext.Table{Rules: []promtext.Rule{rule(metering.Egress), rule(metering.Egress), rule(metering.Ingress)}}
	s, err := promtext.New(table, "test", promtext.Fixed("acme"))
	require.NoError(t, err)
	long := strings.Repeat("长", 80)
	for i, v := range []int{0, 10} {
		require.NoError(t, s.Read(strings.NewReader(fmt.Sprintf("sent{d=\"%s\",pod=\"a\"} %d\nsent{d=\"%s\",pod=\"b\"} %d\n", long, v, long, 2*v)), day.Add(time.Duration(i)*time.Minute)))
	}
	ids := map[string]bool{}
	for _, e := range s.Pending() {
		require.NoError(t, e.Validate())
		ids[e.ID] = true
	}
	require.Len(t, ids, 4)
	require.Equal(t, map[string]string{"acme network.egress " + long: "30 By", "acme network.ingress " + long: "30 By"}, usage(t, s.Pending()))
	require.Equal(t, int64(4), vitals(s)["promtext.samples repeated"])
}
