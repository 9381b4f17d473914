package energy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Figures that others publish or that follow from a definition, for all
// packages of energy: testdata/figures.json has inputs, what is expected and
// within which absolute tolerance. A driver runs the library on the inputs of
// its metric, whatever they are; what is expected it does not see.

// drivers work out the inputs of a metric. Each is in the file of its package.
var drivers = func() map[string]driver {
	all := map[string]driver{}
	for _, of := range []map[string]driver{sampleDrivers, facilityDrivers, carbonDrivers, modelDrivers, attributionDrivers} {
		for metric, d := range of {
			all[metric] = d
		}
	}
	return all
}()

type driver func(in inputs) outcome

// elsewhere are metrics of money, which no package of energy knows: prices
// are rate cards, and accounting/rating runs these (its testdata/energy.json).
var elsewhere = []string{"TOU_cost", "demand_charge"}

// An outcome is the figures of a driver by name, or why there are none.
type outcome struct {
	figures  map[string]any // *big.Rat, string, bool or []*big.Rat
	warnings []string       // codes of what is said about them
	err      error
}

// one is the outcome of a driver with a single figure.
func one(v any, warnings ...string) outcome {
	return outcome{figures: map[string]any{"": v}, warnings: warnings}
}

func refused(err error) outcome { return outcome{err: err} }

type figure struct {
	ID, Metric, Source string
	Inputs             map[string]any
	Expected           any
	Tolerance          json.Number
	Label              string `json:"expects_label"`
}

func TestFigures(t *testing.T) {
	for _, f := range readFigures(t, "testdata/figures.json") {
		require.NotEmpty(t, f.Source, f.ID)
		t.Run(f.ID, f.run)
	}
}

// TestFigures_Further runs cases of the same metrics that the collection lacks:
// refusals and edges.
func TestFigures_Further(t *testing.T) {
	for _, f := range readFigures(t, "testdata/further.json") {
		t.Run(f.ID, f.run)
	}
}

// TestFigures_Shared runs the collection that the figures were taken from,
// with whatever was added to it.
func TestFigures_Shared(t *testing.T) {
	for _, f := range readFigures(t, "../../shared/vectors/energy.json") {
		t.Run(f.ID, f.run)
	}
}

// readFigures skips the test where the file is not there.
func readFigures(t *testing.T, name string) (list []figure) {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		t.Skip("shared vectors absent: " + name)
	}
	require.NoError(t, err)
	defer file.Close()
	d := json.NewDecoder(file)
	d.UseNumber()
	require.NoError(t, d.Decode(&list))
	require.NotEmpty(t, list)
	return list
}

func (f figure) run(t *testing.T) {
	if slices.Contains(elsewhere, f.Metric) {
		t.Skip("money: " + f.Metric)
	}
	require.NotNil(t, drivers[f.Metric], "nothing works out this metric: %s", f.Metric)
	got := drivers[f.Metric](inputs{t, f.Inputs})
	tolerance, ok := new(big.Rat).SetString(f.Tolerance.String())
	require.True(t, ok)
	if f.Label == "warning" {
		require.NotEmpty(t, got.warnings, "no warning")
	}
	want, named := f.Expected.(map[string]any)
	if !named {
		require.NoError(t, got.err)
		agree(t, "", f.Expected, got.figures[""], tolerance)
		return
	}
	if code, ok := want["error"].(string); ok {
		// Of a counter, a reading that is flagged and withheld is refused.
		if slices.Contains(got.warnings, code) {
			return
		}
		requireRefused(t, code, got.err)
		return
	}
	require.NoError(t, got.err)
	for name, w := range want {
		switch name {
		case "warning", "flag":
			require.Contains(t, got.warnings, w)
		case "value":
			agree(t, name, w, got.figures[""], tolerance)
		default:
			require.Contains(t, got.figures, name)
			agree(t, name, w, got.figures[name], tolerance)
		}
	}
}

// agree compares what is expected with what was worked out.
func agree(t *testing.T, name string, want, got any, tolerance *big.Rat) {
	t.Helper()
	switch want := want.(type) {
	case []any:
		list, ok := got.([]*big.Rat)
		require.True(t, ok, "%s: %v is no list", name, got)
		require.Len(t, list, len(want))
		for i := range want {
			agree(t, fmt.Sprintf("%s[%d]", name, i), want[i], list[i], tolerance)
		}
	case json.Number:
		w, ok := new(big.Rat).SetString(want.String())
		require.True(t, ok)
		g, ok := got.(*big.Rat)
		require.True(t, ok, "%s: %v is no number", name, got)
		d := new(big.Rat).Sub(g, w)
		require.LessOrEqual(t, d.Abs(d).Cmp(tolerance), 0, "%s: %s, want %s within %s", name, g.FloatString(20), want, tolerance.FloatString(18))
	default:
		require.Equal(t, want, got, name)
	}
}

// requireRefused wants an error of the house; where the code is one that is
// known here, of the type that stands for it.
func requireRefused(t *testing.T, code string, err error) {
	t.Helper()
	require.Error(t, err, "want it refused: %s", code)
	if matches, known := refusals[code]; known {
		require.True(t, matches(err), "%s: refused for another reason: %v", code, err)
	}
	for _, house := range []string{"energy", "facility", "attribution", "carbon", "model", "metering"} {
		if strings.HasPrefix(err.Error(), house+":") {
			return
		}
	}
	require.Fail(t, "an error without its package", "%v", err)
}

func is[T error](err error) bool {
	var e T
	return errors.As(err, &e)
}

func wraps(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}
