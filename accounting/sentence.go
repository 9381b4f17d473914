package accounting

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// String is Text in English.
func (e Explanation) String() string { return e.Text(English) }

// Text returns the explanation for people in one line, such as
//
//	52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)
//	100 GB free + 10000 GB × 0.50 CNY + 960 GB × 0.42 CNY, less 20 % = 4322.56
//	20 GB, 120 GB in all: 120 GB × 0.40 CNY (volume) - 100 GB × 0.50 CNY (volume) = -2.00
//
// that is: what was used at which price, what that is changed by, and the exact
// amount. A line whose price goes by running totals says what was used in the line
// and in all so far, and is what all of it comes to less what it came to before.
//
// Where the exact amount is not what is billed, that follows, with how and where
// it was rounded; the places too, where they are not the currency's. Of a line
// that is not the first to be rounded in its running total, that total before and
// after it is shown as well: what is billed is the step between them. Amounts
// have at least the currency's digits, and more where these are not zero. Figures
// that do not end within 18 places are rounded to nine, or to four significant
// digits where that is more, and marked with ≈.
func (e Explanation) Text(l Language) string {
	w := wordsOf(l)
	if e.check() != nil {
		return w.unexplained
	}
	steps := e.Steps()
	exact := e.Exact()
	before, after := e.totals(exact)
	was, is := e.rounded(before), e.rounded(after)
	billed := new(big.Rat).Sub(is, was)
	var b strings.Builder
	basis := w.basis(e, steps)
	if basis != "" {
		b.WriteString(basis + w.colon)
	}
	b.WriteString(w.steps(steps, e.Unit, e.Currency))
	same := exact.Cmp(billed) == 0
	if alone := len(steps) == 1 && steps[0].Flat && len(steps[0].Changes) == 0; !alone || !same {
		b.WriteString(" = " + AmountText(exact, e.Currency))
	}
	if same {
		return b.String()
	}
	b.WriteString(" → " + AmountText(billed, e.Currency) + w.open + w.roundingName(e.Rounding, e.Currency))
	if before.Sign() != 0 {
		of := w.priceTotal
		if e.Rounding.Level == BillLevel {
			of = w.billTotal
		}
		fmt.Fprintf(&b, "%s%s %s → %s", w.semicolon, of, AmountText(was, e.Currency), AmountText(is, e.Currency))
	}
	return b.String() + w.close
}

// basis says what the steps of a line are worked out from, where they do not
// say it themselves: what was used in all so far, and what became of it before
// it was priced.
func (w words) basis(e Explanation, steps []Step) string {
	switch {
	case e.staged():
		return w.stagedBasis(e.Staged, steps)
	case e.Staged != nil:
		return ""
	}
	if m, ok := e.Model.(Graduated); ok && len(m.Tiers) > 1 && !e.Before.IsZero() {
		return w.moves(e.inUnits(e.Before), e.inUnits(e.After), e.Unit)
	}
	return ""
}

// moves says by how much a running total has moved, and to what.
func (w words) moves(before, after *big.Rat, u metering.Unit) string {
	if moved := new(big.Rat).Sub(after, before); moved.Sign() != 0 {
		return fmt.Sprintf(w.moved, w.labelled(moved, u), w.labelled(after, u))
	}
	return fmt.Sprintf(w.inAll, w.labelled(after, u))
}

func (w words) stagedBasis(s *Staged, steps []Step) string {
	p, before, after := s.Price, s.Before, s.After
	switch p.Model.(type) {
	case Flat:
		return ""
	case Stairstep:
		return w.meters(s)
	}
	if !after.Open() {
		return ""
	}
	text, told := w.gathered(s)
	if c := p.conversion(); c != nil && !c.Restart {
		was, is := c.apply(s.demand(before, s.EndedBefore)), c.apply(s.demand(after, s.EndedAfter))
		text += fmt.Sprintf(w.converted, RatText(is)) + w.differing(was, is, before, metering.Unit{})
		told = true
	}
	if m, ok := p.Model.(Package); ok {
		text += fmt.Sprintf(w.inPackages, w.labelled(m.Size.Rat(), p.soldUnit()))
		told = true
	}
	if !told && !before.Open() {
		return ""
	}
	if told || !linear(p, steps) {
		return text
	}
	return ""
}

