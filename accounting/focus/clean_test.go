package focus

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// toolPath is where the reference checker and its clean files are, if anywhere.
const toolPath = "../../../shared/tools/focus/"

// table is a CSV file by cells.
type table [][]string

func (t table) column(name string) int { return slices.Index(t[0], name) }

func (t table) set(row int, column, value string) { t[row][t.column(column)] = value }

func (t table) bytes() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(t)
	return b.Bytes()
}

// Rows of clean files by kind.
const (
	rowBought = 1 // and Used, Unused and on demand behind it
	rowUsed   = 2
	rowUnused = 3
	rowPlain  = 4
	rowSplit  = 5 // and two more, from 1.3
)

func cleanHeader(v Version) []string {
	header := strings.Split("BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountCategory,CommitmentDiscountId,CommitmentDiscountName,CommitmentDiscountQuantity,CommitmentDiscountStatus,CommitmentDiscountType,CommitmentDiscountUnit,ConsumedQuantity,ConsumedUnit,ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceId,InvoiceIssuerName,ListCost,ListUnitPrice,PricingCategory,PricingQuantity,PricingUnit,ResourceId,ResourceType,ServiceCategory,ServiceName,ServiceSubcategory,SkuId,SkuMeter,SkuPriceDetails,SkuPriceId,Tags", ",")
	if v < V1_4 {
		header = append(header, "ProviderName", "PublisherName")
	}
	if v >= V1_3 {
		header = append(header, "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags",
			"HostProviderName", "ServiceProviderName")
	}
	slices.Sort(header)
	return header
}

