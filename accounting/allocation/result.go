package allocation

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Method is how the cost of service centres is allocated.
type Method uint8

// The methods.
const (
	DirectMethod     Method = iota + 1 // to production centres only
	StepDownMethod                     // one after the other; who has given gets nothing back
	ReciprocalMethod                   // all at once, with what they do for one another
)

var methodNames = [...]string{DirectMethod: "direct", StepDownMethod: "step-down", ReciprocalMethod: "reciprocal"}

// String returns the name: "direct", "step-down", "reciprocal", or "invalid".
func (m Method) String() string {
	if m == 0 || int(m) >= len(methodNames) {
		return "invalid"
	}
	return methodNames[m]
}

// A Share is what one centre ends with.
type Share struct {
	Centre   metering.Account
	Own      Amount // its cost before the allocation
	Received Amount // from service centres
	// Total is Own + Received. A production centre keeps it; a service centre
	// has given all of it, and in a reciprocal allocation that is more than the
	// costs there are, since cost that passes twice is counted twice.
	Total Amount
}

// A Flow is what one service centre gives to one other; To is "" for what a
// driver leaves unallocated.
type Flow struct {
	From, To metering.Account
	Amount   Amount
}

// A Result is a model's cost, allocated. The totals of Production and
// Unallocated add up to Origin exactly. Lists are in order of id.
type Result struct {
	Method      Method
	Period      metering.Period
	Production  []Share
	Services    []Share
	Flows       []Flow // by From, then To; those of 0 left out
	Unallocated Amount // what fixed shares and unlabelled usage left to nobody
	Origin      Amount // the costs of all centres
}

// Of returns the total of a centre, 0 for one that is not there.
func (r Result) Of(centre metering.Account) Amount {
	for _, shares := range [2][]Share{r.Production, r.Services} {
		for _, s := range shares {
			if s.Centre == centre {
				return s.Total
			}
		}
	}
	return Amount{currency: r.Origin.currency}
}

// Under returns the total of the production centres at and below a centre of
// the hierarchy.
func (r Result) Under(centre metering.Account) Amount {
	sum := Amount{currency: r.Origin.currency}
	for _, s := range r.Production {
		if centre.Contains(s.Centre) {
			sum = sum.plus(s.Total, sum.currency)
		}
	}
	return sum
}

// Settled is a result in money.
type Settled struct {
	Production  []money.Money // of the centres of [Result.Production], in its order
	Unallocated money.Money
	// Residue is what rounding the origin took off: the origin less the sum of
	// the above. It is 0 where the costs were whole in the steps of r.
	Residue Amount
}

// Settle rounds the production centres' totals and what is unallocated so that
// they add up to the rounded origin: see [Settle] for the rule and the errors.
// Between equal remainders the lower id gets the step, and what is unallocated
// is last.
func (r Result) Settle(rounding money.Rounding) (Settled, error) {
	parts := make([]Amount, 0, len(r.Production)+1)
	for _, s := range r.Production {
		parts = append(parts, s.Total)
	}
	settled, err := settle(rounding, r.Origin, append(parts, r.Unallocated))
	if err != nil {
		return Settled{}, err
	}
	sum, err := money.Sum(settled...)
	if err != nil {
		return Settled{}, err
	}
	residue, err := r.Origin.Sub(Exactly(sum))
	return Settled{settled[:len(parts)], settled[len(parts)], residue}, err
}

// Residual returns what is lost when each centre is rounded by itself: the
// origin less the sum of the totals so rounded. [Result.Settle] loses nothing.
func (r Result) Residual(rounding money.Rounding) (Amount, error) {
	rest := r.Origin
	for _, a := range append([]Amount{r.Unallocated}, totals(r.Production)...) {
		m, err := a.Round(rounding)
		if err != nil {
			return Amount{}, err
		}
		rest = rest.plus(Exactly(m).Neg(), rest.currency)
	}
	return rest, nil
}

func totals(shares []Share) []Amount {
	all := make([]Amount, len(shares))
	for i, s := range shares {
		all[i] = s.Total
	}
	return all
}

// ledger gathers the flows of one allocation.
type ledger struct {
	*network
	received []*big.Rat
	rested   *big.Rat
	flows    []Flow
}

func newLedger(n *network) *ledger {
	l := &ledger{network: n, received: make([]*big.Rat, len(n.centres)), rested: new(big.Rat)}
	for i := range l.received {
		l.received[i] = new(big.Rat)
	}
	return l
}

// give lets service i spread an amount over the centres that open admits, and
// over what its driver leaves unallocated.
func (l *ledger) give(i int, amount *big.Rat, open func(int) bool) error {
	sum := new(big.Rat).Set(l.rest[i])
	for _, e := range l.serves[i] {
		if open(e.to) {
			sum.Add(sum, e.weight)
		}
	}
	if sum.Sign() == 0 {
		return refuse(ErrNoWeight, "let it serve a production centre, or use Reciprocal",
			"centre %s: no weight is left when others are closed", quote(string(l.centres[i].ID)))
	}
	per := new(big.Rat).Quo(amount, sum)
	for _, e := range l.serves[i] {
		if !open(e.to) {
			continue
		}
		a := new(big.Rat).Mul(per, e.weight)
		l.received[e.to].Add(l.received[e.to], a)
		l.flow(i, l.centres[e.to].ID, a)
	}
	rest := new(big.Rat).Mul(per, l.rest[i])
	l.rested.Add(l.rested, rest)
	l.flow(i, "", rest)
	return nil
}

func (l *ledger) flow(i int, to metering.Account, a *big.Rat) {
	if a.Sign() != 0 {
		l.flows = append(l.flows, Flow{l.centres[i].ID, to, Amount{a, l.currency}})
	}
}

// total is what a centre has of its own and has received so far.
func (l *ledger) total(i int) *big.Rat {
	return new(big.Rat).Add(Exactly(l.centres[i].Cost).read(), l.received[i])
}
