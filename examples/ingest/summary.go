package main

import (
	"encoding/json"
	"io"
	"time"
)

// A summary is what -json prints. Seconds and kills differ from run to run, the
// rest is that of the arguments and the input.
type summary struct {
	Mode       string          `json:"mode"` // ingest, crash or relay
	Seed       uint64          `json:"seed"`
	Durability string          `json:"durability"`
	Batch      int             `json:"batch"`
	Lines      int             `json:"lines"`
	Outcomes   map[outcome]int `json:"outcomes"`
	Examples   []example       `json:"examples"`
	totals
	Runs        []runSummary `json:"runs,omitempty"` // that were killed
	Equal       *bool        `json:"equal,omitempty"`
	Interrupted bool         `json:"interrupted,omitempty"`
	Seconds     float64      `json:"seconds"`
	PerSecond   float64      `json:"lines_per_second"`
	Files       []string     `json:"files"`
}

// A runSummary is one run that was killed.
type runSummary struct {
	Name     string          `json:"name"`
	Kills    int             `json:"kills"`
	Lost     int             `json:"lost"` // events of the clean run that are not there, or not as they were
	Passed   int             `json:"passed,omitempty"`
	Outcomes map[outcome]int `json:"outcomes,omitempty"` // as the sender was told
	totals
}

func (w *job) durability() string {
	if w.interval > 0 {
		return "interval " + w.interval.String()
	}
	return "sync"
}

func (w *job) summary(r *record) summary {
	g := r.ingester
	return summary{Mode: "ingest", Seed: w.seed, Durability: w.durability(), Batch: w.batch, Lines: g.tally.lines(), Outcomes: g.tally.Counts,
		Examples: g.tally.shown(), totals: *r.totals, Seconds: r.took.Seconds(), PerSecond: perSecond(g.tally.lines(), r.took), Files: w.files}
}

func (w *job) encode(s summary) error {
	e := json.NewEncoder(w.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(s)
}

func perSecond(n int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return float64(n) / took.Seconds()
}

// showRecord shows a run that nobody killed.
func (w *job) showRecord(r *record) error {
	if w.json {
		s := w.summary(r)
		s.Interrupted = r.interrupted
		return w.encode(s)
	}
	p := &printer{w: w.w}
	p.record(w, r)
	_, err := io.WriteString(w.stdout, p.out.String())
	return err
}

// showComparison shows runs that were killed beside the one that was not, and
// fails if they differ.
func (w *job) showComparison(c *comparison) (err error) {
	equal := c.equal()
	if w.json {
		s := w.summary(c.clean)
		s.Mode = map[bool]string{true: "relay", false: "crash"}[w.options.relay]
		s.Equal, s.Seconds, s.PerSecond = &equal, c.took.Seconds(), perSecond(c.tally.lines(), c.took)
		for i, r := range c.runs {
			one := runSummary{Name: r.name, Kills: r.kills, Lost: r.missing, Passed: r.passed, totals: *r.totals}
			if i == 0 {
				one.Outcomes = c.tally.Counts
			}
			s.Runs = append(s.Runs, one)
		}
		err = w.encode(s)
	} else {
		p := &printer{w: w.w}
		p.comparison(w, c, equal)
		_, err = io.WriteString(w.stdout, p.out.String())
	}
	if err == nil && !equal {
		err = errUnequal
	}
	return err
}
