package rating_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// What rating may cost for a card and a handful of rows, whatever they are.
const (
	hostileAlloc = 64 << 20
	hostileTime  = 100 * time.Millisecond
)

// A machine that does something else takes what time it likes, so this is for
// one that does not.
var timed = flag.Bool("hostile.timed", false, "fail where a hostile card takes more than 100 ms to rate")

// rowsOf returns usage of every meter of a card: two rows of a quantity, an
// hour each, that match the card's prices as far as can be.
func rowsOf(card *accounting.Card, grains int64, label string) (rows []metering.Usage) {
	seen := make(map[metering.Key]bool)
	for i := range card.Prices {
		p := &card.Prices[i]
		for _, m := range p.Meters() {
			unit, _ := p.UnitOf(m)
			key := metering.Key{Account: "acme/a", Meter: m, SKU: p.Match.SKU, Region: p.Match.Region, Labels: labelled(p, label)}
			if m == "" || unit.IsZero() || seen[key] || len(rows) > 64 {
				continue
			}
			seen[key] = true
			for hour := range 2 {
				start := onDay(3).Add(time.Duration(10+hour) * time.Hour)
				rows = append(rows, metering.Usage{Key: key, Period: must(metering.NewPeriod(start, start.Add(time.Hour))),
					Quantity: metering.GrainsWide(fixed.FromInt64(grains), unit.Dimension())})
			}
		}
	}
	return rows
}

// labelled returns a price's labels and the one that its model goes by.
func labelled(p *accounting.Price, value string) metering.Labels {
	var pairs []string
	for name, v := range p.Match.Labels.All() {
		pairs = append(pairs, name, v)
	}
	switch m := p.Model.(type) {
	case accounting.Dynamic:
		pairs = append(pairs, m.Label, value)
	case accounting.Volume:
		if m.SizedBy != "" {
			pairs = append(pairs, m.SizedBy, value)
		}
	}
	labels, err := metering.NewLabels(pairs...)
	if err != nil {
		return p.Match.Labels
	}
	return labels
}

// rateHostile rates a card that parses, and holds what comes of it to what
// has to hold for any card.
func rateHostile(t *testing.T, src []byte, grains int64, label string) {
	t.Helper()
	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	rows := rowsOf(card, grains, label)
	contract := accounting.Contract{Account: "acme", Card: card}
	bill, _, err := rating.Rate(contract, november, usage(rows...), rating.State{}, rating.ReportUnpriced())
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(hostileAlloc))
	if took > hostileTime {
		t.Logf("%v for %d prices", took, len(card.Prices))
		if *timed {
			t.Errorf("it took more than %v", hostileTime)
		}
	}
	if err != nil {
		var straddle *rating.StraddleError
		var ambiguous *rating.AmbiguousError
		var window *rating.WindowError
		known := errors.Is(err, rating.ErrOverflow) || errors.Is(err, rating.ErrUsage) || errors.Is(err, rating.ErrContract) ||
			errors.As(err, &straddle) || errors.As(err, &ambiguous) || errors.As(err, &window)
		require.True(t, known, "%v", err)
		return
	}
	for _, c := range bill.Charges {
		again, err := c.Explanation.Recompute()
		require.NoError(t, err)
		require.Equal(t, c.Billed, again)
		_ = c.Explanation.Tree(accounting.Chinese).String()
	}
}

// hostileCards are cards whose numbers are as large, as small and as many as
// a card's can be.
func hostileCards() (all []string) {
	const head = "card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-up, places: 18, level: %s}\nprices:\n"
	const price = "  - {id: p, service: network, match: {meter: network.egress}, unit: %s, %s}\n"
	long, tiny := strings.Repeat("9", 20)+"."+strings.Repeat("9", 18), "0.000000000000000001"
	for _, level := range []string{"line", "bill", "line, month: {mode: down, places: 0}"} {
		for _, terms := range []string{
			"per_unit: 170141183460469231731", "per_unit: " + tiny + ", factor: " + tiny, "per_unit: 1, convert: {multiply: " + long + ", divide: " + tiny + "}",
			"package: {size: " + tiny + ", price: 1, parts: charge}", "package: {size: " + long + ", price: 1, parts: waive}",
			"graduated: [{up_to: " + tiny + ", price: 1}, {price: 2}], bounds: exclusive", "volume: [{up_to: 1, price: 0, block: " + tiny + "}, {price: 9}]",
			"per_unit: 1, scope: {window: hour}, commitment: {amount: " + long + ", overage: " + long + ", true_up: charge, idle: charge}",
			"per_unit: 1, minimum: " + long, "per_unit: 1, discount: {percent: -99999999999, amount: " + tiny + "}, maximum: 0",
			"percentage: {rate: " + long + ", fixed: " + long + ", maximum: " + long + "}", "dynamic: {label: l, factor: " + long + "}",
			"spot: [{from: 1970-01-01T00:00Z, price: -1}]", "volume: [{up_to: 1, price: 1}, {price: 2}], sized_by: l",
			"per_unit: 1, during: {zone: Asia/Shanghai, hours: [\"18:00-19:00\"], days: workdays}", "per_unit: 1, prorate: 365-days-over-12, gather: peak",
			"per_unit: 1, meters: [{meter: network.ingress, factor: " + tiny + "}], power_factor: {reactive: network.ingress, steps: [{ratio: 0, percent: 5}, {percent: -5}]}",
			"stairstep: [{limits: [{meter: network.ingress, up_to: " + tiny + "}], amount: 1}, {amount: 2}]",
		} {
			for _, unit := range []string{"By", "TiBy"} {
				all = append(all, fmt.Sprintf(head, level)+fmt.Sprintf(price, unit, terms))
			}
		}
	}
	return all
}

func TestHostileCards(t *testing.T) {
	rated := 0
	for _, src := range hostileCards() {
		if _, err := ratecard.ParseYAML([]byte(src)); err == nil {
			rated++
		}
		for _, grains := range []int64{0, 1, -1, 1e9, 1<<63 - 1, -1 << 63} {
			for _, label := range []string{"", "0", "1.5", "unbounded", strings.Repeat("9", 38), "1e999999999", "-1", "NaN", strings.Repeat("9", 39)} {
				rateHostile(t, []byte(src), grains, label)
			}
		}
	}
	require.Greater(t, rated, 80, "the cards are valid, so that rating sees them")
}

// Ten thousand tiers, and rows that each meet the last one.
func TestHostileCards_Tiers(t *testing.T) {
	var b strings.Builder
	b.WriteString("card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-up, places: 2, level: line}\nprices:\n" +
		"  - id: p\n    service: network\n    match: {meter: network.egress}\n    unit: By\n    bounds: exclusive\n    graduated:\n")
	for i := range 9999 {
		fmt.Fprintf(&b, "      - {up_to: %d, price: 1}\n", i+1)
	}
	b.WriteString("      - {price: 1}\n")
	card, err := ratecard.ParseYAML([]byte(b.String()))
	require.NoError(t, err)
	contract := accounting.Contract{Account: "acme", Card: card}
	bill, _, err := rating.Rate(contract, november, usage(used("1", 1)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 1000000000.00", bill.Total().String())
}

// Any text that is a card can be rated with, or is refused by an error that
// says why; nothing panics, and what is charged re-computes.
func FuzzCard_Rate(f *testing.F) {
	files, err := filepath.Glob("../ratecard/testdata/good/*.yaml")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(src, int64(12345678901), "1.5")
	}
	for _, src := range hostileCards() {
		f.Add([]byte(src), int64(1e15), "7")
	}
	f.Fuzz(rateHostile)
}