// gathered says what has come together, and whether that has to be told even of
// the first line.
func (w words) gathered(s *Staged) (text string, told bool) {
	p, before, after := s.Price, s.Before, s.After
	switch {
	case after.Samples.Len() > 0:
		text, told = fmt.Sprintf(w.percentile, RatText(p.Terms.Percentile.Rat()), RatText(ratOf(int64(after.Samples.Len()))), w.labelled(or(after.Used), p.Unit)), true
		text += w.differing(or(before.Used), or(after.Used), before, p.Unit)
	case p.peaks():
		text, told = fmt.Sprintf(w.peak, w.labelled(or(after.Used), p.Unit))+w.differing(or(before.Used), or(after.Used), before, p.Unit), true
	case before.Open():
		text = w.moves(or(before.Whole), or(after.Whole), p.Unit)
	default:
		text = w.labelled(or(after.Whole), p.Unit)
	}
	whole, taken := new(big.Rat).Sub(or(after.Whole), or(before.Whole)), new(big.Rat).Sub(or(after.Used), or(before.Used))
	if p.byShare() && whole.Cmp(taken) != 0 {
		text, told = text+fmt.Sprintf(w.takenAs, w.labelled(taken, p.soldUnit())), true
	}
	if demand := s.demand(after, s.EndedAfter); demand.Cmp(or(after.Used)) != 0 {
		text, told = text+fmt.Sprintf(w.billedAs, w.labelled(demand, p.Unit))+w.differing(s.demand(before, s.EndedBefore), demand, before, p.Unit), true
	}
	return text, told
}

// byShare reports whether a row is taken for another number of units than it
// has.
func (p *Price) byShare() bool {
	return p.Terms != nil && p.Terms.Gather == GatherSum && (p.Terms.Prorate != ProrateNone || p.Terms.Convert != nil && p.Terms.Convert.Restart)
}

// demand returns what of a tally is converted and priced.
func (s *Staged) demand(t Tally, ended bool) *big.Rat {
	if used := or(t.Used); !ended || t.Floor == nil || s.Price.Terms.Ratchet == nil || used.Cmp(t.Floor) >= 0 {
		return used
	}
	return t.Floor
}

// differing says what a number was before a line, if there was a tally and it
// was another.
func (w words) differing(was, is *big.Rat, before Tally, u metering.Unit) string {
	if !before.Open() || was.Cmp(is) == 0 {
		return ""
	}
	return fmt.Sprintf(w.before, w.labelled(was, u))
}

// linear reports whether a line costs what it does wherever it stands, so that
// what was used before explains nothing.
func linear(p *Price, steps []Step) bool {
	switch m := p.Model.(type) {
	case PerUnit, Dynamic, Spot:
	case Volume:
		if m.SizedBy == "" {
			return false
		}
	case Percentage:
		if m.FreeEvents == 0 && m.FreeUnits.IsZero() {
			return true
		}
	default:
		return false
	}
	for _, s := range steps {
		if s.Flat || s.Lot == FreeUnits {
			return false
		}
	}
	return true
}

// meters says what was used of each meter of a stairstep price.
func (w words) meters(s *Staged) string {
	var texts []string
	for _, t := range s.After.ByMeter {
		unit, _ := s.Price.UnitOf(t.Meter)
		if s.Price.peaks() || !s.Before.Open() {
			texts = append(texts, w.labelled(t.Used, unit))
			continue
		}
		was := new(big.Rat)
		for _, b := range s.Before.ByMeter {
			if b.Meter == t.Meter {
				was = b.Used
			}
		}
		texts = append(texts, w.moves(was, t.Used, unit))
	}
	return strings.Join(texts, w.comma)
}