// cleanTable builds the clean file of a version: a commitment bought by the
// hour, used and unused, plain usage, from 1.3 usage that was split in three,
// and at the end tax, a credit and a correction.
func cleanTable(v Version) table {
	header := cleanHeader(v)
	t := table{header}
	add := func(hour int, pairs ...string) {
		row := make([]string, len(header))
		put := func(pairs ...string) {
			for i := 0; i < len(pairs); i += 2 {
				if at := slices.Index(header, pairs[i]); at >= 0 {
					row[at] = pairs[i+1]
				}
			}
		}
		start := time.Date(2027, 1, 1, hour, 0, 0, 0, time.UTC)
		put("BillingAccountId", "ba-1", "BillingAccountName", "Lab", "BillingCurrency", "USD", "BillingPeriodEnd", "2027-02-01T00:00:00Z",
			"BillingPeriodStart", "2027-01-01T00:00:00Z", "ChargeDescription", "x", "InvoiceId", "inv-1", "InvoiceIssuerName", "Lab",
			"ServiceCategory", "Compute", "ServiceName", "GPU Cluster", "ServiceSubcategory", "Virtual Machines", "Tags", `{"team":"a"}`,
			"ProviderName", "Lab", "PublisherName", "Lab", "HostProviderName", "Lab", "ServiceProviderName", "Lab",
			"ChargePeriodStart", start.Format(time.RFC3339), "ChargePeriodEnd", start.Add(time.Hour).Format(time.RFC3339))
		put(pairs...)
		t = append(t, row)
	}
	sku := []string{"SkuId", "h100", "SkuMeter", "GPU hour"}
	usage := append(sku, "ChargeCategory", "Usage", "ChargeFrequency", "Usage-Based", "SkuPriceId", "h100-std",
		"SkuPriceDetails", `{"GpuCount":8,"x_Gen":"H100"}`, "PricingUnit", "Hours", "ResourceType", "VM", "ListUnitPrice", "3", "ContractedUnitPrice", "3")
	pledge := []string{"CommitmentDiscountCategory", "Usage", "CommitmentDiscountId", "cd-1", "CommitmentDiscountName", "Reserved H100",
		"CommitmentDiscountType", "Reservation", "CommitmentDiscountUnit", "Hours"}
	with := func(lists ...[]string) []string { return slices.Concat(lists...) }
	for hour := range 4 {
		add(hour, with(sku, pledge, []string{"BilledCost", "15", "EffectiveCost", "0", "ListCost", "15.0", "ContractedCost", "15.0", "ListUnitPrice", "1.5",
			"ContractedUnitPrice", "1.5", "ChargeCategory", "Purchase", "ChargeFrequency", "Recurring", "CommitmentDiscountQuantity", "10", "PricingQuantity", "10",
			"PricingUnit", "Hours", "PricingCategory", "Standard", "ResourceId", "cd-1", "ResourceType", "Commitment", "SkuPriceId", "h100-cd"})...)
		add(hour, with(usage, pledge, []string{"BilledCost", "0", "EffectiveCost", "10.5", "ListCost", "21", "ContractedCost", "21", "CommitmentDiscountQuantity", "7",
			"CommitmentDiscountStatus", "Used", "ConsumedQuantity", "7", "ConsumedUnit", "Hours", "PricingQuantity", "7", "PricingCategory", "Committed", "ResourceId", "vm-1"})...)
		add(hour, with(usage, pledge, []string{"BilledCost", "0", "EffectiveCost", "4.5", "ListCost", "9", "ContractedCost", "9", "CommitmentDiscountQuantity", "3",
			"CommitmentDiscountStatus", "Unused", "PricingQuantity", "3", "PricingCategory", "Committed", "ResourceId", "cd-1", "ResourceType", "Commitment"})...)
		add(hour, with(usage, []string{"BilledCost", "5.5", "EffectiveCost", "5.5", "ListCost", "6", "ContractedCost", "5.50", "ContractedUnitPrice", "2.75",
			"ConsumedQuantity", "2", "ConsumedUnit", "Hours", "PricingQuantity", "2", "PricingCategory", "Standard", "ResourceId", "vm-2"})...)
		if v < V1_3 {
			continue
		}
		for _, p := range [][4]string{{"0.25", "ns-a", "3.00", "1.00"}, {"0.5", "ns-b", "6.0", "2.0"}, {"0.25", "", "3.00", "1.00"}} {
			tags := ""
			if p[1] != "" {
				tags = `{"ns":"` + p[1] + `"}`
			}
			add(hour, with(usage, []string{"BilledCost", p[2], "EffectiveCost", p[2], "ListCost", p[2], "ContractedCost", p[2], "ConsumedQuantity", p[3],
				"ConsumedUnit", "Hours", "PricingQuantity", p[3], "PricingCategory", "Standard", "ResourceId", "vm-3", "AllocatedMethodId", "m-1",
				"AllocatedResourceId", p[1], "AllocatedResourceName", p[1], "AllocatedTags", tags,
				"AllocatedMethodDetails", `{"Elements": [{"AllocatedRatio": ` + p[0] + `, "UsageUnit": "CPU", "UsageQuantity": 1}]}`})...)
		}
	}
	month := []string{"ChargePeriodStart", "2027-01-01T00:00:00Z", "ChargePeriodEnd", "2027-02-01T00:00:00Z"}
	amount := func(a string) []string {
		return []string{"BilledCost", a, "EffectiveCost", a, "ListCost", a, "ContractedCost", a}
	}
	add(0, with(month, amount("1.1"), []string{"ChargeCategory", "Tax", "ChargeFrequency", "Recurring"})...)
	add(0, with(month, amount("-2"), []string{"ChargeCategory", "Credit", "ChargeFrequency", "One-Time"})...)
	add(0, with(amount("-3"), []string{"ChargeCategory", "Usage", "ChargeClass", "Correction", "ChargeFrequency", "Usage-Based", "PricingCategory", "Standard",
		"ChargePeriodStart", "2026-12-30T00:00:00Z", "ChargePeriodEnd", "2026-12-31T00:00:00Z"})...)
	return t
}

var allVersions = []Version{V1_2, V1_3, V1_4}

func TestCleanTables_AreThoseOfTheChecker(t *testing.T) {
	for _, v := range allVersions {
		b, err := os.ReadFile(toolPath + "own_clean_focus_" + v.String() + ".csv")
		if err != nil {
			t.Skip("no reference checker here")
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, rows, [][]string(cleanTable(v)), "FOCUS %v", v)
	}
}

func TestValidator_CleanFiles(t *testing.T) {
	for _, v := range allVersions {
		s, err := Validator{Version: v, WholeTerm: true}.Summarize(bytes.NewReader(cleanTable(v).bytes()))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"Presence.recommended": 1}, s.ByRule, "FOCUS %v", v)
		require.Equal(t, int64(len(cleanTable(v))-1), s.Rows)
	}
}
