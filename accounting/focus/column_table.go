package focus

// The columns, in the order in which they are written.
const (
	colAllocatedMethodDetails col = iota
	colAllocatedMethodId
	colAllocatedResourceId
	colAllocatedResourceName
	colAllocatedTags
	colAvailabilityZone
	colBilledCost
	colBillingAccountId
	colBillingAccountName
	colBillingAccountType
	colBillingCurrency
	colBillingPeriodEnd
	colBillingPeriodStart
	colCapacityReservationId
	colCapacityReservationStatus
	colChargeCategory
	colChargeClass
	colChargeDescription
	colChargeFrequency
	colChargePeriodEnd
	colChargePeriodStart
	colCommitmentDiscountCategory
	colCommitmentDiscountId
	colCommitmentDiscountName
	colCommitmentDiscountQuantity
	colCommitmentDiscountStatus
	colCommitmentDiscountType
	colCommitmentDiscountUnit
	colCommitmentProgramEligibilityDetails
	colConsumedQuantity
	colConsumedUnit
	colContractApplied
	colContractedCost
	colContractedUnitPrice
	colEffectiveCost
	colHostProviderName
	colInvoiceDetailId
	colInvoiceId
	colInvoiceIssuerName
	colListCost
	colListUnitPrice
	colPricingCategory
	colPricingCurrency
	colPricingCurrencyContractedUnitPrice
	colPricingCurrencyEffectiveCost
	colPricingCurrencyListUnitPrice
	colPricingQuantity
	colPricingUnit
	colProviderName
	colPublisherName
	colRegionId
	colRegionName
	colResourceId
	colResourceName
	colResourceType
	colServiceCategory
	colServiceName
	colServiceProviderName
	colServiceSubcategory
	colSkuId
	colSkuMeter
	colSkuPriceDetails
	colSkuPriceId
	colSubAccountId
	colSubAccountName
	colSubAccountType
	colTags
	columns // their number, kept last
)

