package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// verify prints what is whole and what is not.
func verify(files *readOnly, o options, stdout io.Writer) error {
	s, err := look(files, nil)
	if err != nil {
		return err
	}
	if o.json {
		err = encode(stdout, s)
	} else {
		p := &printer{w: wordsIn(o.lang)}
		p.survey(s)
		p.state(s)
		_, err = stdout.Write(p.out.Bytes())
	}
	if err == nil && s.damaged() {
		err = errDamaged
	}
	return err
}

func encode(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// survey prints the files, and what cannot be read of them.
func (p *printer) survey(s *survey) {
	w := p.w
	id := s.ID
	if s.id.IsZero() {
		id = w.UnknownID
	}
	p.wrapped(fmt.Sprintf(w.JournalF, id, clean(s.Dir)))
	var rows [][]string
	var records, events uint64
	var bytes int64
	for _, f := range s.Files {
		rows = append(rows, []string{f.File, count(f.Records), count(f.Events), count(f.Bytes), w.states[f.State]})
		records, events, bytes = records+f.Records, events+f.Events, bytes+f.Bytes
	}
	p.table("", []string{w.File, w.Records, w.Events, w.Bytes, w.State}, rows, 1, []string{w.Sum, count(records), count(events), count(bytes), ""}, 4)
	if s.Events > 0 {
		p.wrapped(fmt.Sprintf(w.EventsF, count(s.Events), count(s.First), count(s.Last)))
	}
	if slices.ContainsFunc(s.Files, func(f fileReport) bool { return f.State == damaged }) {
		p.wrapped(w.RecordsNote)
	}
	if s.First > 1 {
		p.wrapped(fmt.Sprintf(w.OlderF, count(s.First)))
	}
	p.gaps(s)
}

func (p *printer) gaps(s *survey) {
	w := p.w
	if len(s.Gaps) > 0 {
		var rows [][]string
		for _, g := range s.Gaps {
			rows = append(rows, []string{g.File, count(g.Offset), count(g.Length), w.reason(g.Reason)})
		}
		p.table(w.Unreadable, []string{w.File, w.Offset, w.Bytes, w.Why}, rows, 1, nil, 3)
	} else if len(s.Problem) > 0 {
		p.line("")
		p.line(w.Wrong)
		for _, one := range s.Problem {
			p.wrapped("- " + clean(one))
		}
	}
	if len(s.Lost) > 0 {
		var rows [][]string
		for _, l := range s.Lost {
			after := "–"
			if !l.After.IsZero() {
				after = instant(l.After)
			}
			rows = append(rows, []string{count(l.First), count(l.Last), count(l.Last - l.First + 1), after, instant(l.Before)})
		}
		p.table(w.LostEvents, []string{w.From, w.To, w.HowMany, w.After, w.Before}, rows, 0, nil, 3)
		p.wrapped(w.LostNote)
	}
}

// state says what it comes to, and what to do.
func (p *printer) state(s *survey) {
	w := p.w
	p.line("")
	switch {
	case s.damaged():
		p.wrapped(w.Damaged)
		p.wrapped(fmt.Sprintf(w.SalvageWithF, clean(s.Dir)))
	case s.Torn != nil:
		p.wrapped(fmt.Sprintf(w.TornF, s.Torn.File, count(s.Torn.Offset), count(s.Torn.Length)))
	case s.State == notClosed:
		p.wrapped(w.NotClosed)
	default:
		p.wrapped(w.Whole)
	}
}
