package budget

import (
	"cmp"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Watch counts spend and use against limits as they happen. It is safe for
// use by many goroutines; make one with [NewWatch]. It keeps a sum for each
// limit and group.
type Watch struct {
	mu     sync.Mutex
	limits []*watched
}

// watched is a limit and what was counted of it.
type watched struct {
	Limit
	marks []fixed.Int128
	spent map[string]fixed.Int128 // by group
	fired map[string][]bool       // by group, and then by threshold
}

// An Alert says that a threshold was reached. Each is given once for a limit
// and group, also when corrections bring the sum below it and it rises again.
// JSON holds an alert exactly: keep those that were sent, and hand them to
// [Watch.Remember] when the program starts again.
type Alert struct {
	Limit     string
	Group     string
	Threshold decimal.Decimal
	Spent     money.Money       // where the limit is of money
	Used      metering.Quantity // where it is of a quantity
	At        time.Time
}

// NewWatch watches limits. It returns [ErrLimit], [ErrThreshold], [ErrPeriod] or
// [ErrDuplicate], and [money.ErrOverflow] where a threshold is more than can be
// counted, naming the limit.
func NewWatch(limits ...Limit) (*Watch, error) {
	w := &Watch{}
	names := make(map[string]bool)
	for _, l := range limits {
		if err := l.check(); err != nil {
			return nil, err
		}
		if names[l.Name] {
			return nil, refuse("limit", l.Name, ErrDuplicate, "give each limit its own name")
		}
		names[l.Name] = true
		marks, err := l.marks()
		if err != nil {
			return nil, err
		}
		w.limits = append(w.limits, &watched{l, marks, make(map[string]fixed.Int128), make(map[string][]bool)})
	}
	return w, nil
}

// Spend counts money for a key at an instant, below 0 for a correction, and
// returns the alerts that are due, in order of the limits. Limits of another
// period do not count it. It returns a [money.CurrencyMismatchError] or
// [money.ErrOverflow], naming the limit, and then counts nothing.
func (w *Watch) Spend(k metering.Key, at time.Time, m money.Money) ([]Alert, error) {
	return w.count(k, at, m.Scaled(), func(l *watched) (bool, error) {
		if l.Money.IsZero() {
			return false, nil
		}
		_, err := m.Cmp(l.Money)
		return true, err
	})
}

// Use counts a quantity for a key, as [Watch.Spend] counts money. Limits of
// other dimensions do not count it.
func (w *Watch) Use(k metering.Key, at time.Time, q metering.Quantity) ([]Alert, error) {
	return w.count(k, at, q.Grains(), func(l *watched) (bool, error) {
		return l.Money.IsZero() && l.Quantity.Dimension() == q.Dimension(), nil
	})
}

// count adds to every limit that counts it, or to none.
func (w *Watch) count(k metering.Key, at time.Time, v fixed.Int128, counts func(*watched) (bool, error)) ([]Alert, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	type change struct {
		*watched
		name string
		sum  fixed.Int128
	}
	var changes []change
	for _, l := range w.limits {
		if !l.Period.Contains(at) || l.Where != nil && !l.Where(k) {
			continue
		}
		ok, err := counts(l)
		if err != nil {
			return nil, refuse("limit", l.Name, err, "count one currency")
		}
		if !ok {
			continue
		}
		c := change{watched: l, sum: v}
		if l.By != nil {
			c.name = l.By(k)
		}
		if c.sum, ok = l.spent[c.name].Add(v); !ok {
			return nil, refuse("limit", l.Name, money.ErrOverflow, "count less")
		}
		changes = append(changes, c)
	}
	var alerts []Alert
	for _, c := range changes {
		alerts = append(alerts, c.set(c.name, c.sum, at)...)
	}
	return alerts, nil
}

// set makes the sum of a group v, and returns the alerts that are due.
func (l *watched) set(name string, v fixed.Int128, at time.Time) []Alert {
	l.spent[name] = v
	var alerts []Alert
	for i, mark := range l.marks {
		if v.Less(mark) || !l.fire(name, i) {
			continue
		}
		a := Alert{Limit: l.Name, Group: name, Threshold: l.Thresholds[i], At: at}
		a.Spent, a.Used = l.amounts(v)
		alerts = append(alerts, a)
	}
	return alerts
}

// fire marks the i-th threshold of a group as reached, and reports whether it was
// not before.
func (l *watched) fire(name string, i int) bool {
	fired := l.fired[name]
	if fired == nil {
		fired = make([]bool, len(l.marks))
		l.fired[name] = fired
	}
	was := fired[i]
	fired[i] = true
	return !was
}

// amounts returns v as money or as a quantity, whichever the limit is of.
func (l Limit) amounts(v fixed.Int128) (money.Money, metering.Quantity) {
	if l.Money.Sign() > 0 {
		m, _ := money.FromScaled(v, l.Money.Currency()) // its currency is known
		return m, metering.Quantity{}
	}
	return money.Money{}, metering.GrainsWide(v, l.Quantity.Dimension())
}

// A Status is where a group stands against a limit at an instant.
type Status struct {
	Limit string
	Group string
	Spent money.Money
	Used  metering.Quantity
	Part  *big.Rat // of the limit, exactly; above 1 when it is exceeded
	// Burn is Part over the part of the period that has passed: 1 is on pace
	// to reach the limit at the end, 2 half-way. Nil at the start.
	Burn *big.Rat
}

// Status returns where each group of a limit stands at an instant of its
// period, in order of group. It returns [ErrUnknown] or [ErrPeriod].
func (w *Watch) Status(limit string, at time.Time) ([]Status, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.limits, func(l *watched) bool { return l.Name == limit })
	if i < 0 {
		return nil, refuse("limit", limit, ErrUnknown, "name a limit of the watch")
	}
	l := w.limits[i]
	if at.Before(l.Period.Start()) || at.After(l.Period.End()) {
		return nil, refuse("limit", limit, ErrPeriod, "ask for a time of its period")
	}
	passed := big.NewRat(int64(at.Sub(l.Period.Start())), int64(l.Period.Duration()))
	var all []Status
	for name, spent := range l.spent {
		s := Status{Limit: limit, Group: name, Part: new(big.Rat).SetFrac(spent.Big(), l.most().Big())}
		s.Spent, s.Used = l.amounts(spent)
		if passed.Sign() > 0 {
			s.Burn = new(big.Rat).Quo(s.Part, passed)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Status) int { return cmp.Compare(a.Group, b.Group) })
	return all, nil
}
