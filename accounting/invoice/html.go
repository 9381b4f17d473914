package invoice

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/meterbook/meterbook/accounting"
)

//go:embed invoice.html.tmpl
var pageText string

// page is parsed once; html/template escapes whatever it is given.
var page = template.Must(template.New("invoice").Parse(pageText))

// WriteHTML writes the document as a page to read on any screen, in light and
// dark, and to print on A4, in a language. It has no scripts and refers to
// nothing outside itself. A document without a number says that it is a draft.
// It fails as w does.
func (d *Document) WriteHTML(w io.Writer, l accounting.Language) error {
	return d.writeHTML(w, l, Hash{})
}

// WriteHTML writes the document as [Document.WriteHTML] does, with its hash.
func (i *Issued) WriteHTML(w io.Writer, l accounting.Language) error {
	return i.doc.writeHTML(w, l, i.hash)
}

func (d *Document) writeHTML(w io.Writer, l accounting.Language, hash Hash) error {
	var b bytes.Buffer
	err := page.Execute(&b, d.view(l, hash))
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("invoice: html: %w", err)
	}
	return nil
}
