package focus

import (
	"bytes"
	"io"
	"testing"
	"time"
)

// benchRow is a row of usage as exports have them: 20 texts, 10 numbers, 4
// times, tags.
func benchRow() Row {
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	return Row{
		ChargeCategory: Usage, ChargeFrequency: UsageBased, ChargeDescription: "52.75 card-hours of H100-SXM in cn-north-1",
		ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour), BillingPeriodStart: start, BillingPeriodEnd: start.AddDate(0, 1, 0),
		BilledCost: MustNumber("996.98"), EffectiveCost: MustNumber("996.98"), ListCost: MustNumber("1107.75"), ContractedCost: MustNumber("996.975"),
		ListUnitPrice: MustNumber("21"), ContractedUnitPrice: MustNumber("18.90"), PricingCategory: Standard,
		PricingQuantity: MustNumber("52.75"), PricingUnit: "Card-Hours", ConsumedQuantity: MustNumber("52.75"), ConsumedUnit: "Card-Hours",
		SkuId: "H100-SXM", SkuMeter: "Accelerator time", SkuPriceId: "h100@2027-01", BillingCurrency: "CNY", InvoiceId: "INV-2027-000017",
		InvoiceIssuerName: "Meterbook Cloud", BillingAccountId: "acme", BillingAccountName: "ACME Vision", SubAccountId: "acme/vision", SubAccountName: "Vision",
		ProviderName: "Meterbook Cloud", PublisherName: "Meterbook Cloud", ServiceProviderName: "Meterbook Cloud", HostProviderName: "Meterbook Cloud",
		ServiceCategory: "Compute", ServiceSubcategory: "Virtual Machines", ServiceName: "Accelerated compute", RegionId: "cn-north-1", RegionName: "Beijing",
		ResourceId: "vm-0017", ResourceType: "Virtual machine", Tags: MustObject(`{"team":"vision","project":"detect"}`),
	}
}

// vary makes a row differ from the one before as rows of an export do.
func vary(r *Row, i int, ids []string) {
	r.ResourceId, r.SubAccountId = ids[i%len(ids)], ids[i/7%len(ids)]
	q := Number{r.PricingQuantity.digits, 2, true}
	q.digits.Lo = uint64(100 + i%100_000)
	r.PricingQuantity, r.ConsumedQuantity = q, q
	r.ListCost, _ = r.ListUnitPrice.mul(q)
	r.ContractedCost, _ = r.ContractedUnitPrice.mul(q)
	r.BilledCost, r.EffectiveCost = r.ContractedCost, r.ContractedCost
	r.ChargePeriodStart = time.Unix(1_798_761_600+int64(i/100%700)*3600, 0)
	r.ChargePeriodEnd = r.ChargePeriodStart.Add(time.Hour)
}

func benchIDs() (ids []string) {
	for i := range 1000 {
		ids = append(ids, "vm-"+Int(int64(100_000+i)).String())
	}
	return ids
}

func BenchmarkWriter(b *testing.B) {
	w, err := NewWriter(io.Discard, V1_4)
	if err != nil {
		b.Fatal(err)
	}
	row, ids, i := benchRow(), benchIDs(), 0
	b.ReportAllocs()
	for b.Loop() {
		vary(&row, i, ids)
		i++
		if err := w.Write(&row); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkValidator(b *testing.B) {
	const rows = 20_000
	var file bytes.Buffer
	w, _ := NewWriter(&file, V1_4)
	row, ids := benchRow(), benchIDs()
	for i := range rows {
		vary(&row, i, ids)
		if err := w.Write(&row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s, err := Validator{Version: V1_4, WholeTerm: true}.Summarize(bytes.NewReader(file.Bytes()))
		if err != nil || s.Errors+s.Warnings > 0 {
			b.Fatal(s, err)
		}
		n += rows
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
