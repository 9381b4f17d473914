package main

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/metering"
)

// The drawing's measures, in pixels. Coordinates are floats: they are a picture
// of the amounts, and the labels beside them have the amounts.
const (
	width      = 960.0
	top        = 76.0
	barHeight  = 420.0 // of the taller side, without gaps
	barGap     = 22.0
	barWidth   = 18.0
	leftBar    = 220.0
	rightBar   = 740.0
	lineHeight = 16.0
	reach      = 70.0 // of the curves between service centres
)

// colours are those of Okabe and Ito, which people tell apart who do not see
// all colours.
var colours = [...]string{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a7a00"}

// bar is a centre in the drawing.
type bar struct {
	y, height    float64
	out, in      float64 // how much of its height is taken by flows so far
	loops        float64
	label, value string
	colour       string
	own          float64
}

// drawing gathers the elements of an SVG.
type drawing struct {
	bytes.Buffer
	c     comparison
	m     method
	scale float64 // pixels for a unit of money
	left  map[metering.Account]*bar
	right map[metering.Account]*bar
	foot  float64
}

// draw draws the flows of the reciprocal allocation.
func (c comparison) draw() []byte {
	d := &drawing{c: c, m: c.methods[2], left: map[metering.Account]*bar{}, right: map[metering.Account]*bar{}}
	d.layOut()
	fmt.Fprintf(&d.Buffer, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		width, d.foot, width, d.foot)
	fmt.Fprintf(&d.Buffer, `<title>%s</title><rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n", c.say.flows)
	d.text(24, 30, "start", "#1a1a1a", "18", fmt.Sprintf(c.say.where, c.whole(d.m)))
	d.text(24, 52, "start", "#555555", "13", c.say.reading)
	d.flows()
	d.bars(d.left, d.m.Services, leftBar, -12, "end")
	d.bars(d.right, d.m.Production, rightBar, barWidth+12, "start")
	d.rest()
	d.WriteString("</svg>\n")
	return d.Bytes()
}

func units(a allocation.Amount) float64 {
	f, _ := a.Rat().Float64()
	return max(f, 0) // a credit has no width
}

// layOut gives every centre its place. Both sides have one scale.
func (d *drawing) layOut() {
	var sums [2]float64
	for i, shares := range [2][]allocation.Share{d.m.Services, d.m.Production} {
		for _, s := range shares {
			sums[i] += units(s.Total)
		}
	}
	sums[1] += units(d.m.Unallocated)
	d.scale = barHeight / max(sums[0], sums[1], 1e-9)
	tallest := 0.0
	place := func(bars map[metering.Account]*bar, shares []allocation.Share, sum float64, more int) {
		y := top + max(0, barHeight-sum*d.scale)/2
		for i, s := range shares {
			b := &bar{y: y, height: units(s.Total) * d.scale, label: string(s.Centre), value: d.c.exact(s.Total),
				colour: colours[i%len(colours)], own: units(s.Own) * d.scale}
			bars[s.Centre] = b
			y += max(b.height, 2*lineHeight) + barGap
		}
		tallest = max(tallest, y+float64(more)*2*lineHeight)
	}
	place(d.left, d.m.Services, sums[0], 0)
	shares := d.m.Production
	if !d.m.Unallocated.IsZero() {
		shares = append(append([]allocation.Share(nil), shares...), allocation.Share{Total: d.m.Unallocated})
	}
	place(d.right, shares, sums[1], 0)
	if b := d.right[""]; b != nil {
		b.label = d.c.say.unallocated
	}
	for i, s := range d.m.Production {
		d.right[s.Centre].value = d.m.settled.Production[i].Display() // as in the tables
	}
	for _, b := range d.right {
		b.in, b.colour = b.own, "#4d4d4d" // flows come in below the centre's own cost
	}
	d.foot = tallest + lineHeight
}

// flows draws the ribbons, and the curves between service centres.
func (d *drawing) flows() {
	for _, f := range d.m.Flows {
		from, w := d.left[f.From], units(f.Amount)*d.scale
		if to, ok := d.right[f.To]; ok {
			d.ribbon(from, to, w, f)
			continue
		}
		to := d.left[f.To]
		y1, y2 := from.y+from.height-from.loops-w/2, to.y+to.own+to.in+w/2
		from.loops += w
		to.in += w
		x := leftBar + barWidth
		fmt.Fprintf(&d.Buffer, `<path d="M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f" fill="none" stroke="%s" stroke-opacity="0.55" stroke-width="%.2f">`,
			x, y1, x+reach, y1, x+reach, y2, x, y2, from.colour, max(w, 0.75))
		d.tip(f)
		d.WriteString("</path>\n")
	}
}

func (d *drawing) ribbon(from, to *bar, w float64, f allocation.Flow) {
	x1, x2 := leftBar+barWidth, rightBar
	y1, y2 := from.y+from.out, to.y+to.in
	from.out += w
	to.in += w
	middle := (x1 + x2) / 2
	fmt.Fprintf(&d.Buffer, `<path d="M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f L%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f Z" fill="%s" fill-opacity="0.45">`,
		x1, y1, middle, y1, middle, y2, x2, y2, x2, y2+w, middle, y2+w, middle, y1+w, x1, y1+w, from.colour)
	d.tip(f)
	d.WriteString("</path>\n")
}

// tip is what is shown when a flow is pointed at.
func (d *drawing) tip(f allocation.Flow) {
	to := string(f.To)
	if to == "" {
		to = d.c.say.unallocated
	}
	d.WriteString("<title>")
	d.escape(fmt.Sprintf("%s → %s: %s %s", f.From, to, d.c.currency, d.c.exact(f.Amount)))
	d.WriteString("</title>")
}

// bars draws the centres of one side, in order, with their labels.
func (d *drawing) bars(bars map[metering.Account]*bar, shares []allocation.Share, x, labelX float64, anchor string) {
	for _, s := range shares {
		d.bar(bars[s.Centre], x, labelX, anchor)
	}
}

func (d *drawing) bar(b *bar, x, labelX float64, anchor string) {
	fmt.Fprintf(&d.Buffer, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.2f" fill="%s"/>`+"\n", x, b.y, barWidth, max(b.height, 1), b.colour)
	if x == rightBar && b.own > 0 {
		fmt.Fprintf(&d.Buffer, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.2f" fill="#b3b3b3"/>`+"\n", x, b.y, barWidth, min(b.own, max(b.height, 1)))
	}
	y := b.y + max(b.height, 1)/2 - 2
	y = max(y, b.y+10)
	d.text(x+labelX, y, anchor, "#1a1a1a", "13", b.label)
	d.text(x+labelX, y+lineHeight, anchor, "#555555", "12", b.value)
}

// rest draws what is unallocated.
func (d *drawing) rest() {
	if b := d.right[""]; b != nil {
		fmt.Fprintf(&d.Buffer, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.2f" fill="none" stroke="#555555" stroke-dasharray="3 2"/>`+"\n", rightBar, b.y, barWidth, max(b.height, 1))
		y := max(b.y+b.height/2-2, b.y+10)
		d.text(rightBar+barWidth+12, y, "start", "#1a1a1a", "13", b.label)
		d.text(rightBar+barWidth+12, y+lineHeight, "start", "#555555", "12", b.value)
	}
}

func (d *drawing) text(x, y float64, anchor, colour, size, s string) {
	fmt.Fprintf(&d.Buffer, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" font-size="%s">`, x, y, anchor, colour, size)
	d.escape(s)
	d.WriteString("</text>\n")
}

func (d *drawing) escape(s string) { _ = xml.EscapeText(&d.Buffer, []byte(s)) } // a buffer takes all
