package budget_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/budget"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A program that starts again counts the month anew, and sends no alert twice.
func ExampleWatch_Remember() {
	limit := budget.Limit{Name: "training", Period: november, Money: money.MustParse("CNY 1000"), By: tenant,
		Thresholds: []decimal.Decimal{decimal.RequireFromString("0.8"), decimal.RequireFromString("1")}}
	spends := []string{"CNY 500", "CNY 350", "CNY 250"} // a journal has them
	var sent [][]byte                                   // kept in a file
	run := func(spends []string) {
		watch, err := budget.NewWatch(limit)
		for _, text := range sent {
			var a budget.Alert
			if err == nil {
				err = json.Unmarshal(text, &a)
			}
			if err == nil {
				err = watch.Remember(a)
			}
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		for day, spend := range spends {
			alerts, _ := watch.Spend(metering.Key{Account: "acme/vision"}, november.Start().AddDate(0, 0, day), money.MustParse(spend))
			for _, a := range alerts {
				fmt.Println(a.Group, "reached", a.Threshold, "with", a.Spent)
				text, _ := json.Marshal(a)
				sent = append(sent, text)
			}
		}
	}
	run(spends[:2])
	fmt.Println("and again:")
	run(spends)
	// Output:
	// acme reached 0.8 with CNY 850.00
	// and again:
	// acme reached 1 with CNY 1100.00
}

// restarted counts spends with a watch that is made again at random: before a spend,
// or after one of whose alerts not all were kept.
func restarted(t *testing.T, g generator, l budget.Limit, spends []spend) (kept []string, w *budget.Watch) {
	t.Helper()
	w = must(budget.NewWatch(l))
	count := func(s spend) {
		for _, a := range must(w.Spend(metering.Key{Account: metering.Account(s.who)}, s.at, s.much)) {
			kept = append(kept, string(must(json.Marshal(a))))
		}
	}
	for i, s := range spends {
		before := len(kept)
		count(s)
		lost := g.IntN(len(kept) - before + 1)
		kept = kept[:len(kept)-lost]
		if lost == 0 && g.IntN(3) > 0 {
			continue
		}
		w = must(budget.NewWatch(l))
		sent := make([]budget.Alert, len(kept))
		for n, text := range kept {
			require.NoError(t, json.Unmarshal([]byte(text), &sent[n]))
		}
		g.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
		require.NoError(t, w.Remember(sent...))
		for _, s := range spends[:i+1] {
			count(s)
		}
	}
	return kept, w
}

// spend is one of an account.
type spend struct {
	who  string
	at   time.Time
	much money.Money
}

// TestLaw_Watch_Restart holds that a watch that is made again anywhere, with the
// alerts that were kept, and counts the period from its beginning, gives the alerts
// of one that never stopped, each once.
func TestLaw_Watch_Restart(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.limit()
		slices.SortFunc(l.Thresholds, decimal.Decimal.Cmp)
		l.Thresholds = slices.CompactFunc(l.Thresholds, decimal.Decimal.Equal)
		spends := make([]spend, 12)
		for i := range spends {
			spends[i] = spend{fmt.Sprint("t", g.IntN(2), "/x"), november.Start().Add(time.Duration(i) * time.Hour), fen(g.Int64N(300) - 60)}
		}
		never := must(budget.NewWatch(l))
		var want []string
		for _, s := range spends {
			for _, a := range must(never.Spend(metering.Key{Account: metering.Account(s.who)}, s.at, s.much)) {
				want = append(want, string(must(json.Marshal(a))))
			}
		}
		got, w := restarted(t, g, l, spends)
		require.Equal(t, want, got)
		require.Equal(t, must(never.Status(l.Name, november.End())), must(w.Status(l.Name, november.End())))
	})
}

// TestRemember_PassesOver: what is not of the watch marks nothing.
func TestRemember_PassesOver(t *testing.T) {
	good := budget.Alert{Limit: "l", Group: "", Threshold: decimal.RequireFromString("0.80"), Spent: fen(80), At: november.Start()}
	for name, change := range map[string]func(*budget.Alert){
		"limit":     func(a *budget.Alert) { a.Limit = "other" },
		"group":     func(a *budget.Alert) { a.Group = "acme" },
		"threshold": func(a *budget.Alert) { a.Threshold = decimal.RequireFromString("0.81") },
		"period":    func(a *budget.Alert) { a.At = november.Start().Add(-1) },
		"currency":  func(a *budget.Alert) { a.Spent = money.MustParse("USD 80") },
		"quantity":  func(a *budget.Alert) { a.Spent, a.Used = money.Money{}, metering.MustQuantity("80 h") },
		"raised":    func(a *budget.Alert) { a.Spent = fen(79) },
		"":          func(*budget.Alert) {},
	} {
		w := must(budget.NewWatch(budget.Limit{Name: "l", Period: november, Money: fen(100), Thresholds: []decimal.Decimal{decimal.RequireFromString("0.8")}}))
		a := good
		change(&a)
		require.NoError(t, w.Remember(a, a))
		require.Empty(t, must(w.Status("l", november.End())), "an alert is no spend")
		alerts := must(w.Spend(metering.Key{}, november.Start(), fen(80)))
		require.Equal(t, name == "", len(alerts) == 0, name)
	}
}

// TestRemember_Refuses: what no watch gave is refused whole, whatever its digits.
func TestRemember_Refuses(t *testing.T) {
	good := budget.Alert{Limit: "l", Threshold: decimal.New(8, -1), Spent: fen(80), At: november.Start()}
	for name, tt := range map[string]struct {
		change func(*budget.Alert)
		want   error
	}{
		"absurd":  {func(a *budget.Alert) { a.Threshold = decimal.New(1, 2_000_000_000) }, budget.ErrThreshold},
		"minute":  {func(a *budget.Alert) { a.Threshold = decimal.New(1, -2_000_000_000) }, budget.ErrThreshold},
		"zero":    {func(a *budget.Alert) { a.Threshold = decimal.Decimal{} }, budget.ErrThreshold},
		"nothing": {func(a *budget.Alert) { a.Spent = money.Money{} }, budget.ErrLimit},
		"both":    {func(a *budget.Alert) { a.Used = metering.MustQuantity("1 h") }, budget.ErrLimit},
		"below 0": {func(a *budget.Alert) { a.Spent = fen(-80) }, budget.ErrLimit},
	} {
		w := must(budget.NewWatch(budget.Limit{Name: "l", Period: november, Money: fen(100), Thresholds: []decimal.Decimal{decimal.New(8, -1)}}))
		bad := good
		tt.change(&bad)
		require.ErrorIs(t, w.Remember(good, bad), tt.want, name)
		require.Len(t, must(w.Spend(metering.Key{}, november.Start(), fen(80))), 1, "none is remembered")
	}
	w := must(budget.NewWatch(budget.Limit{Name: "cards", Period: november, Quantity: metering.MustQuantity("3 {card}.h"), Thresholds: []decimal.Decimal{decimal.New(1, 0)}}))
	alerts := must(w.Use(metering.Key{}, november.Start(), metering.MustQuantity("3 {card}.h")))
	again := must(budget.NewWatch(budget.Limit{Name: "cards", Period: november, Quantity: metering.MustQuantity("3 {card}.h"), Thresholds: []decimal.Decimal{decimal.New(1, 0)}}))
	require.NoError(t, again.Remember(alerts...))
	require.Empty(t, must(again.Use(metering.Key{}, november.Start(), metering.MustQuantity("3 {card}.h"))))
}
