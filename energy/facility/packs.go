package facility

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
)

// Scopes of the Chinese plans.
const (
	ScopeNationalAverage = "national_average"
	ScopeLargeNew        = "large_new"   // new large and hyperscale data centres
	ScopeHubNode         = "hub_node"    // data centres at national hub nodes
	ScopeHubNew          = "hub_new"     // new data centres at hub nodes
	ScopeEasternHub      = "eastern_hub" // Beijing-Tianjin-Hebei, Yangtze delta, Greater Bay Area, Chengdu-Chongqing
	ScopeWesternHub      = "western_hub" // Inner Mongolia, Guizhou, Gansu, Ningxia
)

// Packs returns the rule packs that are known here, by the date from which
// they are in force. A revision is a pack of its own; the caller can make
// others, read from wherever the caller keeps them.
func Packs() []Pack {
	return []Pack{NDRC2021(), EastDataWestCompute(), GB40879(), EU20241364(), NDRC2024()}
}

// GB40879 returns the grades of GB 40879-2021, maximum allowable values of
// energy efficiency and energy efficiency grades for data centers, in force
// from 2022-11-01. Grade 3 is the limit value; data centers of 100 racks or
// less at the edge are out of its scope. It judges annual figures as they
// were measured, without rounding.
//
// Only the limit value of 1.50 was found in public texts; the other two are
// quoted from memory. A revision was planned on 2025-04-30 (plan
// 20251056-Q-469) and will be a pack of its own.
func GB40879() Pack {
	return Pack{
		ID: "GB 40879-2021", Version: "2021", Source: "SAMR/SAC, GB 40879-2021, table 1",
		From: date(2022, time.November, 1), MinRacks: 101, Annual: true,
		Limits: []Limit{
			{KPI: KPIPUE, Grade: 1, Bound: AtMost, Value: decimal.New(120, -2), Recalled: true},
			{KPI: KPIPUE, Grade: 2, Bound: AtMost, Value: decimal.New(130, -2), Recalled: true},
			{KPI: KPIPUE, Grade: 3, Bound: AtMost, Value: decimal.New(150, -2)},
		},
	}
}

// NDRC2021 returns the limits of the implementation plan for green data
// centers and 5G of 2021-12-08, aims for 2025: new large and hyperscale data
// centers below 1.3 on average, those at national hub nodes below 1.25.
func NDRC2021() Pack {
	return Pack{
		ID: "NDRC 2021-12-08", Version: "2021-12-08", Source: "NDRC and others, plan of 2021-12-08, aims for 2025",
		From: date(2021, time.December, 8),
		Limits: []Limit{
			{KPI: KPIPUE, Scope: ScopeLargeNew, Bound: Below, Value: decimal.New(130, -2)},
			{KPI: KPIPUE, Scope: ScopeHubNode, Bound: Below, Value: decimal.New(125, -2)},
		},
	}
}

// EastDataWestCompute returns the limits that the approvals of the national
// hub nodes set for their data center clusters (February 2022): 1.25 in the
// east, 1.2 in the west. That of the Yangtze delta was read; those of the
// western nodes are quoted from memory.
func EastDataWestCompute() Pack {
	return Pack{
		ID: "East-Data-West-Compute", Version: "2022-02", Source: "NDRC and others, approvals of the national hub nodes, 2022",
		From: date(2022, time.February, 16),
		Limits: []Limit{
			{KPI: KPIPUE, Scope: ScopeEasternHub, Bound: AtMost, Value: decimal.New(125, -2)},
			{KPI: KPIPUE, Scope: ScopeWesternHub, Bound: AtMost, Value: decimal.New(120, -2), Recalled: true},
		},
	}
}

// NDRC2024 returns the limits of the special action plan for green and
// low-carbon data centers of 2024-07-23, aims for the end of 2025: below 1.5
// on national average, and renewable energy above 80 % for new ones at hub
// nodes. The limits for new large data centers and for those at hub nodes are
// quoted from memory.
func NDRC2024() Pack {
	return Pack{
		ID: "NDRC 2024-07-23", Version: "2024-07-23", Source: "NDRC and others, action plan of 2024-07-23, aims for the end of 2025",
		From: date(2024, time.July, 23),
		Limits: []Limit{
			{KPI: KPIPUE, Scope: ScopeNationalAverage, Bound: Below, Value: decimal.New(150, -2)},
			{KPI: KPIPUE, Scope: ScopeLargeNew, Bound: AtMost, Value: decimal.New(125, -2), Recalled: true},
			{KPI: KPIPUE, Scope: ScopeHubNode, Bound: AtMost, Value: decimal.New(120, -2), Recalled: true},
			{KPI: KPIREF, Scope: ScopeHubNew, Bound: Above, Value: decimal.New(80, -2)},
		},
	}
}

// EU20241364 returns what Commission Delegated Regulation (EU) 2024/1364 has
// data centres of 500 kW of IT power or more report each year by 15 May: PUE,
// WUE, ERF and REF. It sets no limits. An amendment was drafted in April 2026
// and will be a pack of its own.
func EU20241364() Pack {
	return Pack{
		ID: "EU 2024/1364", Version: "2024", Source: "OJ L, 2024/1364, annexes II and III",
		From: date(2024, time.June, 6), MinITPower: 500 * energy.Kilowatt, Annual: true,
		Required: []KPI{KPIPUE, KPIWUE, KPIERF, KPIREF},
	}
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
