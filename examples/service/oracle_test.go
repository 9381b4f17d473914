package main

import (
	"encoding/json"
	"math/big"
	"strings"
)

// An oracle adds events up and prices them with maps and rationals, by the prices
// as they are written in card.yaml.
type oracle struct {
	seen map[string]bool
	sums map[string]*big.Int // by account, meter and SKU; in grains as quantities are written
}

func newOracle() *oracle { return &oracle{seen: map[string]bool{}, sums: map[string]*big.Int{}} }

// count counts an event as it was sent, once.
func (o *oracle) count(event []byte) {
	var e struct {
		ID, Source, Subject string
		Data                struct {
			Items []struct{ Meter, SKU, Quantity string }
		}
	}
	if err := json.Unmarshal(event, &e); err != nil {
		panic(err)
	}
	tenant, _, _ := strings.Cut(e.Subject, "/")
	identity := tenant + "\x00" + e.Source + "\x00" + e.ID
	if o.seen[identity] {
		return
	}
	o.seen[identity] = true
	for _, it := range e.Data.Items {
		key := strings.Join([]string{e.Subject, it.Meter, it.SKU}, " ")
		n, ok := new(big.Int).SetString(strings.Fields(it.Quantity)[0], 10)
		if !ok {
			panic(it.Quantity)
		}
		if o.sums[key] == nil {
			o.sums[key] = new(big.Int)
		}
		o.sums[key].Add(o.sums[key], n)
	}
}

// bill returns what a tenant owes, in hundredths: the exact sum of each price,
// rounded half to even once.
func (o *oracle) bill(tenant string) *big.Int {
	used := map[string]*big.Rat{} // by price
	add := func(price string, n *big.Int, unit int64) {
		if used[price] == nil {
			used[price] = new(big.Rat)
		}
		used[price].Add(used[price], new(big.Rat).SetFrac(n, big.NewInt(unit)))
	}
	for key, n := range o.sums {
		part := strings.Split(key, " ")
		if first, _, _ := strings.Cut(part[0], "/"); first != tenant {
			continue
		}
		switch part[1] + " " + part[2] {
		case "compute.accelerator.time H100-SXM5": // events are in minutes of a card
			add("h100", n, 60)
		case "compute.accelerator.time Ascend-910B":
			add("ascend", n, 60)
		case "ai.tokens.input m":
			add("in", n, 1_000_000)
		case "ai.tokens.output m":
			add("out", n, 1_000_000)
		}
	}
	sum := new(big.Int)
	for price, units := range used {
		cost := new(big.Rat)
		switch price {
		case "h100":
			cost.Mul(units, big.NewRat(1890, 1))
		case "in":
			cost.Mul(units, big.NewRat(200, 1))
		case "out":
			cost.Mul(units, big.NewRat(800, 1))
		case "ascend": // 820 up to 500, then 740
			bound := big.NewRat(500, 1)
			if units.Cmp(bound) <= 0 {
				cost.Mul(units, big.NewRat(820, 1))
				break
			}
			above := new(big.Rat).Sub(units, bound)
			cost.Add(new(big.Rat).Mul(bound, big.NewRat(820, 1)), above.Mul(above, big.NewRat(740, 1)))
		}
		sum.Add(sum, halfEven(cost))
	}
	return sum
}

func halfEven(r *big.Rat) *big.Int {
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(r.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}
