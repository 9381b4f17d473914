package allocation_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// looked is a random sheet under a random view, and the same for the oracle.
type looked struct {
	charges []charge
	view    allocation.View
	rows    []slowRow
	idle    map[string]*big.Rat
	shared  []slowShared
}

type charge struct {
	item allocation.Item
	cost money.Money
}

func (g generator) looked() looked {
	l := looked{idle: map[string]*big.Rat{}}
	keep, share := g.IntN(4), g.IntN(4)
	l.view.Idle = allocation.IdleMode(g.IntN(2))
	if keep > 0 {
		l.view.Keep = func(i allocation.Item) bool { return len(i.Key.Resource)%3 != keep%3 }
	}
	if g.IntN(2) == 0 {
		even := g.IntN(2) == 0
		l.view.Shared = append(l.view.Shared, allocation.SharedCost{Name: "one", Even: even, Cost: g.cost(0),
			Where: func(i allocation.Item) bool { return i.Key.Account == "shared" }})
	}
	if g.IntN(2) == 0 {
		l.view.Shared = append(l.view.Shared, allocation.SharedCost{Name: "two", Even: g.IntN(2) == 0, Cost: g.cost(-50)})
	}
	for _, s := range l.view.Shared {
		l.shared = append(l.shared, slowShared{ratOf(s.Cost), s.Even})
	}
	for n := range 2 + g.IntN(8) {
		account := fmt.Sprintf("team%d", g.IntN(3))
		if share == 0 && n > 0 && len(l.view.Shared) > 0 && l.view.Shared[0].Where != nil {
			account = "shared"
		}
		i := allocation.Item{Kind: allocation.Workload, Pool: fmt.Sprintf("pool%d", g.IntN(2)),
			Resource: allocation.Resource([]string{"cpu", "gpu"}[g.IntN(2)]),
			Key:      metering.Key{Account: metering.Account(account), Resource: "workload"[:1+g.IntN(8)]}}
		cost := must(money.FromMinor(1+g.Int64N(10_000), money.USD))
		l.charges = append(l.charges, charge{i, cost})
		row := slowRow{account, i.Pool + "/" + string(i.Resource), ratOf(cost), -1, l.view.Keep == nil || l.view.Keep(i)}
		if account == "shared" {
			row.shared = 0
		}
		l.rows = append(l.rows, row)
	}
	for _, pool := range []string{"pool0", "pool1"} {
		for _, resource := range []string{"cpu", "gpu", "dpu"} {
			cost := g.cost(-500)
			l.charges = append(l.charges, charge{allocation.Item{Kind: allocation.Idle, Pool: pool, Resource: allocation.Resource(resource)}, cost})
			l.idle[pool+"/"+resource] = ratOf(cost)
		}
	}
	for _, kind := range []allocation.Kind{allocation.Unmounted, allocation.Unallocated} {
		l.charges = append(l.charges, charge{allocation.Item{Kind: kind, Pool: "pool0", Resource: "volume"}, g.cost(-50)})
	}
	return l
}

func (l looked) report(t *testing.T) (allocation.Report, error) {
	t.Helper()
	s := must(allocation.NewSheet(day, time.Hour))
	for _, c := range l.charges {
		require.NoError(t, s.Charge(c.item, c.cost))
	}
	return s.Report(l.view)
}

// TestLaw_Report_Oracle holds reports to a second implementation.
func TestLaw_Report_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.looked()
		r, err := l.report(t)
		if errors.Is(err, allocation.ErrNoWeight) {
			return // all is shared
		}
		require.NoError(t, err)
		own, idle := slowLook(l.rows, l.idle, l.shared)
		for _, line := range r.Lines {
			if line.Kind != allocation.Workload {
				continue
			}
			want := new(big.Rat).Set(own[line.Group])
			if l.view.Idle == allocation.Spread {
				want.Add(want, idle[line.Group])
			}
			if want.Cmp(line.Total.Rat()) != 0 {
				t.Errorf("%s: %s, want %s", line.Group, line.Total, want.RatString())
			}
			delete(own, line.Group)
		}
		delete(own, "") // what is left out has its own line, and conservation tells of it
		if len(own) != 0 {
			t.Errorf("no lines for %v", own)
		}
	})
}

