package focus

import "slices"

// A Type is what the cells of a column hold.
type Type uint8

// The types.
const (
	Text     Type = iota + 1
	Decimal       // a number of any digits
	DateTime      // UTC, to the second
	JSON          // an object
)

// A Level says whether a column has to be there.
type Level uint8

// The feature levels.
const (
	Mandatory   Level = iota + 1
	Conditional       // where what it is about is supported
	Recommended
	Optional
)

// A Column is what the specification says of one column of the dataset Cost
// and Usage.
type Column struct {
	Name     string
	Type     Type
	Level    Level
	Nullable bool
	Allowed  []string // the values allowed; nil is any
	// Since, Deprecated and Removed are the versions that brought it, advise
	// against it and no longer have it; V1_2 also stands for any before, and 0
	// is none.
	Since, Deprecated, Removed Version
}

// Columns returns the columns of a version, in alphabetical order, which is
// that of files; none for a version that is not valid.
func Columns(v Version) []Column {
	var out []Column
	for c := range columns {
		if c.in(v) {
			out = append(out, c.column())
		}
	}
	return out
}

// col is the number of a column in columnTable.
type col uint8

// format is what the text of a cell looks like, beyond its type.
type format uint8

const (
	formatCurrency format = iota + 1
	formatUnit
	formatPairs    // a flat object
	formatElements // an object of a schema of its own
)

type columnFacts struct {
	name                       string
	typ                        Type
	format                     format
	level                      Level
	nullable                   bool
	since, deprecated, removed Version // since 0 is before 1.2 or with it
	dimension                  bool    // a dimension and no metric
}

var columnByName = func() map[string]col {
	m := make(map[string]col, columns)
	for c, facts := range columnTable {
		m[facts.name] = col(c)
	}
	return m
}()

func (c col) name() string { return columnTable[c].name }

// in reports whether version v has the column.
func (c col) in(v Version) bool {
	f := &columnTable[c]
	return v.Valid() && f.since <= v && (f.removed == 0 || v < f.removed)
}

// needed reports whether a file of version v has to have the column.
func (c col) needed(v Version) bool {
	f := &columnTable[c]
	return c.in(v) && f.level == Mandatory && (f.deprecated == 0 || v < f.deprecated)
}

func (c col) column() Column {
	f := columnTable[c]
	return Column{Name: f.name, Type: f.typ, Level: f.level, Nullable: f.nullable, Allowed: slices.Clone(allowed(c)),
		Since: max(f.since, V1_2), Deprecated: f.deprecated, Removed: f.removed}
}

// allowed returns the values that a column allows, nil for any.
func allowed(c col) []string {
	switch c {
	case colServiceCategory:
		return serviceCategoryNames
	case colServiceSubcategory:
		return serviceSubcategoryNames
	}
	if k := codeOf[c]; k > 0 {
		return codeWords[k-1]
	}
	return nil
}

var serviceCategoryNames, serviceSubcategoryNames = func() (names, below []string) {
	for category, subs := range serviceCategories {
		names, below = append(names, category), append(below, subs...)
	}
	slices.Sort(names)
	slices.Sort(below)
	return names, below
}()

// subcategoryParents is the category of each subcategory: each has one.
var subcategoryParents = func() map[string]string {
	m := make(map[string]string)
	for category, subs := range serviceCategories {
		for _, s := range subs {
			m[s] = category
		}
	}
	return m
}()

// A columnSet is a set of columns.
type columnSet [2]uint64

func (s *columnSet) add(c col)     { s[c>>6] |= 1 << (c & 63) }
func (s columnSet) has(c col) bool { return s[c>>6]>>(c&63)&1 != 0 }
func (s columnSet) covers(t columnSet) bool {
	return t[0]&^s[0] == 0 && t[1]&^s[1] == 0
}

func setOf(cols ...col) (s columnSet) {
	for _, c := range cols {
		s.add(c)
	}
	return s
}
