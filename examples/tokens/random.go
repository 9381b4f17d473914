package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// randomRequests is how many requests -requests random makes.
const randomRequests = 1000

// randomCSV makes a day of requests to the card's models, as CSV; the same for
// the same seed. Most inputs are short, a few are long, and a part of them is
// read from a cache.
func randomCSV(card *accounting.Card, seed uint64) []byte {
	var models []string
	caches := make(map[string]bool) // those whose cached tokens have a price
	for _, p := range card.Prices {
		m := p.Match.SKU
		if m != "" && !slices.Contains(models, m) {
			models = append(models, m)
		}
		caches[m] = caches[m] || slices.Contains(p.Meters(), metering.CachedTokens)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	var b bytes.Buffer
	b.WriteString("time,id,account,model,input,cached,output\n")
	at := time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC)
	for i := range randomRequests {
		at = at.Add(time.Duration(r.Int64N(int64(170 * time.Second))))
		input := 50 + r.IntN(1<<(6+r.IntN(12)))
		cached := 0
		model := models[r.IntN(len(models))]
		if caches[model] && r.IntN(3) == 0 {
			cached = r.IntN(input)
		}
		fmt.Fprintf(&b, "%s,r-%04d,acme/team-%d,%s,%d,%d,%d\n", at.Format(time.RFC3339Nano), i+1, 1+r.IntN(3), model,
			input, cached, 1+r.IntN(1500))
	}
	return b.Bytes()
}
