package seal

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Sum is what the records of one kind, meter and currency of a period come
// to. A seal commits to all of them, so that nobody can be shown other totals
// than the tree has.
type Sum struct {
	Kind     Kind              `json:"kind"`
	Meter    metering.MeterID  `json:"meter"`    // "" for none
	Quantity metering.Quantity `json:"quantity"` // the zero Quantity for none
	Amount   money.Money       `json:"amount"`   // the zero Money for none
	Records  int64             `json:"records"`
}

// sumKey tells sums apart.
type sumKey struct {
	kind      Kind
	meter     metering.MeterID
	dimension metering.Dimension
	currency  money.Currency
}

// sums adds leaves up.
type sums map[sumKey]*Sum

func (s sums) add(l *Leaf) error {
	key := sumKey{l.Kind, l.Meter, l.Quantity.Dimension(), l.Amount.Currency()}
	sum := s[key]
	if sum == nil {
		sum = &Sum{Kind: l.Kind, Meter: l.Meter}
		s[key] = sum
	}
	quantity, err1 := sum.Quantity.Add(l.Quantity)
	amount, err2 := sum.Amount.Add(l.Amount)
	if err := cmp.Or(err1, err2); err != nil {
		return refuse(err, "sum of %s", key.kind)
	}
	sum.Quantity, sum.Amount, sum.Records = quantity, amount, sum.Records+1
	return nil
}

// list returns the sums in order of kind, meter, dimension and currency.
func (s sums) list() []Sum {
	list := make([]Sum, 0, len(s))
	for _, sum := range s {
		list = append(list, *sum)
	}
	slices.SortFunc(list, Sum.compare)
	return list
}

func (s Sum) compare(o Sum) int {
	return cmp.Or(cmp.Compare(s.Kind, o.Kind), cmp.Compare(s.Meter, o.Meter),
		cmp.Compare(s.Quantity.Dimension(), o.Quantity.Dimension()), cmp.Compare(s.Amount.Currency(), o.Amount.Currency()))
}

// hashSums returns the SHA-256 of the text of the sums, a line each.
func hashSums(list []Sum) [32]byte {
	var b []byte
	for _, s := range list {
		b = fmt.Appendf(b, "%s\t%q\t%s\t%s\t%d\n", s.Kind, string(s.Meter), s.Quantity, s.Amount, s.Records)
	}
	return sha256.Sum256(b)
}

// CheckSums reports with [ErrForged] that the sums are not those that the seal
// commits to, in number, order or amount.
func (s Seal) CheckSums(list []Sum) error {
	if hashSums(list) != s.Sums {
		return refuse(ErrForged, "sums of %s, %s", quote(string(s.Tenant)), s.Period)
	}
	return nil
}
