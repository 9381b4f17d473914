package rating_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// What lines of every model and term say, worked out by hand.
func TestExplained(t *testing.T) {
	twoTiers := graduated(accounting.ZeroWaived, tier("10000", "0.5", "0"), tier("", "0.42", "0"))
	volume := accounting.Volume{Tiers: []accounting.Tier{tier("100", "0.5", "0"), tier("", "0.4", "0")}}
	hundreds := accounting.Package{Size: dec("100"), Price: dec("1.33"), Parts: accounting.PartCharged}
	block := tier("", "3", "0")
	block.Block = dec("10")
	fifty, thirty, half, one := dec("50"), dec("30"), dec("1.5"), dec("1")
	stairs := accounting.Stairstep{OnZero: accounting.ZeroWaived, Stairs: []accounting.Stair{
		{Amount: dec("10"), Limits: []accounting.Limit{{Meter: metering.Egress, Unit: gigabyte, UpTo: dec("100")}}}, {Amount: dec("25")}}}
	sized := accounting.Volume{SizedBy: "gb", Tiers: volume.Tiers}
	labelled := func(pairs ...string) func(*metering.Usage) { return keyed("acme", "", "", pairs...) }
	rows := usageOf
	for _, row := range []struct {
		name  string
		model accounting.Model
		terms accounting.Terms
		rows  []metering.Usage
		en    []string
		zh    []string
	}{
		{"per unit, less a discount", perUnit("18.9"), accounting.Terms{Percent: dec("20")}, rows("10", "5"),
			[]string{"10 GB × 18.90 CNY, less 20 % = 151.20", "5 GB × 18.90 CNY, less 20 % = 75.60"},
			[]string{"10 GB × 18.90 CNY，减 20 % = 151.20", "5 GB × 18.90 CNY，减 20 % = 75.60"}},
		{"per unit, with a surcharge and a factor", perUnit("2"), accounting.Terms{Percent: dec("-5"), Factor: &half}, rows("10"),
			[]string{"10 GB × 2.00 CNY, times 1.5, plus 5 % = 31.50"}, []string{"10 GB × 2.00 CNY，乘以 1.5，加 5 % = 31.50"}},
		{"per unit, some free", perUnit("2"), accounting.Terms{Free: dec("3")}, rows("1", "5"),
			[]string{"1 GB free = 0.00", "5 GB, 6 GB in all: 2 GB free + 3 GB × 2.00 CNY = 6.00"},
			[]string{"1 GB 免费 = 0.00", "5 GB，累计用量 6 GB：2 GB 免费 + 3 GB × 2.00 CNY = 6.00"}},
		{"graduated, some free", twoTiers, accounting.Terms{Free: dec("100")}, rows("9800.25", "1260"),
			[]string{"100 GB free + 9700.25 GB × 0.50 CNY = 4850.125 → 4850.12 (half-even, line)",
				"1260 GB, 11060.25 GB in all: 299.75 GB × 0.50 CNY + 960.25 GB × 0.42 CNY = 553.18"},
			[]string{"100 GB 免费 + 9700.25 GB × 0.50 CNY = 4850.125 → 4850.12（四舍六入五成双，按行）",
				"1260 GB，累计用量 11060.25 GB：299.75 GB × 0.50 CNY + 960.25 GB × 0.42 CNY = 553.18"}},
		{"graduated, some free, less a discount", twoTiers, accounting.Terms{Free: dec("100"), Percent: dec("20")}, rows("11060"),
			[]string{"100 GB free + 10000 GB × 0.50 CNY + 960 GB × 0.42 CNY, less 20 % = 4322.56"},
			[]string{"100 GB 免费 + 10000 GB × 0.50 CNY + 960 GB × 0.42 CNY，减 20 % = 4322.56"}},
		{"graduated, by the block", graduated(accounting.ZeroWaived, block), accounting.Terms{}, rows("25", "6"),
			[]string{"3 blocks of 10 GB × 3.00 CNY = 9.00", "6 GB, 31 GB in all: 1 block of 10 GB × 3.00 CNY = 3.00"},
			[]string{"3 块（每块 10 GB） × 3.00 CNY = 9.00", "6 GB，累计用量 31 GB：1 块（每块 10 GB） × 3.00 CNY = 3.00"}},
		{"package", hundreds, accounting.Terms{}, rows("150", "20", "40"),
			[]string{"150 GB, in packages of 100 GB: 2 packages × 1.33 CNY = 2.66", "20 GB, 170 GB in all, in packages of 100 GB: 0 packages × 1.33 CNY = 0.00",
				"40 GB, 210 GB in all, in packages of 100 GB: 1 package × 1.33 CNY = 1.33"},
			[]string{"150 GB，每包 100 GB：2 包 × 1.33 CNY = 2.66", "20 GB，累计用量 170 GB，每包 100 GB：0 包 × 1.33 CNY = 0.00",
				"40 GB，累计用量 210 GB，每包 100 GB：1 包 × 1.33 CNY = 1.33"}},
		{"package, some free, less a discount", hundreds, accounting.Terms{Free: dec("50"), Percent: dec("10")}, rows("300"),
			[]string{"300 GB, in packages of 100 GB: 50 GB free + 3 packages × 1.33 CNY, less 10 % = 3.591 → 3.59 (half-even, line)"},
			[]string{"300 GB，每包 100 GB：50 GB 免费 + 3 包 × 1.33 CNY，减 10 % = 3.591 → 3.59（四舍六入五成双，按行）"}},
		{"volume", volume, accounting.Terms{}, rows("100", "20", "30"),
			[]string{"100 GB × 0.50 CNY (volume) = 50.00", "20 GB, 120 GB in all: 120 GB × 0.40 CNY (volume) - 100 GB × 0.50 CNY (volume) = -2.00",
				"30 GB, 150 GB in all: 30 GB × 0.40 CNY (volume) = 12.00"},
			[]string{"100 GB × 0.50 CNY（全量到档） = 50.00", "20 GB，累计用量 120 GB：120 GB × 0.40 CNY（全量到档） - 100 GB × 0.50 CNY（全量到档） = -2.00",
				"30 GB，累计用量 150 GB：30 GB × 0.40 CNY（全量到档） = 12.00"}},
		{"volume, some free, less a discount", volume, accounting.Terms{Free: dec("20"), Percent: dec("25")}, rows("140"),
			[]string{"20 GB free + 120 GB × 0.40 CNY (volume), less 25 % = 36.00"}, []string{"20 GB 免费 + 120 GB × 0.40 CNY（全量到档），减 25 % = 36.00"}},
		{"volume, by the size in a label", sized, accounting.Terms{}, rows("10", labelled("gb", "128")),
			[]string{"10 GB × 0.40 CNY (by size) = 4.00"}, []string{"10 GB × 0.40 CNY（按规格到档） = 4.00"}},
		{"a minimum", perUnit("1"), accounting.Terms{Minimum: &fifty}, rows("10"),
			[]string{"10 GB × 1.00 CNY = 10.00", "10 GB in all: 40.00 CNY up to the minimum of 50.00 CNY"},
			[]string{"10 GB × 1.00 CNY = 10.00", "累计用量 10 GB：40.00 CNY（补足最低消费 50.00 CNY）"}},
		{"a maximum", perUnit("2"), accounting.Terms{Maximum: &thirty}, rows("10", "10"),
			[]string{"10 GB × 2.00 CNY = 20.00", "10 GB, 20 GB in all: 10 GB × 2.00 CNY - 10.00 CNY above the maximum of 30.00 CNY = 10.00"},
			[]string{"10 GB × 2.00 CNY = 20.00", "10 GB，累计用量 20 GB：10 GB × 2.00 CNY - 10.00 CNY（超出封顶 30.00 CNY 的部分） = 10.00"}},
		{"a maximum of what is discounted", perUnit("4"), accounting.Terms{Percent: dec("25"), Maximum: &thirty}, rows("20"),
			[]string{"(20 GB × 4.00 CNY, less 25 %) - 30.00 CNY above the maximum of 30.00 CNY = 30.00"},
			[]string{"(20 GB × 4.00 CNY，减 25 %) - 30.00 CNY（超出封顶 30.00 CNY 的部分） = 30.00"}},
		{"an amount off", perUnit("2"), accounting.Terms{Off: dec("15")}, rows("5", "5"),
			[]string{"5 GB × 2.00 CNY - 10.00 CNY off = 0.00", "5 GB, 10 GB in all: 5 GB × 2.00 CNY - 5.00 CNY off = 5.00"},
			[]string{"5 GB × 2.00 CNY - 10.00 CNY（减免） = 0.00", "5 GB，累计用量 10 GB：5 GB × 2.00 CNY - 5.00 CNY（减免） = 5.00"}},
		{"beyond a commitment", perUnit("2"), accounting.Terms{Commitment: &accounting.Commitment{Amount: dec("20"), Overage: half}}, rows("15"),
			[]string{"15 GB × 2.00 CNY + 5.00 CNY for overage at 1.5 times the price = 35.00"}, []string{"15 GB × 2.00 CNY + 5.00 CNY（超出承诺部分按 1.5 倍计） = 35.00"}},
		{"short of a commitment", perUnit("2"), accounting.Terms{Commitment: &accounting.Commitment{Amount: dec("20"), Overage: one, TrueUp: true}}, rows("4"),
			[]string{"4 GB × 2.00 CNY = 8.00", "4 GB in all: 12.00 CNY up to the commitment of 20.00 CNY"},
			[]string{"4 GB × 2.00 CNY = 8.00", "累计用量 4 GB：12.00 CNY（补足承诺 20.00 CNY）"}},
		{"converted, some free, less a discount", graduated(accounting.ZeroWaived, tier("10", "2", "0"), tier("", "1", "0")),
			accounting.Terms{Convert: &accounting.Conversion{Divide: dec("1000"), Rounded: true, Mode: money.Ceiling}, Free: dec("2"), Percent: dec("10")}, rows("3000", "10400"),
			[]string{"3000 GB, converted to 3: 2 free + 1 × 2.00 CNY, less 10 % = 1.80",
				"10400 GB, 13400 GB in all, converted to 14 (3 before): 9 × 2.00 CNY + 2 × 1.00 CNY, less 10 % = 18.00"},
			[]string{"3000 GB，换算为 3：2 免费 + 1 × 2.00 CNY，减 10 % = 1.80",
				"10400 GB，累计用量 13400 GB，换算为 14（此前 3）：9 × 2.00 CNY + 2 × 1.00 CNY，减 10 % = 18.00"}},
		{"a peak", perUnit("2"), accounting.Terms{Gather: accounting.GatherPeak}, rows("30", "20", "50"),
			[]string{"peak 30 GB: 30 GB × 2.00 CNY = 60.00", "peak 30 GB: 0 GB × 2.00 CNY = 0.00", "peak 50 GB (30 GB before): 20 GB × 2.00 CNY = 40.00"},
			[]string{"峰值 30 GB：30 GB × 2.00 CNY = 60.00", "峰值 30 GB：0 GB × 2.00 CNY = 0.00", "峰值 50 GB（此前 30 GB）：20 GB × 2.00 CNY = 40.00"}},
		{"a stair", stairs, accounting.Terms{}, rows("80", "40"),
			[]string{"80 GB: 10.00 CNY for stair 1", "40 GB, 120 GB in all: 25.00 CNY for stair 2 - 10.00 CNY for stair 1 = 15.00"},
			[]string{"80 GB：10.00 CNY（规格第 1 档）", "40 GB，累计用量 120 GB：25.00 CNY（规格第 2 档） - 10.00 CNY（规格第 1 档） = 15.00"}},
		{"a percentage", accounting.Percentage{Rate: dec("2.9"), Fixed: dec("0.3"), Minimum: &one}, accounting.Terms{}, rows("100", "10"),
			[]string{"100 GB × 2.9 % + 0.30 CNY flat = 3.20", "10 GB × 2.9 % + 0.30 CNY flat + 0.41 CNY up to the minimum of 1.00 CNY = 1.00"},
			[]string{"100 GB × 2.9 % + 0.30 CNY（固定费） = 3.20", "10 GB × 2.9 % + 0.30 CNY（固定费） + 0.41 CNY（补足最低消费 1.00 CNY） = 1.00"}},
		{"the price of a label", accounting.Dynamic{Label: "price", Factor: dec("2")}, accounting.Terms{}, rows("10", labelled("price", "1.25")),
			[]string{"10 GB × 2.50 CNY (dynamic) = 25.00"}, []string{"10 GB × 2.50 CNY（随行价） = 25.00"}},
		{"the price of a time", accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(1), Price: dec("3")}}}, accounting.Terms{}, rows("10"),
			[]string{"10 GB × 3.00 CNY (spot) = 30.00"}, []string{"10 GB × 3.00 CNY（实时价） = 30.00"}},
		{"taken for a day of thirty", twoTiers, accounting.Terms{Prorate: accounting.ProrateDays}, rows("30", "60"),
			[]string{"30 GB, taken as 1 GB: 1 GB × 0.50 CNY = 0.50", "60 GB, 90 GB in all, taken as 2 GB: 2 GB × 0.50 CNY = 1.00"},
			[]string{"30 GB，按期折算为 1 GB：1 GB × 0.50 CNY = 0.50", "60 GB，累计用量 90 GB，按期折算为 2 GB：2 GB × 0.50 CNY = 1.00"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := priceOf("p", row.model)
			if !row.terms.IsZero() {
				p = with(p, row.terms)
			}
			bill, _, err := rating.Rate(contractOf(toCents, p), november, usage(row.rows...), rating.State{})
			require.NoError(t, err)
			var en, zh []string
			for _, c := range bill.Charges {
				en, zh = append(en, c.Explain()), append(zh, c.ExplainIn(accounting.Chinese))
				require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
			}
			require.Equal(t, row.en, en)
			require.Equal(t, row.zh, zh)
		})
	}
}

