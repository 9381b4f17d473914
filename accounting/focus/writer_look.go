package focus

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/accounting/money"
)

// A plan is what a writer does with a column.
type plan struct {
	c        col
	typ      Type
	written  bool
	needed   bool // null is an error
	passed   bool // a value that is not written is passed over
	wordCode code // one more than the code of its words; 0 is none
}

// plans returns a plan for each column: those that are written, and then the
// others.
func (w *Writer) plans() (out []plan) {
	add := func(c col, written bool) {
		f := &columnTable[c]
		out = append(out, plan{c, f.typ, written, written && !f.nullable, perVersion(c), codeOf[c]})
	}
	for _, c := range w.columns {
		add(c, true)
	}
	for c := range columns {
		if !w.written.has(c) {
			add(c, false)
		}
	}
	return out
}

// look checks the cells of a row, appends them to the buffer, notes what is
// wrong with each, and returns the row's shape.
func (w *Writer) look(row *Row) (s shape) {
	b, moved := w.buf, false
	for i := range w.plan {
		p := &w.plan[i]
		c, set := p.c, false
		switch p.typ {
		case Decimal:
			n := w.cells.number[c]
			if set = n.set; set {
				w.lookNumber(c, n)
				if p.written {
					b = n.append(b)
				}
			}
		case DateTime:
			set = w.lookTime(c)
			b = append(b, w.times[c].text[:]...) // all versions have them
		default:
			m, text := &w.memo[c], w.cells.text[c]
			if set = text != ""; m.text != text || m.problem != nil {
				w.lookText(p, text, &moved)
			}
			if set && p.written {
				b = append(b, m.cell...)
				if m.word != 0 {
					s.setWord(p.wordCode-1, m.word)
				}
			}
		}
		if p.written {
			b = append(b, ',')
		}
		switch {
		case !set && p.needed:
			w.find(nullability.id, c, "", "")
		case set && !p.written && !p.passed:
			w.find("Column", c, w.valueOf(c), "not a column of this writer: take another version or option")
		}
		if set {
			s.setColumn(c)
		}
	}
	w.buf = b[:len(b)-1] // the last comma
	if moved {
		sub, category := w.cells.text[colServiceSubcategory], w.cells.text[colServiceCategory]
		w.misplaced = sub != "" && category != "" && subcategoryParents[sub] != category
	}
	if w.misplaced {
		w.find(subcategoryParent.id, colServiceSubcategory, w.cells.text[colServiceSubcategory], "under "+w.cells.text[colServiceCategory])
	}
	w.lookFacts(row, &s)
	w.lookCustom(row)
	return s
}

// perVersion: the columns of which a row may have those of all versions.
func perVersion(c col) bool {
	switch c {
	case colProviderName, colPublisherName, colServiceProviderName, colHostProviderName:
		return true
	}
	return false
}

func (w *Writer) lookNumber(c col, n *Number) {
	if _, small := n.digits.Int64(); !small && !len38(n.digits) {
		w.find(numericFormat.id, c, n.String(), ErrNumberRange.Error())
	}
}

// A timeMemo is the last time of a column, as text.
type timeMemo struct {
	unix int64
	text [20]byte
	set  bool
}

func (w *Writer) lookTime(c col) bool {
	t := w.cells.time[c]
	if t.IsZero() {
		return false
	}
	m := &w.times[c]
	if unix := t.Unix(); !m.set || m.unix != unix || t.Nanosecond() != 0 {
		u := t.UTC()
		if t.Nanosecond() != 0 || u.Year() < 1 || u.Year() > 9999 {
			w.find(dateTimeFormat.id, c, t.Format(time.RFC3339Nano), "want whole seconds of the years 1 to 9999")
			return true
		}
		copy(m.text[:], u.Format("2006-01-02T15:04:05Z"))
		m.unix, m.set = unix, true
	}
	return true
}

// lookText checks a text or object. The answer of the row before is taken where
// the text is the same.
func (w *Writer) lookText(p *plan, text string, moved *bool) {
	c := p.c
	m := &w.memo[c]
	if m.text != text {
		*m = memo{text: text, cell: appendCell(m.cell[:0], text)}
		if p.typ == JSON {
			m.problem, m.detail = objectProblem(c, w.cells.object[c].d)
		} else if m.problem, m.detail = textProblem(c, text); p.wordCode > 0 && text != "" {
			m.word = wordNumber(p.wordCode-1, text)
		}
		*moved = *moved || c == colServiceCategory || c == colServiceSubcategory
	}
	if m.problem != nil && p.written {
		w.find(m.problem.id, c, text, m.detail)
	}
}

