package focus

// A ChargeCategory is the highest division of charges. The empty one is null.
type ChargeCategory string

// The charge categories.
const (
	Usage      ChargeCategory = "Usage"
	Purchase   ChargeCategory = "Purchase"
	Tax        ChargeCategory = "Tax"
	Credit     ChargeCategory = "Credit"
	Adjustment ChargeCategory = "Adjustment"
)

// A ChargeClass says whether a charge corrects an invoiced one. The empty one
// is null: it does not.
type ChargeClass string

// Correction is the one charge class.
const Correction ChargeClass = "Correction"

// A ChargeFrequency says how often a charge comes.
type ChargeFrequency string

// The charge frequencies.
const (
	OneTime    ChargeFrequency = "One-Time"
	Recurring  ChargeFrequency = "Recurring"
	UsageBased ChargeFrequency = "Usage-Based"
)

// A PricingCategory says by which model a price was set.
type PricingCategory string

// The pricing categories.
const (
	Standard  PricingCategory = "Standard"
	Dynamic   PricingCategory = "Dynamic"
	Committed PricingCategory = "Committed"
	Other     PricingCategory = "Other"
)

// A CommitmentCategory says what a commitment is of.
type CommitmentCategory string

// The commitment categories.
const (
	SpendCommitment CommitmentCategory = "Spend"
	UsageCommitment CommitmentCategory = "Usage"
)

// A CommitmentStatus says whether a row is what was used of a commitment or
// of reserved capacity, or what was not.
type CommitmentStatus string

// The commitment statuses.
const (
	Used   CommitmentStatus = "Used"
	Unused CommitmentStatus = "Unused"
)

// code numbers the columns whose words rules go by.
type code uint8

const (
	codeCategory code = iota
	codeClass
	codeFrequency
	codePricing
	codeStatus
	codeCapacity
	codeCommitment
	codes // their number, kept last
)

// codeOf has one more than the code of a column, and 0 where it has none.
var codeOf = [columns]code{
	colChargeCategory: codeCategory + 1, colChargeClass: codeClass + 1, colChargeFrequency: codeFrequency + 1,
	colPricingCategory: codePricing + 1, colCommitmentDiscountStatus: codeStatus + 1,
	colCapacityReservationStatus: codeCapacity + 1, colCommitmentDiscountCategory: codeCommitment + 1,
}

// codeWords has the words in the order of their numbers, from 1.
var codeWords = [codes][]string{
	codeCategory:   {string(Usage), string(Purchase), string(Tax), string(Credit), string(Adjustment)},
	codeClass:      {string(Correction)},
	codeFrequency:  {string(OneTime), string(Recurring), string(UsageBased)},
	codePricing:    {string(Standard), string(Dynamic), string(Committed), string(Other)},
	codeStatus:     {string(Used), string(Unused)},
	codeCapacity:   {string(Used), string(Unused)},
	codeCommitment: {string(SpendCommitment), string(UsageCommitment)},
}

// Numbers of words: 0 is null, and otherWord any that is not allowed.
const (
	wordUsage, wordPurchase, wordTax, wordCredit = 1, 2, 3, 4
	wordCorrection                               = 1
	wordUsageBased                               = 3
	wordCommitted                                = 3
	wordUsed, wordUnused                         = 1, 2
	otherWord                                    = 7
)

// wordNumber returns the number of a word that is not null.
func wordNumber[T ~string | ~[]byte](k code, word T) uint64 {
	for i, w := range codeWords[k] {
		if string(word) == w {
			return uint64(i + 1)
		}
	}
	return otherWord
}
