package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// A fileReport is about one file of the log.
type fileReport struct {
	File    string `json:"file"`
	Records uint64 `json:"records"` // that check, up to the first damage
	Events  uint64 `json:"events"`  // that can be read, behind damage too
	Bytes   int64  `json:"bytes"`   // its length
	State   string `json:"state"`   // whole, torn or damaged
}

// A gapReport is a part of the log that cannot be read.
type gapReport struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"bytes"`
	Reason string `json:"reason"`
}

// A lostReport is a run of events that are not there though later ones are, and
// the times of the events next to it.
type lostReport struct {
	First  uint64    `json:"first"`
	Last   uint64    `json:"last"`
	After  time.Time `json:"after,omitzero"`
	Before time.Time `json:"before"`
}

// A survey is what is known of a journal, from reading all of it.
type survey struct {
	Dir     string       `json:"dir"`
	ID      string       `json:"id"`
	State   string       `json:"state"` // closed, not closed or damaged
	Events  uint64       `json:"events"`
	First   uint64       `json:"first"`
	Last    uint64       `json:"last"`
	Files   []fileReport `json:"files"`
	Torn    *gapReport   `json:"torn,omitempty"`
	Gaps    []gapReport  `json:"gaps"`
	Lost    []lostReport `json:"lost"`
	Problem []string     `json:"problems"`

	id journal.ID
}

const (
	closed    = "closed"
	notClosed = "not closed"
	damaged   = "damaged"
	whole     = "whole"
	torn      = "torn"
)

func (s *survey) damaged() bool { return s.State == damaged }

// look reads all of a journal, and passes every event on that can be read. An
// error is one of passing them on, or the context's.
func look(files *readOnly, pass func(journal.Entry) error) (*survey, error) {
	found, wrong := journal.Verify(files)
	s := &survey{Dir: files.path, ID: found.ID.String(), id: found.ID, Gaps: []gapReport{}, Lost: []lostReport{}, Problem: []string{}}
	seen := follower{survey: s, pass: pass}
	gaps, err := journal.Salvage(files, seen.next)
	if seen.err != nil {
		return nil, seen.err
	}
	if err != nil {
		wrong = errors.Join(wrong, err)
	}
	if err := files.state.ctx.Err(); err != nil {
		return nil, fmt.Errorf("interrupted: %w", err)
	}
	for _, one := range found.Segments {
		s.Files = append(s.Files, fileOf(files, one, found.Torn))
	}
	s.gaps(gaps, found.Torn, files.state.gaps())
	s.Problem = append(s.Problem, problems(wrong)...)
	switch {
	case wrong != nil || len(s.Gaps) > 0:
		s.State = damaged
	case found.Clean:
		s.State = closed
	default:
		s.State = notClosed
	}
	return s, nil
}

func anySegment(names []string) bool {
	for _, name := range names {
		if strings.HasSuffix(name, ".seg") {
			return true
		}
	}
	return false
}

// fileOf reports on one file. Events behind damage count: the file is read as if it
// were alone.
func fileOf(files *readOnly, one journal.SegmentReport, end *journal.Torn) fileReport {
	r := fileReport{File: one.File, Records: one.Records, State: whole}
	if f, err := files.Open(one.File); err == nil {
		r.Bytes, _ = f.Size()
		_ = f.Close()
	}
	_, err := journal.Salvage(files.showing(one.File), func(journal.Entry) error { r.Events++; return nil })
	switch {
	case one.Err != nil || err != nil:
		r.State = damaged
	case end != nil && end.File == one.File:
		r.State = torn
	}
	return r
}

// gaps sorts out what a crash leaves from what is damage.
func (s *survey) gaps(found []journal.Gap, end *journal.Torn, unreadable []journal.Gap) {
	if end != nil {
		s.Torn = &gapReport{end.File, end.Offset, end.Length, end.Reason}
	}
	for _, g := range found {
		if end == nil || g.File != end.File || g.Offset < end.Offset {
			s.Gaps = append(s.Gaps, gapReport(g))
		}
	}
	bad := make(map[string]bool)
	for _, g := range unreadable {
		s.Gaps = append(s.Gaps, gapReport(g))
		bad[g.File] = true
	}
	for i := range s.Files {
		if bad[s.Files[i].File] {
			s.Files[i].State = damaged
		}
	}
}

// problems lists the parts of an error.
func problems(err error) (out []string) {
	switch e := err.(type) { //nolint:errorlint // it goes through the wrapping itself
	case nil:
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			out = append(out, problems(one)...)
		}
	case *journal.CorruptError:
		out = append(out, fmt.Sprintf("%s at %d: %s", e.File, e.Offset, e.Reason))
	default:
		if inner := errors.Unwrap(err); inner != nil && !errors.Is(inner, fs.ErrNotExist) {
			if below := problems(inner); len(below) > 0 {
				return below
			}
		}
		out = append(out, err.Error())
	}
	return out
}

// A follower counts the events of a journal, and notes where some are missing.
type follower struct {
	survey *survey
	pass   func(journal.Entry) error
	before time.Time // of the last event
	err    error     // of pass
}

func (f *follower) next(e journal.Entry) error {
	s := f.survey
	if s.Events == 0 {
		s.First = e.Sequence
	} else if e.Sequence > s.Last+1 {
		s.Lost = append(s.Lost, lostReport{s.Last + 1, e.Sequence - 1, f.before, e.Event.Time})
	}
	s.Events++
	s.Last, f.before = e.Sequence, e.Event.Time
	if f.pass != nil {
		f.err = f.pass(e)
	}
	return f.err
}

// missing returns how many events are not there though later ones are.
func (s *survey) missing() (n uint64) {
	for _, l := range s.Lost {
		n += l.Last - l.First + 1
	}
	return n
}
