package focus

// Rules keep the ids of the reference checker, so that findings compare. Each
// is a MUST or SHOULD of the specification's text about its first column,
// unless said otherwise.

var (
	usageOrPurchase = word(codeCategory, wordUsage, wordPurchase)
	isUsage         = word(codeCategory, wordUsage)
	isPurchase      = word(codeCategory, wordPurchase)
	isCredit        = word(codeCategory, wordCredit)
	isCorrection    = word(codeClass, wordCorrection)
	isCovered       = word(codeStatus, wordUsed, wordUnused)
	isUnused        = word(codeStatus, wordUnused)
)

var rowRules = func() []rowRule {
	rules := pricedRules()
	rules = append(rules, companionRules()...)
	rules = append(rules, commitmentRules()...)
	rules = append(rules, costRules()...)
	return append(rules, splitRules()...)
}()

// pricedRules: what tax never has, and usage and purchases always do.
func pricedRules() (rules []rowRule) {
	for _, c := range []col{colPricingQuantity, colPricingCategory, colSkuId, colSkuPriceId, colListUnitPrice, colContractedUnitPrice,
		colPricingCurrencyListUnitPrice, colPricingCurrencyContractedUnitPrice} {
		rules = append(rules,
			rowRule{id: c.name() + ".null.tax", severity: Error, columns: []col{c, colChargeCategory},
				when: word(codeCategory, wordTax), then: null(c)},
			rowRule{id: c.name() + ".notnull.usagepurchase", severity: Error, columns: []col{c, colChargeCategory, colChargeClass},
				when: all(usageOrPurchase, not(isCorrection)), then: value(c)})
	}
	return rules
}

// companionRules: columns that are null where another is, and only there.
func companionRules() (rules []rowRule) {
	both := []struct{ c, with col }{
		{colPricingUnit, colPricingQuantity}, {colConsumedUnit, colConsumedQuantity},
		{colCommitmentDiscountUnit, colCommitmentDiscountQuantity}, {colRegionName, colRegionId},
		{colSubAccountName, colSubAccountId}, {colSubAccountType, colSubAccountId},
		{colBillingAccountType, colBillingAccountId}, {colResourceType, colResourceId},
		{colCommitmentDiscountCategory, colCommitmentDiscountId}, {colCommitmentDiscountType, colCommitmentDiscountId},
		{colAllocatedResourceName, colAllocatedResourceId},
	}
	missing := []struct{ c, with col }{
		{colCommitmentDiscountName, colCommitmentDiscountId}, {colResourceName, colResourceId}, {colSkuMeter, colSkuId},
		{colSkuPriceDetails, colSkuPriceId}, {colCommitmentDiscountStatus, colCommitmentDiscountId},
		{colCapacityReservationStatus, colCapacityReservationId},
	}
	absent := func(c, with col) rowRule {
		return rowRule{id: c.name() + ".null." + with.name(), severity: Error, since: columnTable[c].since,
			columns: []col{c, with}, when: null(with), then: null(c)}
	}
	for _, p := range both {
		rules = append(rules, absent(p.c, p.with), rowRule{id: p.c.name() + ".notnull." + p.with.name(), severity: Error,
			since: columnTable[p.c].since, columns: []col{p.c, p.with}, when: value(p.with), then: value(p.c)})
	}
	for _, p := range missing {
		rules = append(rules, absent(p.c, p.with))
	}
	return append(rules, rowRule{id: "SkuMeter.should", severity: Warning, columns: []col{colSkuMeter, colSkuId},
		when: value(colSkuId), then: value(colSkuMeter)})
}

