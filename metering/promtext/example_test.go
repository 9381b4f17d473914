package promtext_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/promtext"
)

func Example() {
	joules := 100
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "kepler_pod_cpu_joules_total{pod_id=\"1f3a\",pod_namespace=\"vision\",state=\"running\",zone=\"package\"} %d\n", joules)
		joules += 250
	}))
	defer exporter.Close()

	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	pods, err := promtext.New(promtext.Kepler(), "kepler/node-7", promtext.ByLabel("acme/", "pod_namespace"),
		promtext.WithClock(func() time.Time { now = now.Add(time.Minute); return now }))
	if err != nil {
		fmt.Println(err)
		return
	}
	agg := metering.NewAggregator()
	for range 3 {
		if err := pods.Scrape(context.Background(), exporter.Client(), exporter.URL); err != nil {
			fmt.Println(err)
			continue
		}
		for _, e := range pods.Pending() {
			if err := agg.Record(e); err != nil {
				fmt.Println(err)
			}
			fmt.Println(e.ID, e.Account, e.Items[0].Quantity)
		}
		pods.Done()
	}
	// Output:
	// kepler_pod_cpu_joules_total energy.device 4:1f3a 7:package@2026-10-01T12:02:00Z acme/vision 250000000 uJ
	// kepler_pod_cpu_joules_total energy.device 4:1f3a 7:package@2026-10-01T12:03:00Z acme/vision 250000000 uJ
}

// A file that an exporter writes is read as its answer is.
func ExampleScraper_Read() {
	gpus, err := promtext.New(promtext.DCGM(), "dcgm/node-7", promtext.Fixed("acme"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, name := range []string{"testdata/dcgm-1.prom", "testdata/dcgm-2.prom"} {
		file, err := os.Open(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		err = gpus.Read(file, time.Date(2026, 10, 1, 0, i, 0, 0, time.UTC))
		_ = file.Close()
		if err != nil {
			fmt.Println(err)
		}
	}
	for _, e := range gpus.Pending() {
		fmt.Println(e.Resource, e.Items[0].Quantity)
	}
	// Output:
	// GPU-aaaa 24000000000 uJ
	// GPU-bbbb 120000 uJ
}

// A program that restores its state goes on, with the events that it had not
// recorded.
func ExampleRestore() {
	table := promtext.Table{Name: "bytes", Rules: []promtext.Rule{{
		Metric: "sent_bytes_total", Kind: promtext.Counter, Meter: metering.Egress, Unit: metering.MustUnit("By"), Resource: []string{"device"}}}}
	s, _ := promtext.New(table, "nic", promtext.Fixed("acme"))
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	_ = s.Read(strings.NewReader("sent_bytes_total{device=\"eth0\"} 100\n"), noon)
	_ = s.Read(strings.NewReader("sent_bytes_total{device=\"eth0\"} 130\n"), noon.Add(time.Minute))
	saved, _ := s.MarshalBinary()

	again, err := promtext.Restore(table, "nic", promtext.Fixed("acme"), saved)
	fmt.Println(err)
	_ = again.Read(strings.NewReader("sent_bytes_total{device=\"eth0\"} 131\n"), noon.Add(2*time.Minute))
	for _, e := range again.Pending() {
		fmt.Println(e.ID, e.Items[0].Quantity)
	}
	// Output:
	// <nil>
	// sent_bytes_total network.egress 4:eth0@2026-10-01T12:01:00Z 30 By
	// sent_bytes_total network.egress 4:eth0@2026-10-01T12:02:00Z 1 By
}

// Schedulers of HAMi that were not updated yet show another series: one table for
// each scheduler, and never both, as they count the same cards.
func ExampleHAMiLegacy() {
	scraper, err := promtext.New(promtext.HAMiLegacy(), "hami-a", promtext.ByLabel("cluster/", "podnamespace"))
	if err != nil {
		fmt.Println(err)
		return
	}
	const shown = `vGPUCoreAllocated{containeridx="0",deviceuuid="GPU-aaaa",nodename="node-7",podname="train-0",podnamespace="vision"} 25` + "\n"
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for i := range 2 {
		if err := scraper.Read(strings.NewReader(shown), at.Add(time.Duration(i)*time.Minute)); err != nil {
			fmt.Println(err)
		}
	}
	for _, e := range scraper.Pending() {
		held, err := e.Items[0].Quantity.In(metering.MustUnit("{card}.s"), 0)
		fmt.Println(e.Account, e.Resource, held, "card seconds", err)
	}
	// Output:
	// cluster/vision GPU-aaaa 15 card seconds <nil>
}

// The tables that are shipped are data, to be looked at and added to.
func ExampleTables() {
	for _, t := range promtext.Tables() {
		for _, r := range t.Rules {
			fmt.Println(t.Name, r.Metric, r.Kind, r.Meter, r.Unit)
		}
	}
	chips, node := promtext.AscendNPU(), promtext.Node()
	node.Rules = append(node.Rules, promtext.HAMi().Rules...) // a file of both
	fmt.Println(len(chips.Rules), len(node.Rules))
	// Output:
	// dcgm DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter energy.device mJ
	// ascend-npu npu_chip_info_power sampled energy.device W
	// ascend-npu npu_chip_info_power sampled energy.device W
	// ascend-npu npu_container_info held compute.accelerator.time {card}
	// hami hami_vgpu_core_allocated_ratio held compute.accelerator.time {card}
	// hami-legacy vGPUCoreAllocated held compute.accelerator.time {card}
	// kepler kepler_pod_cpu_joules_total counter energy.device J
	// node node_network_transmit_bytes_total counter network.egress By
	// node node_network_receive_bytes_total counter network.ingress By
	// node node_cpu_seconds_total counter compute.cpu.time {core}.s
	// 3 4
}
