package main

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// books is what a run found out: every output is written from it alone.
type books struct {
	Lang   string
	Traced bool   // a trace was metered; else the cloud was simulated
	Source string // the seed, or the names of the files
	Zone   metering.Zone
	Period metering.Period
	Months []metering.Period // the billing periods that Period touches
	Card   *accounting.Card

	Bills    []rating.Bill     // by tenant, then month
	Reserved *reservation      // bought by one of the tenants; nil for a trace
	Previous []rating.Bill     // of the month before; none for a trace
	Invoices []*invoice.Draft  // one for each of Bills
	Issued   []*invoice.Issued // the invoices as they were issued; none for a trace
	Usage    []metering.Usage  // by day and key, across resources
	Tenants  []tenantUse       // by account; the operator is not among them
	Idle     tenantUse         // capacity that no tenant held
	Pools    []poolUse

	Energy energyBooks
	Trace  traceBooks // only when Traced

	Records uint64 // what the aggregators took
	Samples uint64 // device samples of the period
	// SimulatedSamples counts those of the month before too.
	SimulatedSamples uint64
	Duplicates       uint64 // events that came again and were not counted
	Notes            []note // what is estimated or missing
	Faults           []fault
	Skipped          int // rows of the trace that could not be used

	Rated [][]metering.Usage // what each of Bills was rated from
	Told  *told              // what the scheduler and the gateway said; nil for a trace

	catalogue *metering.Catalogue
	before    *books // of the month before; nil for a trace

	ResidualMoney  money.Money
	ResidualEnergy energy.Energy
}

// tenantUse is how much accelerator time an account held, and how much of it
// was busy.
type tenantUse struct {
	Account metering.Account
	Name    string
	Held    metering.Quantity // card time
	Busy    metering.Quantity // card time; zero with BusyKnown false
	Energy  energy.Energy     // devices and overhead
	Billed  money.Money
	List    money.Money
	// BusyKnown is false where utilisation was not measured.
	BusyKnown bool
}

type poolUse struct {
	Name, Vendor, SKU string
	Devices           int
	Capacity          metering.Quantity // card time available
	Held              metering.Quantity // by tenants
	Busy              metering.Quantity
	Energy            energy.Energy // of the devices
}

type energyBooks struct {
	Device      energy.Energy // all devices
	Facility    energy.Energy // the site's meter; zero where there is none
	Tenants     energy.Energy // attributed to tenants, overhead included
	Unallocated energy.Energy // attributed to nobody, overhead included
	Estimated   energy.Energy // the part of Device that was not measured
	Metered     bool          // Facility was metered, so PUE is known
	PUE         facility.Result
	Hours       []hourPUE // in order of time; none where PUE is unknown
}

// total is the energy that was attributed.
func (e energyBooks) total() energy.Energy {
	if e.Metered {
		return e.Facility
	}
	return e.Device
}

type hourPUE struct {
	Period metering.Period
	PUE    facility.Result
	// Estimated says that a part of the hour's energy was not measured.
	Estimated bool
}

// traceBooks are the totals of a trace, as read back from the meters.
type traceBooks struct {
	Pods, Unscheduled int
	GPU, CPU, Memory  metering.Quantity
	GPUByQoS          []accountQuantity // in order of account
	Nodes             int
	Cards             int64
	MeanPower         energy.Power // board power limit of the average card
}

type accountQuantity struct {
	Account  metering.Account
	Quantity metering.Quantity
}

// A note says what is estimated or missing, in both languages.
type note struct{ EN, ZH string }

func (n note) in(lang string) string {
	if lang == "zh" {
		return n.ZH
	}
	return n.EN
}

