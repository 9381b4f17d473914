package invoice

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/meterbook/meterbook/accounting/money"
)

// CSVOptions say how CSV is written. The zero value is UTF-8 without a mark.
type CSVOptions struct {
	// BOM begins the file with a byte order mark, by which some spreadsheets tell
	// UTF-8 from the encoding of their language.
	BOM bool
}

// csvColumns are the columns, in order. Those of numbers hold plain decimals, so
// that they stay numbers, below zero too; all others are text.
var csvColumns = [...]string{"number", "kind", "date", "due_date", "issuer", "issuer_tax_id", "customer", "customer_tax_id", "account",
	"row", "line", "type", "service", "price", "card", "title", "sku", "region", "labels", "period_start", "period_end", "billing_period",
	"corrects", "quantity", "unit", "currency", "list", "net", "tax", "gross", "rate", "explanation"}

// csvNumbers are the columns of numbers.
var csvNumbers = [...]string{"line", "quantity", "list", "net", "tax", "gross", "rate"}

// WriteCSV writes documents as CSV (RFC 4180): a row for each line, tax, draw of
// credit and equivalent, and a row for the total and for what is due; the column
// "row" tells them apart. Amounts of lines add up to the total's. Quantities are
// in their unit, rounded to nine places; JSON has them exactly.
//
// No cell is a formula to a spreadsheet, whatever names and titles hold and at
// whichever separator it cuts: text that could start one is behind an
// apostrophe, and control characters are spaces. Numbers are plain decimals. It
// fails as w does.
func WriteCSV(w io.Writer, o CSVOptions, documents ...Document) error {
	b := bufio.NewWriter(w)
	if o.BOM {
		b.WriteString("\ufeff")
	}
	b.WriteString(strings.Join(csvColumns[:], ",") + "\r\n")
	for n := range documents {
		d := &documents[n]
		for _, row := range d.csvRows() {
			d.csvHead(row)
			for i, column := range csvColumns {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(csvCell(column, row[column]))
			}
			b.WriteString("\r\n")
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("invoice: csv: %w", err)
	}
	return nil
}

// csvCell is the text of a cell.
func csvCell(column, value string) string {
	if value == "" || slices.Contains(csvNumbers[:], column) {
		return value
	}
	return `"` + strings.ReplaceAll(guard(plain(value)), `"`, `""`) + `"`
}

// guard puts an apostrophe before whatever could start a formula: at the start
// of the text, and behind whatever a reader could take for a separator. Signs in
// the middle of words are left alone. See CWE-1236; OWASP, CSV Injection.
func guard(s string) string {
	var b strings.Builder
	start := true
	for i, r := range s {
		if start && startsFormula(s[i:]) {
			b.WriteByte('\'')
		}
		start = strings.ContainsRune(",;|\t\r\n", r)
		b.WriteRune(r)
	}
	return b.String()
}

// startsFormula reports whether a cell of this text could be a formula: whether
// its first character is a sign, past spaces, quotes and what is not seen.
func startsFormula(s string) bool {
	for _, r := range s {
		switch {
		case strings.ContainsRune("=+-@%|＝＋－＠−﹢﹣﹦﹫", r):
			return true
		case r == '"', unicode.IsSpace(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
		default:
			return false
		}
	}
	return false
}

// csvHead fills in what all rows of a document share.
func (d *Document) csvHead(row map[string]string) {
	row["number"], row["kind"], row["date"], row["due_date"] = d.Number, string(d.Kind), string(d.Date), string(d.DueDate)
	row["issuer"], row["issuer_tax_id"] = d.Issuer.Name, d.Issuer.TaxID
	row["customer"], row["customer_tax_id"], row["account"] = d.Customer.Name, d.Customer.TaxID, string(d.Account)
	row["currency"] = cmp.Or(row["currency"], string(d.Currency))
}

// csvNumber is an amount as a plain decimal.
func csvNumber(m money.Money) string {
	return m.Decimal().StringFixed(int32(m.Currency().Digits()))
}

func (d *Document) csvRows() (rows []map[string]string) {
	for i := range d.Items {
		rows = append(rows, d.Items[i].csvRow(d))
	}
	for _, t := range d.Taxes {
		rows = append(rows, map[string]string{"row": "tax", "type": string(t.Category), "price": t.ID, "title": t.Name, "rate": string(t.Rate),
			"net": csvNumber(t.Base), "tax": csvNumber(t.Amount), "explanation": t.Reason})
	}
	for _, x := range d.Draws {
		minus, _ := x.Amount.Neg()
		rows = append(rows, map[string]string{"row": "credit", "price": x.ID, "title": x.Title, "gross": csvNumber(minus)})
	}
	rows = append(rows,
		map[string]string{"row": "total", "list": csvNumber(d.List), "net": csvNumber(d.Net), "tax": csvNumber(d.Tax), "gross": csvNumber(d.Total), "explanation": d.Reason},
		map[string]string{"row": "due", "gross": csvNumber(d.Due)})
	for _, x := range d.Also {
		rows = append(rows, map[string]string{"row": "equivalent", "currency": string(x.Currency), "net": csvNumber(x.Net), "tax": csvNumber(x.Tax), "gross": csvNumber(x.Total)})
	}
	for _, x := range d.Exchange {
		rows = append(rows, map[string]string{"row": "rate", "type": string(x.From) + "/" + string(x.To), "rate": string(x.Rate), "title": x.Source, "period_start": string(x.Date)})
	}
	return rows
}

func (i *Item) csvRow(d *Document) map[string]string {
	row := map[string]string{"row": "line", "line": strconv.Itoa(i.Line), "type": string(i.Kind), "service": string(i.Service), "price": i.Price,
		"card": i.Card, "title": i.Title, "sku": i.SKU, "region": i.Region, "list": csvNumber(i.List), "net": csvNumber(i.Net),
		"gross": csvNumber(i.Gross), "explanation": i.Explained["en"]}
	if i.Labels.Len() > 0 {
		row["labels"] = i.Labels.String()
	}
	if !i.Period.IsZero() {
		row["period_start"], row["period_end"] = i.Period.Start().Format(csvTime), i.Period.End().Format(csvTime)
	}
	if !i.Billing.IsZero() {
		row["billing_period"] = i.Billing.String()
	}
	if i.Corrects != nil {
		row["corrects"] = fmt.Sprintf("%s line %d", i.Corrects.Number, i.Corrects.Line)
	}
	if !i.Unit.IsZero() {
		if q, err := i.Quantity.In(i.Unit, 9); err == nil {
			row["quantity"], row["unit"] = trimZeros(q.StringFixed(9)), i.Unit.Code()
		}
	}
	tax, _ := i.Gross.Sub(i.Net)
	row["tax"] = csvNumber(tax)
	return row
}

const csvTime = "2006-01-02T15:04:05.999999999Z07:00"
