package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Centre is where cost is gathered. One with a [Driver] is a service centre:
// it gives all its cost to those it serves. One without is a production centre
// and keeps what it gets.
type Centre struct {
	// ID is a path, so that centres form a hierarchy: see [Result.Under].
	ID     metering.Account
	Cost   money.Money // its own, before any allocation; below 0 for a credit
	Driver Driver
}

// A Model is centres and whom they serve.
type Model struct {
	Centres []Centre        // in any order
	Period  metering.Period // of the costs; drivers measured over another are refused. Zero for any
}

// Limits of a [Model].
const (
	MaxCentres  = 1 << 16
	MaxServices = 256 // service centres of Reciprocal, which costs their number cubed
)

// network is a checked model: centres in order of ID, and weights by index.
type network struct {
	centres  []Centre
	serves   [][]edge // by centre; nil for production. Without the centre itself, and without weights of 0
	rest     []*big.Rat
	currency money.Currency
	origin   Amount
	period   metering.Period
}

// edge is the weight of one centre served.
type edge struct {
	to     int
	weight *big.Rat
}

func (n *network) service(i int) bool { return n.serves[i] != nil }

// services returns the indices of the service centres.
func (n *network) services() []int {
	var all []int
	for i := range n.centres {
		if n.service(i) {
			all = append(all, i)
		}
	}
	return all
}

// build checks the model. Nothing of it depends on the order of the centres.
func (m Model) build() (*network, error) {
	if len(m.Centres) > MaxCentres {
		return nil, refuse(ErrLimit, "allocate in several models", "%d centres, at most %d", len(m.Centres), MaxCentres)
	}
	n := &network{centres: slices.Clone(m.Centres), period: m.Period}
	slices.SortFunc(n.centres, func(a, b Centre) int { return cmp.Compare(a.ID, b.ID) })
	index := make(map[metering.Account]int, len(n.centres))
	for i, c := range n.centres {
		if err := c.ID.Validate(); err != nil {
			return nil, refuse(err, "", "centre %s", quote(string(c.ID)))
		}
		if _, twice := index[c.ID]; twice {
			return nil, refuse(ErrDuplicate, "give each centre its own id", "centre %s", quote(string(c.ID)))
		}
		index[c.ID] = i
		sum, err := n.origin.Add(Exactly(c.Cost))
		if err != nil {
			return nil, refuse(err, "", "centre %s: cost", quote(string(c.ID)))
		}
		n.origin = sum
	}
	n.currency = n.origin.currency
	n.serves, n.rest = make([][]edge, len(n.centres)), make([]*big.Rat, len(n.centres))
	for i, c := range n.centres {
		if !c.Driver.set {
			continue
		}
		if err := n.connect(i, c, index); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// connect resolves the driver of one centre.
func (n *network) connect(i int, c Centre, index map[metering.Account]int) error {
	d := c.Driver
	if d.err != nil {
		return refuse(d.err.Err, d.err.Fix, "centre %s: %s", quote(string(c.ID)), d.err.Row)
	}
	if !d.of.IsZero() && !n.period.IsZero() && d.of != n.period {
		return refuse(ErrPeriod, "measure over the period of the costs", "centre %s: driver of %s, costs of %s", quote(string(c.ID)), d.of, n.period)
	}
	weights := make(map[int]*big.Rat)
	for _, p := range d.rows {
		to, ok := index[p.to]
		if !ok {
			return refuse(ErrUnknownCentre, "add it to the model", "centre %s: weight of %s", quote(string(c.ID)), quote(string(p.to)))
		}
		// A centre's use of itself is no cost to anyone else: it is left out
		// first, and the others' proportions stay.
		if to != i && p.weight.Sign() > 0 {
			weights[to] = new(big.Rat).Add(orZero(weights[to]), p.weight)
		}
	}
	n.rest[i], n.serves[i] = orZero(d.rest), []edge{}
	for to, w := range weights {
		n.serves[i] = append(n.serves[i], edge{to, w})
	}
	slices.SortFunc(n.serves[i], func(a, b edge) int { return cmp.Compare(a.to, b.to) })
	if len(weights) == 0 && n.rest[i].Sign() == 0 {
		return refuse(ErrNoWeight, "give it a centre to serve, or no driver", "centre %s: driver", quote(string(c.ID)))
	}
	return nil
}
