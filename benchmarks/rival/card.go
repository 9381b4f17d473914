package rival

import (
	"encoding/json"
	"fmt"
	"math/big"

	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/benchmarks/contest"
)

// CardJSON returns encoding/json, which reads a card into maps and checks
// nothing.
func CardJSON(text func() []byte, prices int) contest.Entrant {
	return card("encoding/json", text, prices, json.Unmarshal)
}

// CardYAML returns yaml.v3, which reads a card into maps and checks nothing.
func CardYAML(text func() []byte, prices int) contest.Entrant {
	return card("yaml.v3", text, prices, yaml.Unmarshal)
}

func card(name string, text func() []byte, prices int, unmarshal func([]byte, any) error) contest.Entrant {
	return contest.Entrant{Name: name, Open: func() (*contest.Run, error) {
		src, read := text(), 0
		return &contest.Run{
			Loops: []contest.Loop{func(n int) error {
				for range n {
					var document map[string]any
					if err := unmarshal(src, &document); err != nil {
						return err
					}
					list, ok := document["prices"].([]any)
					if !ok {
						return fmt.Errorf("rival: %s: the card has no list of prices", name)
					}
					read = len(list)
				}
				return nil
			}},
			PerTurn: prices,
			Total:   func() (*big.Int, error) { return big.NewInt(int64(read)), nil },
		}, nil
	}}
}
