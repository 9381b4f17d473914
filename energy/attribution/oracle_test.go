package attribution_test

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// The oracle attributes in big integers, in the slow and obvious way. This
// file imports the standard library and nothing else.

type slowHolder struct {
	account         string
	allocated, used *big.Int
}

type slowDevice struct {
	id                     string
	energy, idle, capacity *big.Int
	holders                []slowHolder
}

// slowShare is what falls to an account, or with an empty account to nobody.
type slowShare struct {
	device, account    string
	it, idle, overhead *big.Int
}

// slowAttribute returns the shares in order of device and account, nobody's
// last. A nil site means that the site's energy is not known.
func slowAttribute(devices []slowDevice, site *big.Int) []slowShare {
	devices = slices.Clone(devices)
	slices.SortFunc(devices, func(a, b slowDevice) int { return strings.Compare(a.id, b.id) })
	var shares []slowShare
	metered := new(big.Int)
	for _, d := range devices {
		metered.Add(metered, d.energy)
		shares = append(shares, slowSplitDevice(d)...)
	}
	if site == nil {
		return shares
	}
	over := new(big.Int).Sub(site, metered)
	if metered.Sign() == 0 {
		if over.Sign() > 0 {
			shares = append(shares, slowShare{"", "", new(big.Int), new(big.Int), over})
		}
		return shares
	}
	var weights []*big.Int
	for _, s := range shares {
		weights = append(weights, s.it)
	}
	for i, part := range slowSplit(over, weights) {
		shares[i].overhead = part
	}
	return shares
}

func slowSplitDevice(d slowDevice) []slowShare {
	byAccount := map[string]slowHolder{}
	for _, h := range d.holders {
		sum, ok := byAccount[h.account]
		if !ok {
			sum = slowHolder{h.account, new(big.Int), new(big.Int)}
		}
		sum.allocated.Add(sum.allocated, h.allocated)
		sum.used.Add(sum.used, h.used)
		byAccount[h.account] = sum
	}
	holders := make([]slowHolder, 0, len(byAccount))
	for _, h := range byAccount {
		holders = append(holders, h)
	}
	slices.SortFunc(holders, func(a, b slowHolder) int { return cmp.Compare(a.account, b.account) })

	free := new(big.Int).Set(d.capacity)
	var allocated, used []*big.Int
	anyUse := false
	for _, h := range holders {
		free.Sub(free, h.allocated)
		allocated, used = append(allocated, h.allocated), append(used, h.used)
		anyUse = anyUse || h.used.Sign() > 0
	}
	allocated, used = append(allocated, free), append(used, new(big.Int))
	if !anyUse {
		used = allocated
	}
	idle := slowSplit(d.idle, allocated)
	dynamic := slowSplit(new(big.Int).Sub(d.energy, d.idle), used)
	var shares []slowShare
	for i := range idle {
		s := slowShare{device: d.id, it: new(big.Int).Add(idle[i], dynamic[i]), idle: idle[i], overhead: new(big.Int)}
		if i < len(holders) {
			s.account = holders[i].account
		} else if s.it.Sign() == 0 {
			break
		}
		shares = append(shares, s)
	}
	return shares
}

// slowSplit places a total by largest remainders, ties to the lower index;
// without any weight all of it goes to the last.
func slowSplit(total *big.Int, weights []*big.Int) []*big.Int {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, w)
	}
	parts := make([]*big.Int, len(weights))
	if sum.Sign() == 0 {
		for i := range parts {
			parts[i] = new(big.Int)
		}
		parts[len(parts)-1].Set(total)
		return parts
	}
	left := new(big.Int).Set(total)
	rests := make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		parts[i], rests[i] = new(big.Int).QuoRem(new(big.Int).Mul(total, w), sum, new(big.Int))
		left.Sub(left, parts[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return rests[j].Cmp(rests[i]) })
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	return parts
}

// slowShapley walks all orders in which n accounts can come and returns what
// each adds on the mean, rounded by largest remainders.
func slowShapley(n int, worth func(uint32) int64) []*big.Int {
	sums := make([]*big.Int, n)
	for i := range sums {
		sums[i] = new(big.Int)
	}
	orders := int64(0)
	var walk func(seen uint32, order []int)
	walk = func(seen uint32, order []int) {
		if len(order) == n {
			orders++
			before := uint32(0)
			for _, i := range order {
				sums[i].Add(sums[i], big.NewInt(worth(before|1<<i)-worth(before)))
				before |= 1 << i
			}
			return
		}
		for i := range n {
			if seen>>i&1 == 0 {
				walk(seen|1<<i, append(slices.Clone(order), i))
			}
		}
	}
	walk(0, nil)
	return slowSplit(big.NewInt(worth(1<<n-1)), sums)
}
