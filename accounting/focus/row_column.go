package focus

import "time"

// ownField returns the field of a custom column that rows have.
func ownField(name string) func(*Row) any {
	switch name {
	case EnergyColumn:
		return func(r *Row) any { return &r.EnergyKWh }
	case CarbonColumn:
		return func(r *Row) any { return &r.CarbonGrams }
	}
	return nil
}

// field returns the field of a column: a pointer to a Number, a time, an
// Object, or a kind of string; nil where there is no such column.
func (r *Row) field(column string) any {
	if c, ok := columnByName[column]; ok {
		return fieldOf[c](r)
	}
	if of := ownField(column); of != nil {
		return of(r)
	}
	return nil
}

// Text returns the value of a column by name as a file has it, but for the
// apostrophes of formulas; "" is null. ok is false for a column that rows do
// not have, as custom ones.
func (r *Row) Text(column string) (text string, ok bool) {
	switch v := r.field(column).(type) {
	case nil:
		return "", false
	case *Number:
		return v.String(), true
	case *Object:
		return v.String(), true
	default:
		return textOf(v), true
	}
}

// Number returns the value of a column of type [Decimal] by name. ok is false
// for any other.
func (r *Row) Number(column string) (n Number, ok bool) {
	if v, ok := r.field(column).(*Number); ok {
		return *v, true
	}
	return Number{}, false
}

// Time returns the value of a column of type [DateTime] by name. ok is false
// for any other.
func (r *Row) Time(column string) (t time.Time, ok bool) {
	if v, ok := r.field(column).(*time.Time); ok {
		return *v, true
	}
	return time.Time{}, false
}