// textProblem returns the rule that a text breaks, or nil.
func textProblem(c col, text string) (*cellRule, string) {
	switch {
	case text == "":
		return nil, ""
	case !utf8.ValidString(text):
		return fieldCount, "not UTF-8"
	case isNull(text) || placeholder(c, text):
		return nullHandling, "leave it empty, which is null"
	}
	switch columnTable[c].format {
	case formatCurrency:
		if c == colBillingCurrency && !money.Currency(text).Valid() {
			return currencyFormat, "want a code of ISO 4217"
		}
	}
	if words := allowed(c); words != nil && !contains(words, text) {
		return allowedValues, ""
	}
	return nil, ""
}

func objectProblem(c col, d *objectData) (*cellRule, string) {
	if d == nil || columnTable[c].format != formatPairs {
		return nil, ""
	}
	if d.notPairs != "" {
		return keyValueFormat, d.notPairs
	}
	if c == colSkuPriceDetails && len(d.badDetails) > 0 {
		return skuPriceKeys, d.badDetails[0]
	}
	return nil, ""
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// placeholder reports whether text says that there is nothing.
func placeholder(c col, text string) bool {
	if len(text) > 32 || len(text) > 14 && strings.TrimSpace(text) == text {
		return len(text) > 32 && strings.TrimSpace(text) == ""
	}
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "":
		return true
	case c == colHostProviderName:
		return false
	default:
		return trimmed == "-" || strings.EqualFold(trimmed, "n/a") || strings.EqualFold(trimmed, "none") ||
			strings.EqualFold(trimmed, "not applicable")
	}
}

// lookCustom checks the cells of custom columns.
func (w *Writer) lookCustom(row *Row) {
	if !w.layout.energy && (row.EnergyKWh.set || row.CarbonGrams.set) {
		w.findIn("Column", EnergyColumn, row.EnergyKWh.String(), "not a column of this writer: take EnergyAndCarbon")
	}
	if len(row.Custom) > len(w.layout.custom) {
		w.findIn("Column", "x_", "", strconv.Itoa(len(row.Custom))+" custom values for "+strconv.Itoa(len(w.layout.custom))+" columns")
	}
	for i := range min(len(row.Custom), len(w.layout.custom)) {
		v, c := row.Custom[i], w.layout.custom[i]
		switch {
		case c.Type == Decimal && v.Text != "", c.Type == Text && v.Number.set:
			w.findIn("Column", c.Name, v.Text, "a value of another type")
		case v.Text != "" && !utf8.ValidString(v.Text):
			w.findIn(fieldCount.id, c.Name, v.Text, "not UTF-8")
		case v.Text != "" && (isNull(v.Text) || placeholder(columns, v.Text)):
			w.findIn(nullHandling.id, c.Name, v.Text, "leave it empty, which is null")
		}
	}
}

// valueOf returns the text of a cell, for messages.
func (w *Writer) valueOf(c col) string {
	switch columnTable[c].typ {
	case Decimal:
		return w.cells.number[c].String()
	case DateTime:
		return w.cells.time[c].UTC().Format(time.RFC3339Nano)
	case JSON:
		return w.cells.object[c].String()
	}
	return w.cells.text[c]
}

// lookFacts finds what holds between the cells. Sums are compared exactly.
func (w *Writer) lookFacts(row *Row, s *shape) {
	amounts := amounts{
		billed: row.BilledCost, effective: row.EffectiveCost, list: row.ListCost, contracted: row.ContractedCost,
		listPrice: row.ListUnitPrice, contractedPrice: row.ContractedUnitPrice, quantity: row.PricingQuantity,
		commitment: row.CommitmentDiscountQuantity, pricingEffective: row.PricingCurrencyEffectiveCost,
		pricingList: row.PricingCurrencyListUnitPrice, pricingContracted: row.PricingCurrencyContractedUnitPrice,
	}
	amounts.facts(s, Number{})
	s.setFact(resourceNotCommitment, row.ResourceId != row.CommitmentDiscountId)
	s.setFact(pricingInBillingCurrency, row.PricingCurrency != "" && row.PricingCurrency == string(row.BillingCurrency))
	s.setFact(issuerNotProvider, row.InvoiceIssuerName != "" && row.ProviderName != "" && row.InvoiceIssuerName != row.ProviderName)
	s.setFact(chargePeriodDisordered, !row.ChargePeriodStart.Before(row.ChargePeriodEnd))
	s.setFact(billingPeriodDisordered, !row.BillingPeriodStart.Before(row.BillingPeriodEnd))
	if a, b := row.AllocatedTags.d, row.Tags.d; a != nil && b != nil {
		s.setFact(tagsOverlap, sharesKey(a, b))
	}
	if d := row.AllocatedMethodDetails.d; d != nil {
		s.setFact(methodDetailsWrong, !d.method)
	}
	if d := row.ContractApplied.d; d != nil {
		s.setFact(contractAppliedWrong, !d.applied)
	}
}
