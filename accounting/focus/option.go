package focus

// An Option says which columns a [Writer] has beyond those of its version that
// every file may have.
type Option interface{ apply(*layout) }

// layout is which columns are written.
type layout struct {
	pricingCurrency, accountTypes, energy bool
	custom                                []Custom
}

type optionFunc func(*layout)

func (f optionFunc) apply(l *layout) { f(l) }

// PricingCurrencies adds the columns PricingCurrency and the three amounts in
// it, which then have to be in every row. Without it the file is of prices in
// the currency of its bill.
func PricingCurrencies() Option { return optionFunc(func(l *layout) { l.pricingCurrency = true }) }

// AccountTypes adds BillingAccountType, which then has to be in every row, and
// SubAccountType, which has to be wherever SubAccountId is.
func AccountTypes() Option { return optionFunc(func(l *layout) { l.accountTypes = true }) }

// EnergyAndCarbon adds the custom columns x_EnergyKWh and x_CarbonGrams.
func EnergyAndCarbon() Option { return optionFunc(func(l *layout) { l.energy = true }) }

// CustomColumns adds columns of one's own behind all others, for [Row.Custom].
func CustomColumns(columns ...Custom) Option {
	return optionFunc(func(l *layout) { l.custom = append(l.custom, columns...) })
}

// A Custom is a column of one's own. Its name begins with x_ and goes on in
// Pascal case; its type is [Text] or [Decimal].
type Custom struct {
	Name string
	Type Type
}

// Names of the columns of [EnergyAndCarbon].
const (
	EnergyColumn = "x_EnergyKWh"
	CarbonColumn = "x_CarbonGrams"
)

// columnsOf returns the columns of version v that are written.
func (l *layout) columnsOf(v Version) (out []col) {
	for c := range columns {
		if c.in(v) && l.has(c) {
			out = append(out, c)
		}
	}
	return out
}

func (l *layout) has(c col) bool {
	switch c {
	case colPricingCurrency, colPricingCurrencyEffectiveCost, colPricingCurrencyListUnitPrice, colPricingCurrencyContractedUnitPrice:
		return l.pricingCurrency
	case colBillingAccountType, colSubAccountType:
		return l.accountTypes
	}
	return true
}
