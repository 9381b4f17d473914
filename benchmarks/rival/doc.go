// Package rival has what a program would use instead of this module, each at
// its fastest documented use: one file for one rival.
//
// A rival offers the paths that it can do. On the keyed paths it looks a series
// up by strings and adds; none of them keeps windows, and none looks at the time
// of an event: where this module is compared with them, it does more.
//
// Every rival is made ready before the clock starts: its series exist, and where
// it takes names, options or operands of its own type that a program would keep,
// it has them. What a program would have to make for each call is made in the
// loop.
package rival

import (
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Modules are the rivals' modules, as the build names them with their versions.
var Modules = []string{
	"github.com/puzpuzpuz/xsync/v4",
	"github.com/prometheus/client_golang",
	"github.com/VictoriaMetrics/metrics",
	"go.opentelemetry.io/otel/sdk/metric",
	"github.com/rcrowley/go-metrics",
	"github.com/uber-go/tally/v4",
	"github.com/hashicorp/go-metrics",
	"github.com/DataDog/datadog-go/v5",
	"github.com/shopspring/decimal",
	"github.com/quagmt/udecimal",
	"github.com/cockroachdb/apd/v3",
	"github.com/govalues/decimal",
	"go.yaml.in/yaml/v3",
}

// Bound returns the rivals that add to one series which they hold, from one or
// more goroutines.
func Bound(goroutines int) []contest.Entrant {
	return []contest.Entrant{
		{Name: "atomic", Open: on(goroutines, atomicBound)},
		{Name: "xsync", Open: on(goroutines, xsyncBound)},
		{Name: "prometheus", Open: on(goroutines, prometheusBound)},
		{Name: "victoriametrics", Open: on(goroutines, victoriaBound)},
		{Name: "otel-prebuilt", Open: on(goroutines, otelBound)},
		{Name: "rcrowley", Open: on(goroutines, rcrowleyBound)},
		{Name: "tally", Open: on(goroutines, tallyBound)},
	}
}

func on(goroutines int, open func(int) (*contest.Run, error)) func() (*contest.Run, error) {
	return func() (*contest.Run, error) { return open(goroutines) }
}

// adapter opens a rival on a keyed path.
type adapter[K any] = func(in *workload.Keyed[K], goroutines int) (*contest.Run, error)

// Keyed3 returns the rivals that add by three strings. The input is asked for
// when a rival is opened.
func Keyed3(in func() *workload.Keyed[workload.Key3], goroutines int) []contest.Entrant {
	return keyed(in, goroutines, map[string]adapter[workload.Key3]{
		"map": mapKeyed3, "sync.Map": syncMapKeyed3, "xsync": xsyncKeyed3, "prometheus": prometheusKeyed3,
		"victoriametrics": victoriaKeyed3, "otel": otelKeyed3, "otel-newset": otelNewSetKeyed3, "otel-prebuilt": otelPrebuiltKeyed3,
		"rcrowley": rcrowleyKeyed3, "tally": tallyKeyed3, "hashicorp": hashicorpKeyed3, "datadog": datadogKeyed3,
	})
}

// Keyed6 is [Keyed3] with six fields.
func Keyed6(in func() *workload.Keyed[workload.Key6], goroutines int) []contest.Entrant {
	return keyed(in, goroutines, map[string]adapter[workload.Key6]{
		"map": mapKeyed6, "sync.Map": syncMapKeyed6, "xsync": xsyncKeyed6, "prometheus": prometheusKeyed6,
		"victoriametrics": victoriaKeyed6, "otel": otelKeyed6, "otel-newset": otelNewSetKeyed6, "otel-prebuilt": otelPrebuiltKeyed6,
		"rcrowley": rcrowleyKeyed6, "tally": tallyKeyed6, "hashicorp": hashicorpKeyed6, "datadog": datadogKeyed6,
	})
}

func keyed[K any](in func() *workload.Keyed[K], goroutines int, adapters map[string]adapter[K]) []contest.Entrant {
	var entrants []contest.Entrant
	for name, open := range adapters {
		entrants = append(entrants, contest.Entrant{Name: name, Open: func() (*contest.Run, error) { return open(in(), goroutines) }})
	}
	slices.SortFunc(entrants, contest.Entrant.Compare)
	return entrants
}

// Decimals returns the rivals that multiply a quantity by a price and round.
func Decimals(lines []workload.Line) []contest.Entrant {
	over := func(open func([]workload.Line) (*contest.Run, error)) func() (*contest.Run, error) {
		return func() (*contest.Run, error) { return open(lines) }
	}
	return []contest.Entrant{
		{Name: "shopspring", Open: over(shopspringLines)},
		{Name: "udecimal", Open: over(udecimalLines)},
		{Name: "apd", Open: over(apdLines)},
		{Name: "govalues", Open: over(govaluesLines)},
	}
}

// Rate returns the rivals that rate the lines of a bill: by the shortest way
// there is, and by the one that comes to mind. One turn is all lines.
func Rate(bill workload.Bill) []contest.Entrant {
	return []contest.Entrant{
		{Name: "shopspring", Open: func() (*contest.Run, error) { return shopspringRate(bill, (*shopspringBill).grown) }},
		{Name: "shopspring-walk", Open: func() (*contest.Run, error) { return shopspringRate(bill, (*shopspringBill).walked) }},
	}
}

// whole returns a total that a rival keeps in a float64: it is whole, and far
// below 2^53, where a float64 still has every integer.
func whole(v float64) *big.Int { return big.NewInt(int64(v)) }
