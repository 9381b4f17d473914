package peak

import (
	"fmt"
	"math"
	"time"
)

// MaxLines is how many lines a [Lines] can have.
const MaxLines = 1 << 20

// NoSample in a row says that a line has no sample at that instant.
const NoSample int64 = math.MinInt64

// Lines are the lines of a pool, sampled together: what an instant gives is a
// row with a level for each of them. Each is a [Line] like any other, and may
// take samples of its own besides.
//
// Rows wait until there are some dozens of them, and are taken in then line by
// line, since most of the time that a row takes is spent on fetching lines from
// memory. That does not show: a line that is asked for something takes in first
// what waits for it.
//
// A Lines and its lines are for one goroutine at a time. While no row is added,
// different lines can be used by different goroutines. The zero Lines has no
// lines and takes no row.
type Lines struct {
	plan  *Plan
	lines []Line
	rows  rows
}

// NewLines returns n lines without samples. It fails with a
// *metering.FieldError unless n is within 0 and [MaxLines].
func (p *Plan) NewLines(n int) (*Lines, error) {
	if n < 0 || n > MaxLines {
		return nil, fieldError("lines", n, fmt.Sprintf("want 0 to %d", MaxLines))
	}
	s := &Lines{plan: p, lines: make([]Line, n)}
	s.rows.of = s
	w, d := p.lineWords(), len(p.days)*p.keeps.day
	seen, values, slots := make(bitmap, n*w), make([]int64, n*d), make([]uint16, n*d)
	for i := range s.lines {
		l := &s.lines[i]
		l.begin(p, seen[i*w:][:w:w], dayTable{values[i*d:][:d:d], slots[i*d:][:d:d]})
		l.rows, l.index = &s.rows, int32(i)
	}
	return s, nil
}

// Plan returns the lines' plan.
func (s *Lines) Plan() *Plan { return s.plan }

// Len returns how many lines there are.
func (s *Lines) Len() int { return len(s.lines) }

// Line returns line i, counted from 0: always the same one. Where there is none
// it is a line without a plan, which takes no sample.
func (s *Lines) Line(i int) *Line {
	if i < 0 || i >= len(s.lines) {
		return &Line{}
	}
	return &s.lines[i]
}

// AddRow takes the level of each line in the interval that contains a time, in
// grains of the plan's dimension, or [NoSample]. The plan's direction is for
// the caller to have applied. Rows come in any order, and are kept by nobody
// but the caller. It does what [Line.Add] does for each line, in a small part
// of the time where rows are many. It fails with an *[OutsideError], a
// *metering.FieldError unless there is one level for each line, or
// [ErrNegative], and then has recorded nothing.
//
// Rows wait in 512 bytes for each line, allocated by the first. One row in 64
// takes in all that wait, on as many processors as there are.
func (s *Lines) AddRow(at time.Time, grains []int64) error {
	slot, err := s.plan.slot(at)
	if err != nil {
		return err
	}
	if len(grains) != len(s.lines) {
		return fieldError("row", len(grains), fmt.Sprintf("want a level for each of %d lines", len(s.lines)))
	}
	for i, v := range grains {
		if v < 0 && v != NoSample {
			return fmt.Errorf("%w: line %d: %d grains", ErrNegative, i, v)
		}
	}
	s.rows.add(slot, int(s.plan.dayOf[slot]), grains)
	return nil
}
