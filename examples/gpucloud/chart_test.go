package main

import (
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

func TestDailyCost_Sum(t *testing.T) {
	for _, days := range []int{1, 31, 45, 150} {
		s := october()
		s.days, s.previous = days, false
		b := s.books(t)
		c, err := b.dailyCost()
		require.NoError(t, err)
		var sum sums
		all := c.beyond
		for _, row := range c.amounts {
			require.Len(t, row, days)
			for _, m := range row {
				all = sum.money(all, m)
			}
		}
		require.NoError(t, sum.err)
		total, _, err := b.totals(b.Bills)
		require.NoError(t, err)
		require.Equal(t, total, all)
		require.True(t, c.beyond.IsZero())
	}
}

func TestSpread_Sum(t *testing.T) {
	for _, text := range []string{"CNY 2800.00", "CNY 0.01", "CNY -100.00", "CNY 1.00005", "JPY 1000"} {
		m := money.MustParse(text)
		for _, n := range []int{1, 7, 31} {
			parts, err := spread(m, n)
			require.NoError(t, err)
			require.Len(t, parts, n)
			sum, err := money.Sum(parts...)
			require.NoError(t, err)
			require.Equal(t, m, sum)
		}
	}
}

// Bars stand on each other without gaps, in the plot, as high as their day.
func TestChart_Stacks(t *testing.T) {
	b := october().books(t)
	k, err := b.chart(&english)
	require.NoError(t, err)
	number := func(s string) int64 {
		f, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return int64(f*10 + .5)
	}
	c, err := b.dailyCost()
	require.NoError(t, err)
	scale := c.scale()
	top := make(map[string]int64) // by column: where the next bar begins
	for _, s := range k.Series {
		for _, r := range s.Boxes {
			at, ok := top[r.X]
			if !ok {
				at = number(k.Bottom)
			}
			require.Equal(t, at, number(r.Y)+number(r.H), "%s %s", s.Name, r.Title)
			require.GreaterOrEqual(t, number(r.Y), int64(plotTop))
			top[r.X] = number(r.Y)
		}
	}
	require.Len(t, top, 31)
	for j := range c.days {
		var sum sums
		day := c.zero
		for i := range c.services {
			day = sum.money(day, c.amounts[i][j])
		}
		x, _ := column(j, len(c.days))
		require.Equal(t, scale.y(scaled(day)), top[tenths(x)])
	}
	require.Len(t, k.Columns, 31)
}

func TestChart_Negative(t *testing.T) {
	b := october().books(t)
	refund := b.Bills[0].Charges[0]
	refund.Billed = money.MustParse("CNY -900000")
	b.Bills[0].Charges = append(b.Bills[0].Charges, refund)
	k, err := b.chart(&english)
	require.NoError(t, err)
	require.Contains(t, k.Rows[0].Text, minus)
	_, root := report(t, b)
	root.section(t, "cost")
}

func TestAxis(t *testing.T) {
	for _, c := range []struct {
		span, step int64
		ticks      int
	}{{1, 1, 2}, {6, 1, 7}, {7, 2, 5}, {334_000, 100_000, 5}, {99, 20, 6}, {601, 200, 5}} {
		step := niceStep(big.NewInt(c.span))
		require.Equal(t, c.step, step.Int64())
		a := axis{new(big.Int), multiple(big.NewInt(c.span), step, true), step}
		require.Len(t, a.ticks(), c.ticks)
		require.Equal(t, int64(plotTop), a.y(a.high))
		require.Equal(t, int64(plotTop+plotHeight), a.y(a.low))
	}
	require.Equal(t, int64(-10), multiple(big.NewInt(-7), big.NewInt(5), false).Int64())
}

func TestHue(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range accounting.Services() {
		require.Contains(t, reportTemplate, "."+hue(s.ID)+" {")
		seen[hue(s.ID)] = true
	}
	require.Len(t, seen, len(accounting.Services()))
	require.Equal(t, "s-other", hue("steam"))
}

func TestHeat_Cells(t *testing.T) {
	s := october()
	s.zone = "Europe/Berlin" // 25 October has 25 hours
	b := s.books(t)
	h, err := b.heat(&english)
	require.NoError(t, err)
	require.Len(t, h.Cells, 31*24+1)
	require.False(t, h.Gaps)
	require.True(t, h.Marked)
	dots := 0
	for _, c := range h.Cells {
		if c.Dot {
			dots++
			require.Contains(t, c.Box.Title, english.EstimatedHour)
		}
	}
	require.Equal(t, 1, dots)

	b.Energy.Hours = b.Energy.Hours[5:]
	h, err = b.heat(&english)
	require.NoError(t, err)
	require.True(t, h.Gaps)

	b.Energy.Hours = nil
	h, err = b.heat(&english)
	require.NoError(t, err)
	require.Nil(t, h)
}

func TestHeatScale(t *testing.T) {
	for _, c := range [][2]int64{{1145, 1254}, {1000, 1000}, {1001, 3999}, {1200, 1201}, {0, 0}, {1049, 1050}} {
		s := newHeatScale(c[0], c[1])
		require.LessOrEqual(t, s.n, shades)
		legend := s.legend()
		require.Len(t, legend, s.n)
		require.Equal(t, legend[0].Class, s.class(c[0]))
		require.Equal(t, legend[s.n-1].Class, s.class(c[1]))
	}
}

func TestColumn(t *testing.T) {
	for _, n := range []int{1, 2, 31, 62, 150, 366} {
		end := int64(plotLeft)
		for j := range n {
			x, width := column(j, n)
			require.Positive(t, width)
			require.GreaterOrEqual(t, x, end)
			end = x + width
		}
		require.LessOrEqual(t, end, int64(plotLeft+plotWidth))
	}
}
