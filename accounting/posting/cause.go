package posting

// A Cause says what makes an amount move in the book. Each has one [Rule].
type Cause string

// The causes, with what the rules of [DefaultRules] do about an amount above 0;
// one below 0 goes the other way.
const (
	Charged        Cause = "charged"         // usage, or a fee, was priced: earned, and not yet invoiced
	CreditUsed     Cause = "credit-used"     // credit paid for a charge: what was deferred is earned
	Invoiced       Cause = "invoiced"        // an invoice asks for what was charged
	Taxed          Cause = "taxed"           // and for a tax on it
	TaxIncluded    Cause = "tax-included"    // of that, what prices contained and was earned as if it were none
	Rounded        Cause = "rounded"         // what an invoice asks for beyond what was charged, by its rounding
	Converted      Cause = "converted"       // what was charged in one currency and is invoiced in another
	Paid           Cause = "paid"            // a customer paid
	Refunded       Cause = "refunded"        // money went back to a customer
	Credited       Cause = "credited"        // a credit note takes back what was invoiced, and earned
	TaxCredited    Cause = "tax-credited"    // and the tax on it
	CreditReturned Cause = "credit-returned" // credit that had paid for an invoice came back by a credit note
	CreditSold     Cause = "credit-sold"     // a customer paid for credit in advance
	CreditGiven    Cause = "credit-given"    // credit was a gift
	CreditLapsed   Cause = "credit-lapsed"   // credit ended unused
	EnergyUsed     Cause = "energy-used"     // a tenant's part of the energy bill
	Depreciated    Cause = "depreciated"     // a tenant's part of what equipment lost in value
	CostIncurred   Cause = "cost-incurred"   // a tenant's part of any other cost, named by the detail
	EquipmentPaid  Cause = "equipment-paid"  // equipment was bought
	SupplierPaid   Cause = "supplier-paid"   // a supplier was paid what had been incurred
)

// Causes returns all causes.
func Causes() []Cause {
	return []Cause{Charged, CreditUsed, Invoiced, Taxed, TaxIncluded, Rounded, Converted, Paid, Refunded, Credited, TaxCredited,
		CreditReturned, CreditSold, CreditGiven, CreditLapsed, EnergyUsed, Depreciated, CostIncurred, EquipmentPaid, SupplierPaid}
}
