package main

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// The rows of the heat map, in tenths of SVG units.
const (
	heatTop  = 60
	hourHigh = 120
)

// shades is the number of steps on the colour scale.
const shades = 9

// heatMap is PUE by hour, a column for each day and a row for each hour of
// the day, ready to draw.
type heatMap struct {
	Range         string // lowest and highest in words
	Desc          string
	Width, Height string
	Labels        []axisTick // hours
	LabelX        string
	Columns       []axisTick // days
	Bottom        string
	Empty         box // behind the cells; what shows through has no reading
	Cells         []heatCell
	Legend        []shade
	Marked        bool // some hours are estimated
	Gaps          bool // some hours have no reading
}

type heatCell struct {
	Class string
	Box   box
	Dot   bool
	X, Y  string // the middle, where an estimate is marked
}

// shade is a step of the colour scale: from Text on.
type shade struct{ Class, Text string }

// heat lays out the hours' PUE; nil where it is unknown.
func (b *books) heat(w *words) (*heatMap, error) {
	if len(b.Energy.Hours) == 0 {
		return nil, nil
	}
	index := make(map[string]int)
	var days []metering.Period
	for d := range metering.Days(b.Zone).Over(b.Period) {
		index[day(d, b.Zone)] = len(days)
		days = append(days, d)
	}
	h := &heatMap{
		Width: tenths(plotLeft + plotWidth + 40), Height: tenths(heatTop + 24*hourHigh + 270), Bottom: tenths(heatTop + 24*hourHigh), LabelX: tenths(plotLeft),
		Empty: box{X: tenths(plotLeft), Y: tenths(heatTop), W: tenths(plotWidth), H: tenths(24 * hourHigh)},
		Desc:  fmt.Sprintf(w.PUEDescF, w.period(b.Period, b.Zone)),
	}
	h.Columns, _ = b.dayAxis(w, days)
	for hour := 0; hour < 24; hour += 3 {
		h.Labels = append(h.Labels, axisTick{At: tenths(heatTop + int64(hour)*hourHigh), Text: fmt.Sprintf("%02d:00", hour)})
	}
	scale, err := b.heatScale(w, h)
	if err != nil {
		return nil, err
	}
	h.Legend = scale.legend()
	b.heatCells(w, h, scale, index, len(days))
	return h, nil
}

// heatCells places the hours. An hour that the clock shows twice, when summer
// time ends, shares its cell.
func (b *books) heatCells(w *words, h *heatMap, scale heatScale, index map[string]int, days int) {
	type place struct{ day, hour int }
	inCell := make(map[place]int64)
	at := func(x hourPUE) (place, bool) {
		j, ok := index[day(x.Period, b.Zone)]
		return place{j, x.Period.Start().In(b.Zone.Location()).Hour()}, ok && !x.PUE.IsZero()
	}
	known := 0
	for _, x := range b.Energy.Hours {
		if p, ok := at(x); ok {
			inCell[p]++
			known++
		}
	}
	seen := make(map[place]int64)
	for _, x := range b.Energy.Hours {
		p, ok := at(x)
		if !ok {
			continue
		}
		left, wide := edge(p.day, days), edge(p.day+1, days)-edge(p.day, days)
		x0, x1 := left+seen[p]*wide/inCell[p], left+(seen[p]+1)*wide/inCell[p]
		seen[p]++
		y := heatTop + int64(p.hour)*hourHigh
		title := w.hour(x.Period.Start().In(b.Zone.Location())) + " · " + x.PUE.Decimal(3).StringFixed(3)
		if x.Estimated {
			title += " · " + w.EstimatedHour
			h.Marked = true
		}
		h.Cells = append(h.Cells, heatCell{
			Class: scale.class(milli(x.PUE)), Dot: x.Estimated, X: tenths((x0 + x1) / 2), Y: tenths(y + hourHigh/2),
			Box: box{tenths(x0), tenths(y), tenths(x1 - x0), tenths(hourHigh), title},
		})
	}
	hours := 0
	for range metering.Hours(b.Zone).Over(b.Period) {
		hours++
	}
	h.Gaps = known < hours
}

