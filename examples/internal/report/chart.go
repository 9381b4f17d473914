package report

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/examples/internal/digits"
)

// A Chart is columns of stacked parts. What is below zero hangs under the line.
type Chart struct {
	// Unit is what the numbers are of; it stands above the scale.
	Unit string
	// Columns are in order from the left, such as days.
	Columns []Heading
	// Series are parts of each column, from the bottom; at most nine have a colour
	// of their own.
	Series []Series
	// Totals is a text for each column.
	Totals []string
}

// A Heading names a column: Short under the axis, where there is room, and Long
// with its figures.
type Heading struct{ Short, Long string }

// A Series is one part, with a value for each column.
type Series struct {
	Name   string
	Total  string
	Values []Value
}

// The drawing, in units. The plot's edges are in tenths, so that heights are
// whole numbers until they are written.
const (
	plotWidth  = 1000
	plotHeight = 260
	maxLabels  = 16 // of columns, beside each other
	maxTicks   = 6
)

// plot is a chart as it is drawn: places are texts in units of the drawing.
type plot struct {
	*Chart
	Words    words
	Ticks    []tick
	Zero     string
	Parts    []part
	Slots    []slot
	Labelled []label
}

type tick struct{ Y, Text, Top string }

type part struct {
	Hue   int
	Name  string
	Total string
	Boxes []box
}

type box struct{ X, Y, W, H string }

// slot is the stretch of a column, which the pointer and the keyboard find.
type slot struct {
	Left, Width string // in percent
	Long, Total string
	Rows        []figure
	Right       bool // its figures stand to the left
	Say         string
}

type figure struct {
	Hue        int
	Name, Text string
}

type label struct{ Left, Text string }

// hues is how many colours there are.
const hues = 9

func (c *Chart) plot(w words) *plot {
	p := &plot{Chart: c, Words: w}
	s := c.scale()
	for v := new(big.Rat).Set(s.low); v.Cmp(s.high) <= 0; v = new(big.Rat).Add(v, s.step) {
		p.Ticks = append(p.Ticks, tick{tenths(s.y(v)), digits.Group(short(v)), percent(s.y(v), plotHeight*10)})
	}
	p.Zero = tenths(s.y(new(big.Rat)))
	ups, downs := zeros(len(c.Columns)), zeros(len(c.Columns))
	for i, series := range c.Series {
		one := part{Hue: i % hues, Name: series.Name, Total: series.Total}
		for j := range c.Columns {
			v := series.number(j)
			if v.Sign() == 0 {
				continue
			}
			side := ups
			if v.Sign() < 0 {
				side = downs
			}
			from := s.y(side[j])
			side[j] = new(big.Rat).Add(side[j], v)
			to := s.y(side[j])
			if from == to {
				continue
			}
			x, width := column(j, len(c.Columns))
			one.Boxes = append(one.Boxes, box{tenths(x), tenths(min(from, to)), tenths(width), tenths(max(from, to) - min(from, to))})
		}
		p.Parts = append(p.Parts, one)
	}
	p.slots()
	return p
}

// slots lays out what each column says.
func (p *plot) slots() {
	n := len(p.Columns)
	every := (n + maxLabels - 1) / maxLabels
	for j, h := range p.Columns {
		from, to := edge(j, n), edge(j+1, n)
		s := slot{Left: percent(from, plotWidth*10), Width: percent(to-from, plotWidth*10), Long: h.Long, Right: 2*j >= n}
		if j < len(p.Totals) {
			s.Total = p.Totals[j]
		}
		say := []string{h.Long, p.Words.Total + " " + s.Total}
		for i := len(p.Series) - 1; i >= 0; i-- { // as the parts stand, from the top
			series := p.Series[i]
			if series.number(j).Sign() == 0 {
				continue
			}
			s.Rows = append(s.Rows, figure{i % hues, series.Name, series.Values[j].Text})
			say = append(say, series.Name+" "+series.Values[j].Text)
		}
		s.Say = strings.Join(say, "; ")
		p.Slots = append(p.Slots, s)
		if every > 0 && j%every == 0 && h.Short != "" {
			p.Labelled = append(p.Labelled, label{percent((from+to)/2, plotWidth*10), h.Short})
		}
	}
}

func zeros(n int) []*big.Rat {
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = new(big.Rat)
	}
	return out
}

// number returns the number of a column, zero where there is none.
func (s Series) number(j int) *big.Rat {
	if j >= len(s.Values) || s.Values[j].Number == nil {
		return new(big.Rat)
	}
	return s.Values[j].Number
}

// scale is a linear scale from low to high, both multiples of step.
type scale struct{ low, high, step *big.Rat }

// scale returns the scale that holds every column.
func (c *Chart) scale() scale {
	low, high := new(big.Rat), new(big.Rat)
	for j := range c.Columns {
		up, down := new(big.Rat), new(big.Rat)
		for _, s := range c.Series {
			if v := s.number(j); v.Sign() > 0 {
				up.Add(up, v)
			} else {
				down.Add(down, v)
			}
		}
		if up.Cmp(high) > 0 {
			high = up
		}
		if down.Cmp(low) < 0 {
			low = down
		}
	}
	if low.Cmp(high) == 0 {
		high = big.NewRat(1, 1)
	}
	step := niceStep(new(big.Rat).Sub(high, low))
	return scale{multiple(low, step, false), multiple(high, step, true), step}
}

// niceStep returns a step of 1, 2 or 5 times a power of ten that cuts span into at
// most maxTicks.
func niceStep(span *big.Rat) *big.Rat {
	power := big.NewRat(1, 1_000_000_000)
	for {
		for _, n := range [...]int64{1, 2, 5} {
			step := new(big.Rat).Mul(power, big.NewRat(n, 1))
			if new(big.Rat).Mul(step, big.NewRat(maxTicks, 1)).Cmp(span) >= 0 {
				return step
			}
		}
		power.Mul(power, big.NewRat(10, 1))
	}
}

// multiple returns the multiple of step at v or next to it, upwards or downwards.
func multiple(v, step *big.Rat, up bool) *big.Rat {
	q := new(big.Rat).Quo(v, step)
	whole, rest := new(big.Int).DivMod(q.Num(), q.Denom(), new(big.Int)) // towards −∞
	if up && rest.Sign() != 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return new(big.Rat).Mul(new(big.Rat).SetInt(whole), step)
}

// y returns the height of v in the drawing, in tenths from the top.
func (s scale) y(v *big.Rat) int64 {
	up := new(big.Rat).Quo(new(big.Rat).Sub(v, s.low), new(big.Rat).Sub(s.high, s.low))
	up.Mul(up, big.NewRat(plotHeight*10, 1))
	return plotHeight*10 - new(big.Int).Quo(up.Num(), up.Denom()).Int64()
}

// edge returns where the slot of column j of n begins, in tenths.
func edge(j, n int) int64 { return int64(j) * plotWidth * 10 / int64(max(n, 1)) }

// column returns where the bar of a column begins, and its width, in tenths.
func column(j, n int) (x, width int64) {
	slot := edge(j+1, n) - edge(j, n)
	width = min(slot*76/100, 560)
	return edge(j, n) + (slot-width)/2, width
}

func tenths(n int64) string {
	if n%10 == 0 {
		return fmt.Sprint(n / 10)
	}
	return fmt.Sprintf("%d.%d", n/10, n%10)
}

// percent returns a part of a whole, to a thousandth of a per cent.
func percent(n, of int64) string {
	return new(big.Rat).SetFrac64(n*100, of).FloatString(3) + "%"
}

// short returns a round number without zeros behind the point.
func short(v *big.Rat) string {
	s := v.FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
