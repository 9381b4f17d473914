package focus

import (
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// A cellMemo is the last text of a column, and what was found in it. Columns
// repeat themselves, so that most cells cost a comparison.
type cellMemo struct {
	text   []byte
	known  bool
	null   bool
	word   uint64
	found  []cellFinding
	number Number
	time   instant
	object *objectData
}

type cellFinding struct {
	rule     *cellRule
	severity Severity
	detail   string
}

// memoBytes is the longest text that a memo keeps.
const memoBytes = 1 << 10

// look checks the cell of a column and notes its value in the shape.
func (f *file) look(c col, s *shape) {
	text := f.fields[f.index[c]]
	m := &f.memo[c]
	if !m.known || string(m.text) != string(text) {
		*m = cellMemo{text: append(m.text[:0], text...), known: len(text) <= memoBytes, found: m.found[:0]}
		f.read(c, m, text)
		if !m.known {
			m.text = nil
		}
	}
	for _, x := range m.found {
		f.find(x.rule.id, x.severity, c.name(), string(text), x.detail)
	}
	f.cell.number[c], f.cell.time[c], f.cell.object[c] = m.number, m.time, m.object
	if m.null {
		return
	}
	s.setColumn(c)
	if m.word != 0 {
		s.setWord(codeOf[c]-1, m.word)
	}
}

// read finds out all about a cell by itself.
func (f *file) read(c col, m *cellMemo, text []byte) {
	fault := func(r *cellRule, detail string) { m.found = append(m.found, cellFinding{r, r.severity, detail}) }
	if len(text) > 0 {
		m.nulls(c, text, fault)
	}
	facts := &columnTable[c]
	if m.null = isNull(text); m.null {
		if !facts.nullable {
			fault(nullability, "null")
		}
		return
	}
	switch facts.typ {
	case Decimal:
		n, err := readNumber(text)
		if err == ErrNumberRange {
			fault(numberLimit, "more digits than are computed with")
		} else if err != nil {
			fault(numericFormat, "")
		}
		m.number = n
	case DateTime:
		if m.time = readInstant(text); !m.time.set {
			fault(dateTimeFormat, "")
		}
	case JSON:
		m.object = f.object(text)
		if facts.format == formatPairs {
			m.pairs(c, fault)
		}
	}
	m.words(c, string(text), fault)
}

// nulls: a cell of spaces or of a word for nothing.
func (m *cellMemo) nulls(c col, text []byte, fault func(*cellRule, string)) {
	if len(text) > 256 {
		if strings.TrimSpace(string(text)) == "" {
			fault(nullHandling, "only spaces")
		}
		return
	}
	switch trimmed := strings.TrimSpace(string(text)); {
	case trimmed == "":
		fault(nullHandling, "only spaces")
	case placeholder(c, trimmed):
		fault(nullHandling, "a word for null")
	}
}

func (m *cellMemo) pairs(c col, fault func(*cellRule, string)) {
	if m.object.notPairs != "" {
		fault(keyValueFormat, m.object.notPairs)
		return
	}
	if c == colSkuPriceDetails {
		for _, key := range m.object.badDetails {
			fault(skuPriceKeys, "key "+clip(key))
		}
	}
}

// words: currencies, units, and columns of few values.
func (m *cellMemo) words(c col, text string, fault func(*cellRule, string)) {
	switch columnTable[c].format {
	case formatCurrency:
		switch {
		case c == colBillingCurrency && !isoCurrency(text):
			fault(currencyFormat, "not of ISO 4217")
		case c == colPricingCurrency && len(text) == 3 && upperLetters(text) && !isoCurrency(text):
			m.found = append(m.found, cellFinding{currencyFormat, Warning, "neither of ISO 4217 nor clearly virtual"})
		}
	case formatUnit:
		if !goodUnit(text) {
			fault(unitFormat, "")
		}
	}
	if k := codeOf[c]; k > 0 {
		m.word = wordNumber(k-1, text)
	}
	if words := allowed(c); words != nil && !contains(words, text) {
		fault(allowedValues, "")
	}
}

// isoCurrency reports whether a code is one of ISO 4217, or was one when the
// versions were published: files are of the past.
func isoCurrency(code string) bool {
	switch code {
	case "ANG", "BGN", "CUC", "HRK", "SLL", "ZWL":
		return true
	case "XBA", "XBB", "XBC", "XBD", "XTS", "XXX": // bond units, testing, and none: no currencies
		return false
	}
	return money.Currency(code).Valid()
}

func upperLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// object returns what there is to know of a JSON text. Objects are remembered,
// up to maxObjects; a file that has more costs time, not memory.
func (f *file) object(text []byte) *objectData {
	if d, ok := f.objects[string(text)]; ok {
		return d
	}
	d := readObject(string(text))
	if len(text) <= memoBytes {
		if len(f.objects) >= maxObjects {
			clear(f.objects)
		}
		f.objects[d.text] = d
	}
	return d
}

const maxObjects = 4096

// lookPair: a subcategory of another category.
func (f *file) lookPair() {
	sub, category := f.text(colServiceSubcategory), f.text(colServiceCategory)
	if isNull(sub) || isNull(category) {
		return
	}
	if subcategoryParents[string(sub)] != string(category) {
		f.find(subcategoryParent.id, Error, colServiceSubcategory.name(), string(sub), "under "+clip(category))
	}
}

// facts notes what holds between the cells of the row.
func (f *file) facts(s *shape) {
	n := &f.cell.number
	a := amounts{
		billed: n[colBilledCost], effective: n[colEffectiveCost], list: n[colListCost], contracted: n[colContractedCost],
		listPrice: n[colListUnitPrice], contractedPrice: n[colContractedUnitPrice], quantity: n[colPricingQuantity],
		commitment: n[colCommitmentDiscountQuantity], pricingEffective: n[colPricingCurrencyEffectiveCost],
		pricingList: n[colPricingCurrencyListUnitPrice], pricingContracted: n[colPricingCurrencyContractedUnitPrice],
	}
	a.facts(s, f.Tolerance)
	text := func(c col) (string, bool) { b := f.text(c); return string(b), !isNull(b) }
	resource, ok1 := text(colResourceId)
	commitment, ok2 := text(colCommitmentDiscountId)
	s.setFact(resourceNotCommitment, ok1 != ok2 || ok1 && resource != commitment)
	s.setFact(pricingInBillingCurrency, f.same(colPricingCurrency, colBillingCurrency))
	s.setFact(issuerNotProvider, s.has(colInvoiceIssuerName) && s.has(colProviderName) && !f.same(colInvoiceIssuerName, colProviderName))
	t := &f.cell.time
	s.setFact(chargePeriodDisordered, t[colChargePeriodEnd].notAfter(t[colChargePeriodStart]))
	s.setFact(billingPeriodDisordered, t[colBillingPeriodEnd].notAfter(t[colBillingPeriodStart]))
	s.setFact(correctionLate, t[colBillingPeriodStart].before(t[colChargePeriodEnd]))
	f.objectFacts(s)
}

// same reports whether two columns have the same text, which is not null.
func (f *file) same(a, b col) bool {
	x, y := f.text(a), f.text(b)
	return !isNull(x) && string(x) == string(y)
}

func (f *file) objectFacts(s *shape) {
	if a, b := f.cell.object[colAllocatedTags], f.cell.object[colTags]; a != nil && b != nil {
		s.setFact(tagsOverlap, sharesKey(a, b))
	}
	if d := f.cell.object[colAllocatedMethodDetails]; d != nil {
		s.setFact(methodDetailsWrong, !d.method)
	}
	if d := f.cell.object[colContractApplied]; d != nil {
		s.setFact(contractAppliedWrong, !d.applied)
	}
}
