package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// The names that a made-up company takes its centres from.
var (
	serviceNames    = [...]string{"platform/network", "platform/storage", "platform/scheduler", "office/support", "office/security", "office/finance"}
	productionNames = [...]string{"ai/training", "ai/inference", "web/search", "web/shop", "data/lake", "data/reports", "labs/vision", "labs/speech"}
)

// randomCompany makes the two files up; the same for the same seed. Each service
// centre serves some production centre, so that no cost goes round for ever.
func randomCompany(seed uint64) (costs, drivers []byte) {
	r := rand.New(rand.NewPCG(seed, 0x616c6c6f))
	services := pick(r, serviceNames[:], 2)
	production := pick(r, productionNames[:], 3)
	var c, d bytes.Buffer
	c.WriteString("centre,cost\n")
	d.WriteString("service,driver,centre,value\n")
	for _, name := range services {
		fmt.Fprintf(&c, "%s,CNY %d.%02d\n", name, 5_000+r.IntN(150_000), r.IntN(100))
	}
	for _, name := range production {
		fmt.Fprintf(&c, "%s,CNY %d.%02d\n", name, 20_000+r.IntN(900_000), r.IntN(100))
	}
	for i, from := range services {
		served := append(pick(r, append(append([]string(nil), services[:i]...), services[i+1:]...), 0), pick(r, production, 1)...)
		kind := []string{"even", "weighted", "proportional", "fixed"}[r.IntN(4)]
		parts := cut(r, 1000, len(served)) // of a thousand, for fixed shares
		for j, to := range served {
			value := ""
			switch kind {
			case "weighted":
				value = fmt.Sprintf("%d.%d", 1+r.IntN(20), r.IntN(10))
			case "proportional":
				value = fmt.Sprintf("%d TBy", 1+r.IntN(500))
			case "fixed":
				value = fmt.Sprintf("0.%03d", parts[j])
			}
			fmt.Fprintf(&d, "%s,%s,%s,%s\n", from, kind, to, value)
		}
	}
	return c.Bytes(), d.Bytes()
}

// pick returns some of the names in their order, at least so many.
func pick(r *rand.Rand, names []string, least int) []string {
	left := least + r.IntN(len(names)-least+1)
	var out []string
	for i, name := range names {
		if r.IntN(len(names)-i) < left {
			out, left = append(out, name), left-1
		}
	}
	return out
}

// cut returns n parts of a whole, each 1 or more, that together are at most the
// whole; what is left over nobody bears.
func cut(r *rand.Rand, whole, n int) []int {
	parts := make([]int, n)
	for i := range parts {
		parts[i] = 1 + r.IntN(whole/n-1)
	}
	return parts
}