// TestLaw_Report_Conserves holds law 5 for sheets: whatever the idle mode, the
// sharing and the filter, the lines add up to the costs, exactly and in cents.
func TestLaw_Report_Conserves(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.looked()
		r, err := l.report(t)
		if errors.Is(err, allocation.ErrNoWeight) {
			return
		}
		require.NoError(t, err)
		checkConserved(t, r)
	})
}

func checkConserved(t *testing.T, r allocation.Report) {
	t.Helper()
	sum := new(big.Rat)
	for _, line := range r.Lines {
		sum.Add(sum, line.Total.Rat())
	}
	if sum.Cmp(r.Origin.Rat()) != 0 {
		t.Errorf("lines %s, origin %s", sum.RatString(), r.Origin)
	}
	settled := must(money.Sum(must(r.Settle(cents))...))
	if want := must(r.Origin.Round(cents)); settled.Decimal().Cmp(want.Decimal()) != 0 {
		t.Errorf("settled %s, origin %s", settled, want)
	}
}

// TestLaw_Report_Order holds that the order of rows plays no part.
func TestLaw_Report_Order(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.looked()
		before, err1 := l.report(t)
		g.Shuffle(len(l.charges), func(i, j int) { l.charges[i], l.charges[j] = l.charges[j], l.charges[i] })
		after, err2 := l.report(t)
		if fmt.Sprint(before, err1) != fmt.Sprint(after, err2) {
			t.Errorf("%v %v\n%v %v", before, err1, after, err2)
		}
	})
}

// TestLaw_Samples_Conserve holds the same for measured pools: allocated, idle
// and over-allocation add up to the cost, window by window or not, and idle is
// never below 0 nor over-allocation above.
func TestLaw_Samples_Conserve(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		s := must(allocation.NewSheet(day, []time.Duration{0, time.Hour, 5 * time.Hour}[g.IntN(3)]))
		if err := g.fill(s); err != nil {
			t.Fatal(err)
		}
		view := allocation.View{Idle: allocation.IdleMode(g.IntN(2))}
		if g.IntN(2) == 0 {
			view.Keep = func(i allocation.Item) bool { return i.Key.Account == "team1" }
		}
		r, err := s.Report(view)
		require.NoError(t, err)
		checkConserved(t, r)
		for _, l := range r.Lines {
			if l.Kind == allocation.Idle && l.Total.Sign() < 0 || l.Kind == allocation.OverAllocation && l.Total.Sign() > 0 {
				t.Errorf("%v", l)
			}
		}
	})
}

// fill supplies two pools and adds samples, whatever the sheet's windows.
func (g generator) fill(s *allocation.Sheet) error {
	unit := metering.MustUnit("{core}.h")
	for pool := range 2 {
		err := s.Supply(allocation.Supply{Pool: fmt.Sprint("pool", pool), Resource: "cpu", Cost: g.cost(0),
			Capacity: must(metering.NewQuantity(1+g.Int64N(96), unit)), Basis: allocation.Basis(g.IntN(3))})
		if err != nil {
			return err
		}
	}
	windows := slices.Collect(s.Windows())
	for range g.IntN(12) {
		err := s.Add(allocation.Sample{
			Key: metering.Key{Account: metering.Account(fmt.Sprint("team", g.IntN(3)))}, Pool: fmt.Sprint("pool", g.IntN(2)), Resource: "cpu",
			Period:  windows[g.IntN(len(windows))],
			Request: must(metering.NewQuantity(g.Int64N(10), unit)), Usage: must(metering.NewQuantity(g.Int64N(10), unit)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
