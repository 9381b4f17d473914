package posting_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/metering"
)

func Example() {
	ctx := context.Background()
	october := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	at := october.End().Add(-1)
	charges := []accounting.Charge{{BillingAccount: "acme", Account: "acme/vision", Service: accounting.AcceleratedCompute,
		Meter: metering.AcceleratorTime, Period: october, PriceID: "h100", Card: "gpu-cloud@3", Origin: accounting.FromUsage,
		Billed: money.MustParse("CNY 996.98")}}

	book := ledger.New()
	poster, _ := posting.New(book, posting.DefaultRules())
	documents, _ := posting.Charges(posting.Bill{Journal: "journal-1", From: october.Start(), To: october.End(), CardDigest: "9f86d081", At: at},
		slices.Values(charges))
	energy, _ := posting.Cost{Cause: posting.EnergyUsed, ID: "utility-2026-10", At: at}.Document(
		posting.Share{Tenant: "acme", Amount: money.MustParse("CNY 210.40")})
	fmt.Println(poster.Post(ctx, append(documents, energy)...))
	fmt.Println(poster.Post(ctx, append(documents, energy)...))

	trial, _ := book.Trial(october.End())
	for _, row := range trial.Rows {
		fmt.Println(row.Account.Path, row.Balance)
	}
	// Output:
	// {2 0} <nil>
	// {0 2} <nil>
	// assets/unbilled/acme CNY 996.98
	// expenses/service/acme/energy CNY 210.40
	// income/accelerated-compute/acme CNY -996.98
	// liabilities/suppliers/energy CNY -210.40
}

// Depreciation of a server, month by month, split over the tenants that used it.
func ExampleCost_Document() {
	ctx := context.Background()
	server := allocation.Asset{Cost: money.MustParse("CNY 360000"), Life: 36}
	schedule, _ := allocation.StraightLine(server)
	months, _ := schedule.Charges(money.Rounding{Mode: money.HalfEven, Places: 2})
	parts, _ := months[0].Split(2, 3, 1) // card-hours of the month, three to one

	book := ledger.New()
	poster, _ := posting.New(book, posting.DefaultRules())
	document, _ := posting.Cost{Cause: posting.Depreciated, ID: "server-12/1", At: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)}.Document(
		posting.Share{Tenant: "acme", Amount: parts[0]}, posting.Share{Tenant: "beta", Amount: parts[1]})
	_, err := poster.Post(ctx, document)
	fmt.Println(err)
	trial, _ := book.Trial(time.Time{})
	for _, row := range trial.Rows {
		fmt.Println(row.Account.Path, row.Balance)
	}
	// Output:
	// <nil>
	// assets/depreciation CNY -10000.00
	// expenses/service/acme/depreciation CNY 7500.00
	// expenses/service/beta/depreciation CNY 2500.00
}

func ExampleParseRules() {
	rules, err := posting.ParseRules([]byte(`[
		{"on": "charged", "debit": "assets/unbilled/{tenant}", "credit": "income/{service}"},
		{"on": "paid",    "debit": "assets/bank/icbc",         "credit": "assets/receivable/{tenant}"}]`))
	fmt.Println(len(rules), err)
	_, err = posting.ParseRules([]byte(`[{"on": "paid", "debit": "cash", "credit": "assets/receivable/{tenant}"}]`))
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// posting: rule on paid: path "cash": want assets, liabilities, equity, income or expenses first: unusable rule
}
