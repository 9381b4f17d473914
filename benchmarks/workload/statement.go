package workload

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/focus"
)

// StatementRows is the number of rows of a [Statement]: a file of some 10 MB.
const StatementRows = 20_000

// A Statement is rows of usage as providers export them, 48 columns of FOCUS 1.4
// with some 530 bytes a row: as rows, as a file, and as the cells of that file.
type Statement struct {
	Rows  []focus.Row
	File  []byte
	Cells [][]string // without the header
}

// NewStatement returns the statement. It fails only where package focus does.
func NewStatement() (*Statement, error) {
	s := &Statement{Rows: make([]focus.Row, StatementRows)}
	var file bytes.Buffer
	w, err := focus.NewWriter(&file, focus.V1_4)
	if err != nil {
		return nil, err
	}
	base := statementRow()
	for i := range s.Rows {
		r := base
		if err := vary(&r, i); err != nil {
			return nil, err
		}
		s.Rows[i] = r
		if err := w.Write(&r); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	s.File = file.Bytes()
	records, err := csv.NewReader(bytes.NewReader(s.File)).ReadAll()
	if err != nil {
		return nil, err
	}
	s.Cells = records[1:]
	return s, nil
}

// statementRow is what all rows have in common.
func statementRow() focus.Row {
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	return focus.Row{
		ChargeCategory: focus.Usage, ChargeFrequency: focus.UsageBased, ChargeDescription: "card-hours of H100-SXM in cn-north-1",
		BillingPeriodStart: start, BillingPeriodEnd: start.AddDate(0, 1, 0),
		ListUnitPrice: focus.MustNumber("21"), ContractedUnitPrice: focus.MustNumber("18.90"), PricingCategory: focus.Standard,
		PricingUnit: "Card-Hours", ConsumedUnit: "Card-Hours",
		SkuId: "H100-SXM", SkuMeter: "Accelerator time", SkuPriceId: "h100@2027-01", BillingCurrency: "CNY", InvoiceId: "INV-2027-000017",
		InvoiceIssuerName: "Meterbook Cloud", BillingAccountId: "acme", BillingAccountName: "ACME Vision", SubAccountName: "Vision",
		ProviderName: "Meterbook Cloud", PublisherName: "Meterbook Cloud", ServiceProviderName: "Meterbook Cloud", HostProviderName: "Meterbook Cloud",
		ServiceCategory: "Compute", ServiceSubcategory: "Virtual Machines", ServiceName: "Accelerated compute", RegionId: "cn-north-1", RegionName: "Beijing",
		ResourceType: "Virtual machine", Tags: focus.MustObject(`{"team":"vision","project":"detect"}`),
	}
}

// vary makes a row differ from the one before as rows of an export do.
func vary(r *focus.Row, i int) (err error) {
	r.ResourceId, r.SubAccountId = fmt.Sprint("vm-", 100_000+i%1000), fmt.Sprint("vm-", 100_000+i/7%1000)
	hundredths := int64(100 + i%100_000)
	number := func(n, per int64, places int) focus.Number {
		text := fmt.Sprintf("%d.%0*d", n/per, places, n%per)
		x, wrong := focus.ParseNumber(text)
		if err == nil {
			err = wrong
		}
		return x
	}
	r.PricingQuantity = number(hundredths, 100, 2)
	r.ConsumedQuantity = r.PricingQuantity
	r.ListCost = number(21*hundredths, 100, 2)
	r.ContractedCost = number(189*hundredths, 1000, 3)
	r.BilledCost, r.EffectiveCost = r.ContractedCost, r.ContractedCost
	r.ChargePeriodStart = time.Unix(1_798_761_600+int64(i/100%700)*3600, 0).UTC()
	r.ChargePeriodEnd = r.ChargePeriodStart.Add(time.Hour)
	return err
}
