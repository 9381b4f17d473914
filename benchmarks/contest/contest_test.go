package contest

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   float64
	}{
		"none":             {nil, 0},
		"one":              {[]float64{3}, 3},
		"odd":              {[]float64{9, 1, 5}, 5},
		"even":             {[]float64{4, 1, 9, 2}, 3},
		"one far away":     {[]float64{1, 1, 1, 1, 1e9}, 1},
		"order left alone": {[]float64{3, 2, 1}, 2},
	} {
		require.Equal(t, c.want, Median(c.values), name)
	}
}

// The medians of samples of few values can be counted by hand. Of five, the
// median is the least when it is drawn three times or more: 5.8 %, so the
// interval begins with it. Of seven it has to be drawn four times, which is
// 1.0 %; it is among the two least in 9.7 %.
func TestBootstrap(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   Interval
	}{
		"none":  {nil, Interval{}},
		"one":   {[]float64{2}, Interval{2, 2}},
		"equal": {[]float64{2, 2, 2, 2}, Interval{2, 2}},
		"three": {[]float64{3, 1, 2}, Interval{1, 3}},
		"five":  {[]float64{5, 4, 3, 2, 1}, Interval{1, 5}},
		"seven": {[]float64{1, 2, 3, 4, 5, 6, 7}, Interval{2, 6}},
	} {
		require.Equal(t, c.want, Bootstrap(c.values, 1), name)
		require.Equal(t, c.want, Bootstrap(c.values, 2), name)
	}
}

// TestBootstrap_Covers: the interval has the median that it is about, 19 times
// in 20 or so. For few values the bootstrap is known to be a little off.
func TestBootstrap_Covers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const trials = 400
	covered := 0
	for trial := range trials {
		values := make([]float64, 15)
		for i := range values {
			values[i] = 1 + random.NormFloat64()/10
		}
		if i := Bootstrap(values, uint64(trial)); i.Low <= 1 && 1 <= i.High {
			covered++
		}
	}
	require.InDelta(t, 0.95, float64(covered)/trials, 0.04)
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		interval Interval
		budget   float64
		want     Verdict
	}{
		"all below":       {Interval{0.2, 0.3}, 0.4, Within},
		"ends at budget":  {Interval{0.2, 0.4}, 0.4, Within},
		"straddles":       {Interval{0.3, 0.5}, 0.4, Unclear},
		"starts at":       {Interval{0.4, 0.5}, 0.4, Unclear},
		"all above":       {Interval{0.41, 0.5}, 0.4, Over},
		"a point at":      {Interval{0.4, 0.4}, 0.4, Within},
		"without budget":  {Interval{0.1, 9}, 0, NoBudget},
		"a little within": {Interval{0.399, 0.399}, 0.4, Within},
	} {
		require.Equal(t, c.want, Judge(c.interval, c.budget), name)
	}
}

// timed returns an entrant whose job says that it took what the durations are,
// one after the other, again and again.
func timed(name string, took ...time.Duration) Entrant {
	return Entrant{Name: name, Open: func() (*Run, error) {
		i := -1
		return &Run{Job: func() (time.Duration, error) { i++; return took[i%len(took)], nil }}, nil
	}}
}

func TestPlay(t *testing.T) {
	f := Field{
		Entrants: []Entrant{
			timed("ours", 10), timed("slow", 100), timed("drifts", 20, 40, 60),
			{Name: "gone", Open: func() (*Run, error) { return nil, Unavailable("not here") }},
			{Name: "idle", Open: func() (*Run, error) { return nil, errors.New("opened without need") }},
		},
		Rows: []Row{
			{Path: "p", Ours: "ours", Rival: "slow", Budget: 0.2},
			{Path: "p", Ours: "slow", Rival: "ours", Budget: 2},
			{Path: "p", Ours: "ours", Rival: "drifts"},
			{Path: "p", Ours: "ours", Rival: "gone", Budget: 1},
			{Path: "p", Ours: "ours", Rival: "nobody", Budget: 1},
		},
	}
	results, err := Play(f, Settings{Rounds: 5, Slice: time.Millisecond, Seed: 1})
	require.NoError(t, err)
	require.Equal(t, Result{Row: f.Rows[0], OursNs: 10, RivalNs: 100, Ratio: 0.1, Interval: Interval{0.1, 0.1}, Rounds: 5, Calm: 1, Verdict: Within}, results[0])
	require.Equal(t, Result{Row: f.Rows[1], OursNs: 100, RivalNs: 10, Ratio: 10, Interval: Interval{10, 10}, Rounds: 5, Calm: 1, Verdict: Over}, results[1])
	require.Equal(t, NoBudget, results[2].Verdict)
	require.Equal(t, Result{Row: f.Rows[3], Verdict: NotMeasured, Reason: "not here"}, results[3])
	require.Equal(t, NotMeasured, results[4].Verdict)
}

