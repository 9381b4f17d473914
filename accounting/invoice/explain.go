package invoice

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/accounting"
)

// Explain is ExplainIn English.
func (l Line) Explain() string { return l.ExplainIn(accounting.English) }

// ExplainIn returns how the line came about, for people: every price with its
// quantity, the exact sum, and what was billed where that was rounded. A line of
// one charge is explained as that; one of several names their number instead of
// their running totals.
func (l Line) ExplainIn(in accounting.Language) string {
	w := wordsIn(in)
	switch len(l.Charges) {
	case 0:
		return w.none
	case 1:
		return l.Charges[0].ExplainIn(in)
	}
	steps := l.Steps()
	exact, billed := new(big.Rat), ratOf(l.Billed)
	for _, s := range steps {
		exact.Add(exact, s.Amount)
	}
	c := l.Billed.Currency()
	var b strings.Builder
	b.WriteString(accounting.StepsTextIn(in, steps, l.Unit, c))
	if alone := len(steps) == 1 && steps[0].Flat && len(steps[0].Changes) == 0; !alone || exact.Cmp(billed) != 0 {
		b.WriteString(" = " + accounting.AmountText(exact, c))
	}
	b.WriteString(w.rounded(l, exact, billed))
	return b.String()
}

// lineWords are what the explanation of a line of several charges says.
type lineWords struct{ none, open, close, semicolon, charges string }

func wordsIn(in accounting.Language) lineWords {
	if in == accounting.Chinese {
		return lineWords{"无收费项", "（", "）", "；", "%d 笔收费"}
	}
	return lineWords{"no charges", " (", ")", "; ", "%d charges"}
}

// rounded says what became of the exact sum, if something did, and of how many
// charges it is.
func (w lineWords) rounded(l Line, exact, billed *big.Rat) string {
	charges := fmt.Sprintf(w.charges, len(l.Charges))
	if exact.Cmp(billed) == 0 {
		return w.open + charges + w.close
	}
	c, in := l.Billed.Currency(), accounting.English
	if w != wordsIn(in) {
		in = accounting.Chinese
	}
	return " → " + accounting.AmountText(billed, c) + w.open + l.Charges[0].Explanation.Rounding.TextIn(in, c) + w.semicolon + charges + w.close
}
