package main

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// The drawing area of the daily chart, in tenths of its units. The chart and
// the heat map share left edge and width, so that days stand above days.
const (
	plotLeft   = 760
	plotWidth  = 10_400
	plotTop    = 120
	plotHeight = 2600
	tenthsOne  = 10
)

// stack is the stacked bars of daily cost, ready to draw: positions are SVG
// units, in tenths.
type stack struct {
	Caption, Beyond string
	Width, Height   string
	Left, Right     string
	Bottom          string
	Rows            []axisTick // amounts
	Columns         []axisTick // days
	Weekends        []box
	Series          []series
	Days            []stackDay
	Thin            bool // so many days that bars touch
	Spread          bool // some charges are for longer than a day
}

type axisTick struct{ At, Text, Anchor string }

type box struct{ X, Y, W, H, Title string }

// series is one service: its bars, and what it comes to.
type series struct {
	Class, Name, Total, Share string
	Boxes                     []box
}

// stackDay is a day in figures.
type stackDay struct {
	Name, Total string
	Amounts     []string
	Hit         box // the day's whole column
}

// cost is what was billed, by service and day.
type cost struct {
	days     []metering.Period
	services []accounting.ServiceID
	amounts  [][]money.Money // by service, then day
	spread   bool            // some charge was for longer than a day
	zero     money.Money
	beyond   money.Money // billed for days out of the period
}

// dailyCost puts every charge on the days of its use. A charge for longer
// than a day is spread evenly over its days, to the last minor unit.
func (b *books) dailyCost() (c cost, err error) {
	at := make(map[metering.Period]int)
	for d := range metering.Days(b.Zone).Over(b.Period) {
		at[d] = len(c.days)
		c.days = append(c.days, d)
	}
	c.services = b.services()
	if c.zero, err = b.zero(); err != nil {
		return c, err
	}
	c.beyond = c.zero
	for range c.services {
		c.amounts = append(c.amounts, slices.Repeat([]money.Money{c.zero}, len(c.days)))
	}
	var s sums
	for charge := range chargesOf(b.Bills) {
		row := c.amounts[slices.Index(c.services, charge.Service)]
		days := slices.Collect(metering.Days(b.Zone).Over(charge.Period.Intersect(b.Period)))
		if len(days) == 0 {
			c.beyond = s.money(c.beyond, charge.Billed)
			continue
		}
		c.spread = c.spread || len(days) > 1
		parts, err := spread(charge.Billed, len(days))
		if err != nil {
			return c, err
		}
		for i, d := range days {
			j, whole := at[d]
			if !whole {
				j = c.dayOf(d)
			}
			row[j] = s.money(row[j], parts[i])
		}
	}
	return c, s.err
}

// dayOf returns the day that p begins in.
func (c cost) dayOf(p metering.Period) int {
	return slices.IndexFunc(c.days, func(d metering.Period) bool { return d.Contains(p.Start()) })
}

func spread(m money.Money, n int) ([]money.Money, error) {
	if n == 1 {
		return []money.Money{m}, nil
	}
	weights := slices.Repeat([]int64{1}, n)
	if parts, err := m.Split(m.Currency().Digits(), weights...); err == nil {
		return parts, nil
	}
	return m.Split(18, weights...) // m has more digits than its currency
}

func scaled(m money.Money) *big.Int { return m.Scaled().Big() }

// chart lays out the daily cost.
func (b *books) chart(w *words) (stack, error) {
	c, err := b.dailyCost()
	if err != nil {
		return stack{}, err
	}
	n := int64(len(c.days))
	k := stack{
		Width: tenths(plotLeft + plotWidth + 40), Height: tenths(plotTop + plotHeight + 270), Left: tenths(plotLeft), Right: tenths(plotLeft + plotWidth),
		Bottom: tenths(plotTop + plotHeight), Thin: n > 62, Spread: c.spread,
	}
	if !c.beyond.IsZero() {
		k.Beyond = withCurrency(c.beyond)
	}
	scale := c.scale()
	for _, v := range scale.ticks() {
		k.Rows = append(k.Rows, axisTick{At: tenths(scale.y(v)), Text: digits.Group(decimal.NewFromBigInt(v, -18).String())})
	}
	k.Columns, k.Weekends = b.dayAxis(w, c.days)
	return k, c.stackUp(b, w, scale, &k)
}