func commitmentRules() []rowRule {
	committed := value(colCommitmentDiscountId)
	return []rowRule{
		{id: "CommitmentDiscountStatus.usage", severity: Error, columns: []col{colCommitmentDiscountStatus, colCommitmentDiscountId, colChargeCategory},
			when: all(committed, isUsage), then: value(colCommitmentDiscountStatus)},
		{id: "CapacityReservationStatus.usage", severity: Error, columns: []col{colCapacityReservationStatus, colCapacityReservationId, colChargeCategory},
			when: all(value(colCapacityReservationId), isUsage), then: value(colCapacityReservationStatus)},
		{id: "CapacityReservationId.unused", severity: Error, columns: []col{colCapacityReservationId, colCapacityReservationStatus},
			when: word(codeCapacity, wordUnused), then: value(colCapacityReservationId)},
		{id: "ConsumedQuantity.null", severity: Error, columns: []col{colConsumedQuantity, colChargeCategory, colCommitmentDiscountStatus},
			when: some(not(isUsage), isUnused), then: null(colConsumedQuantity)},
		{id: "ConsumedQuantity.notnull", severity: Error, columns: []col{colConsumedQuantity, colChargeCategory, colCommitmentDiscountStatus, colChargeClass},
			when: all(isUsage, not(isUnused), not(isCorrection)), then: value(colConsumedQuantity)},
		{id: "CommitmentDiscountQuantity.notnull", severity: Error, columns: []col{colCommitmentDiscountQuantity, colCommitmentDiscountId, colChargeCategory, colChargeClass},
			when: all(usageOrPurchase, committed, not(isCorrection)), then: value(colCommitmentDiscountQuantity)},
		{id: "CommitmentDiscountQuantity.null", severity: Error, columns: []col{colCommitmentDiscountQuantity, colCommitmentDiscountId, colChargeCategory},
			when: some(not(usageOrPurchase), not(committed)), then: null(colCommitmentDiscountQuantity)},
		{id: "PricingCategory.committed", severity: Error, columns: []col{colPricingCategory, colCommitmentDiscountStatus, colChargeCategory},
			when: all(isUsage, isCovered), then: word(codePricing, wordCommitted)},
		{id: "PricingCategory.purchase", severity: Error, columns: []col{colPricingCategory, colChargeCategory, colCommitmentDiscountId},
			when: isPurchase, then: not(word(codePricing, wordCommitted))},
		{id: "Discount.covered.billedzero", severity: Error, columns: []col{colBilledCost, colCommitmentDiscountStatus, colChargeCategory, colChargeClass},
			when: all(isUsage, isCovered, not(isCorrection)), then: not(is(billedCostNotZero))},
		{id: "Discount.unused.resource", severity: Error, columns: []col{colCommitmentDiscountStatus, colResourceId, colCommitmentDiscountId},
			when: isUnused, then: all(committed, not(is(resourceNotCommitment)))},
		{id: "Discount.purchase.resource", severity: Error, columns: []col{colChargeCategory, colResourceId, colCommitmentDiscountId},
			when: all(isPurchase, committed), then: not(is(resourceNotCommitment))},
		{id: "Discount.status.category", severity: Error, columns: []col{colCommitmentDiscountStatus, colChargeCategory},
			when: value(colCommitmentDiscountStatus), then: isUsage},
		{id: "Commitment.qty.status", severity: Warning, columns: []col{colCommitmentDiscountQuantity, colCommitmentDiscountStatus},
			when: all(isUnused, not(isCorrection), value(colCommitmentDiscountQuantity)), then: not(is(commitmentQuantityNotPositive))},
	}
}

