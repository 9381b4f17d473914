package focus_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// exampleBill is one day of eight cards at 18.90 an hour.
func exampleBill() rating.Bill {
	card := &accounting.Card{ID: "cloud", Version: "2027-01", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{ID: "h100", Service: accounting.AcceleratedCompute, Match: accounting.Match{Meter: metering.AcceleratorTime},
			Unit: metering.MustUnit("{card}.h"), Model: accounting.PerUnit{Price: decimal.RequireFromString("18.90")}}}}
	month, err := metering.Month(metering.Zone{}, 2027, time.January)
	if err != nil {
		panic(err)
	}
	usage := metering.Usage{Key: metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM", Region: "cn-north-1"},
		Period: metering.MustPeriod("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"), Quantity: metering.MustQuantity("52.75 {card}.h")}
	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Name: "ACME", Card: card}, month,
		func(yield func(metering.Usage, error) bool) { yield(usage, nil) }, rating.State{})
	if err != nil {
		panic(err)
	}
	return bill
}

func Example() {
	bill := exampleBill()
	statement := focus.Statement{Contract: bill.Contract, Period: bill.Period, Invoice: "INV-1", Provider: "Meterbook Cloud"}
	var file bytes.Buffer
	w, err := focus.NewWriter(&file, focus.V1_4)
	if err != nil {
		panic(err)
	}
	for row, err := range statement.Rows(slices.Values(bill.Charges)) {
		if err != nil {
			panic(err)
		}
		fmt.Println(row.PricingQuantity, row.PricingUnit, row.ContractedUnitPrice, row.ContractedCost, row.BilledCost)
		if err := w.Write(&row); err != nil {
			panic(err)
		}
	}
	fmt.Println(w.Flush())
	summary, err := focus.Validator{Version: focus.V1_4, WholeTerm: true}.Summarize(&file)
	fmt.Println(summary.Rows, summary.Errors, summary.Warnings, err)
	// Output:
	// 52.75 Card-Hours 18.9 996.975 996.98
	// <nil>
	// 1 0 0 <nil>
}

func ExampleWriter_Write() {
	w, err := focus.NewWriter(os.Stdout, focus.V1_2)
	if err != nil {
		panic(err)
	}
	day := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	row := focus.Row{ChargeCategory: focus.Tax, ChargeFrequency: focus.OneTime, BilledCost: focus.MustNumber("5.50"), EffectiveCost: focus.MustNumber("5.50"),
		ListCost: focus.MustNumber("5.50"), ContractedCost: focus.MustNumber("5.50"), BillingCurrency: "CNY", BillingAccountId: "acme",
		BillingPeriodStart: day, BillingPeriodEnd: day.AddDate(0, 1, 0), ChargePeriodStart: day, ChargePeriodEnd: day.AddDate(0, 1, 0),
		InvoiceIssuerName: "Cloud", ProviderName: "Cloud", PublisherName: "Cloud", ServiceCategory: "Other", ServiceSubcategory: "Other (Other)", ServiceName: "Tax"}
	row.PricingQuantity, row.PricingUnit = focus.Int(1), "Units"
	fmt.Println(w.Write(&row))
	// Output:
	// focus: row 1 breaks PricingQuantity.null.tax (PricingQuantity="1")
}

func ExampleValidator_Validate() {
	file := "SkuPriceId,SkuId,BilledCost,x_Team\np1,a,1.5,red\np1,b,\"1,5\",red\n"
	for finding, err := range (focus.Validator{Version: focus.V1_4}).Validate(strings.NewReader(file)) {
		if err != nil {
			panic(err)
		}
		if finding.Line > 1 {
			fmt.Println(finding)
		}
	}
	// Output:
	// error NumericFormat line 3: BilledCost="1,5"
	// error SkuPriceId.one_sku line 3: SkuId="b": of p1; a in line 2
}

func ExampleReader() {
	file := "\ufeffbilled cost,ChargePeriodStart,ResourceId\n\"1,234.50\",2027-01-31 00:00:00,NULL\n"
	r, err := focus.NewReader(strings.NewReader(file))
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Header())
	for record, err := range r.All() {
		if err != nil {
			panic(err)
		}
		fmt.Println(record.BilledCost, record.ChargePeriodStart)
		for _, repair := range record.Repairs {
			fmt.Println(repair)
		}
	}
	// Output:
	// [line 1: byte order mark:  "\ufeff" → "" line 1: header: BilledCost "billed cost" → "BilledCost"]
	// 1234.50 2027-01-31 00:00:00 +0000 UTC
	// line 2: number: BilledCost "1,234.50" → "1234.50"
	// line 2: date: ChargePeriodStart "2027-01-31 00:00:00" → "2027-01-31T00:00:00Z"
	// line 2: null: ResourceId "NULL" → ""
}

func ExampleSplit() {
	row := focus.Row{BilledCost: focus.Int(10), EffectiveCost: focus.Int(10), ListUnitPrice: focus.Int(5), PricingQuantity: focus.Int(2)}
	rows, err := focus.Split(row, "by-cores", focus.Part{ResourceId: "pod-a", Weight: focus.Int(2)}, focus.Part{Weight: focus.Int(1)})
	for _, r := range rows {
		fmt.Println(r.AllocatedResourceId, r.AllocatedMethodDetails, r.BilledCost, r.PricingQuantity, r.ListCost)
	}
	fmt.Println(err)
	// Output:
	// pod-a {"Elements":[{"AllocatedRatio":0.666666666666666667}]} 6.666667 1.333333333 6.666666665
	//  {"Elements":[{"AllocatedRatio":0.333333333333333333}]} 3.333333 0.666666667 3.333333335
	// <nil>
}

func ExampleStatement_Commitment() {
	bill := exampleBill()
	statement := focus.Statement{Contract: bill.Contract, Period: bill.Period, Provider: "Meterbook Cloud"}
	rows, err := statement.Commitment(focus.Commitment{ID: "cd-1", Type: "Reservation", Service: accounting.AcceleratedCompute, Period: bill.Period,
		Unit: metering.MustUnit("{card}.h"), Quantity: metering.MustQuantity("100 {card}.h"), Billed: money.MustParse("CNY 1500"),
		Amortised: money.MustParse("CNY 1500"), OnDemand: focus.MustNumber("18.90")}, bill.Charges...)
	for _, r := range rows {
		fmt.Println(r.ChargeCategory, r.CommitmentDiscountStatus, r.CommitmentDiscountQuantity, "billed", r.BilledCost, "effective", r.EffectiveCost)
	}
	fmt.Println(err)
	// Output:
	// Purchase  100 billed 1500 effective 0
	// Usage Used 52.75 billed 0 effective 791.25
	// Usage Unused 47.25 billed 0 effective 708.75
	// <nil>
}
