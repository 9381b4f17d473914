package accounting

import "github.com/meterbook/meterbook/metering"

// A Match says which usage a price is for. Meter is required; the other
// fields narrow it when they are set. Of the prices that match, the most
// specific wins: one with an SKU over one without, then one with a region,
// then the one with more labels. A tie is an error, never a guess. The
// resource that was used never selects a price. The zero Match matches
// nothing.
type Match struct {
	Meter  metering.MeterID
	SKU    string
	Region string
	Labels metering.Labels // usage has all of these, and may have more
}

// Matches reports whether usage of key is covered.
func (m Match) Matches(key metering.Key) bool {
	return m.Meter != "" && m.Meter == key.Meter &&
		(m.SKU == "" || m.SKU == key.SKU) &&
		(m.Region == "" || m.Region == key.Region) &&
		key.Labels.Contains(m.Labels)
}

// Specificity orders matches that cover the same usage: greater wins. The
// number itself means nothing.
func (m Match) Specificity() int {
	s := m.Labels.Len() // at most metering.MaxLabels, so it never reaches a region
	if m.SKU != "" {
		s += 1 << 16
	}
	if m.Region != "" {
		s += 1 << 8
	}
	return s
}
