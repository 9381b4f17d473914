package main

import (
	"fmt"
	"time"
)

// A comparison is what a run that was killed has, beside one that was not.
type comparison struct {
	clean *record
	runs  []killedRun
	tally tally // of the lines that were acknowledged to the sender
	took  time.Duration
}

// A killedRun is one journal whose process was killed.
type killedRun struct {
	name    string
	kills   int
	passed  int // entries that a biller met again
	totals  *totals
	missing int // events of the clean run that it does not have as they are
}

// equal reports whether everything is as if nobody had been killed.
func (c *comparison) equal() bool {
	for _, r := range c.runs {
		if r.missing > 0 || !r.totals.equal(c.clean.totals) {
			return false
		}
	}
	want, got := c.clean.ingester.tally.rejections(), c.tally.rejections()
	if len(want) != len(got) {
		return false
	}
	for o, n := range want {
		if got[o] != n {
			return false
		}
	}
	return c.tally.lines() == c.clean.ingester.tally.lines()
}

// comparison prints runs beside each other.
func (p *printer) comparison(w *job, c *comparison, equal bool) {
	title, mode := p.w.CrashTitle, p.w.CrashF
	if w.options.relay {
		title, mode = p.w.RelayTitle, p.w.RelayF
	}
	p.line(title)
	p.wrapped(w.from()+" · "+p.mode(w), "")
	p.wrapped(mode, "")
	head := []string{"", p.w.run("clean")}
	for _, r := range c.runs {
		head = append(head, p.w.run(r.name))
	}
	clean := c.clean.totals
	rows := [][]string{
		p.row(c, p.w.Kills, "0", func(r killedRun) string { return count(r.kills) }),
		p.row(c, p.w.Events, count(clean.Events), func(r killedRun) string { return count(r.totals.Events) }),
		p.row(c, p.w.Lost, "", func(r killedRun) string { return count(r.missing) }),
		p.row(c, p.w.Doubled, count(clean.Doubled), func(r killedRun) string { return count(r.totals.Doubled) }),
		p.row(c, p.w.Windows, count(clean.Windows), func(r killedRun) string { return count(r.totals.Windows) }),
		p.row(c, p.w.EventsDigest, clean.EventsDigest[:min(12, len(clean.EventsDigest))], func(r killedRun) string { return r.totals.EventsDigest[:min(12, len(r.totals.EventsDigest))] }),
		p.row(c, p.w.UsageDigest, clean.UsageDigest[:min(12, len(clean.UsageDigest))], func(r killedRun) string { return r.totals.UsageDigest[:min(12, len(r.totals.UsageDigest))] }),
	}
	p.table(p.w.Compared, head, rows, 1, nil)
	p.meters(c, head)
	p.told(c, head)
	p.line("")
	verdict := p.w.Equal
	if !equal {
		verdict = p.w.Unequal
	}
	p.wrapped(verdict, "")
	if w.options.relay {
		p.wrapped(fmt.Sprintf(p.w.PassedF, count(c.runs[1].passed)), "")
	} else {
		p.wrapped(p.w.KillNote, "")
	}
	p.wrapped(fmt.Sprintf(p.w.TookF, c.clean.took.Seconds(), c.took.Seconds()), "")
	p.wrote(w)
}

func (p *printer) row(c *comparison, name, clean string, of func(killedRun) string) []string {
	out := []string{name, clean}
	for _, r := range c.runs {
		out = append(out, of(r))
	}
	return out
}

// meters prints the totals by meter beside each other.
func (p *printer) meters(c *comparison, head []string) {
	var rows [][]string
	for _, u := range c.clean.totals.Meters {
		rows = append(rows, p.row(c, string(u.Meter)+", "+p.unit(u.Meter), p.quantity(u.Meter, u.Quantity), func(r killedRun) string {
			for _, other := range r.totals.Meters {
				if other.Meter == u.Meter {
					return p.quantity(u.Meter, other.Quantity)
				}
			}
			return "–"
		}))
	}
	p.table(p.w.ByMeter, head, rows, 1, nil)
}

// told prints what the sender was told of its lines: what was under way when the
// process was killed is accepted in one run and a duplicate in the other.
func (p *printer) told(c *comparison, head []string) {
	var rows [][]string
	clean := &c.clean.ingester.tally
	for _, o := range outcomes() {
		if clean.Counts[o] > 0 || c.tally.Counts[o] > 0 {
			rows = append(rows, []string{p.w.outcome(o), count(clean.Counts[o]), count(c.tally.Counts[o])})
		}
	}
	p.table(p.w.Told, head[:3], rows, 1, []string{p.w.Sum, count(clean.lines()), count(c.tally.lines())})
	p.wrapped(p.w.ToldNote, "")
}
