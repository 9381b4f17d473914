package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// Direct allocates each service centre to the production centres it serves,
// and ignores what service centres do for one another. A service centre that
// serves no production centre is [ErrNoWeight].
func (m Model) Direct() (Result, error) {
	n, err := m.build()
	if err != nil {
		return Result{}, err
	}
	l := newLedger(n)
	for _, i := range n.services() {
		err := l.give(i, Exactly(n.centres[i].Cost).read(), func(to int) bool { return !n.service(to) })
		if err != nil {
			return Result{}, err
		}
	}
	return l.result(DirectMethod), nil
}

// StepDown allocates service centres one after the other: each gives what it
// has and has received to those it serves that are not closed yet, and is
// closed. The order decides the result and names every service centre once,
// else [ErrOrder].
//
// Without an order, a centre is closed when all that serve it are, the lower
// id first; then nothing is ignored. Service centres that serve one another
// have no such order: a *[CycleError].
func (m Model) StepDown(order ...metering.Account) (Result, error) {
	n, err := m.build()
	if err != nil {
		return Result{}, err
	}
	closing, err := n.closing(order)
	if err != nil {
		return Result{}, err
	}
	l, closed := newLedger(n), make([]bool, len(n.centres))
	for _, i := range closing {
		closed[i] = true
		if err := l.give(i, l.total(i), func(to int) bool { return !closed[to] }); err != nil {
			return Result{}, err
		}
	}
	return l.result(StepDownMethod), nil
}

// closing returns the services in the order in which they are closed.
func (n *network) closing(order []metering.Account) ([]int, error) {
	services := n.services()
	if len(order) == 0 {
		return n.topological(services)
	}
	var closing []int
	for _, id := range order {
		i, ok := slices.BinarySearchFunc(n.centres, id, func(c Centre, id metering.Account) int { return cmp.Compare(c.ID, id) })
		switch {
		case !ok:
			return nil, refuse(ErrUnknownCentre, "name centres of the model", "step-down order: %s", quote(string(id)))
		case !n.service(i):
			return nil, refuse(ErrOrder, "name centres with a driver", "step-down order: %s is a production centre", quote(string(id)))
		case slices.Contains(closing, i):
			return nil, refuse(ErrDuplicate, "name each centre once", "step-down order: %s", quote(string(id)))
		}
		closing = append(closing, i)
	}
	for _, i := range services {
		if !slices.Contains(closing, i) {
			return nil, refuse(ErrOrder, "name every service centre", "step-down order: %s is left out", quote(string(n.centres[i].ID)))
		}
	}
	return closing, nil
}

// topological orders services so that each comes after all that serve it.
func (n *network) topological(services []int) ([]int, error) {
	serving := make([]int, len(n.centres)) // how many open services serve a centre
	for _, i := range services {
		for _, e := range n.serves[i] {
			serving[e.to]++
		}
	}
	var closing []int
	open := slices.Clone(services)
	for len(open) > 0 {
		at := slices.IndexFunc(open, func(i int) bool { return serving[i] == 0 })
		if at < 0 {
			return nil, &CycleError{Centres: n.ids(open)}
		}
		closing = append(closing, open[at])
		for _, e := range n.serves[open[at]] {
			serving[e.to]--
		}
		open = slices.Delete(open, at, at+1)
	}
	return closing, nil
}

func (n *network) ids(centres []int) []metering.Account {
	var ids []metering.Account
	for _, i := range centres {
		ids = append(ids, n.centres[i].ID)
	}
	return ids
}

// result is the allocation when all is given.
func (l *ledger) result(method Method) Result {
	r := Result{Method: method, Period: l.period, Origin: l.origin, Unallocated: Amount{l.rested, l.currency}}
	for i, c := range l.centres {
		own := Exactly(c.Cost)
		s := Share{c.ID, own, Amount{l.received[i], l.currency}, Amount{l.total(i), l.currency}}
		if l.service(i) {
			r.Services = append(r.Services, s)
		} else {
			r.Production = append(r.Production, s)
		}
	}
	slices.SortFunc(l.flows, func(a, b Flow) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	r.Flows = l.flows
	return r
}

// Reciprocal allocates all service centres at once: what each gives is its own
// cost and what all others give to it, so x = c + A·x, solved exactly. No order
// plays a part. Use of itself is left out first.
//
// A group of service centres from which no cost ever leaves has no solution: a
// *[CycleError] with Closed set. More than [MaxServices] are [ErrLimit].
func (m Model) Reciprocal() (Result, error) {
	n, err := m.build()
	if err != nil {
		return Result{}, err
	}
	services := n.services()
	if len(services) > MaxServices {
		return Result{}, refuse(ErrLimit, "use StepDown", "%d service centres, at most %d", len(services), MaxServices)
	}
	if shut := n.shut(services); len(shut) > 0 {
		return Result{}, &CycleError{Centres: n.ids(shut), Closed: true}
	}
	l := newLedger(n)
	for k, gross := range n.gross(services) {
		if err := l.give(services[k], gross, func(int) bool { return true }); err != nil {
			return Result{}, err
		}
	}
	return l.result(ReciprocalMethod), nil
}

// shut returns the services from which no way leads to a production centre or
// to the unallocated.
func (n *network) shut(services []int) []int {
	out := make([]bool, len(n.centres))
	for i := range n.centres {
		out[i] = !n.service(i) || n.rest[i].Sign() > 0
	}
	for changed := true; changed; {
		changed = false
		for _, i := range services {
			if !out[i] && slices.ContainsFunc(n.serves[i], func(e edge) bool { return out[e.to] }) {
				out[i], changed = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(services), func(i int) bool { return out[i] })
}

// gross solves for what each service gives. The unknowns are what it gives per
// unit of weight, so that the matrix is of integers: W_i·y_i − Σ w_ji·y_j = c_i.
func (n *network) gross(services []int) []*big.Rat {
	row := make([]int, len(n.centres))
	for k, i := range services {
		row[i] = k
	}
	size := len(services)
	matrix := make([][]*big.Int, size)
	for k := range matrix {
		matrix[k] = make([]*big.Int, size+1)
		for j := range matrix[k] {
			matrix[k][j] = new(big.Int)
		}
		matrix[k][size].Set(n.centres[services[k]].Cost.Scaled().Big())
	}
	whole := make([]*big.Int, size)
	for k, i := range services {
		common := big.NewInt(1) // of the denominators of its weights
		for _, e := range append(n.serves[i], edge{0, n.rest[i]}) {
			gcd := new(big.Int).GCD(nil, nil, common, e.weight.Denom())
			common.Mul(common, new(big.Int).Quo(e.weight.Denom(), gcd))
		}
		integer := func(w *big.Rat) *big.Int {
			return new(big.Int).Mul(w.Num(), new(big.Int).Quo(common, w.Denom()))
		}
		whole[k] = integer(n.rest[i])
		for _, e := range n.serves[i] {
			w := integer(e.weight)
			whole[k].Add(whole[k], w)
			if n.service(e.to) {
				matrix[row[e.to]][k].Neg(w)
			}
		}
		matrix[k][k].Set(whole[k])
	}
	solved := solve(matrix)
	for k, y := range solved {
		y.Mul(y, new(big.Rat).SetInt(whole[k]))
		y.Quo(y, new(big.Rat).SetInt(scale()))
	}
	return solved
}
