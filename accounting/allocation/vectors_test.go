package allocation_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// vector is a worked example: what goes in and what comes out, by kind.
type vector struct {
	ID, Kind, Source string
	Input, Expected  json.RawMessage
}

// figures is a file of vectors, and the costs that some of them share.
type figures struct {
	Fixtures map[string]fixture
	Vectors  []vector
}

// TestVectors runs every worked example through the library by the model it is
// of. The figures with their sources are in testdata; where the project's
// collection lies beside the repository, it is run too.
func TestVectors(t *testing.T) {
	for name, path := range map[string]string{
		"testdata": "testdata/vectors.json", "shared": "../../../shared/vectors/allocation.json",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) && name == "shared" {
				t.Skip("shared data absent")
			}
			require.NoError(t, err)
			var file figures
			require.NoError(t, json.Unmarshal(data, &file))
			require.NotEmpty(t, file.Vectors)
			for _, v := range file.Vectors {
				t.Run(v.ID, func(t *testing.T) {
					require.NotEmpty(t, v.Source)
					drive, ok := drivers[v.Kind]
					require.True(t, ok, "no model for kind %q", v.Kind)
					drive(t, file, v)
				})
			}
		})
	}
}

// drivers has one driver for each kind of example.
var drivers = map[string]func(t *testing.T, f figures, v vector){
	"service-dept":      driveServices,
	"largest-remainder": driveLargestRemainder,
	"idle":              driveLook,
	"shared":            driveLook,
	"overhead":          driveLook,
	"filter":            driveLook,
	"usage":             driveUsage,
	"rate":              driveRate,
	"efficiency":        driveEfficiency,
	"depreciation":      driveDepreciation,
	"commitment":        driveCommitment,
}

// read decodes the input or the expected figures of an example.
func read[T any](t *testing.T, data json.RawMessage) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

// exact is a figure of an example as a fraction: "164/3", "2.80", 27, or an
// object that has it as exact.
type exact struct{ big.Rat }

func (e *exact) UnmarshalJSON(data []byte) error {
	var object struct{ Exact json.RawMessage }
	if data[0] == '{' {
		if err := json.Unmarshal(data, &object); err != nil {
			return err
		}
		data = object.Exact
	}
	if _, ok := e.SetString(strings.Trim(string(data), `"`)); !ok {
		return errors.New("not a number: " + string(data))
	}
	return nil
}

// cash is the figure as money of the one currency of the examples.
func (e *exact) cash(t *testing.T) money.Money {
	t.Helper()
	m, err := allocation.AmountOf(&e.Rat, money.USD).Round(money.Rounding{Places: 18})
	require.NoError(t, err)
	require.Equal(t, e.RatString(), allocation.Exactly(m).Rat().RatString(), "a figure is money")
	return m
}

func (e *exact) decimal() decimal.Decimal {
	return decimal.NewFromBigRat(&e.Rat, 18)
}

func requireAmount(t *testing.T, want exact, got allocation.Amount, about string) {
	t.Helper()
	require.Equal(t, want.RatString(), got.Rat().RatString(), about)
}

// driveServices allocates service departments.
func driveServices(t *testing.T, _ figures, v vector) {
	in := read[struct {
		Costs             map[string]exact
		Units             map[string]map[string]exact
		Production, Order []metering.Account
		Method            string
	}](t, v.Input)
	var m allocation.Model
	for name, cost := range in.Costs {
		centre := allocation.Centre{ID: metering.Account(name), Cost: cost.cash(t)}
		if !slices.Contains(in.Production, centre.ID) {
			var weights []allocation.Weight
			for to, units := range in.Units[name] {
				weights = append(weights, allocation.Weight{To: metering.Account(to), Weight: units.decimal()})
			}
			centre.Driver = allocation.Weighted(weights...)
		}
		m.Centres = append(m.Centres, centre)
	}
	var result allocation.Result
	var err error
	switch in.Method {
	case "direct":
		result, err = m.Direct()
	case "step-down":
		result, err = m.StepDown(in.Order...)
	case "reciprocal":
		result, err = m.Reciprocal()
	default:
		t.Fatalf("no method %q", in.Method)
	}
	require.NoError(t, err)

	want := map[string]map[string]exact{}
	if in.Method == "reciprocal" {
		want = read[map[string]map[string]exact](t, v.Expected)
	} else {
		want["final"] = read[map[string]exact](t, v.Expected)
	}
	require.Len(t, result.Production, len(want["final"]))
	for _, figures := range want {
		for name, figure := range figures {
			requireAmount(t, figure, result.Of(metering.Account(name)), name)
		}
	}
}

// driveLargestRemainder splits minor units by weights.
func driveLargestRemainder(t *testing.T, _ figures, v vector) {
	in := read[struct {
		Total   int64 `json:"total_minor_units"`
		Weights map[string]exact
		Tie     string
	}](t, v.Input)
	require.Equal(t, "key ascending", in.Tie)
	keys := slices.Sorted(maps.Keys(in.Weights))
	sum := new(big.Rat)
	for _, k := range keys {
		w := in.Weights[k]
		sum.Add(sum, &w.Rat)
	}
	total, err := money.FromMinor(in.Total, money.USD)
	require.NoError(t, err)
	var parts []allocation.Amount
	for _, k := range keys {
		w := in.Weights[k]
		parts = append(parts, allocation.Exactly(total).Times(new(big.Rat).Quo(&w.Rat, sum)))
	}
	settled, err := allocation.Settle(cents, parts...)
	require.NoError(t, err)
	for i, want := range read[map[string]int64](t, v.Expected) {
		minor, err := money.FromMinor(want, money.USD)
		require.NoError(t, err)
		require.Equal(t, minor, settled[slices.Index(keys, i)], i)
	}
}

var cents = money.Rounding{Mode: money.HalfEven, Places: 2}
