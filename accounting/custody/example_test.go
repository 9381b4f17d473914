package custody_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/custody"
	"github.com/meterbook/meterbook/metering"
)

func ExamplePolicy_MayDelete() {
	policy, _ := custody.Parse(custody.Example())
	month := metering.MustPeriod("2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z")
	archive := custody.Over(custody.Seal, "acme", "cn-north-1", month)
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Println(policy.MayDelete(archive, now))
	term, _ := policy.TermOf(archive, now)
	fmt.Println(term.Rule.Source)
	// Output:
	// custody: seal of "acme": to be kept until 2056-12-31T16:00:00Z by cn-accounting
	// Measures for the Administration of Accounting Archives, art. 14 and table 1 (2016-01-01)
}

func ExamplePolicy_MayExport() {
	policy, _ := custody.Parse(custody.Example())
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	usage := custody.Record{Class: custody.Usage, Account: "acme", Region: "cn-north-1"}
	export := custody.Export{Record: usage, To: "us-east-1", Fields: custody.EventFields()}
	fmt.Println(policy.MayExport(export, now))
	export.Fields = []custody.Field{custody.Count, custody.Technical, custody.Pseudonym}
	fmt.Println(policy.MayExport(export, now))
	// Output:
	// custody: usage of "acme" from CN to US: no rule lets account, label go: leave it out, replace accounts by pseudonyms, or arrange what a rule asks for
	// <nil>
}

// Invoices name a customer, and charges do not: what each needs to leave the
// mainland differs.
func ExampleInvoiceFields() {
	policy, _ := custody.Parse(custody.Example())
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	to := custody.Export{Record: custody.Record{Class: custody.Voucher, Account: "acme", Region: "cn-north-1"}, To: "eu-central-1"}
	for _, fields := range [][]custody.Field{custody.ChargeFields(), custody.InvoiceFields()} {
		to.Fields = fields
		var refused *custody.ExportError
		fmt.Println(errors.As(policy.MayExport(to, now), &refused), refused.Fields)
	}
	to.Given = []string{"standard-contract", "impact-assessment", "separate-consent"}
	fmt.Println(policy.MayExport(to, now))
	// Output:
	// true [account label]
	// true [account label personal]
	// <nil>
}

func ExamplePseudonyms_Account() {
	pseudonyms, _ := custody.NewPseudonyms([]byte("a key of thirty-two bytes, a key"))
	vision, _ := pseudonyms.Account("acme/vision")
	acme, _ := pseudonyms.Account("acme")
	fmt.Println(acme.Contains(vision), len(acme))
	// Output:
	// true 27
}

// An invoice names a customer, and a charge does not.
func ExampleChargeFields() {
	fmt.Println(custody.ChargeFields())
	fmt.Println(custody.InvoiceFields())
	// Output:
	// [count technical account label]
	// [count technical account label personal]
}