func costRules() []rowRule {
	priced := func(price col) condition {
		return all(value(price), value(colPricingQuantity), not(isCorrection))
	}
	boughtAhead := all(isPurchase, value(colCommitmentDiscountId))
	rules := []rowRule{
		{id: "ChargeClass.correction", severity: Error, columns: []col{colChargeClass}, when: value(colChargeClass), then: isCorrection},
		{id: "ChargeFrequency.purchase", severity: Error, columns: []col{colChargeFrequency, colChargeCategory},
			when: isPurchase, then: not(word(codeFrequency, wordUsageBased))},
		{id: "ListCost.product", severity: Error, columns: []col{colListCost, colListUnitPrice, colPricingQuantity, colChargeClass},
			when: priced(colListUnitPrice), then: not(is(listCostNotProduct))},
		{id: "ListCost.credit", severity: Error, columns: []col{colListCost, colBilledCost, colListUnitPrice, colChargeCategory},
			when: all(isCredit, null(colListUnitPrice)), then: not(is(listCostNotBilled))},
		{id: "ContractedCost.product", severity: Error, columns: []col{colContractedCost, colContractedUnitPrice, colPricingQuantity, colChargeClass},
			when: priced(colContractedUnitPrice), then: not(is(contractedCostNotProduct))},
		{id: "ContractedCost.credit", severity: Error, columns: []col{colContractedCost, colBilledCost, colContractedUnitPrice, colChargeCategory},
			when: all(isCredit, null(colContractedUnitPrice)), then: not(is(contractedCostNotBilled))},
		{id: "PricingCurrencyEffectiveCost.notnull", severity: Error, columns: []col{colPricingCurrencyEffectiveCost},
			when: always, then: value(colPricingCurrencyEffectiveCost)},
		{id: "PricingCurrency.notnull", severity: Error, columns: []col{colPricingCurrency}, when: always, then: value(colPricingCurrency)},
		{id: "EffectiveCost.credit", severity: Error, columns: []col{colEffectiveCost, colBilledCost, colChargeCategory},
			when: isCredit, then: not(is(effectiveCostNotBilled))},
		{id: "EffectiveCost.purchase.commitment", severity: Error, columns: []col{colEffectiveCost, colChargeCategory, colCommitmentDiscountId},
			when: boughtAhead, then: not(is(effectiveCostNotZero))},
		{id: "PricingCurrencyEffectiveCost.purchase.commitment", severity: Error,
			columns: []col{colPricingCurrencyEffectiveCost, colChargeCategory, colCommitmentDiscountId},
			when:    boughtAhead, then: not(is(pricingEffectiveNotZero))},
		{id: "BilledCost.thirdparty", severity: Info, until: V1_3, columns: []col{colBilledCost, colInvoiceIssuerName, colProviderName},
			when: is(issuerNotProvider), then: not(is(billedCostNotZero))},
		{id: "Pricing.same_currency", severity: Warning,
			columns: []col{colPricingCurrency, colBillingCurrency, colPricingCurrencyEffectiveCost, colEffectiveCost},
			when:    is(pricingInBillingCurrency), then: not(is(pricingEffectiveNotEffective))},
		{id: "ChargePeriod.order", severity: Error, columns: []col{colChargePeriodStart, colChargePeriodEnd},
			when: always, then: not(is(chargePeriodDisordered))},
		{id: "BillingPeriod.order", severity: Error, columns: []col{colBillingPeriodStart, colBillingPeriodEnd},
			when: always, then: not(is(billingPeriodDisordered))},
		{id: "Correction.period", severity: Warning, columns: []col{colChargeClass, colChargePeriodEnd, colBillingPeriodStart},
			when: isCorrection, then: not(is(correctionLate))},
		// A charge without a commitment neither covers others nor is covered, as
		// far as a file can tell.
		{id: "EffectiveCost.uncovered.equal", severity: Warning, since: V1_4, columns: []col{colEffectiveCost, colBilledCost, colCommitmentDiscountId},
			when: all(null(colCommitmentDiscountId), word(codeCategory, wordUsage, wordPurchase, wordCredit)), then: not(is(effectiveCostNotBilled))},
	}
	for _, p := range []struct {
		c col
		f fact
	}{{colListUnitPrice, listPriceNegative}, {colContractedUnitPrice, contractedPriceNegative},
		{colPricingCurrencyListUnitPrice, pricingListPriceNegative}, {colPricingCurrencyContractedUnitPrice, pricingContractedPriceNegative}} {
		rules = append(rules, rowRule{id: p.c.name() + ".nonneg", severity: Error, columns: []col{p.c}, when: value(p.c), then: not(is(p.f))})
	}
	return rules
}

func splitRules() []rowRule {
	unsplit := null(colAllocatedMethodId)
	return []rowRule{
		{id: "Alloc.method.required", severity: Error, since: V1_3, columns: []col{colAllocatedMethodId, colAllocatedResourceId},
			when: value(colAllocatedResourceId), then: value(colAllocatedMethodId)},
		{id: "Alloc.details.null", severity: Error, since: V1_3, columns: []col{colAllocatedMethodDetails, colAllocatedMethodId},
			when: unsplit, then: null(colAllocatedMethodDetails)},
		{id: "Alloc.details.should", severity: Warning, since: V1_3, columns: []col{colAllocatedMethodDetails, colAllocatedMethodId},
			when: not(unsplit), then: value(colAllocatedMethodDetails)},
		{id: "Alloc.resource.null", severity: Error, since: V1_3, columns: []col{colAllocatedResourceId, colAllocatedMethodId},
			when: unsplit, then: null(colAllocatedResourceId)},
		{id: "Alloc.tags.null", severity: Error, since: V1_3, columns: []col{colAllocatedTags, colAllocatedMethodId},
			when: unsplit, then: null(colAllocatedTags)},
		{id: "Alloc.tags.disjoint", severity: Error, since: V1_3, columns: []col{colAllocatedTags, colTags},
			when: always, then: not(is(tagsOverlap))},
		{id: "Alloc.details.schema", severity: Error, since: V1_3, columns: []col{colAllocatedMethodDetails},
			when: value(colAllocatedMethodDetails), then: not(is(methodDetailsWrong))},
		{id: "ContractApplied.schema", severity: Error, since: V1_3, columns: []col{colContractApplied},
			when: value(colContractApplied), then: not(is(contractAppliedWrong))},
	}
}

