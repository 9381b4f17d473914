package posting_test

import "math/big"

// slowFact is something that happened, in plain words.
type slowFact struct {
	what, tenant string
	amount       *big.Int // 10⁻¹⁸ units
}

// slowFigures are what a controller works out on paper of all facts, each
// figure by its own definition and none by double entry.
func slowFigures(facts []slowFact, tenant string) map[string]*big.Int {
	total := func(signs map[string]int64) *big.Int {
		sum := new(big.Int)
		for _, f := range facts {
			if f.tenant == tenant {
				sum.Add(sum, new(big.Int).Mul(f.amount, big.NewInt(signs[f.what])))
			}
		}
		return sum
	}
	return map[string]*big.Int{
		"revenue":    total(map[string]int64{"charge": 1, "credit note": -1, "lapsed": 1}),
		"receivable": total(map[string]int64{"invoice": 1, "tax": 1, "payment": -1, "refund": 1, "credit note": -1, "tax credit": -1}),
		"deferred":   total(map[string]int64{"sold": 1, "given": 1, "used": -1, "lapsed": -1}),
		"unbilled":   total(map[string]int64{"charge": 1, "used": -1, "invoice": -1}),
		"cost":       total(map[string]int64{"energy": 1, "depreciation": 1, "cost": 1}),
		"promotion":  total(map[string]int64{"given": 1}),
	}
}
