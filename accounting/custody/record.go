package custody

import (
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Class is a kind of record by what it has, which law speaks of: rules are about
// classes and not about packages. Policies may have others than these.
type Class string

// Classes of records.
const (
	Log         Class = "log"         // what systems write of what they do, network logs among it
	Usage       Class = "usage"       // events and usage that charges were made of
	Transaction Class = "transaction" // orders, contracts, payments
	Voucher     Class = "voucher"     // what is posted from: invoices, credit notes, charges
	Ledger      Class = "ledger"      // books and journals
	Report      Class = "report"      // annual accounts
	Seal        Class = "seal"        // seals and their leaves
)

// A Record is what is asked about: one record, or all of a class, an account and
// a time that are dealt with as one.
type Record struct {
	Class   Class
	Account metering.Account // whose it is; "" for records of all accounts together, such as a file of a journal
	Region  string           // where it was made; "" for the account's home
	// Time is when what it is of happened, or what a document is dated; of several
	// records it is the latest. From is the earliest, the zero time for Time. With
	// From, as with no account, they are several: those of accounts below count
	// as well, and so does where these live.
	Time time.Time
	From time.Time
}

// several tells all that is dealt with as one from one record.
func (r Record) several() bool { return r.Account == "" || !r.From.IsZero() }

func (r Record) from() time.Time {
	if r.From.IsZero() || r.From.After(r.Time) {
		return r.Time
	}
	return r.From
}

// Over returns what a period of an account comes to as one record, such as the
// archive of a sealed month: it is as old as the last of it.
func Over(class Class, account metering.Account, region string, p metering.Period) Record {
	return Record{Class: class, Account: account, Region: region, From: p.Start(), Time: p.End().Add(-1)}
}
