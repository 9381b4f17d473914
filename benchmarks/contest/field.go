package contest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// A Field is the entrants that run in the same rounds, and what is asked of
// their times.
type Field struct {
	Entrants []Entrant
	Rows     []Row
	// Patience is how long rounds may go on, beyond those asked for, while a
	// row is unclear.
	Patience time.Duration
}

// A Row is a ratio: the time of the entrant Ours over that of Rival.
type Row struct {
	Path   string
	Ours   string
	Rival  string
	Budget float64 // what the ratio must not exceed; 0 for none
	// MostNs is what an operation of Ours may take of one processor, in
	// nanoseconds; 0 for no such budget. It is of the machine that it was set on: a
	// slower one says little by exceeding it. Unit is what an operation does, such
	// as "rows".
	MostNs float64
	Unit   string
}

// Settings say how a field is played.
type Settings struct {
	Rounds int           // played in any case
	Slice  time.Duration // of each entrant in each round, where it can choose
	Seed   uint64        // of the order in a round, and of the intervals
}

// stretch bounds the rounds of a field whose rows stay unclear, as a multiple
// of those asked for.
const stretch = 5

// A Result is a row as measured. Times are medians, in nanoseconds for one
// operation.
type Result struct {
	Row
	OursNs   float64
	RivalNs  float64
	Ratio    float64 // the median of the ratios of the rounds
	Interval Interval
	CoreNs   float64  // processor time of an operation of ours, where the row has MostNs or a Unit
	Took     Interval // of CoreNs
	Rounds   int
	// Calm is the part of the slices that had their processors to themselves. A
	// row below [CalmEnough] is unclear, whatever its interval.
	Calm    float64
	Verdict Verdict
	Reason  string // why it was not measured
}

// CalmEnough is the part of slices that must have had their processors for a
// row to have a verdict.
const CalmEnough = 0.8

// A player is an entrant in play.
type player struct {
	Entrant
	run    *Run
	times  []float64 // one for each round
	cores  []float64 // processor time
	calm   int       // slices that had their processors
	absent string    // why it does not play
}

// Play opens the entrants that rows ask for, plays the rounds and returns a
// result for each row. An entrant that is [Unavailable] leaves its rows without
// a ratio; any other error ends the field.
func Play(f Field, s Settings) (results []Result, err error) {
	players := f.players()
	defer func() {
		for _, p := range players {
			if p.run != nil && p.run.Close != nil {
				err = cmp.Or(err, p.run.Close())
			}
		}
	}()
	for _, p := range players {
		if err := p.open(); err != nil {
			return nil, err
		}
	}
	// A round before the first finds the length of each slice.
	order := rand.New(rand.NewPCG(s.Seed, uint64(len(players))))
	if err := round(players, order, s.Slice); err != nil {
		return nil, err
	}
	for _, p := range players {
		p.times, p.cores, p.calm = nil, nil, 0
	}
	start := time.Now()
	for n := 1; ; n++ {
		if err := round(players, order, s.Slice); err != nil {
			return nil, err
		}
		if n < s.Rounds {
			continue
		}
		results = f.results(players, s.Seed)
		unclear := slices.ContainsFunc(results, func(r Result) bool { return r.Verdict == Unclear })
		if !unclear || n >= stretch*s.Rounds || time.Since(start) > f.Patience {
			return results, nil
		}
	}
}

// players returns the entrants that a row asks for.
func (f Field) players() []*player {
	var players []*player
	for _, e := range f.Entrants {
		if slices.ContainsFunc(f.Rows, func(r Row) bool { return r.Ours == e.Name || r.Rival == e.Name }) {
			players = append(players, &player{Entrant: e})
		}
	}
	return players
}

func (p *player) open() (err error) {
	p.run, err = p.Open()
	return p.excuse(err)
}

// excuse takes an entrant that is unavailable out of play.
func (p *player) excuse(err error) error {
	if reason, ok := errors.AsType[Unavailable](err); ok {
		p.absent = reason.Error()
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

// round runs everyone once, in an order of its own.
func round(players []*player, order *rand.Rand, slice time.Duration) error {
	for _, i := range order.Perm(len(players)) {
		p := players[i]
		if p.absent != "" {
			continue
		}
		// What the last one left is not this one's to clean up.
		runtime.GC()
		m, err := p.run.measure(slice)
		if err := p.excuse(err); err != nil {
			return err
		}
		p.times = append(p.times, m.nsPerOp)
		p.cores = append(p.cores, m.coreNs)
		if m.calm {
			p.calm++
		}
	}
	return nil
}

func (f Field) results(players []*player, seed uint64) []Result {
	results := make([]Result, len(f.Rows))
	for i, row := range f.Rows {
		results[i] = row.result(find(players, row.Ours), find(players, row.Rival), seed)
	}
	return results
}

func find(players []*player, name string) *player {
	i := slices.IndexFunc(players, func(p *player) bool { return p.Name == name })
	if i < 0 {
		return &player{absent: fmt.Sprintf("no entrant is called %q", name)}
	}
	return players[i]
}

func (row Row) result(ours, rival *player, seed uint64) Result {
	r := Result{Row: row}
	if reason := cmp.Or(ours.absent, rival.absent); reason != "" {
		r.Verdict, r.Reason = NotMeasured, reason
		return r
	}
	ratios := make([]float64, len(ours.times))
	for i := range ratios {
		ratios[i] = ours.times[i] / rival.times[i]
	}
	r.Rounds = len(ratios)
	r.Calm = float64(ours.calm+rival.calm) / float64(2*r.Rounds)
	r.OursNs, r.RivalNs, r.Ratio = Median(ours.times), Median(rival.times), Median(ratios)
	r.Interval = Bootstrap(ratios, seed)
	r.Verdict = Judge(r.Interval, row.Budget)
	if r.Calm < CalmEnough && r.Verdict != NoBudget {
		r.Verdict = Unclear
	}
	// Processor time is much the same when others take turns on the processors.
	if row.MostNs > 0 || row.Unit != "" {
		r.CoreNs, r.Took = Median(ours.cores), Bootstrap(ours.cores, seed)
	}
	if row.MostNs > 0 {
		if r.CoreNs == 0 {
			r.Verdict = Unclear // nobody says
		} else {
			r.Verdict = r.Verdict.and(Judge(r.Took, row.MostNs))
		}
	}
	return r
}
