package main

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// operator is the account that holds what no tenant does.
const operator metering.Account = "operator"

// busyTime is the example's own meter: card time in which the device worked.
const busyTime metering.MeterID = "compute.accelerator.busy"

// A pool is devices of one model in one region. Power figures are the board
// power limits that vendors publish; idle power is a round figure for the
// simulation.
type pool struct {
	Name, SKU, Vendor, Region string
	Devices                   int
	Idle, Limit               energy.Power
	Sliced                    bool // devices are cut into sevenths
	Demand                    int  // how much of the pool is wanted, per mille
}

var fullPools = []pool{
	{"h100", "H100-SXM5", "NVIDIA", "cn-north-1", 256, 72 * energy.Watt, 700 * energy.Watt, false, 870},
	{"a800", "A800-SXM4", "NVIDIA", "cn-north-1", 256, 58 * energy.Watt, 400 * energy.Watt, true, 760},
	{"ascend", "Ascend-910B", "Huawei", "cn-southwest-2", 320, 66 * energy.Watt, 400 * energy.Watt, false, 810},
	{"mlu", "MLU370-X8", "Cambricon", "cn-southwest-2", 168, 41 * energy.Watt, 250 * energy.Watt, false, 640},
}

// fullCloud is the number of devices in fullPools.
const fullCloud = 1000

// usualCloud is as many as two cores meter, month and month before, in a few seconds.
const usualCloud = 600

// poolsOf returns the pools of a cloud of about n devices, in the same
// proportions; each pool has at least one.
func poolsOf(n int) []pool {
	pools := slices.Clone(fullPools)
	for i := range pools {
		pools[i].Devices = max(pools[i].Devices*n/fullCloud, 1)
	}
	return pools
}

// A tenant is a customer with cost centres and habits.
type tenant struct {
	Account      metering.Account
	Name, NameZH string
	Centres      []string
	Pools        []int // share of its demand in each of the pools
	Busy         int   // how hard it drives a device at noon, per mille
	Night        int   // how much of that is left at night, per mille
	Cores        int64
	VolumesGiB   int64
	EgressMBs    int64 // megabytes a second at noon
	Tokens       int64 // input tokens a minute at noon; 0 for none
	Negotiated   bool
	Trend        int // what it uses this month, per mille of the month before
}

var tenants = []tenant{
	{"aurora", "Aurora Labs", "极光实验室", []string{"pretraining", "research"}, []int{9, 3, 4, 0}, 910, 960, 1_600, 270_000, 95, 0, true, 1130},
	{"bluebay", "Bluebay Retail", "蓝湾零售", []string{"search", "recommend"}, []int{2, 5, 0, 3}, 620, 380, 780, 80_000, 410, 5_200_000, false, 1210},
	{"cedar", "Cedar Bank", "雪松银行", []string{"risk", "service"}, []int{1, 1, 5, 0}, 540, 450, 1_200, 170_000, 60, 1_900_000, false, 955},
	{"delta", "Delta Genomics", "三角洲基因", []string{"sequencing"}, []int{2, 4, 1, 1}, 780, 900, 1_900, 450_000, 130, 0, false, 1060},
	{"ember", "Ember Games", "余烬游戏", []string{"rendering", "npc"}, []int{1, 4, 0, 5}, 700, 520, 550, 54_000, 690, 2_700_000, false, 1340},
	{"falcon", "Falcon Auto", "猎隼汽车", []string{"perception", "simulation"}, []int{5, 2, 4, 1}, 860, 830, 1_320, 310_000, 75, 0, true, 870},
	{"grove", "Grove University", "林间大学", []string{"physics", "language", "teaching"}, []int{1, 2, 3, 3}, 480, 300, 350, 40_000, 20, 350_000, false, 1010},
	{"helios", "Helios Weather", "日象气象", []string{"forecast"}, []int{1, 1, 4, 2}, 810, 790, 720, 220_000, 45, 0, false, 1085},
}

func (t tenant) name(lang string) string {
	if lang == "zh" {
		return t.NameZH
	}
	return t.Name
}

// centre returns the account of one of the tenant's cost centres.
func (t tenant) centre(i int) metering.Account {
	return t.Account + metering.Account("/"+t.Centres[i%len(t.Centres)])
}

func deviceID(p pool, i int) string { return fmt.Sprintf("%s-%04d", p.Name, i) }

// daylight is how busy people are in each local hour of a working day, per
// mille of the busiest one.
var daylight = [24]int{
	310, 250, 210, 190, 190, 220, 300, 430, 640, 840, 950, 980,
	900, 930, 990, 1000, 980, 940, 890, 860, 820, 730, 580, 430,
}

// heat is how much more the site spends on cooling in each local hour, in
// thousandths of the devices' power.
var heat = [24]int{
	6, 4, 2, 0, 0, 1, 5, 14, 27, 41, 56, 69, 80, 88, 92, 90, 83, 71, 57, 43, 32, 23, 16, 10,
}
