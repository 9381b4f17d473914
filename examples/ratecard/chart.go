package main

import (
	"bytes"
	"fmt"
	"html"
	"math/big"
	"os"
	"strings"

	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/digits"
)

// The drawing of one price: a panel, two in a row. Positions are rationals
// printed to a hundredth, so that the file is the same on every machine.
const (
	panelWidth, panelHeight = 460, 260
	plotLeft, plotTop       = 100, 52
	plotWidth, plotHeight   = 326, 160
)

// writeChart draws what each price asks for growing use.
func (v *view) writeChart(name string) error {
	all, err := series(v.card)
	if err != nil {
		return err
	}
	return os.WriteFile(name, v.chart(all), 0o644)
}

func (v *view) chart(all []ratecard.Series) []byte {
	rows := (len(all) + 1) / 2
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" fill="#222">`+"\n",
		2*panelWidth, 40+rows*panelHeight)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/><text x="20" y="26" font-size="16" font-weight="600">%s</text>`+"\n",
		html.EscapeString(v.card.Name()+"  "+v.card.Title))
	for i, s := range all {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%2*panelWidth, 40+i/2*panelHeight)
		v.panel(&b, s)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (v *view) panel(b *bytes.Buffer, s ratecard.Series) {
	// Extra quantities of the table can lie far beyond the last bound.
	points := s.Points
	end, most := plotEnd(s), new(big.Rat)
	for len(points) > 1 && points[len(points)-1].Quantity.Cmp(end) > 0 {
		points = points[:len(points)-1]
	}
	for _, p := range points {
		if p.Amount.Cmp(most) > 0 {
			most = p.Amount
		}
	}
	if most.Sign() == 0 {
		most = big.NewRat(1, 1)
	}
	fmt.Fprintf(b, `<text x="20" y="20" font-weight="600">%s</text><text x="20" y="36" fill="#666">%s</text>`+"\n",
		html.EscapeString(s.Price.ID), html.EscapeString(matchText(s.Price)))
	for i := range int64(3) {
		share := big.NewRat(i, 2)
		y := position(share, plotTop+plotHeight, -plotHeight)
		fmt.Fprintf(b, `<path d="M%d %sh%d" stroke="#ddd"/><text x="%d" y="%s" text-anchor="end" fill="#666" dy="4">%s</text>`+"\n",
			plotLeft, y, plotWidth, plotLeft-6, y, v.amount(new(big.Rat).Mul(share, most)))
		x := position(share, plotLeft, plotWidth)
		fmt.Fprintf(b, `<text x="%s" y="%d" text-anchor="middle" fill="#666">%s</text>`+"\n", x, plotTop+plotHeight+18, short(new(big.Rat).Mul(share, end)))
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#666">%s, %s</text>`+"\n", plotLeft+plotWidth, plotTop+plotHeight+34, v.quantityAxis, html.EscapeString(v.language.Unit(s.Unit)))
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#666">%s</text>`+"\n", plotLeft-14, plotTop+plotHeight+18, v.card.Currency)
	var path strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%s %s", command, position(new(big.Rat).Quo(p.Quantity, end), plotLeft, plotWidth),
			position(new(big.Rat).Quo(p.Amount, most), plotTop+plotHeight, -plotHeight))
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#0b63b0" stroke-width="2" stroke-linejoin="round"/>`+"\n", path.String())
}

// plotEnd is the largest quantity that is drawn: where the curve ends without
// the table's quantities, or the one of these that is nearest beyond.
func plotEnd(s ratecard.Series) *big.Rat {
	end := big.NewRat(100, 1)
	for i := len(s.Points) - 1; i > 0; i-- {
		q := s.Points[i].Quantity
		if !isTabled(q) {
			near := new(big.Rat).Mul(q, big.NewRat(21, 20))
			if i+1 < len(s.Points) && s.Points[i+1].Quantity.Cmp(near) <= 0 {
				return s.Points[i+1].Quantity
			}
			return q
		}
	}
	return end
}

func isTabled(q *big.Rat) bool {
	for _, d := range extra() {
		if d.Rat().Cmp(q) == 0 {
			return true
		}
	}
	return false
}

// position returns from + share·length, to a hundredth.
func position(share *big.Rat, from, length int64) string {
	at := new(big.Rat).Mul(share, big.NewRat(length, 1))
	at.Add(at, big.NewRat(from, 1))
	return at.FloatString(2)
}

// short prints a quantity for an axis.
func short(r *big.Rat) string {
	s := r.FloatString(2)
	return digits.Group(strings.TrimSuffix(strings.TrimRight(s, "0"), "."))
}