// charges yields every charge of the bills.
func chargesOf(bills []rating.Bill) func(func(accounting.Charge) bool) {
	return func(yield func(accounting.Charge) bool) {
		for _, b := range bills {
			for _, c := range b.Charges {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// zero is no money in the card's currency.
func (b *books) zero() (money.Money, error) { return money.FromMinor(0, b.Card.Currency) }

// totals returns what bills come to, billed and at list prices, in the card's
// currency.
func (b *books) totals(bills []rating.Bill) (total, list money.Money, err error) {
	if total, err = b.zero(); err != nil {
		return total, list, err
	}
	list = total
	for _, bill := range bills {
		if total, err = total.Add(bill.Total()); err != nil {
			return total, list, err
		}
		atList, err := listTotal(bill)
		if err != nil {
			return total, list, err
		}
		if list, err = list.Add(atList); err != nil {
			return total, list, err
		}
	}
	return total, list, nil
}

// listTotal is what a bill's charges come to at list prices, once a reservation
// is settled.
func listTotal(bill rating.Bill) (money.Money, error) {
	if len(bill.Charges) == 0 {
		return bill.ListTotal(), nil
	}
	return accounting.Total(slices.Values(bill.Charges), accounting.List)
}

// reconcile computes every total a second way and fails when two differ: the
// invoices against the charges, each invoice against its explanations, and
// the energy that was metered against the energy that reached an account.
func (b *books) reconcile() error {
	invoices, err := b.zero()
	if err != nil {
		return err
	}
	charges, err := accounting.Total(chargesOf(b.Bills), accounting.Billed)
	if err != nil {
		return err
	}
	for _, inv := range b.Invoices {
		again, err := inv.Recompute()
		if err != nil {
			return err
		}
		if again != inv.Total {
			return fmt.Errorf("invoice of %s for %v: %v, but its explanations come to %v", inv.Contract.Account, inv.Period, inv.Total, again)
		}
		if invoices, err = invoices.Add(inv.Total); err != nil {
			return err
		}
	}
	if b.ResidualMoney, err = invoices.Sub(charges); err != nil {
		return err
	}
	if err := b.reconcileIssued(); err != nil {
		return err
	}
	attributed, err := b.Energy.Tenants.Add(b.Energy.Unallocated)
	if err != nil {
		return err
	}
	if b.ResidualEnergy, err = b.Energy.total().Sub(attributed); err != nil {
		return err
	}
	if !b.ResidualMoney.IsZero() || !b.ResidualEnergy.IsZero() {
		return fmt.Errorf("books do not close: money %v, energy %v", b.ResidualMoney, b.ResidualEnergy)
	}
	return nil
}

// bill rates a contract for each of the months and drafts the invoices.
func (b *books) bill(agg *metering.Aggregator, contract accounting.Contract) ([]rating.Bill, error) {
	var out []rating.Bill
	for _, month := range b.Months {
		rows := agg.Usage(month, metering.Of(contract.Account), metering.Per(metering.Days(b.Zone)), metering.AcrossResources())
		reserved := b.reservationOf(contract.Account)
		if reserved != nil {
			rows = reserved.cover(rows)
		}
		var rated []metering.Usage
		bill, _, err := rating.Rate(contract, month, keepRows(rows, &rated), rating.State{})
		if err != nil {
			return nil, err
		}
		b.Rated = append(b.Rated, rated)
		if reserved != nil {
			if err := reserved.settle(&bill); err != nil {
				return nil, err
			}
		}
		out = append(out, bill)
	}
	return out, nil
}

// keepRows yields rows and keeps them.
func keepRows(rows iter.Seq2[metering.Usage, error], kept *[]metering.Usage) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for u, err := range rows {
			if err == nil {
				*kept = append(*kept, u)
			}
			if !yield(u, err) {
				return
			}
		}
	}
}

// draftInvoices makes an invoice of every bill.
func (b *books) draftInvoices() error {
	for _, bill := range b.Bills {
		inv, err := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
		if err != nil {
			return err
		}
		b.Invoices = append(b.Invoices, inv)
	}
	return nil
}

// sumUsage adds up the usage of one meter under an account.
func sumUsage(agg *metering.Aggregator, p metering.Period, account metering.Account, meter metering.MeterID) (sum metering.Quantity, err error) {
	opts := []metering.QueryOption{metering.ForMeters(meter)}
	if account != "" {
		opts = append(opts, metering.Of(account))
	}
	for u, err := range agg.Usage(p, opts...) {
		if err != nil {
			return sum, err
		}
		if sum, err = sum.Add(u.Quantity); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// monthsOf returns the calendar months in zone that p touches, whole.
func monthsOf(p metering.Period, zone metering.Zone) ([]metering.Period, error) {
	var out []metering.Period
	months := metering.Months(zone)
	for t := p.Start(); t.Before(p.End()); {
		m, err := months.At(t)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
		t = m.End()
	}
	return out, nil
}

func day(p metering.Period, zone metering.Zone) string {
	return p.Start().In(zone.Location()).Format(time.DateOnly)
}