// usageOf makes rows of days that follow each other. A change is of the row
// before it.
func usageOf(of ...any) (rows []metering.Usage) {
	for _, x := range of {
		switch x := x.(type) {
		case string:
			rows = append(rows, used(x, len(rows)+1))
		case func(*metering.Usage):
			x(&rows[len(rows)-1])
		}
	}
	return rows
}

// Law 9 for staged prices: the steps of a line are all of it, each is what its
// count and price give, and what they come to rounds to what was billed.
func TestLaw9_Staged_Explained(t *testing.T) {
	told, opaque := 0, 0
	lawOf(t, 4, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		for _, c := range bill.Charges {
			e, total := c.Explanation, new(big.Rat)
			for _, s := range e.Steps() {
				total.Add(total, s.Amount)
				if s.Count == nil {
					continue
				}
				want := new(big.Rat).Mul(s.Count, s.Price.Rat())
				if s.Lot == accounting.Percents {
					want.Quo(want, big.NewRat(100, 1))
				}
				for _, change := range s.Changes {
					by := new(big.Rat).Quo(change.By, big.NewRat(100, 1))
					switch change.Kind {
					case accounting.StagePercent:
						want.Sub(want, by.Mul(by, want))
					case accounting.StagePower:
						want.Add(want, by.Mul(by, want))
					default:
						want.Mul(want, change.By)
					}
				}
				requireRat(t, want, s.Amount, "%s", c.Explain())
			}
			requireRat(t, total, e.Exact(), "%s", c.Explain())
			require.Equal(t, c.Billed, must(e.Recompute()))
			if s := e.Steps()[0]; s.Flat && s.Amount.Sign() != 0 && s.Tier == 0 && s.Bound == 0 && s.Kind != "" {
				opaque++
			} else {
				told++
			}
		}
	})
	require.Greater(t, told, 50*opaque, "an amount without its parts is for the peak of rows that have prices of their own: %d and %d", opaque, told)
}

