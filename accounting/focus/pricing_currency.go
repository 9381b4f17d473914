package focus

import "fmt"

// PriceIn says what the row costs in the currency that prices are in, where
// that is not the bill's: another one of ISO 4217, or a virtual one such as
// "Credits" or "Tokens". A unit of the bill's currency is rate of it; prices
// and effective cost are multiplied by that, exactly.
//
// It fails with [ErrNumberRange], and then leaves the row as it was. A writer
// needs [PricingCurrencies] for it, and then has it of every row.
func (r *Row) PriceIn(currency string, rate Number) error {
	var priced [3]Number
	for i, n := range [...]Number{r.EffectiveCost, r.ListUnitPrice, r.ContractedUnitPrice} {
		if !n.set {
			continue
		}
		p, ok := n.mul(rate)
		if !ok || !p.set {
			return fmt.Errorf("%w: %v × %v %s", ErrNumberRange, n, rate, clip(currency))
		}
		priced[i] = p.trim(0)
	}
	r.PricingCurrency = currency
	r.PricingCurrencyEffectiveCost, r.PricingCurrencyListUnitPrice, r.PricingCurrencyContractedUnitPrice = priced[0], priced[1], priced[2]
	return nil
}
