package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

//go:embed invoice.html.tmpl
var invoiceTemplate string

var invoicePage = template.Must(template.New("invoice").Parse(invoiceTemplate))

// invoiceView is an invoice as people read it.
type invoiceView struct {
	W          *words
	Customer   string
	Account    string
	Period     string
	Zone       string
	Currency   string
	Card       cardName
	Negotiated *cardName
	Groups     []invoiceGroup
	Total      string
	List       string
	Saving     string
	SavingOf   string
	Rounding   string
	Estimated  bool // some quantity is
}

type invoiceGroup struct {
	Name, Subtotal, Billed, List string
	Lines                        []invoiceLine

	service accounting.ServiceID
}

type invoiceLine struct {
	Title, SKU, Region, Quantity, Unit, List, Billed, Explained, Estimated string
}

// invoiceHTML returns an invoice as a page to read and to print.
func invoiceHTML(b *books, inv *invoice.Draft) ([]byte, error) {
	w := wordsIn(b.Lang)
	v := invoiceView{
		W: w, Customer: clean(inv.Contract.CustomerName()), Account: clean(string(inv.Contract.Account)), Period: w.period(inv.Period, b.Zone), Zone: b.Zone.String(),
		Currency: string(inv.Contract.Card.Currency), Card: w.card(inv.Contract.Card),
		Total: amount(inv.Total), List: amount(inv.List), Rounding: w.rounding(inv.Contract.Card.Rounding),
	}
	if inv.Contract.Negotiated != nil {
		name := w.card(inv.Contract.Negotiated)
		v.Negotiated = &name
	}
	saving, err := inv.List.Sub(inv.Total)
	if err != nil {
		return nil, err
	}
	v.Saving, v.SavingOf = amount(saving), percent(moneyShare(saving, inv.List))
	for id, lines := range inv.Services() {
		g, err := w.invoiceGroup(id, lines)
		if err != nil {
			return nil, err
		}
		g.service = id
		for _, l := range g.Lines {
			v.Estimated = v.Estimated || l.Estimated != ""
		}
		v.Groups = append(v.Groups, g)
	}
	slices.SortStableFunc(v.Groups, func(a, z invoiceGroup) int { return serviceOrder(a.service, z.service) })
	var out bytes.Buffer
	err = invoicePage.Execute(&out, v)
	return out.Bytes(), err
}

// cardName is the title of a card and what charges call it.
type cardName struct{ Title, Name string }

func (w *words) card(card *accounting.Card) cardName {
	if card.Title == "" {
		return cardName{Title: card.Name()}
	}
	return cardName{w.cardTitle(card.ID, card.Title), card.Name()}
}

func (w *words) invoiceGroup(id accounting.ServiceID, lines []invoice.Line) (invoiceGroup, error) {
	var s sums
	var total, list money.Money
	g := invoiceGroup{Name: w.service(id)}
	for _, l := range lines {
		total, list = s.money(total, l.Billed), s.money(list, l.List)
		line := invoiceLine{
			Title: w.price(l.PriceID, l.Title), SKU: l.SKU, Region: l.Region,
			List: amount(l.List), Billed: amount(l.Billed), Explained: w.explain(l),
		}
		if l.Labels.Len() > 0 && l.PriceID != reservedUsage { // whose title says it
			line.SKU = strings.TrimSpace(line.SKU + " " + l.Labels.String())
		}
		if !l.Unit.IsZero() {
			line.Quantity, line.Unit = s.in(l.Quantity, l.Unit.Code(), 3), w.unit(l.Unit)
			switch {
			case l.Estimated.IsZero():
			case l.Estimated == l.Quantity:
				line.Estimated = w.AllEstimated
			default:
				line.Estimated = fmt.Sprintf(w.PartlyEstimatedF, s.in(l.Estimated, l.Unit.Code(), 3)+" "+line.Unit)
			}
		}
		g.Lines = append(g.Lines, line)
	}
	g.Subtotal, g.Billed, g.List = fmt.Sprintf(w.SubtotalF, g.Name), amount(total), amount(list)
	return g, s.err
}

// explain returns how a line came about, with the unit as the page calls it.
func (w *words) explain(l invoice.Line) string {
	if !w.zh() {
		return l.Explain()
	}
	text := l.ExplainIn(accounting.Chinese)
	if l.Unit.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, " "+l.Unit.Label()+" ", " "+w.unit(l.Unit)+" ")
}

// maxFileName bounds the part of a file's name that is a tenant's, in bytes.
const maxFileName = 100

// invoiceFile returns the name of an invoice's file: the tenant's, with the
// month when there are several. A name that is not plain, or that some file
// systems would take for another's, is made plain and told apart by a hash.
func invoiceFile(b *books, inv *invoice.Draft) string {
	name := b.fileName(inv.Contract.Account)
	if len(b.Months) > 1 {
		name += "-" + inv.Period.Start().In(b.Zone.Location()).Format("2006-01")
	}
	return name + ".html"
}

func (b *books) fileName(account metering.Account) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, string(account))
	shared := slices.ContainsFunc(b.Invoices, func(inv *invoice.Draft) bool {
		return inv.Contract.Account != account && strings.EqualFold(string(inv.Contract.Account), string(account))
	})
	if plain == string(account) && len(plain) <= maxFileName && !shared && !reserved(plain) {
		return plain
	}
	for len(plain) > maxFileName {
		runes := []rune(plain)
		plain = string(runes[:len(runes)-1])
	}
	sum := sha256.Sum256([]byte(account))
	return plain + "-" + hex.EncodeToString(sum[:6])
}

// reserved reports whether a name means a device to Windows, or nothing.
func reserved(name string) bool {
	switch strings.ToLower(name) {
	case "", "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.EqualFold(name[:3], "com") || strings.EqualFold(name[:3], "lpt"))
}
