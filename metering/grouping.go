package metering

import (
	"fmt"
	"slices"
)

// A Field is one of those of a [Key] by which usage can be grouped. The meter
// is always kept: quantities of two meters do not add up.
type Field uint8

// The fields.
const (
	ByAccount Field = iota + 1
	ByTenant        // the account's first segment
	ByResource
	BySKU
	ByRegion
	ByLabels
)

// A grouping says what of a key a query keeps. It does not depend on the order in
// which its options were given.
type grouping struct {
	named  bool // by GroupBy or GroupByLabel; else all is kept
	fields [ByLabels + 1]bool
	labels []string // if there are any, of all
	across bool     // resources, whatever is named
}

// GroupBy adds up keys that are equal in the given fields. The keys of the
// rows have these and the meter. Without any field there is a row for each
// meter; given again, fields add up.
func GroupBy(fields ...Field) QueryOption {
	fields = slices.Clone(fields)
	return queryFunc(func(q query) query {
		q.keep = q.keep.clone()
		q.keep.named = true
		for _, f := range fields {
			if f == 0 || int(f) >= len(q.keep.fields) {
				q.err = &FieldError{"group", fmt.Sprint(uint8(f)), "want a field, such as ByAccount"}
				return q
			}
			q.keep.fields[f] = true
		}
		return q
	})
}

// GroupByLabel adds up keys that are equal in the given labels, and in the
// fields that [GroupBy] names, if any. The keys of the rows have no other
// label, and keys without the label are a row without it.
func GroupByLabel(names ...string) QueryOption {
	names = slices.Clone(names)
	return queryFunc(func(q query) query {
		q.keep = q.keep.clone()
		q.keep.named = true
		for _, name := range names {
			if err := checkText("label name", name, 1, MaxLabelNameBytes); err != nil {
				q.err = err
				return q
			}
		}
		q.keep.labels = append(q.keep.labels, names...)
		return q
	})
}

// AcrossResources adds up the resources of an otherwise equal key, or of one
// that [GroupBy] and [GroupByLabel] make equal. The rows' keys have no resource.
func AcrossResources() QueryOption {
	return queryFunc(func(q query) query {
		q.keep = q.keep.clone()
		q.keep.across = true
		return q
	})
}

// clone returns a copy to be changed.
func (g *grouping) clone() *grouping {
	if g == nil {
		return new(grouping)
	}
	c := *g
	c.labels = slices.Clone(g.labels)
	return &c
}

// of returns what is kept of a key.
func (g *grouping) of(k Key) Key {
	if g == nil {
		return k
	}
	if g.across {
		k.Resource = ""
	}
	if !g.named {
		return k
	}
	kept := Key{Meter: k.Meter}
	switch {
	case g.fields[ByAccount]:
		kept.Account = k.Account
	case g.fields[ByTenant]:
		kept.Account = k.Account.Tenant()
	}
	if g.fields[ByResource] {
		kept.Resource = k.Resource
	}
	if g.fields[BySKU] {
		kept.SKU = k.SKU
	}
	if g.fields[ByRegion] {
		kept.Region = k.Region
	}
	switch {
	case len(g.labels) > 0:
		kept.Labels = k.Labels.only(g.labels)
	case g.fields[ByLabels]:
		kept.Labels = k.Labels
	}
	return kept
}