// columnTable has the facts of the columns of the dataset Cost and Usage: type,
// format, feature level, whether null is allowed, and the versions that brought,
// deprecated and removed each.
//
// Source: FOCUS 1.2, columns of the specification (tag v1.2, 2025-05-30); for
// 1.3 and 1.4 the columns' pages in the specification's repository.
var columnTable = [columns]columnFacts{
	colAllocatedMethodDetails:              {name: "AllocatedMethodDetails", typ: JSON, format: formatElements, level: Recommended, nullable: true, since: V1_3},
	colAllocatedMethodId:                   {name: "AllocatedMethodId", typ: Text, level: Conditional, nullable: true, since: V1_3, dimension: true},
	colAllocatedResourceId:                 {name: "AllocatedResourceId", typ: Text, level: Conditional, nullable: true, since: V1_3, dimension: true},
	colAllocatedResourceName:               {name: "AllocatedResourceName", typ: Text, level: Conditional, nullable: true, since: V1_3, dimension: true},
	colAllocatedTags:                       {name: "AllocatedTags", typ: JSON, format: formatPairs, level: Conditional, nullable: true, since: V1_3, dimension: true},
	colAvailabilityZone:                    {name: "AvailabilityZone", typ: Text, level: Recommended, nullable: true, dimension: true},
	colBilledCost:                          {name: "BilledCost", typ: Decimal, level: Mandatory},
	colBillingAccountId:                    {name: "BillingAccountId", typ: Text, level: Mandatory, dimension: true},
	colBillingAccountName:                  {name: "BillingAccountName", typ: Text, level: Mandatory, nullable: true, dimension: true},
	colBillingAccountType:                  {name: "BillingAccountType", typ: Text, level: Conditional, dimension: true},
	colBillingCurrency:                     {name: "BillingCurrency", typ: Text, format: formatCurrency, level: Mandatory, dimension: true},
	colBillingPeriodEnd:                    {name: "BillingPeriodEnd", typ: DateTime, level: Mandatory, dimension: true},
	colBillingPeriodStart:                  {name: "BillingPeriodStart", typ: DateTime, level: Mandatory, dimension: true},
	colCapacityReservationId:               {name: "CapacityReservationId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCapacityReservationStatus:           {name: "CapacityReservationStatus", typ: Text, level: Conditional, nullable: true, dimension: true},
	colChargeCategory:                      {name: "ChargeCategory", typ: Text, level: Mandatory, dimension: true},
	colChargeClass:                         {name: "ChargeClass", typ: Text, level: Mandatory, nullable: true, dimension: true},
	colChargeDescription:                   {name: "ChargeDescription", typ: Text, level: Mandatory, nullable: true, dimension: true},
	colChargeFrequency:                     {name: "ChargeFrequency", typ: Text, level: Recommended, dimension: true},
	colChargePeriodEnd:                     {name: "ChargePeriodEnd", typ: DateTime, level: Mandatory, dimension: true},
	colChargePeriodStart:                   {name: "ChargePeriodStart", typ: DateTime, level: Mandatory, dimension: true},
	colCommitmentDiscountCategory:          {name: "CommitmentDiscountCategory", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCommitmentDiscountId:                {name: "CommitmentDiscountId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCommitmentDiscountName:              {name: "CommitmentDiscountName", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCommitmentDiscountQuantity:          {name: "CommitmentDiscountQuantity", typ: Decimal, level: Conditional, nullable: true},
	colCommitmentDiscountStatus:            {name: "CommitmentDiscountStatus", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCommitmentDiscountType:              {name: "CommitmentDiscountType", typ: Text, level: Conditional, nullable: true, dimension: true},
	colCommitmentDiscountUnit:              {name: "CommitmentDiscountUnit", typ: Text, format: formatUnit, level: Conditional, nullable: true, dimension: true},
	colCommitmentProgramEligibilityDetails: {name: "CommitmentProgramEligibilityDetails", typ: JSON, format: formatElements, level: Conditional, nullable: true, since: V1_4, dimension: true},
	colConsumedQuantity:                    {name: "ConsumedQuantity", typ: Decimal, level: Conditional, nullable: true},
	colConsumedUnit:                        {name: "ConsumedUnit", typ: Text, format: formatUnit, level: Conditional, nullable: true, dimension: true},
	colContractApplied:                     {name: "ContractApplied", typ: JSON, format: formatElements, level: Conditional, nullable: true, since: V1_3},
	colContractedCost:                      {name: "ContractedCost", typ: Decimal, level: Mandatory},
	colContractedUnitPrice:                 {name: "ContractedUnitPrice", typ: Decimal, level: Conditional, nullable: true},
	colEffectiveCost:                       {name: "EffectiveCost", typ: Decimal, level: Mandatory},
	colHostProviderName:                    {name: "HostProviderName", typ: Text, level: Mandatory, since: V1_3, dimension: true},
	colInvoiceDetailId:                     {name: "InvoiceDetailId", typ: Text, level: Conditional, nullable: true, since: V1_4, dimension: true},
	colInvoiceId:                           {name: "InvoiceId", typ: Text, level: Recommended, nullable: true, dimension: true},
	colInvoiceIssuerName:                   {name: "InvoiceIssuerName", typ: Text, level: Mandatory, dimension: true},
	colListCost:                            {name: "ListCost", typ: Decimal, level: Mandatory},
	colListUnitPrice:                       {name: "ListUnitPrice", typ: Decimal, level: Conditional, nullable: true},
	colPricingCategory:                     {name: "PricingCategory", typ: Text, level: Conditional, nullable: true, dimension: true},
	colPricingCurrency:                     {name: "PricingCurrency", typ: Text, format: formatCurrency, level: Conditional, nullable: true, dimension: true},
	colPricingCurrencyContractedUnitPrice:  {name: "PricingCurrencyContractedUnitPrice", typ: Decimal, level: Conditional, nullable: true},
	colPricingCurrencyEffectiveCost:        {name: "PricingCurrencyEffectiveCost", typ: Decimal, level: Conditional, nullable: true},
	colPricingCurrencyListUnitPrice:        {name: "PricingCurrencyListUnitPrice", typ: Decimal, level: Conditional, nullable: true},
	colPricingQuantity:                     {name: "PricingQuantity", typ: Decimal, level: Mandatory, nullable: true},
	colPricingUnit:                         {name: "PricingUnit", typ: Text, format: formatUnit, level: Mandatory, nullable: true, dimension: true},
	colProviderName:                        {name: "ProviderName", typ: Text, level: Mandatory, deprecated: V1_3, removed: V1_4, dimension: true},
	colPublisherName:                       {name: "PublisherName", typ: Text, level: Mandatory, deprecated: V1_3, removed: V1_4, dimension: true},
	colRegionId:                            {name: "RegionId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colRegionName:                          {name: "RegionName", typ: Text, level: Conditional, nullable: true, dimension: true},
	colResourceId:                          {name: "ResourceId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colResourceName:                        {name: "ResourceName", typ: Text, level: Conditional, nullable: true, dimension: true},
	colResourceType:                        {name: "ResourceType", typ: Text, level: Conditional, nullable: true, dimension: true},
	colServiceCategory:                     {name: "ServiceCategory", typ: Text, level: Mandatory, dimension: true},
	colServiceName:                         {name: "ServiceName", typ: Text, level: Mandatory, dimension: true},
	colServiceProviderName:                 {name: "ServiceProviderName", typ: Text, level: Mandatory, since: V1_3, dimension: true},
	colServiceSubcategory:                  {name: "ServiceSubcategory", typ: Text, level: Recommended, dimension: true},
	colSkuId:                               {name: "SkuId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colSkuMeter:                            {name: "SkuMeter", typ: Text, level: Conditional, nullable: true, dimension: true},
	colSkuPriceDetails:                     {name: "SkuPriceDetails", typ: JSON, format: formatPairs, level: Conditional, nullable: true, dimension: true},
	colSkuPriceId:                          {name: "SkuPriceId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colSubAccountId:                        {name: "SubAccountId", typ: Text, level: Conditional, nullable: true, dimension: true},
	colSubAccountName:                      {name: "SubAccountName", typ: Text, level: Conditional, nullable: true, dimension: true},
	colSubAccountType:                      {name: "SubAccountType", typ: Text, level: Conditional, nullable: true, dimension: true},
	colTags:                                {name: "Tags", typ: JSON, format: formatPairs, level: Conditional, nullable: true, dimension: true},
}
