package metering

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Batch is amounts of one meter in columns, as exporters, files and column
// stores hold them: row i is Amounts[i] steps at Times[i]. Coded columns
// ([Column.Codes]) are the quick ones: text is looked at once a value and not
// once a row.
//
// Rows have no identity: a batch that is recorded twice counts twice.
type Batch struct {
	Meter    MeterID
	Account  Column
	Resource Column
	SKU      Column
	Region   Column
	Labels   Labels  // of every row
	Times    []int64 // Unix nanoseconds
	Amounts  []int64
	// Step is what one of Amounts stands for: above zero, and of the meter's
	// dimension, which guards against amounts of something else. The zero
	// Quantity is one grain. 64 bits of grains are 127 seconds of a card.
	Step Quantity
}

// A RowError reports the first row of a batch that is not valid, or the first
// of those with a key that is not.
type RowError struct {
	Row int
	Err error
}

func (e *RowError) Error() string { return fmt.Sprintf("%v, in row %d of a batch", e.Err, e.Row) }

func (e *RowError) Unwrap() error { return e.Err }

// RecordBatch adds all rows of a batch to the windows that contain their times,
// or none. It fails, and changes nothing, with a *[FieldError] when columns are
// not of one length, when a code is beyond its values or a key is not valid, and
// as [Series.AddAt] and [Aggregator.Series] do; what concerns one row comes in a
// *[RowError]. What a tenant's quota keeps out is in [Aggregator.Refused]; what
// is refused with it is not.
//
// It sums up the rows before it takes a lock, in memory for each key and window
// that the batch has, and is meant for thousands of rows and more. Callers may
// cut a long batch and record its parts at once.
func (a *Aggregator) RecordBatch(b Batch) error {
	m, err := a.checkBatch(&b)
	if err != nil || len(b.Times) == 0 {
		return err
	}
	t, err := newTally(&b, m, a.width, &a.hash)
	if err != nil {
		return err
	}
	if err := t.sum(); err != nil {
		return err
	}
	return a.recordTally(t)
}

// checkBatch holds a batch to what can be said before its rows are looked at.
func (a *Aggregator) checkBatch(b *Batch) (*Meter, error) {
	m, err := a.catalogue.additive(b.Meter)
	if err != nil {
		return nil, err
	}
	n := len(b.Times)
	switch want := m.Unit.dim; {
	case b.Step == Quantity{}:
	case b.Step.dim != want:
		return nil, &DimensionError{Got: b.Step.dim, Want: want, Meter: m.ID}
	case b.Step.Sign() <= 0:
		return nil, &FieldError{"step", b.Step.String(), "want more than zero"}
	}
	if len(b.Amounts) != n {
		return nil, &FieldError{"amounts", fmt.Sprint(len(b.Amounts)), fmt.Sprintf("want as many as times: %d", n)}
	}
	for i, c := range b.columns() {
		switch values, codes := len(c.Values), len(c.Codes); {
		case c.Codes != nil && codes != n:
			return nil, &FieldError{columnNames[i] + " codes", fmt.Sprint(codes), fmt.Sprintf("want as many as times: %d", n)}
		case c.Codes == nil && values > 1 && values != n:
			return nil, &FieldError{columnNames[i] + " values", fmt.Sprint(values), fmt.Sprintf("want none, one, or as many as times: %d", n)}
		}
	}
	return m, nil
}

var columnNames = [...]string{"account", "resource", "SKU", "region"}

func (b *Batch) columns() [len(columnNames)]*Column {
	return [...]*Column{&b.Account, &b.Resource, &b.SKU, &b.Region}
}

