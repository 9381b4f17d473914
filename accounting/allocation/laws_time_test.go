package allocation_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// TestLaw_Schedule_Sums holds that depreciation ends at salvage, never goes
// below it, and does so again after a change of life; rounded or not.
func TestLaw_Schedule_Sums(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		asset := allocation.Asset{Cost: g.cost(0), Life: 1 + g.IntN(20)}
		asset.Salvage = must(asset.Cost.Split(2, g.Int64N(3), 1+g.Int64N(3)))[0]
		base := new(big.Rat).Sub(ratOf(asset.Cost), ratOf(asset.Salvage))
		for name, method := range map[string]func(allocation.Asset) (allocation.Schedule, error){
			"straight": allocation.StraightLine, "double": allocation.DoubleDeclining, "years": allocation.SumOfYears,
		} {
			s := must(method(asset))
			checkSchedule(t, name, s, base)
			passed := g.IntN(asset.Life + 1)
			checkSchedule(t, name, must(s.ChangeLife(passed, passed+1+g.IntN(9))), base)
		}
	})
}

func checkSchedule(t *testing.T, name string, s allocation.Schedule, base *big.Rat) {
	t.Helper()
	sum := new(big.Rat)
	for _, a := range s.Amounts() {
		sum.Add(sum, a.Rat())
		if a.Sign() < 0 || sum.Cmp(base) > 0 {
			t.Errorf("%s: %s after %s of %s", name, a, sum.RatString(), base.RatString())
		}
	}
	charged := must(money.Sum(must(s.Charges(cents))...))
	if sum.Cmp(base) != 0 || charged.Decimal().Rat().Cmp(base) != 0 {
		t.Errorf("%s: %s and %s of %s", name, sum.RatString(), charged, base.RatString())
	}
}

// TestLaw_Commitment_Tiles holds that periods that tile a term sum to all its
// payments, and that a commitment ended early has paid what it was and lost.
func TestLaw_Commitment_Tiles(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		hours := 1 + g.IntN(1000)
		start := day.Start()
		at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
		c := allocation.Commitment{ID: "c", Term: must(metering.NewPeriod(at(0), at(hours))), Upfront: g.cost(0), Recurring: g.cost(0)}
		var periods []metering.Period
		for from := -g.IntN(9); from < hours; {
			to := from + 1 + g.IntN(300)
			periods = append(periods, must(metering.NewPeriod(at(from), at(to))))
			from = to
		}
		total := ratOf(c.Upfront)
		total.Add(total, new(big.Rat).Mul(ratOf(c.Recurring), big.NewRat(int64(hours), 1)))
		sum := must(money.Sum(must(c.Amortise(cents, periods...))...))
		if ratOf(sum).Cmp(total) != 0 || must(c.Total()).Rat().Cmp(total) != 0 {
			t.Errorf("%s of %s", sum, total.RatString())
		}
		end := must(c.Terminate(at(g.IntN(hours+1)), money.Money{}, money.Money{}))
		paid := end.Amortised.Rat()
		paid.Add(paid, end.Loss.Rat()).Add(paid, end.Avoided.Rat())
		if paid.Cmp(total) != 0 {
			t.Errorf("terminated: %s of %s", paid.RatString(), total.RatString())
		}
	})
}

// TestLaw_Deduct_Conserves holds that nothing of the usage and nothing of what
// was prepaid gets lost, in any order of stages, and that no order of uses
// plays a part.
func TestLaw_Deduct_Conserves(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		var uses []allocation.Use
		all := new(big.Rat)
		for i := range 1 + g.IntN(6) {
			u := allocation.Use{ID: fmt.Sprint("use", i), Period: day, Family: "m", List: must(money.FromMinor(g.Int64N(900), money.USD)),
				Quantity: metering.Grains(g.Int64N(50), metering.Count), Factor: decimal.New(1+g.Int64N(4), -1), Discount: decimal.New(g.Int64N(11), -1)}
			uses = append(uses, u)
			all.Add(all, ratOf(u.List))
		}
		q := func() metering.Quantity { return metering.Grains(g.Int64N(100), metering.Count) }
		cost := func() money.Money { return must(money.FromMinor(g.Int64N(900), money.USD)) }
		stages := []allocation.Stage{
			allocation.FreeQuota{Name: "free", Quantity: q()}, allocation.Pack{Name: "pack", Quantity: q(), Cost: cost()},
			allocation.Coupon{Name: "coupon", Family: "m", Quantity: q(), Cost: cost()}, allocation.SpendPlan{Name: "plan", Commit: cost()},
		}
		g.Shuffle(len(stages), func(i, j int) { stages[i], stages[j] = stages[j], stages[i] })
		d := must(allocation.Deduct(uses, stages...))
		sum, effective := new(big.Rat), map[string]*big.Rat{}
		for _, c := range d.Covers {
			sum.Add(sum, c.List.Rat())
			if effective[c.Stage] == nil {
				effective[c.Stage] = new(big.Rat)
			}
			effective[c.Stage].Add(effective[c.Stage], c.Effective.Rat())
		}
		for _, o := range d.Overflows {
			sum.Add(sum, o.List.Rat())
		}
		if sum.Cmp(all) != 0 {
			t.Errorf("covered and not: %s of %s", sum.RatString(), all.RatString())
		}
		checkStages(t, stages, d, effective)
		slices.Reverse(uses)
		if again := must(allocation.Deduct(uses, stages...)); fmt.Sprint(again) != fmt.Sprint(d) {
			t.Errorf("order of uses: %v %v", d, again)
		}
	})
}

func checkStages(t *testing.T, stages []allocation.Stage, d allocation.Deduction, effective map[string]*big.Rat) {
	t.Helper()
	for i, s := range stages {
		var cost money.Money
		switch s := s.(type) {
		case allocation.Pack:
			cost = s.Cost
		case allocation.Coupon:
			cost = s.Cost
		case allocation.SpendPlan:
			cost = s.Commit
		}
		used, unused := d.Stages[i].Used.Rat(), d.Stages[i].Unused.Rat()
		if e := effective[d.Stages[i].Stage]; e != nil && e.Cmp(used) != 0 || unused.Sign() < 0 {
			t.Errorf("%v", d.Stages[i])
		}
		if used.Add(used, unused).Cmp(cost.Decimal().Rat()) != 0 {
			t.Errorf("%v of %s", d.Stages[i], cost)
		}
	}
}
