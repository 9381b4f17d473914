package promtext_test

import (
	"math/big"
	"time"
)

// The oracle counts what scrapes say with big integers and loops, and knows nothing
// of the package it judges.

// A seen is one series in one scrape that was read and kept. A series that is there
// and has no value is blank.
type seen struct {
	value int64 // in the series' own smallest step
	blank bool
	start time.Time // of a counter, where it is told
}

// oracleCounter is what a counter came to: what it grew by, and after a fall, or a
// start after the last reading, what it shows.
type oracleCounter struct {
	sum   big.Int
	last  int64
	start time.Time
	at    time.Time
	known bool
}

func (c *oracleCounter) read(at time.Time, s seen) {
	if s.blank {
		return
	}
	grew := s.value - c.last
	if grew < 0 || !s.start.IsZero() && s.start.After(c.at) {
		grew = s.value
	}
	if c.known {
		c.sum.Add(&c.sum, big.NewInt(grew))
	}
	c.last, c.start, c.at, c.known = s.value, s.start, at, true
}

// oracleLevel is what a level came to, in steps · ns by stretch without a gap.
type oracleLevel struct {
	sum     big.Int // in grains: each stretch is divided once, and cut
	per     int64
	stretch big.Int
	last    int64
	at      time.Time
	known   bool
}

func (l *oracleLevel) read(at time.Time, s *seen, gap time.Duration) {
	switch {
	case s == nil: // it is not there: it ended
		l.end()
		return
	case s.blank:
		return
	case l.known && at.Sub(l.at) > gap:
		l.end()
	}
	if l.known {
		part := new(big.Int).Mul(big.NewInt(l.last), big.NewInt(int64(at.Sub(l.at))))
		l.stretch.Add(&l.stretch, part)
	}
	l.last, l.at, l.known = s.value, at, true
}

func (l *oracleLevel) end() {
	l.sum.Add(&l.sum, new(big.Int).Div(&l.stretch, big.NewInt(l.per)))
	l.stretch.SetInt64(0)
	l.known = false
}
