package contest

// A Verdict says how a ratio stands to its budget.
type Verdict string

// The verdicts.
const (
	Within      Verdict = "within"       // the whole interval is at or below the budget
	Over        Verdict = "over"         // the whole interval is above the budget
	Unclear     Verdict = "unclear"      // the budget lies inside the interval
	NoBudget    Verdict = "–"            // the row informs
	NotMeasured Verdict = "not measured" // an entrant is not there
)

// Judge returns the verdict of an interval; a budget of 0 is none.
func Judge(i Interval, budget float64) Verdict {
	switch {
	case budget == 0:
		return NoBudget
	case i.High <= budget:
		return Within
	case i.Low > budget:
		return Over
	}
	return Unclear
}

// and returns the verdict of both: the worse one, and that of the other where
// one has no budget.
func (v Verdict) and(o Verdict) Verdict {
	for _, worse := range []Verdict{Over, Unclear, Within} {
		if v == worse || o == worse {
			return worse
		}
	}
	return NoBudget
}