// A keyRule is one about the whole file: rows of one key have one value.
type keyRule struct {
	id       string
	severity Severity
	key      []col
	of       col
	number   bool // values are compared as numbers
}

var keyRules = []keyRule{
	{"SkuPriceId.one_sku", Error, []col{colSkuPriceId}, colSkuId, false},
	{"ServiceName.one_category", Error, []col{colServiceName}, colServiceCategory, false},
	{"ServiceName.one_subcategory", Warning, []col{colServiceName}, colServiceSubcategory, false},
	{"SkuMeter.consistent", Warning, []col{colSkuId}, colSkuMeter, false},
	{"CommitmentDiscountUnit.consistent", Error, []col{colCommitmentDiscountId}, colCommitmentDiscountUnit, false},
	{"CommitmentDiscountCategory.consistent", Warning, []col{colCommitmentDiscountId}, colCommitmentDiscountCategory, false},
	{"SkuPriceDetails.consistent", Warning, []col{colSkuPriceId}, colSkuPriceDetails, false},
	{"ListUnitPrice.lookup", Info, []col{colSkuPriceId, colPricingUnit, colBillingCurrency}, colListUnitPrice, true},
	{"SubAccount.parent", Info, []col{colSubAccountId, colChargePeriodStart}, colSubAccountName, false},
	{"Invoice.account", Error, []col{colInvoiceId}, colBillingAccountId, false},
	{"Invoice.currency", Error, []col{colInvoiceId}, colBillingCurrency, false},
}

// A sumRule is one about sums over the rows of a file.
type sumRule struct {
	id       string
	severity Severity
	since    Version
	columns  []col
}

// Numbers of the rules in sumRules.
const (
	ruleConservation = iota
	ruleStatus
	ruleQuantity
	ruleRatioSum
	ruleRatioRange
	ruleDimensions
	ruleArtifact
)

var sumRules = [...]sumRule{
	ruleConservation: {"Commitment.conservation", Error, 0, []col{colCommitmentDiscountId, colEffectiveCost, colBilledCost, colChargeCategory}},
	ruleStatus:       {"Commitment.statussum", Error, 0, []col{colCommitmentDiscountId, colCommitmentDiscountStatus, colEffectiveCost}},
	ruleQuantity: {"Commitment.quantity", Error, 0, []col{colCommitmentDiscountId, colCommitmentDiscountQuantity, colCommitmentDiscountStatus,
		colChargePeriodStart, colChargePeriodEnd}},
	ruleRatioSum:   {"Alloc.ratio.sum", Error, V1_3, []col{colAllocatedMethodDetails}},
	ruleRatioRange: {"Alloc.ratio.range", Warning, V1_3, []col{colAllocatedMethodDetails}},
	ruleDimensions: {"Alloc.dims.equal", Warning, V1_3, []col{colAllocatedMethodId}},
	ruleArtifact:   {"Artifact.sum.equal", Error, V1_4, []col{colEffectiveCost, colBilledCost}},
}

// A cellRule is one about any cell or the header.
type cellRule struct {
	id       string
	severity Severity
}

// Rules about cells and headers. The last two are not of the specification.
var (
	dateTimeFormat      = &cellRule{"DateTimeFormat", Error}
	numericFormat       = &cellRule{"NumericFormat", Error}
	currencyFormat      = &cellRule{"CurrencyFormat", Error} // a warning in PricingCurrency
	keyValueFormat      = &cellRule{"KeyValueFormat", Error}
	unitFormat          = &cellRule{"UnitFormat", Warning}
	nullHandling        = &cellRule{"NullHandling", Error}
	columnCustom        = &cellRule{"ColumnHandling.custom", Error}
	columnOrder         = &cellRule{"ColumnHandling.order", Warning}
	allowedValues       = &cellRule{"AllowedValues", Error}
	subcategoryParent   = &cellRule{"ServiceSubcategory.parent", Error}
	presence            = &cellRule{"Presence", Error}
	presenceRecommended = &cellRule{"Presence.recommended", Info}
	nullability         = &cellRule{"Nullability", Error}
	skuPriceKeys        = &cellRule{"SkuPriceDetails.keys", Error}
	fieldCount          = &cellRule{"CSV", Error}
	numberLimit         = &cellRule{"NumberLimit", Warning}

	cellRules = []*cellRule{dateTimeFormat, numericFormat, currencyFormat, keyValueFormat, unitFormat, nullHandling, columnCustom,
		columnOrder, allowedValues, subcategoryParent, presence, presenceRecommended, nullability, skuPriceKeys, fieldCount, numberLimit}
)