// A row that straddles its budget gets more rounds, up to a limit.
func TestPlay_Unclear(t *testing.T) {
	f := Field{
		Entrants: []Entrant{timed("ours", 9, 11), timed("rival", 10)},
		Rows:     []Row{{Path: "p", Ours: "ours", Rival: "rival", Budget: 1}},
		Patience: time.Minute,
	}
	results, err := Play(f, Settings{Rounds: 5, Slice: time.Millisecond, Seed: 1})
	require.NoError(t, err)
	require.Equal(t, 5*stretch, results[0].Rounds)
	require.Equal(t, Unclear, results[0].Verdict)

	f.Patience = 0
	results, err = Play(f, Settings{Rounds: 5, Slice: time.Millisecond, Seed: 1})
	require.NoError(t, err)
	require.Equal(t, 5, results[0].Rounds)
}

// Loops are measured for one operation, over all goroutines.
func TestPlay_Loops(t *testing.T) {
	const nap = 200 * time.Microsecond
	sleeper := func(name string, goroutines, perTurn int) Entrant {
		return Entrant{Name: name, Open: func() (*Run, error) {
			return &Run{PerTurn: perTurn, Loops: Workers(goroutines, func(int) Loop {
				return func(n int) error {
					for range n {
						time.Sleep(nap)
					}
					return nil
				}
			})}, nil
		}}
	}
	results, err := Play(Field{
		Entrants: []Entrant{sleeper("one", 1, 0), sleeper("two", 2, 0), sleeper("ten", 1, 10)},
		Rows: []Row{
			{Path: "two", Ours: "two", Rival: "one"}, {Path: "ten", Ours: "ten", Rival: "one"},
			{Path: "two", Ours: "two", Rival: "one", Budget: 9},
		},
	}, Settings{Rounds: 5, Slice: 10 * time.Millisecond, Seed: 1})
	require.NoError(t, err)
	require.GreaterOrEqual(t, results[0].RivalNs, float64(nap))
	require.InDelta(t, 0.5, results[0].Ratio, 0.25)
	require.InDelta(t, 0.1, results[1].Ratio, 0.05)
	// Who sleeps does not have the processor, and so there is no verdict.
	require.Zero(t, results[0].Calm)
	require.Equal(t, NoBudget, results[0].Verdict)
	require.Equal(t, Unclear, results[2].Verdict)
}

// An error ends a field, and what was opened is closed.
func TestPlay_Error(t *testing.T) {
	closed := 0
	broken := errors.New("broken")
	fails := Entrant{Name: "fails", Open: func() (*Run, error) {
		return &Run{
			Loops: []Loop{func(int) error { return broken }},
			Close: func() error { closed++; return nil },
		}, nil
	}}
	_, err := Play(Field{Entrants: []Entrant{fails}, Rows: []Row{{Ours: "fails", Rival: "fails"}}}, Settings{Rounds: 5, Slice: time.Millisecond})
	require.ErrorIs(t, err, broken)
	require.Equal(t, 1, closed)
}

// TestPlay_MostNs: an operation is held to what it may take of one processor,
// and where a row has two budgets the worse verdict counts.
func TestPlay_MostNs(t *testing.T) {
	busy := Entrant{Name: "busy", Open: func() (*Run, error) {
		x := uint64(1)
		return &Run{PerTurn: 1000, Loops: []Loop{func(n int) error {
			for range n * 1000 {
				x = x*0x9e3779b97f4a7c15 + 1
			}
			if x == 0 {
				return errors.New("unlikely")
			}
			return nil
		}}}, nil
	}}
	results, err := Play(Field{Entrants: []Entrant{busy}, Rows: []Row{
		{Path: "a", Ours: "busy", Rival: "busy", MostNs: 1e6}, {Path: "b", Ours: "busy", Rival: "busy", MostNs: 1e-6},
		{Path: "c", Ours: "busy", Rival: "busy"},
	}}, Settings{Rounds: 5, Slice: time.Millisecond, Seed: 1})
	require.NoError(t, err)
	if processorKnown == 0 {
		require.Equal(t, Unclear, results[0].Verdict)
		return
	}
	require.Equal(t, Within, results[0].Verdict)
	require.Positive(t, results[0].CoreNs)
	require.LessOrEqual(t, results[0].Took.Low, results[0].Took.High)
	require.Equal(t, Over, results[1].Verdict)
	require.Zero(t, results[2].CoreNs)
	for _, c := range [][3]Verdict{
		{Within, NoBudget, Within}, {NoBudget, Over, Over}, {Within, Over, Over}, {Unclear, Within, Unclear}, {Over, Unclear, Over}, {NoBudget, NoBudget, NoBudget},
	} {
		require.Equal(t, c[2], c[0].and(c[1]))
	}
}
