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

// slowPaper is what a clerk notes of the papers of one tenant: sums of columns,
// in 10⁻¹⁸ units, and no double entry.
type slowPaper struct {
	charged, credit *big.Int // charges, with what credit paid of them; and that
	net, tax, due   *big.Int // of invoices and notes
	drawn, returned *big.Int // credit that invoices drew, and that notes gave back
}

// slowBook is what the accounts of the tenant have to be once all that was
// charged is invoiced: nothing is unbilled, receivable is what is due, payable
// are the taxes, and credit is what was used of it less what came back. What was
// earned is what papers ask for without taxes, and what credit paid beside that;
// where papers are in another currency, the exchange has what was charged.
func slowBook(p slowPaper, converted bool) map[string]*big.Int {
	book := map[string]*big.Int{"unbilled": new(big.Int), "unbilled here": new(big.Int), "receivable": p.due, "tax": p.tax}
	used := new(big.Int).Sub(p.returned, p.credit)
	if converted {
		book["exchange"], book["deferred"], book["deferred here"] = p.charged, p.returned, new(big.Int).Neg(p.credit)
		return book
	}
	earned := new(big.Int).Add(p.net, p.credit)
	book["earned"], book["deferred"], book["deferred here"] = earned.Sub(earned, p.drawn), used, used
	return book
}