// milli returns a PUE in thousandths.
func milli(r facility.Result) int64 { return r.Decimal(3).Shift(3).IntPart() }

// heatScale cuts PUE, in thousandths, into steps.
type heatScale struct {
	low, step int64
	n         int
}

// heatScale finds the lowest and the highest hour, says which they are, and
// returns the scale between them.
func (b *books) heatScale(w *words, h *heatMap) (heatScale, error) {
	var low, high hourPUE
	for _, x := range b.Energy.Hours {
		if x.PUE.IsZero() {
			continue
		}
		if low.PUE.IsZero() {
			low, high = x, x
		}
		c, err := x.PUE.Compare(low.PUE)
		if err != nil {
			return heatScale{}, err
		}
		if c < 0 {
			low = x
		}
		if c, err = x.PUE.Compare(high.PUE); err != nil {
			return heatScale{}, err
		}
		if c > 0 {
			high = x
		}
	}
	if low.PUE.IsZero() {
		return heatScale{step: 1, n: 1}, nil
	}
	local := func(x hourPUE) time.Time { return x.Period.Start().In(b.Zone.Location()) }
	h.Range = fmt.Sprintf(w.PUERangeF, low.PUE.Decimal(3).StringFixed(3), w.hour(local(low)), high.PUE.Decimal(3).StringFixed(3), w.hour(local(high)))
	return newHeatScale(milli(low.PUE), milli(high.PUE)), nil
}

// newHeatScale returns a scale of at most as many round steps as there are
// shades.
func newHeatScale(low, high int64) heatScale {
	for power := int64(1); ; power *= 10 {
		for _, m := range [...]int64{1, 2, 5} {
			s := heatScale{step: m * power}
			s.low = low - low%s.step
			s.n = int((high-s.low)/s.step) + 1
			if s.n <= shades {
				return s
			}
		}
	}
}

func (s heatScale) class(v int64) string { return s.shade(int((v - s.low) / s.step)) }

// shade spreads the steps over the shades.
func (s heatScale) shade(i int) string {
	if s.n > 1 {
		i = i * (shades - 1) / (s.n - 1)
	}
	return fmt.Sprintf("h%d", i)
}

func (s heatScale) legend() (out []shade) {
	for i := range s.n {
		from := s.low + int64(i)*s.step
		out = append(out, shade{s.shade(i), fmt.Sprintf("%d.%03d", from/1000, from%1000)})
	}
	return out
}

// heatTemplate draws a heatMap.
const heatTemplate = `
{{define "heat"}}{{$w := .W}}{{with .Heat -}}
<svg class="heat" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-labelledby="heat-title heat-desc">
<title id="heat-title">{{$w.PUEHours}}</title><desc id="heat-desc">{{.Desc}} {{.Range}}</desc>
<rect class="empty" x="{{.Empty.X}}" y="{{.Empty.Y}}" width="{{.Empty.W}}" height="{{.Empty.H}}"><title>{{$w.NoHour}}</title></rect>
{{$x := .LabelX}}{{range .Labels}}<text class="y" x="{{$x}}" y="{{.At}}" dx="-10" dy="10">{{.Text}}</text>
{{end -}}
{{$bottom := .Bottom}}{{range .Columns}}<text class="x" text-anchor="{{.Anchor}}" x="{{.At}}" y="{{$bottom}}" dy="20">{{.Text}}</text>
{{end -}}
{{range .Cells}}<rect class="{{.Class}}" x="{{.Box.X}}" y="{{.Box.Y}}" width="{{.Box.W}}" height="{{.Box.H}}"><title>{{.Box.Title}}</title></rect>
{{end -}}
{{range .Cells}}{{if .Dot}}<circle class="dot" cx="{{.X}}" cy="{{.Y}}" r="3"/>{{end}}{{end}}
</svg>
{{- end}}{{end}}`