// recordTally adds what rows sum up to. Events, new series and evictions wait
// meanwhile: it is all or nothing.
func (a *Aggregator) recordTally(t *tally) error {
	// No window is sealed between the first check and the last addition.
	a.sealing.RLock()
	defer a.sealing.RUnlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	series, err := a.resolveTally(t)
	if err != nil {
		return err
	}
	if sealed := a.sealed.Load(); sealed > 0 && (t.first < sealed || t.last-sealed >= a.openWindows) || !t.small || !allRoomy(series, t) {
		return a.recordSlowly(t)
	}
	for i, s := range series {
		if s == nil {
			key := t.key(i)
			_, hash := a.index.find(&a.hash, &key)
			s = a.newSeries(&key, t.meter, hash)
			a.intern(s, hash)
		}
		s.mu().Lock()
		s.postTally(t, i)
		s.mu().Unlock()
	}
	return nil
}

// resolveTally returns the series of a tally's keys, nil for those that are
// new, and an error when one is not valid or a tenant may not have as many new
// ones.
func (a *Aggregator) resolveTally(t *tally) ([]*Series, error) {
	series := make([]*Series, len(t.keys))
	fresh := make(map[Account]int)
	over := -1
	for i := range t.keys {
		key := t.key(i)
		if series[i] = a.find(&key); series[i] != nil {
			continue
		}
		if err := key.Validate(); err != nil {
			return nil, &RowError{t.keys[i].row, err}
		}
		fresh[key.Account.Tenant()]++
		if over < 0 && a.room(key.Account, fresh[key.Account.Tenant()]) != nil {
			over = i
		}
	}
	if over < 0 {
		return series, nil
	}
	a.refuseTally(t, series, fresh)
	return nil, &RowError{t.keys[over].row, a.room(t.key(over).Account, a.quota+1)}
}

// refuseTally notes what the quotas have kept out: the new series of tenants
// that may not have as many. That others are refused with them is not theirs.
func (a *Aggregator) refuseTally(t *tally, series []*Series, fresh map[Account]int) {
	for i := range t.keys {
		account := t.key(i).Account
		if series[i] == nil && a.room(account, fresh[account.Tenant()]) != nil {
			t.each(i, func(_ int64, n fixed.Int128) { a.refuse(account, t.meter, n) })
		}
	}
}

// recordSlowly adds what may be late, or near the limits of 128 bits.
func (a *Aggregator) recordSlowly(t *tally) error {
	for row, at := range t.times {
		if _, err := a.admit(t.meter, at, fixed.Int128{}); err != nil {
			return &RowError{row, err}
		}
	}
	more := make([]addition, len(t.keys))
	for i := range more {
		more[i] = addition{key: t.key(i), meter: t.meter}
		t.each(i, func(w int64, n fixed.Int128) {
			more[i].amounts = append(more[i].amounts, amount{at: w * t.width, n: n})
		})
	}
	return a.addAll(more)
}

// allRoomy reports whether all of a tally, whose sums are small, can be added
// without looking at limits again: no number of batches that are recorded at
// once leaves 128 bits.
func allRoomy(series []*Series, t *tally) bool {
	for _, s := range series {
		if s != nil && !s.roomyBetween(t.first, t.last+1) {
			return false
		}
	}
	return true
}

func (s *Series) roomyBetween(from, to int64) bool {
	s.mu().Lock()
	defer s.mu().Unlock()
	if s.books == nil {
		return true
	}
	for _, c := range s.books.used.between(from, to) {
		if !roomy(c.sum) {
			return false
		}
	}
	return true
}

// postTally adds the sums of key i of a tally. The series' lock is held.
func (s *Series) postTally(t *tally, i int) {
	b := s.bookkeeping()
	n := t.count(i)
	b.used = slices.Grow(b.used, n)
	at := 0 // both are in order of time: no window is before the last one
	t.each(i, func(w int64, n fixed.Int128) {
		for at < len(b.used) && b.used[at].window < w {
			at++
		}
		if at == len(b.used) || b.used[at].window != w {
			b.used = slices.Insert(b.used, at, cell{window: w})
		}
		b.used[at].sum, _ = b.used[at].sum.Add(n)
	})
}
