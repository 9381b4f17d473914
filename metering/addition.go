package metering

import (
	"math/bits"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// An addition is usage to be added to the series of a key.
type addition struct {
	key     Key
	meter   *Meter
	amounts []amount // in order of time
	one     [1]amount

	series   *Series // where it goes; nil until there is one
	postings []posting
	single   [1]posting
}

// An amount is what was used at an instant.
type amount struct {
	at        int64
	n         fixed.Int128
	estimated fixed.Int128 // the estimated part of n
}

// addAll adds usage to series, all of it or none. The keys are valid and
// differ; a.mu is held for writing.
func (a *Aggregator) addAll(more []addition) error {
	if err := a.resolve(more); err != nil {
		return err
	}
	// Series stay locked from the first check to the last addition, or the hot
	// path could come between. One that is made below is not found by others
	// before it has its usage, and has room for it.
	var held lockSet
	defer held.release(a)
	for i := range more {
		m := &more[i]
		if m.series != nil {
			held.take(a, m.series.lock)
			m.series.catchUp()
		}
		if err := a.admitAll(m); err != nil {
			return err
		}
		for _, p := range m.postings {
			if m.series != nil && !m.series.fits(p) {
				return m.series.overflow(p.window)
			}
		}
	}
	for i := range more {
		m := &more[i]
		if m.series == nil {
			_, hash := a.index.find(&a.hash, &m.key)
			m.series = a.newSeries(&m.key, m.meter, hash)
			held.take(a, m.series.lock)
			a.intern(m.series, hash)
		}
		for _, p := range m.postings {
			m.series.post(p)
		}
	}
	return nil
}

// resolve finds the series of each addition, and fails where a tenant may not
// have as many new ones as it needs.
func (a *Aggregator) resolve(more []addition) error {
	var fresh map[Account]int
	for i := range more {
		m := &more[i]
		if m.series = a.find(&m.key); m.series != nil {
			continue
		}
		if fresh == nil {
			fresh = make(map[Account]int, 1)
		}
		fresh[m.key.Account.Tenant()]++
		if err := a.room(m.key.Account, fresh[m.key.Account.Tenant()]); err != nil {
			return err
		}
	}
	return nil
}

// admitAll works out what an addition comes to.
func (a *Aggregator) admitAll(m *addition) error {
	m.postings = m.single[:0]
	for _, one := range m.amounts {
		p, err := a.admit(m.meter, one.at, one.n)
		if err != nil {
			return err
		}
		p.estimated = one.estimated
		var ok bool
		if m.postings, ok = appendPosting(m.postings, p); !ok {
			return a.overflow(m.meter, p.window)
		}
	}
	return nil
}

// appendPosting adds p to the postings of one series, of which no two are of one
// window. Those of one stretch of time come in order, but for late amounts that
// all count in the current window: they come first, and join there.
func appendPosting(ps []posting, p posting) (_ []posting, ok bool) {
	same := func(q posting) bool { return q.window == p.window && q.late == p.late }
	at := -1
	switch last := len(ps) - 1; {
	case last < 0:
	case same(ps[0]):
		at = 0
	case p.window <= ps[last].window:
		at = slices.IndexFunc(ps, same)
	}
	if at < 0 {
		return append(ps, p), true
	}
	var ok1, ok2 bool
	ps[at].n, ok1 = ps[at].n.Add(p.n)
	ps[at].estimated, ok2 = ps[at].estimated.Add(p.estimated)
	return ps, ok1 && ok2
}

// A lockSet is the series' locks that are held by who holds the aggregator's
// lock for writing: nobody else takes more than one.
type lockSet struct{ taken [4]uint64 }

func (l *lockSet) take(a *Aggregator, lock uint8) {
	if l.taken[lock>>6]>>(lock&63)&1 == 0 {
		a.locks[lock].Lock()
		l.taken[lock>>6] |= 1 << (lock & 63)
	}
}

func (l *lockSet) release(a *Aggregator) {
	for i, taken := range l.taken {
		for ; taken != 0; taken &= taken - 1 {
			a.locks[i<<6|bits.TrailingZeros64(taken)].Unlock()
		}
	}
}
