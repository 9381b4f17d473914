package focus

import (
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Row is one row of the dataset Cost and Usage: the columns of all versions,
// with their names in the specification. What is left at its zero value is
// null; a number that is 0 is [Int](0). A [Writer] takes from it the columns of
// its version. A Row is for one goroutine at a time.
type Row struct {
	ChargeCategory    ChargeCategory
	ChargeClass       ChargeClass
	ChargeFrequency   ChargeFrequency
	ChargeDescription string

	// Start inclusive, end exclusive, to the second.
	ChargePeriodStart, ChargePeriodEnd   time.Time
	BillingPeriodStart, BillingPeriodEnd time.Time

	BilledCost, EffectiveCost           Number
	ListCost, ContractedCost            Number
	ListUnitPrice, ContractedUnitPrice  Number
	PricingCategory                     PricingCategory
	PricingQuantity, ConsumedQuantity   Number
	PricingUnit, ConsumedUnit           string
	SkuId, SkuMeter, SkuPriceId         string
	SkuPriceDetails                     Object
	BillingCurrency                     money.Currency
	InvoiceId, InvoiceDetailId          string
	InvoiceIssuerName                   string
	BillingAccountId                    string
	BillingAccountName                  string
	BillingAccountType                  string
	SubAccountId, SubAccountName        string
	SubAccountType                      string
	CommitmentDiscountId                string
	CommitmentDiscountName              string
	CommitmentDiscountType              string
	CommitmentDiscountCategory          CommitmentCategory
	CommitmentDiscountStatus            CommitmentStatus
	CommitmentDiscountQuantity          Number
	CommitmentDiscountUnit              string
	CommitmentProgramEligibilityDetails Object // from 1.4
	CapacityReservationId               string
	CapacityReservationStatus           CommitmentStatus
	ContractApplied                     Object // from 1.3

	// The currency that prices are in, where it is not that of the bill: one of
	// ISO 4217, or a virtual one such as "Credits" or "Tokens".
	PricingCurrency                    string
	PricingCurrencyEffectiveCost       Number
	PricingCurrencyListUnitPrice       Number
	PricingCurrencyContractedUnitPrice Number

	// 1.2 has the first pair, 1.4 the second, 1.3 both. A writer passes over
	// what its version does not have of these four.
	ProviderName, PublisherName           string
	ServiceProviderName, HostProviderName string

	ServiceCategory, ServiceSubcategory string
	ServiceName                         string
	RegionId, RegionName                string
	AvailabilityZone                    string
	ResourceId, ResourceName            string
	ResourceType                        string
	Tags                                Object

	// A charge split by the provider over those that share a resource; from 1.3.
	AllocatedMethodId      string
	AllocatedMethodDetails Object
	AllocatedResourceId    string
	AllocatedResourceName  string
	AllocatedTags          Object

	// Energy and carbon of the charge, in the columns x_EnergyKWh and
	// x_CarbonGrams of a writer with [EnergyAndCarbon].
	EnergyKWh, CarbonGrams Number
	// Custom are the cells of the writer's [CustomColumns], in their order.
	Custom []Value
}

// A Value is the cell of a custom column: a number where its type is Decimal,
// and else text. The zero Value is null.
type Value struct {
	Number Number
	Text   string
}

// cells are the columns of a row by number.
type cells struct {
	text   [columns]string
	number [columns]*Number
	time   [columns]*time.Time
	object [columns]Object
}

// set takes the cells of r, which stays as it is.
func (t *cells) set(r *Row) {
	t.setCosts(r)
	t.setIdentity(r)
	t.time[colChargePeriodStart], t.time[colChargePeriodEnd] = &r.ChargePeriodStart, &r.ChargePeriodEnd
	t.time[colBillingPeriodStart], t.time[colBillingPeriodEnd] = &r.BillingPeriodStart, &r.BillingPeriodEnd
	t.object[colTags], t.object[colSkuPriceDetails], t.object[colAllocatedTags] = r.Tags, r.SkuPriceDetails, r.AllocatedTags
	t.object[colAllocatedMethodDetails], t.object[colContractApplied] = r.AllocatedMethodDetails, r.ContractApplied
	t.object[colCommitmentProgramEligibilityDetails] = r.CommitmentProgramEligibilityDetails
	for _, c := range [...]col{colTags, colSkuPriceDetails, colAllocatedTags, colAllocatedMethodDetails, colContractApplied, colCommitmentProgramEligibilityDetails} {
		t.text[c] = t.object[c].String()
	}
}

func (t *cells) setCosts(r *Row) {
	n, s := &t.number, &t.text
	n[colBilledCost], n[colEffectiveCost] = &r.BilledCost, &r.EffectiveCost
	n[colListCost], n[colContractedCost] = &r.ListCost, &r.ContractedCost
	n[colListUnitPrice], n[colContractedUnitPrice] = &r.ListUnitPrice, &r.ContractedUnitPrice
	n[colPricingQuantity], n[colConsumedQuantity] = &r.PricingQuantity, &r.ConsumedQuantity
	n[colCommitmentDiscountQuantity] = &r.CommitmentDiscountQuantity
	n[colPricingCurrencyEffectiveCost] = &r.PricingCurrencyEffectiveCost
	n[colPricingCurrencyListUnitPrice] = &r.PricingCurrencyListUnitPrice
	n[colPricingCurrencyContractedUnitPrice] = &r.PricingCurrencyContractedUnitPrice
	s[colChargeCategory], s[colChargeClass] = string(r.ChargeCategory), string(r.ChargeClass)
	s[colChargeFrequency], s[colChargeDescription] = string(r.ChargeFrequency), r.ChargeDescription
	s[colPricingCategory] = string(r.PricingCategory)
	s[colPricingUnit], s[colConsumedUnit] = r.PricingUnit, r.ConsumedUnit
	s[colSkuId], s[colSkuMeter], s[colSkuPriceId] = r.SkuId, r.SkuMeter, r.SkuPriceId
	s[colBillingCurrency], s[colPricingCurrency] = string(r.BillingCurrency), r.PricingCurrency
	s[colCommitmentDiscountId], s[colCommitmentDiscountName] = r.CommitmentDiscountId, r.CommitmentDiscountName
	s[colCommitmentDiscountType], s[colCommitmentDiscountUnit] = r.CommitmentDiscountType, r.CommitmentDiscountUnit
	s[colCommitmentDiscountCategory] = string(r.CommitmentDiscountCategory)
	s[colCommitmentDiscountStatus] = string(r.CommitmentDiscountStatus)
	s[colCapacityReservationId], s[colCapacityReservationStatus] = r.CapacityReservationId, string(r.CapacityReservationStatus)
}

func (t *cells) setIdentity(r *Row) {
	s := &t.text
	s[colInvoiceId], s[colInvoiceDetailId], s[colInvoiceIssuerName] = r.InvoiceId, r.InvoiceDetailId, r.InvoiceIssuerName
	s[colBillingAccountId], s[colBillingAccountName], s[colBillingAccountType] = r.BillingAccountId, r.BillingAccountName, r.BillingAccountType
	s[colSubAccountId], s[colSubAccountName], s[colSubAccountType] = r.SubAccountId, r.SubAccountName, r.SubAccountType
	s[colProviderName], s[colPublisherName] = r.ProviderName, r.PublisherName
	s[colServiceProviderName], s[colHostProviderName] = r.ServiceProviderName, r.HostProviderName
	s[colServiceCategory], s[colServiceSubcategory], s[colServiceName] = r.ServiceCategory, r.ServiceSubcategory, r.ServiceName
	s[colRegionId], s[colRegionName], s[colAvailabilityZone] = r.RegionId, r.RegionName, r.AvailabilityZone
	s[colResourceId], s[colResourceName], s[colResourceType] = r.ResourceId, r.ResourceName, r.ResourceType
	s[colAllocatedMethodId] = r.AllocatedMethodId
	s[colAllocatedResourceId], s[colAllocatedResourceName] = r.AllocatedResourceId, r.AllocatedResourceName
}
