package invoice

import (
	"encoding/json"
	"fmt"

	"github.com/meterbook/meterbook/accounting"
)

// Lines returns the lines of the document for those who know nothing of invoices,
// such as package seal, in the document's order. The document's bytes alone decide
// them: who was given those, and has read them with [Read], has the same lines.
func (i *Issued) Lines() []accounting.IssuedLine {
	lines := make([]accounting.IssuedLine, len(i.doc.Items))
	for n := range i.doc.Items {
		item := &i.doc.Items[n]
		text, err := json.Marshal(item)
		if err != nil {
			panic(fmt.Sprintf("invoice: line %d of what was read cannot be written: %v", item.Line, err))
		}
		lines[n] = accounting.IssuedLine{Document: i.doc.Number, Hash: i.hash, Line: item.Line, Account: i.doc.Account,
			Period: item.Period, Gross: item.Gross, Text: text}
	}
	return lines
}

// LineID returns the ID of the line that has a charge, as [Issued.Lines] gives it,
// or "" where none has: [Issued.LineOf] in text.
func (i *Issued) LineID(c accounting.Charge) string {
	line, _ := i.LineOf(c)
	return accounting.IssuedLine{Document: i.doc.Number, Line: line}.ID()
}