// stackUp adds bars, legend and figures.
func (c cost) stackUp(b *books, w *words, scale axis, k *stack) error {
	var s sums
	grand := c.beyond
	totals := slices.Repeat([]money.Money{c.zero}, len(c.services))
	for i := range c.services {
		for _, m := range c.amounts[i] {
			totals[i] = s.money(totals[i], m)
		}
		grand = s.money(grand, totals[i])
		name := w.service(c.services[i])
		k.Series = append(k.Series, series{Class: hue(c.services[i]), Name: name, Total: amount(totals[i])})
	}
	for i := range k.Series {
		k.Series[i].Share = percent(moneyShare(totals[i], grand))
	}
	for j, d := range c.days {
		x, width := column(j, len(c.days))
		name := w.dayMonth(d.Start().In(b.Zone.Location()))
		day := stackDay{Name: name}
		sum := c.zero
		up, down := new(big.Int), new(big.Int)
		for i := range c.services {
			m := c.amounts[i][j]
			sum = s.money(sum, m)
			day.Amounts = append(day.Amounts, amount(m))
			side := up
			if m.Sign() < 0 {
				side = down
			}
			from := scale.y(side)
			side.Add(side, scaled(m))
			to := scale.y(side)
			if from != to {
				k.Series[i].Boxes = append(k.Series[i].Boxes, box{
					tenths(x), tenths(min(from, to)), tenths(width), tenths(max(from, to) - min(from, to)), name + " · " + k.Series[i].Name + " · " + amount(m),
				})
			}
		}
		day.Total = amount(sum)
		slot, next := edge(j, len(c.days)), edge(j+1, len(c.days))
		day.Hit = box{X: tenths(slot), Y: tenths(plotTop), W: tenths(next - slot), H: tenths(plotHeight)}
		k.Days = append(k.Days, day)
	}
	return s.err
}

// edge returns where the slot of day j begins.
func edge(j, n int) int64 { return plotLeft + int64(j)*plotWidth/int64(max(n, 1)) }

// column returns where the bar of day j begins, and its width.
func column(j, n int) (x, width int64) {
	slot := edge(j+1, n) - edge(j, n)
	width = slot * 76 / 100
	if slot < 120 {
		width = max(slot-10, slot*8/10)
	}
	width = min(width, 560)
	return edge(j, n) + (slot-width)/2, width
}

// axis is a linear scale from low to high, both multiples of step and in
// 10⁻¹⁸ of the currency.
type axis struct{ low, high, step *big.Int }

// scale returns the axis that holds every day's stack.
func (c cost) scale() axis {
	high, low := new(big.Int), new(big.Int)
	for j := range c.days {
		up, down := new(big.Int), new(big.Int)
		for i := range c.services {
			if m := scaled(c.amounts[i][j]); m.Sign() >= 0 {
				up.Add(up, m)
			} else {
				down.Add(down, m)
			}
		}
		if up.Cmp(high) > 0 {
			high = up
		}
		if down.Cmp(low) < 0 {
			low = down
		}
	}
	if high.Sign() == 0 && low.Sign() == 0 {
		high.Exp(big.NewInt(10), big.NewInt(18), nil) // one unit
	}
	step := niceStep(new(big.Int).Sub(high, low))
	return axis{multiple(low, step, false), multiple(high, step, true), step}
}

// niceStep returns a step of 1, 2 or 5 times a power of ten that cuts span
// into at most six.
func niceStep(span *big.Int) *big.Int {
	for power := big.NewInt(1); ; power.Mul(power, big.NewInt(10)) {
		for _, n := range [...]int64{1, 2, 5} {
			step := new(big.Int).Mul(power, big.NewInt(n))
			if new(big.Int).Mul(step, big.NewInt(6)).Cmp(span) >= 0 {
				return step
			}
		}
	}
}