// A tree tells what was used in the line and in all, and of what each part of
// the price is.
func TestExplained_Tree(t *testing.T) {
	p := with(priceOf("p", graduated(accounting.ZeroWaived, tier("10000", "0.5", "0"), tier("", "0.42", "0"))), accounting.Terms{Free: dec("100")})
	packed := priceOf("packed", accounting.Package{Size: dec("100"), Price: dec("1.33"), Parts: accounting.PartCharged}, sku("packed"))
	bill, _, err := rating.Rate(contractOf(toCents, p, packed), november,
		usage(used("9800.25", 1), used("1260", 2), used("150", 3, keyed("acme", "packed", ""))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, `553.18 CNY
├ usage of this line: 1260 GB
├ running total: 11060.25 GB
├ free units 100: 11060.25 → 10960.25
├ price (graduated): 5403.305 CNY
│ ├ tier 1: 10000 GB × 0.50 CNY = 5000.00 CNY
│ └ tier 2: 960.25 GB × 0.42 CNY = 403.305 CNY
└ less what came before: 4850.125 CNY`, bill.Charges[1].Tree(accounting.English).String())
	require.Equal(t, `553.18 CNY
├ 本行用量：1260 GB
├ 累计用量：11060.25 GB
├ 免费额度 100：11060.25 → 10960.25
├ 计价（阶梯累进）：5403.305 CNY
│ ├ 第 1 档：10000 GB × 0.50 CNY = 5000.00 CNY
│ └ 第 2 档：960.25 GB × 0.42 CNY = 403.305 CNY
└ 减：此前已计：4850.125 CNY`, bill.Charges[1].Tree(accounting.Chinese).String())
	require.Equal(t, `2.66 CNY
├ usage: 150 GB
└ price (package): 2.66 CNY
  └ 2 packages × 1.33 CNY = 2.66 CNY`, bill.Charges[2].Tree(accounting.English).String())
}
