package main

import (
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// cardMost is what reading a card may take of a processor, in nanoseconds: 200 ms
// for the largest that there may be. That has 10,000 prices in JSON.
const cardMost = 200e6

// cards are read and checked; the rivals read into maps and check nothing. JSON
// has room for 10,000 prices, and YAML, whose parser is slower, for half as many.
func cards() []field {
	asJSON := sync.OnceValue(workload.CardJSON)
	asYAML := sync.OnceValue(workload.CardYAML)
	read := func(path string, text func() []byte, prices int, other contest.Entrant) field {
		return hot([]contest.Entrant{ours.Card(text, prices), other}, contest.Row{Path: path, Ours: ours.Name, Rival: other.Name, MostNs: cardMost / float64(prices), Unit: "prices"})
	}
	return []field{
		read("card/json", asJSON, workload.CardPrices, rival.CardJSON(asJSON, workload.CardPrices)),
		read("card/yaml", asYAML, workload.YAMLPrices, rival.CardYAML(asYAML, workload.YAMLPrices)),
	}
}
