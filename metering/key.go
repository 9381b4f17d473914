package metering

import (
	"cmp"
	"fmt"
)

// A Key names one series of usage: who used what, where. Keys are comparable
// with == and can be map keys; neither hashing nor comparing one allocates. An
// aggregator interns a key once and hands out a [Series] for it, so that the
// hot path does not even hash.
//
// Account and Meter are required; the zero Key is invalid. Resource is the id of the thing used (a
// device, a volume); it never selects a price. SKU and Region are what prices
// select by, besides labels. Resource, SKU and Region are each at most 256
// bytes of UTF-8 without control characters.
type Key struct {
	Account  Account
	Meter    MeterID
	Resource string
	SKU      string
	Region   string
	Labels   Labels
}

// MaxNameBytes bounds a resource, SKU, region, source, event id or meter id.
const MaxNameBytes = 256

// Validate returns a *[FieldError] that names the first broken rule.
func (k Key) Validate() error {
	if err := k.Account.Validate(); err != nil {
		return err
	}
	if err := k.Meter.validate(); err != nil {
		return err
	}
	for _, f := range [...]struct{ name, value string }{{"resource", k.Resource}, {"SKU", k.SKU}, {"region", k.Region}} {
		if err := checkText(f.name, f.value, 0, MaxNameBytes); err != nil {
			return err
		}
	}
	return nil
}

// Compare orders keys by account, meter, SKU, region, labels and last by
// resource, so that keys which differ only in the resource are neighbours:
// -1, 0 or +1, 0 only when k == o. Accounts are ordered as strings.
func (k Key) Compare(o Key) int {
	if c := cmp.Compare(k.Account, o.Account); c != 0 {
		return c
	}
	if c := cmp.Compare(k.Meter, o.Meter); c != 0 {
		return c
	}
	if c := cmp.Compare(k.SKU, o.SKU); c != 0 {
		return c
	}
	if c := cmp.Compare(k.Region, o.Region); c != 0 {
		return c
	}
	if c := k.Labels.Compare(o.Labels); c != 0 {
		return c
	}
	return cmp.Compare(k.Resource, o.Resource)
}

// String returns the key for people: account meter sku@region resource
// {labels}, of which what is empty is left out, with its '@'. Programs read and write the fields, in JSON for instance, and logs and
// errors have [Key.Redacted].
func (k Key) String() string { return k.text(Labels.String) }

// Redacted returns what String does with the names of labels alone: their values can be
// anybody's data.
func (k Key) Redacted() string { return k.text(Labels.names) }

func (k Key) text(labels func(Labels) string) string {
	s := fmt.Sprintf("%s %s", k.Account, k.Meter)
	if k.SKU != "" || k.Region != "" {
		s += " " + k.SKU
	}
	if k.Region != "" {
		s += "@" + k.Region
	}
	if k.Resource != "" {
		s += " " + k.Resource
	}
	if k.Labels != (Labels{}) {
		s += " " + labels(k.Labels)
	}
	return s
}
