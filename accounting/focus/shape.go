package focus

// A shape is all that the rules of rows look at: which columns are not null,
// which words they hold, and which of the facts below are so. Rows of a file
// have few shapes, so that rules are worked out once for each.
type shape struct{ low, high uint64 }

// Layout of shape.high: columns from 64 on in bits 0 to 7, words from bit 8 in
// threes, facts from bit 32.
const (
	wordBit = 8
	factBit = 32
)

// A fact is what holds between the values of a row. Facts about cells that are
// null or cannot be read do not hold.
type fact uint8

const (
	listPriceNegative fact = iota
	contractedPriceNegative
	pricingListPriceNegative
	pricingContractedPriceNegative
	listCostNotProduct
	contractedCostNotProduct
	listCostNotBilled
	contractedCostNotBilled
	effectiveCostNotBilled
	pricingEffectiveNotEffective
	effectiveCostNotZero
	pricingEffectiveNotZero
	billedCostNotZero
	commitmentQuantityNotPositive
	resourceNotCommitment
	pricingInBillingCurrency
	issuerNotProvider
	chargePeriodDisordered
	billingPeriodDisordered
	correctionLate
	tagsOverlap
	methodDetailsWrong
	contractAppliedWrong
)

func (s *shape) setColumn(c col) {
	if c < 64 {
		s.low |= 1 << c
	} else {
		s.high |= 1 << (c - 64)
	}
}

func (s shape) has(c col) bool {
	if c < 64 {
		return s.low>>c&1 != 0
	}
	return s.high>>(c-64)&1 != 0
}

func (s *shape) setWord(k code, number uint64) { s.high |= number << (wordBit + 3*k) }
func (s shape) word(k code) uint64             { return s.high >> (wordBit + 3*k) & 7 }

func (s *shape) setFact(f fact, so bool) {
	if so {
		s.high |= 1 << (factBit + f)
	}
}
func (s shape) is(f fact) bool { return s.high>>(factBit+f)&1 != 0 }

// A condition is something that may hold of a shape.
type condition func(shape) bool

func null(c col) condition  { return func(s shape) bool { return !s.has(c) } }
func value(c col) condition { return func(s shape) bool { return s.has(c) } }
func is(f fact) condition   { return func(s shape) bool { return s.is(f) } }
func not(c condition) condition {
	return func(s shape) bool { return !c(s) }
}

// word holds where the column has one of the words.
func word(k code, numbers ...uint64) condition {
	return func(s shape) bool {
		for _, n := range numbers {
			if s.word(k) == n {
				return true
			}
		}
		return false
	}
}

func all(cs ...condition) condition {
	return func(s shape) bool {
		for _, c := range cs {
			if !c(s) {
				return false
			}
		}
		return true
	}
}

func some(cs ...condition) condition {
	return func(s shape) bool {
		for _, c := range cs {
			if c(s) {
				return true
			}
		}
		return false
	}
}

func always(shape) bool { return true }
