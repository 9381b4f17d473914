package csvbatch

import (
	"errors"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Layout says what the columns of a file are. Columns are named as the header
// names them, byte by byte; their order does not matter, and what the layout
// does not name is not looked at.
type Layout struct {
	// Meter is what the rows are amounts of.
	Meter metering.Meter
	// Unit is what amounts are written in, of the meter's dimension. A batch's
	// step depends on it: a grain, or a billionth of the unit.
	Unit metering.Unit

	// Account, Resource, SKU and Region name columns of text; each is empty
	// where the file has no such column.
	Account, Resource, SKU, Region string
	// Time names the column of times, and Amount that of amounts.
	Time, Amount string

	// Fixed is what no column says and every row shares: an account, a resource,
	// a SKU, a region, and labels. Its meter is empty.
	Fixed metering.Key
}

// A field is what a layout takes a column for.
type field uint8

const (
	ignored field = iota
	account
	resource
	sku
	region
	instant
	amount
	fields // their number
)

var fieldNames = [fields]string{account: "account", resource: "resource", sku: "SKU", region: "region", instant: "time", amount: "amount"}

func (f field) isText() bool { return account <= f && f <= region }

// columns returns the name of each field's column.
func (l *Layout) columns() [fields]string {
	return [fields]string{account: l.Account, resource: l.Resource, sku: l.SKU, region: l.Region, instant: l.Time, amount: l.Amount}
}

// fixed returns what each field of text is in every row.
func (l *Layout) fixed() [fields]string {
	return [fields]string{account: string(l.Fixed.Account), resource: l.Fixed.Resource, sku: l.Fixed.SKU, region: l.Fixed.Region}
}

// validate returns every rule that l breaks.
func (l *Layout) validate() error {
	var broken []error
	refuse := func(f field, value, reason string) {
		broken = append(broken, &metering.FieldError{Field: "layout " + fieldNames[f], Value: clip([]byte(value)), Reason: reason})
	}
	columns, fixed := l.columns(), l.fixed()
	for f := account; f < fields; f++ {
		name := columns[f]
		switch {
		case name != "" && fixed[f] != "":
			refuse(f, name, "want a column or what is fixed, not both")
		case name != "" && slices.Contains(columns[:f], name):
			refuse(f, name, "want a column of its own")
		case name == "" && (f == instant || f == amount):
			refuse(f, "", "want the name of a column")
		case name == "" && f == account && fixed[f] == "":
			refuse(f, "", "want the name of a column, or what is fixed")
		}
	}
	if err := l.Meter.Validate(); err != nil {
		return errors.Join(append(broken, err)...)
	}
	if l.Unit.IsZero() {
		broken = append(broken, &metering.FieldError{Field: "layout unit", Reason: "want what amounts are written in"})
	} else if got, want := l.Unit.Dimension(), l.Meter.Unit.Dimension(); got != want {
		broken = append(broken, &metering.DimensionError{Got: got, Want: want, Meter: l.Meter.ID})
	}
	if l.Fixed.Meter != "" {
		broken = append(broken, &metering.FieldError{Field: "layout meter", Value: clip([]byte(l.Fixed.Meter)), Reason: "want the meter in Layout.Meter alone"})
	}
	for f := account; f <= region; f++ {
		if fixed[f] != "" {
			broken = append(broken, f.check(fixed[f]))
		}
	}
	return errors.Join(broken...)
}

// check holds a text to the rules of package metering for its field.
func (f field) check(text string) error {
	key := metering.Key{Account: "a", Meter: "m"}
	switch f {
	case account:
		key.Account = metering.Account(text)
	case resource:
		key.Resource = text
	case sku:
		key.SKU = text
	case region:
		key.Region = text
	}
	return key.Validate()
}

// match returns the field of each column of a header.
func (l *Layout) match(header []string) ([]field, error) {
	order := make([]field, len(header))
	for f, name := range l.columns() {
		if name == "" {
			continue
		}
		i := slices.Index(header, name)
		if i < 0 {
			return nil, fmt.Errorf("%w: no column %q for the %s", ErrHeader, clip([]byte(name)), fieldNames[f])
		}
		if slices.Contains(header[i+1:], name) {
			return nil, fmt.Errorf("%w: two columns %q for the %s", ErrHeader, clip([]byte(name)), fieldNames[f])
		}
		order[i] = field(f)
	}
	return order, nil
}
