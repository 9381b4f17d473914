package custody

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Field is what a field of an export tells, by what it means to a person or a
// state and not by its type.
type Field string

// Classes of fields.
const (
	Count     Field = "count"     // quantities and amounts, without anything that names anybody
	Technical Field = "technical" // meters, SKUs, regions, prices, times
	Pseudonym Field = "pseudonym" // a keyed hash of an account, with the key in the region
	Account   Field = "account"   // accounts, resources, sources and ids
	Label     Field = "label"     // labels and memos: free text
	Personal  Field = "personal"  // names, addresses, what else tells of a person
	Sensitive Field = "sensitive" // what law protects above other personal data
	Important Field = "important" // what a state has declared important
)

// EventFields are the classes of a metering event's fields, as they are.
func EventFields() []Field { return []Field{Count, Technical, Account, Label} }

// ChargeFields are those of a charge, and of a row of FOCUS without the name of
// its billing account.
func ChargeFields() []Field { return []Field{Count, Technical, Account, Label} }

// InvoiceFields are those of an invoice, which names a customer.
func InvoiceFields() []Field { return []Field{Count, Technical, Account, Label, Personal} }

// A Transfer is a rule that lets fields go from a place to another, if what it
// asks for is there.
type Transfer struct {
	ID     string       `json:"id"`
	From   Jurisdiction `json:"from"`
	To     Jurisdiction `json:"to"` // "*" for anywhere
	Fields []Field      `json:"fields"`
	// Given is all that has to be given, such as "security-assessment" or
	// "standard-contract": a person has to know that it is.
	Given  []string `json:"given,omitempty"`
	Source Source   `json:"source"`
}

// anywhere as a destination.
const anywhere Jurisdiction = "*"

// An Export is what is to leave a region.
type Export struct {
	Record Record // whose; its time is not looked at
	To     string // a region
	Fields []Field
	Given  []string // what was arranged, as [Transfer.Given] names it
}

// MayExport reports whether all fields of an export may go where it is to: nil,
// or an *[ExportError] with those that may not. For each field and each place
// that the record is under, its own region and the home of its account (of
// several records, the homes of all accounts that they may be of), there has to
// be a rule in force that lets it go. What stays in its region is no
// export. It fails with [ErrRegion] for a region that is not known, and
// [ErrUnclassified] for an export that does not say what it has.
func (p *Policy) MayExport(e Export, now time.Time) error {
	to, err := p.jurisdiction(e.To)
	if err != nil {
		return err
	}
	places, err := p.under(e.Record)
	if err != nil {
		return err
	}
	if len(e.Fields) == 0 {
		return fmt.Errorf("custody: export of %s to %s: say what it has: %w", quote(string(e.Record.Class)), quote(e.To), ErrUnclassified)
	}
	if p.stays(e) {
		return nil
	}
	var refused []Field
	for _, f := range e.Fields {
		for _, from := range places {
			if !p.lets(f, from, to, e.Given, now) && !slices.Contains(refused, f) {
				refused = append(refused, f)
			}
		}
	}
	if refused != nil {
		return &ExportError{Export: e, From: places, To: to, Fields: refused}
	}
	return nil
}

// stays reports whether an export goes to where the record is and lives.
func (p *Policy) stays(e Export) bool {
	regions := append(p.homesIn(e.Record), e.Record.Region, p.HomeOf(e.Record.Account))
	return !slices.ContainsFunc(regions, func(region string) bool { return region != "" && region != e.To })
}

// lets reports whether a rule lets a field go.
func (p *Policy) lets(f Field, from, to Jurisdiction, given []string, now time.Time) bool {
	return slices.ContainsFunc(p.Transfers, func(t Transfer) bool {
		return t.From.Contains(from) && (t.To == anywhere || t.To.Contains(to)) && slices.Contains(t.Fields, f) && t.Source.inForce(now) &&
			!slices.ContainsFunc(t.Given, func(g string) bool { return !slices.Contains(given, g) })
	})
}

// An ExportError reports the classes of fields that may not go.
type ExportError struct {
	Export Export
	From   []Jurisdiction
	To     Jurisdiction
	Fields []Field
}

func (e *ExportError) Error() string {
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = string(f)
	}
	from := make([]string, len(e.From))
	for i, j := range e.From {
		from[i] = string(j)
	}
	return fmt.Sprintf("custody: %s of %s from %s to %s: no rule lets %s go: leave it out, replace accounts by pseudonyms, or arrange what a rule asks for",
		e.Export.Record.Class, quote(string(e.Export.Record.Account)), strings.Join(from, " and "), e.To, strings.Join(names, ", "))
}
