package facility_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy/facility"
)

// The rules that are known here, and from when to when they are in force.
func ExamplePacks() {
	for _, p := range facility.Packs() {
		fmt.Println(p.From.Format(time.DateOnly), p.ID, len(p.Limits), "limits,", len(p.Required), "to be reported")
	}
	// Output:
	// 2021-12-08 NDRC 2021-12-08 2 limits, 0 to be reported
	// 2022-02-16 East-Data-West-Compute 2 limits, 0 to be reported
	// 2022-11-01 GB 40879-2021 3 limits, 0 to be reported
	// 2024-06-06 EU 2024/1364 0 limits, 4 to be reported
	// 2024-07-23 NDRC 2024-07-23 4 limits, 0 to be reported
}

// One site by three sets of rules, and by another plan than the one in force.
func ExampleWhatIf() {
	pue, err := facility.PUE(ofYear(1_220), ofYear(1_000), facility.Category3)
	if err != nil {
		panic(err)
	}
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	hub, west := facility.Site{Scope: "hub_node"}, facility.Site{Scope: "western_hub"}
	v, err := facility.NDRC2021().Judge(pue, hub, at)
	fmt.Println(v, err)
	v, err = facility.EastDataWestCompute().Judge(pue, west, at)
	fmt.Println(v, err)
	v, err = facility.NDRC2024().Judge(pue, facility.Site{Scope: "national_average"}, at)
	fmt.Println(v, err)

	stricter := facility.NDRC2021()
	stricter.ID, stricter.Limits = "a draft", []facility.Limit{{KPI: facility.KPIPUE, Scope: "hub_node", Bound: facility.Below, Value: decimal.RequireFromString("1.2")}}
	change, err := facility.WhatIf(pue, hub, at, facility.NDRC2021(), stricter)
	fmt.Println(change, err)
	// Output:
	// NDRC 2021-12-08 (2021-12-08): PUE passes, below 1.25 <nil>
	// East-Data-West-Compute (2022-02): PUE fails, at most 1.2 (recalled, check the text) <nil>
	// NDRC 2024-07-23 (2024-07-23): PUE passes, below 1.5 <nil>
	// NDRC 2021-12-08 (2021-12-08): PUE passes, below 1.25; under a draft (2021-12-08): PUE fails, below 1.2 <nil>
}

// What a regulation has sites report, and what is still missing.
func ExamplePack_Report() {
	pue, err := facility.PUE(ofYear(1_280), ofYear(1_000), facility.Category3)
	if err != nil {
		panic(err)
	}
	err = facility.EU20241364().Report(facility.Site{}, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), pue)
	fmt.Println(err)
	// Output: facility: rule pack EU 2024/1364 requires WUE: work it out and give it
}
