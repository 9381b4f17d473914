package budget

import "github.com/meterbook/meterbook/internal/fixed"

// Remember takes alerts that were given before, so that they are not given again.
// A program that starts anew makes its watch, hands it the alerts that it has sent,
// and then counts the period from its beginning, from its journal or its charges,
// in the order of before where there are corrections below 0: alerts that come of
// that were due and not sent yet. So keep an alert when it is sent, in a file or a
// table; the sums need not be kept, and cannot disagree with what is counted.
//
// What is not of this watch is passed over, so that all that was ever sent may be
// handed in: an alert of another period (its At), of no limit or threshold there
// is, of another currency or dimension, or of less than reaches the threshold by
// now, since the limit was raised: that is due again when it is reached. It returns
// [ErrThreshold] or [ErrLimit] for what no watch has given, and then remembers none.
// Remembered twice is remembered once.
func (w *Watch) Remember(alerts ...Alert) error {
	for _, a := range alerts {
		switch {
		case !isThreshold(a.Threshold):
			return refuse("alert of limit", a.Limit, ErrThreshold, "use alerts as a watch gave them")
		case (a.Spent.Sign() > 0) == (a.Used.Sign() > 0) || a.Spent.Sign() < 0 || a.Used.Sign() < 0:
			return refuse("alert of limit", a.Limit, ErrLimit, "use alerts as a watch gave them")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.limits {
		for _, a := range alerts {
			if a.Limit == l.Name && l.Period.Contains(a.At) {
				l.remember(a)
			}
		}
	}
	return nil
}

// remember marks the threshold that an alert of the limit and its period reached.
func (l *watched) remember(a Alert) {
	v, ok := l.counted(a)
	for i, t := range l.Thresholds {
		if ok && t.Equal(a.Threshold) && !v.Less(l.marks[i]) {
			l.fire(a.Group, i)
		}
	}
}

// counted returns what an alert has come to in what the limit counts, if it is that.
func (l *watched) counted(a Alert) (fixed.Int128, bool) {
	if l.Money.Sign() > 0 {
		return a.Spent.Scaled(), a.Spent.Currency() == l.Money.Currency()
	}
	return a.Used.Grains(), a.Used.Dimension() == l.Quantity.Dimension()
}
