package main

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// view is the books as people read them: every figure as text. The report and
// the tables in the terminal show the same view.
type view struct {
	W        *words
	Source   string
	Period   string
	Zone     string
	Card     string
	Rounding string
	Currency string
	Total    string
	Change   string // against an earlier month; empty without one
	Facts    []fact

	Chart    stack
	Services []string // names of the services, the columns of the tenants
	Tenants  []tenantRow
	Sum      tenantRow
	Idle     *tenantRow // nil where it is unknown
	Pools    []poolRow
	Changes  changes
	Energy   energyView
	Heat     *heatMap // nil where PUE is unknown
	Missing  missing
	Closing  []equation
}

// fact is a figure of the headline; Note says more in small print.
type fact struct{ Name, Value, Unit, Note string }

type tenantRow struct {
	Name     string
	Invoices []link // one for each billing period
	Services []string
	Billed   string
	List     string
	Held     string
	Busy     string // efficiency in per cent
	Bar      bar
	Energy   string

	billed  money.Money
	account metering.Account
}

type link struct{ Text, File string }

// bar is a horizontal bar, in thousandths of its width: Fill of it in colour,
// Back of it behind in a lighter one.
type bar struct {
	Known      bool
	Fill, Back int64
}

type poolRow struct {
	Name, Vendor, SKU, Devices, Capacity, Held, Busy, Energy, Text string
	Bar                                                            bar
}

// changes are the largest differences between two months.
type changes struct {
	Caption string // empty when there is nothing to compare
	Rows    []changeRow
	Falls   bool // some row falls
}

type changeRow struct {
	Tenant, Service, Before, Now, Change, Percent string
	Bar                                           bar
	Falls                                         bool

	difference *big.Int
}

type energyView struct {
	Note  string
	Rows  []energyRow // tenants, then what is unallocated; none where energy is unknown
	Total string
	// Total is devices and overhead, empty where overhead is unknown; and it
	// is tenants and unallocated. Names in Of are shares of it.
	Device, DeviceOf           string
	Overhead, OverheadOf       string
	Tenants, TenantsOf         string
	Unallocated, UnallocatedOf string

	PUE      string // empty where it is unknown
	PUEName  string
	PUEText  string
	Warnings []string
}

type energyRow struct {
	Name, KWh, Share string
	Bar              bar
	Unallocated      bool
	energy           energy.Energy
}

type missing struct {
	Facts  []fact
	Notes  []string
	Faults []faultRow
	Shown  string // caption of the faults
	More   string // how many are not shown
}

type faultRow struct{ File, Line, Column, Reason, LeftOut string }

// equation is a total worked out in two ways.
type equation struct {
	Name   string
	Terms  []term
	Closes bool
}

type term struct {
	Name, Value, Note string
	Residual          bool
}
