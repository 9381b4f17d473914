package focus

// amounts are the numbers of a row that rules compare.
type amounts struct {
	billed, effective, list, contracted              Number
	listPrice, contractedPrice, quantity, commitment Number
	pricingEffective, pricingList, pricingContracted Number
}

// facts sets what holds between the amounts. A null amount is in no fault.
func (a *amounts) facts(s *shape, tolerance Number) {
	s.setFact(listPriceNegative, a.listPrice.Sign() < 0)
	s.setFact(contractedPriceNegative, a.contractedPrice.Sign() < 0)
	s.setFact(pricingListPriceNegative, a.pricingList.Sign() < 0)
	s.setFact(pricingContractedPriceNegative, a.pricingContracted.Sign() < 0)
	s.setFact(listCostNotProduct, a.listPrice.set && a.quantity.set && a.list.set && !nearProduct(a.listPrice, a.quantity, a.list, tolerance))
	s.setFact(contractedCostNotProduct, a.contractedPrice.set && a.quantity.set && a.contracted.set &&
		!nearProduct(a.contractedPrice, a.quantity, a.contracted, tolerance))
	s.setFact(listCostNotBilled, differ(a.list, a.billed, tolerance))
	s.setFact(contractedCostNotBilled, differ(a.contracted, a.billed, tolerance))
	s.setFact(effectiveCostNotBilled, differ(a.effective, a.billed, tolerance))
	s.setFact(pricingEffectiveNotEffective, differ(a.pricingEffective, a.effective, tolerance))
	s.setFact(effectiveCostNotZero, a.effective.Sign() != 0)
	s.setFact(pricingEffectiveNotZero, a.pricingEffective.Sign() != 0)
	s.setFact(billedCostNotZero, a.billed.Sign() != 0)
	s.setFact(commitmentQuantityNotPositive, a.commitment.set && a.commitment.Sign() <= 0)
}

func differ(a, b, tolerance Number) bool { return a.set && b.set && !near(a, b, tolerance) }
