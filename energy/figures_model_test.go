package energy_test

import (
	"math/big"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy/model"
	"github.com/meterbook/meterbook/metering/accelerator"
)

var modelDrivers = map[string]driver{
	"Teads_interp":            interpolated,
	"CCF_compute_kWh":         cloudCompute,
	"CCF_compute_kWh_avgW":    cloudCompute,
	"CCF_ssd_kWh":             cloudStorage,
	"CodeCarbon_constant_kWh": constantPower,
	"Boavizta_cpu_W":          logCurve,
	"dense_vs_sparse":         sparse,
}

// decimalOr is decimal, or a default.
func (in inputs) decimalOr(name, or string) decimal.Decimal {
	if in.has(name) && in.get(name) != nil {
		return in.decimal(name)
	}
	return decimal.RequireFromString(or)
}

func amountOf(a model.Amount, err error) outcome {
	if err != nil {
		return refused(err)
	}
	return one(a.KWh())
}

func interpolated(in inputs) outcome {
	curve := model.Teads()
	if in.has("x") {
		curve = nil
		ys := in.list("y")
		for i, x := range in.list("x") {
			curve = append(curve, model.Ratio{Percent: asDecimal(in, x), OfTDP: asDecimal(in, ys[i])})
		}
	}
	y, err := model.Interpolate(curve, in.decimal("u_pct"))
	if err != nil {
		return refused(err)
	}
	return one(y)
}

func asDecimal(in inputs, v any) decimal.Decimal {
	d, err := decimal.NewFromString(toRat(in.t, "a number", v).FloatString(18))
	require.NoError(in.t, err)
	return d
}

func cloudCompute(in inputs) outcome {
	m := model.CloudCompute{PUE: in.decimalOr("PUE", "1"), Replication: in.decimalOr("replication", "1")}
	if in.has("average_W") {
		m.Min, m.Max = in.decimal("average_W"), in.decimal("average_W")
	} else {
		m.Min, m.Max = in.decimal("min_W"), in.decimal("max_W")
	}
	return amountOf(m.Amount(in.decimalOr("util_pct", "0"), in.decimal("vcpu_h")))
}

// cloudStorage takes the coefficient of the inputs, or that which is kept.
func cloudStorage(in inputs) outcome {
	c, err := model.CoefficientOf("ssd/ccf")
	if err != nil {
		return refused(err)
	}
	c.Wh = in.decimalOr("coef_Wh_per_TBh", c.Wh.String())
	units := in.decimal("TBh")
	return amountOf(c.Amount(units.Mul(in.decimalOr("replication", "1")), in.decimalOr("PUE", "1")))
}

func constantPower(in inputs) outcome {
	took := new(big.Rat)
	switch name := in.first("seconds", "hours", "minutes"); name {
	case "seconds":
		took = in.number(name)
	case "minutes":
		took.Mul(in.number(name), big.NewRat(60, 1))
	case "hours":
		took.Mul(in.number(name), big.NewRat(3600, 1))
	}
	return amountOf(model.Constant(power(in.numberOr("TDP_W", "85")), in.decimalOr("ratio", "0.5"), time.Duration(roundRat(new(big.Rat).Mul(took, big.NewRat(int64(time.Second), 1))).Int64())))
}

func logCurve(in inputs) outcome {
	c := model.LogCurve{A: in.float("a"), B: in.float("b"), C: in.float("c"), D: in.float("d")}
	w, err := c.Watts(in.float("load_pct"))
	if err != nil {
		return refused(err)
	}
	return one(ratOf(w))
}

// sparse checks a listing with the claimed figure against the catalogue.
func sparse(in inputs) outcome {
	catalogue := accelerator.Default()
	m, err := catalogue.Lookup(in.text(in.first("catalogue_model", "model")))
	if err != nil {
		return refused(err)
	}
	dense, _ := m.Dense.FP16.Value()
	out := outcome{figures: map[string]any{"dense": big.NewRat(dense, 1_000_000)}}
	listing := "name,fp16\n" + in.text(in.first("catalogue_model", "model")) + "," + in.text("claimed_fp16") + "\n"
	rows, err := accelerator.ReadListing(strings.NewReader(listing), map[string]accelerator.Field{"name": accelerator.FieldName, "fp16": accelerator.FieldFP16})
	if err != nil {
		return refused(err)
	}
	for _, f := range catalogue.Check(rows).Findings {
		if f.Problem == accelerator.SparseAsDense {
			out.warnings = append(out.warnings, "SPARSE_NUMBER")
		}
	}
	return out
}
