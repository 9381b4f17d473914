package accelerator_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
)

// A pod's request becomes a lease of card time, and the card time is read in
// PFLOPS·hours.
func Example() {
	catalogue := accelerator.Default()
	demands, err := catalogue.Demands(map[string]int64{"nvidia.com/mig-1g.20gb": 2}, accelerator.Device{Model: "NVIDIA-H100-80GB-HBM3"})
	if err != nil {
		fmt.Println(err)
		return
	}
	cards, _ := demands[0].Cards(accelerator.LargerShare)

	agg := metering.NewAggregator()
	gpu, _ := agg.Series(metering.Key{Account: "acme", Meter: metering.AcceleratorTime, SKU: string(demands[0].Model)})
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	lease, _ := gpu.Hold(cards, start)
	_ = lease.Stop(start.Add(24 * time.Hour))

	table, _ := catalogue.DenseCompute(accelerator.FP16, accelerator.BF16)
	november, _ := metering.NewPeriod(start, start.AddDate(0, 1, 0))
	for u, err := range agg.Usage(november) {
		if err != nil {
			fmt.Println(err)
			return
		}
		hours, _ := u.Quantity.In(metering.MustUnit("{card}.h"), 2)
		standard, _ := table.Standard(accelerator.ModelID(u.Key.SKU), u.Quantity)
		fmt.Println(hours, "card·h of", u.Key.SKU, "are", standard)
	}
	// Output: 12 card·h of nvidia-h100-sxm5 are 11.8728 PFLOPS·h (dense-fp16,bf16 2026.11)
}

func ExampleCatalogue_Lookup() {
	h100, err := accelerator.Default().Lookup("NVIDIA H100 80GB HBM3")
	fmt.Println(h100.ID, h100.Dense.FP16, h100.Sparse.FP16, h100.Confidence, err)
	tpu, _ := accelerator.Default().Lookup("TPU v5e")
	fmt.Println(tpu.ID, tpu.TDP)
	_, err = accelerator.Default().Lookup("V100 SXM2")
	fmt.Println(err)
	// Output:
	// nvidia-h100-sxm5 989400000 1979000000 high <nil>
	// google-tpu-v5e unknown
	// accelerator: unknown model "V100 SXM2": want nvidia-v100-pcie-16gb, nvidia-v100-pcie-32gb, nvidia-v100-sxm2-16gb, nvidia-v100-sxm2-32gb; catalogue 2026.11 has 77 models; add others by Catalogue.With
}

func ExampleCatalogue_With() {
	c, err := accelerator.Default().With("2026.11+acme.1", accelerator.Model{
		ID: "acme-one", Name: "One", Vendor: "Acme", Family: "One", Kind: accelerator.NPU, FiguresOf: "card", Devices: 2,
		Memory: accelerator.Known(96 << 30), Source: "Acme data sheet 1.2", Confidence: accelerator.Medium,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	one, _ := c.Lookup("Acme One")
	fmt.Println(c.Version(), one.ID, one.DeviceMemory(), one.TDP)
	// Output: 2026.11+acme.1 acme-one 51539607552 unknown
}

func ExampleReservation_Billable() {
	ascend, _ := accelerator.Default().Lookup("Ascend910A")
	vir02, _ := ascend.Partition("vir02")
	r := vir02.Reservation()
	share, _ := r.Billable(accelerator.LargerShare)
	cards, _ := share.Cards()
	fmt.Println(r.Core, r.Memory, share, cards)
	// Output: 1/15 273/4096 1/15 4804800 {share}
}

func ExampleCatalogue_Demands() {
	demands, err := accelerator.Default().Demands(map[string]int64{
		"nvidia.com/gpu": 2, "nvidia.com/gpumem": 20480, "nvidia.com/gpucores": 30,
	}, accelerator.Device{Model: "A100-SXM4-80GB"})
	if err != nil {
		fmt.Println(err)
		return
	}
	d := demands[0]
	cards, _ := d.Cards(accelerator.LargerShare)
	fmt.Println(d.Count, d.Model, d.Reservation.Core, d.Reservation.Memory, cards)
	// Output: 2 nvidia-a100-sxm4-80gb 3/10 1/4 43243200 {share}
}

func ExampleLayout() {
	var card accelerator.Layout
	third, _ := accelerator.NewShare(10923, 32768) // of memory, in MiB
	rest, _ := accelerator.NewShare(32768-2*10923, 32768)
	sum := metering.Quantity{}
	for i, s := range []accelerator.Share{third, third, rest} {
		p, err := card.Place(fmt.Sprint("pod-", i), accelerator.Reservation{Memory: s})
		if err != nil {
			fmt.Println(err)
			return
		}
		sum, _ = sum.Add(p.Memory)
		fmt.Println(p.Memory)
	}
	fmt.Println(sum == metering.WholeCards(1))
	// Output:
	// 24024733 {share}
	// 24024733 {share}
	// 24022534 {share}
	// true
}

func ExampleNewTable() {
	table, err := accelerator.NewTable(accelerator.Basis{Table: "acme-units", Version: "2026-12", Unit: "unit.h", Per: 1000},
		accelerator.Coefficient{Model: "nvidia-t4", Value: accelerator.Known(1000), Origin: "price list 7", Confidence: accelerator.High},
		accelerator.Coefficient{Model: "nvidia-a10", Value: accelerator.Known(1925), Origin: "price list 7", Confidence: accelerator.High})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := table.Standard("nvidia-t4", metering.MustQuantity("3 {card}.h"))
	b, _ := table.Standard("nvidia-a10", metering.MustQuantity("20 {card}.min"))
	sum, _ := a.Add(b)
	fmt.Println(sum, sum.Rat())
	_, err = table.Standard("nvidia-l4", metering.MustQuantity("1 {card}.h"))
	fmt.Println(err)
	// Output:
	// 3.641667 unit·h (acme-units 2026-12) 437/120
	// accelerator: unknown model "nvidia-l4"; table acme-units of version 2026-12 has 2 models, by id
}

func ExampleCatalogue_Check() {
	listing := "name,watts,fp16\nH100 SXM,700,1979\nV100-PCIE-16GB,300,112\nV100-SXM2-16GB,250,125\nA10G,150\n"
	rows, err := accelerator.ReadListing(strings.NewReader(listing), map[string]accelerator.Field{
		"name": accelerator.FieldName, "watts": accelerator.FieldTDP, "fp16": accelerator.FieldFP16,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for f := range slices.Values(accelerator.Default().Check(rows).Findings) {
		fmt.Println(f)
	}
	// Output:
	// line 2 "H100 SXM": fp16_tflops "1979": sparse as dense: 989.4 TFLOPS dense; this is the rate with 2:4 sparsity (nvidia-h100-sxm5, confidence high)
	// line 3 "V100-PCIE-16GB": tdp_w "300": swapped TDP: 250 W; swapped with "V100-SXM2-16GB" in line 4 (nvidia-v100-pcie-16gb, confidence high)
	// line 4 "V100-SXM2-16GB": tdp_w "250": swapped TDP: 300 W; swapped with "V100-PCIE-16GB" in line 3 (nvidia-v100-sxm2-16gb, confidence high)
	// line 5 "A10G": columns "2 cells": shifted row: 3 cells, as in the header; cells are under other headings (nvidia-a10g, confidence low)
}