// multiple returns the multiple of step at or beyond v, upwards or downwards.
func multiple(v, step *big.Int, up bool) *big.Int {
	q, r := new(big.Int).DivMod(v, step, new(big.Int)) // towards −∞
	if up && r.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Mul(q, step)
}

func (a axis) ticks() (out []*big.Int) {
	for v := new(big.Int).Set(a.low); v.Cmp(a.high) <= 0; v = new(big.Int).Add(v, a.step) {
		out = append(out, v)
	}
	return out
}

// y returns the height of v in the drawing, in tenths.
func (a axis) y(v *big.Int) int64 {
	up := new(big.Int).Sub(v, a.low)
	up.Mul(up, big.NewInt(plotHeight))
	up.Quo(up, new(big.Int).Sub(a.high, a.low))
	return plotTop + plotHeight - up.Int64()
}

// dayAxis labels the days: each one of a month, each week of two, or the
// months of a longer time.
func (b *books) dayAxis(w *words, days []metering.Period) (ticks []axisTick, weekends []box) {
	n := len(days)
	last := int64(-plotWidth) // where the last label stands
	for j, d := range days {
		t := d.Start().In(b.Zone.Location())
		slot, next := edge(j, n), edge(j+1, n)
		if wd := t.Weekday(); n <= 62 && (wd == 0 || wd == 6) {
			weekends = append(weekends, box{X: tenths(slot), Y: tenths(plotTop), W: tenths(next - slot), H: tenths(plotHeight)})
		}
		switch {
		case n <= 31:
			ticks = append(ticks, axisTick{tenths((slot + next) / 2), t.Format("2"), "middle"})
		case n <= 62:
			if j%7 == 0 {
				ticks = append(ticks, axisTick{tenths(slot), w.dayMonth(t), "start"})
			}
		case j == 0 || t.Day() == 1:
			// A label takes about 80 units.
			if j > 0 && slot-last < 800 || slot > plotLeft+plotWidth-500 {
				continue
			}
			last = slot
			ticks = append(ticks, axisTick{tenths(slot), w.monthShort(t), "start"})
		}
	}
	return ticks, weekends
}

// hue returns the class that colours a service: its place in the catalogue.
func hue(id accounting.ServiceID) string {
	all := accounting.Services()
	i := slices.IndexFunc(all, func(s accounting.Service) bool { return s.ID == id })
	if i < 0 {
		return "s-other"
	}
	return "s-" + string(all[i].ID)
}

// chartTemplate draws a stack.
const chartTemplate = `
{{define "chart"}}{{$w := .W}}{{with .Chart -}}
<svg class="chart{{if .Thin}} thin{{end}}" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="chart-title chart-desc">
<title id="chart-title">{{$w.DailyCost}}</title><desc id="chart-desc">{{range $i, $s := .Series}}{{if $i}}; {{end}}{{$s.Name}} {{$s.Total}} ({{$s.Share}}){{end}}</desc>
{{range .Weekends}}<rect class="weekend" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"/>{{end}}
{{$left := .Left}}{{$right := .Right}}{{range .Rows}}<path class="grid" d="M{{$left}} {{.At}}H{{$right}}"/><text class="y" x="{{$left}}" y="{{.At}}" dx="-10" dy="4">{{.Text}}</text>
{{end -}}
{{$bottom := .Bottom}}{{range .Columns}}<text class="x" text-anchor="{{.Anchor}}" x="{{.At}}" y="{{$bottom}}" dy="20">{{.Text}}</text>
{{end -}}
{{range .Days}}<rect class="hit" x="{{.Hit.X}}" y="{{.Hit.Y}}" width="{{.Hit.W}}" height="{{.Hit.H}}"><title>{{printf $w.TotalOfDayF .Name .Total}}</title></rect>{{end}}
{{range .Series}}<g class="{{.Class}}">{{range .Boxes}}<rect x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"><title>{{.Title}}</title></rect>{{end}}</g>
{{end -}}
</svg>
{{- end}}{{end}}`
