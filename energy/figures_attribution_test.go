package energy_test

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
)

var attributionDrivers = map[string]driver{
	"Kepler_split_W":                   residualSplit,
	"baseline_idle_split_W":            baselineSplit,
	"tenant_power_W":                   tenantPower,
	"tenant_power_equal_when_zero_use": tenantPower,
	"mig_power_W":                      slicePower,
	"mig_idle_alloc_W":                 sliceIdle,
}

// long is a window over which a microjoule is less than 10⁻¹² W.
var long = metering.MustPeriod("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z")

// drawn is the energy of a power over the long window, and watts is back.
func drawn(w *big.Rat) energy.Energy {
	uj := new(big.Rat).Mul(w, big.NewRat(int64(long.Duration()/time.Second), 1))
	return microjoules(uj.Mul(uj, big.NewRat(1_000_000, 1)))
}

func watts(e energy.Energy) *big.Rat {
	w := joules(e)
	return w.Quo(w, big.NewRat(int64(long.Duration()/time.Second), 1))
}

// parts makes whole weights of ratios.
func parts(r *big.Rat) int64 {
	return roundRat(new(big.Rat).Mul(r, big.NewRat(1_000_000_000_000, 1))).Int64()
}

func cards(n int64) metering.Quantity { return metering.Grains(n, metering.Cards) }

// attributed returns the shares of one device over the long window by account.
func attributed(d attribution.Device) (map[metering.Account]attribution.Share, error) {
	d.ID = "gpu-0"
	r, err := attribution.Attribute(attribution.Input{Period: long, Devices: []attribution.Device{d}})
	if err != nil {
		return nil, err
	}
	if _, err := r.Reconcile(); err != nil {
		return nil, err
	}
	byAccount := map[metering.Account]attribution.Share{}
	for _, s := range r.Shares {
		byAccount[s.Account] = s
	}
	return byAccount, nil
}

// residualSplit takes what use leaves over for idle energy, which nobody
// holds, and shares the rest by busy time.
func residualSplit(in inputs) outcome {
	const scale = 1_000_000_000_000
	e := drawn(in.number("node_W"))
	busy := parts(in.number("usage_ratio"))
	idle, err := attribution.ResidualIdle(e, busy, scale)
	if err != nil {
		return refused(err)
	}
	d := attribution.Device{Energy: e, Idle: idle, Capacity: cards(1)}
	var used []*big.Rat
	switch {
	case in.has("cpu_ms"):
		for _, ms := range in.numbers("cpu_ms") {
			used = append(used, ms.Quo(ms, in.number("node_ms")))
		}
	default:
		used = append(used, in.number("workload_share"))
	}
	rest := big.NewRat(1, 1)
	for i, u := range used {
		rest.Sub(rest, u)
		d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(rune('a' + i)), Used: parts(u)})
	}
	if rest.Sign() > 0 {
		d.Holders = append(d.Holders, attribution.Holder{Account: "others", Used: parts(rest)})
	}
	shares, err := attributed(d)
	if err != nil {
		return refused(err)
	}
	var list []*big.Rat
	for i := range used {
		list = append(list, watts(shares[metering.Account(rune('a'+i))].IT))
	}
	dynamic, _ := e.Sub(idle)
	return outcome{figures: map[string]any{"": list, "active": watts(dynamic), "idle": watts(idle), "workload": list[0]}}
}

// baselineSplit gives a measured baseline to who holds the device, and says
// what the residual rule would.
func baselineSplit(in inputs) outcome {
	e, idle := drawn(in.number("node_W")), drawn(in.number("idle_W"))
	residual, err := attribution.ResidualIdle(e, parts(in.number("usage_ratio")), 1_000_000_000_000)
	if err != nil {
		return refused(err)
	}
	shares, err := attributed(attribution.Device{Energy: e, Idle: idle, Capacity: cards(1), Holders: []attribution.Holder{{Account: "a", Allocated: cards(1), Used: 1}}})
	if err != nil {
		return refused(err)
	}
	dynamic, _ := shares["a"].IT.Sub(shares["a"].Idle)
	return outcome{figures: map[string]any{"idle": watts(shares["a"].Idle), "dynamic": watts(dynamic), "kepler_idle": watts(residual)}}
}

func tenantPower(in inputs) outcome {
	idle := drawn(in.number("idle_W"))
	e, err := idle.Add(drawn(in.number("dynamic_W")))
	if err != nil {
		return refused(err)
	}
	d := attribution.Device{Energy: e, Idle: idle, Capacity: cards(1_000_000_000_000)}
	alloc, use := in.object("alloc"), in.object("use")
	for _, name := range slices.Sorted(maps.Keys(alloc.fields)) {
		d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(name), Allocated: cards(parts(alloc.number(name))), Used: parts(use.numberOr(name, "0")) / 1_000_000})
	}
	shares, err := attributed(d)
	if err != nil {
		return refused(err)
	}
	return powers(shares, "unallocated_idle", func(s attribution.Share) energy.Energy { return s.IT })
}

// powers names the shares by account, and nobody's as given.
func powers(shares map[metering.Account]attribution.Share, nobody string, of func(attribution.Share) energy.Energy) outcome {
	out := outcome{figures: map[string]any{nobody: new(big.Rat)}}
	for account, s := range shares {
		name := string(account)
		if s.Unallocated() {
			name = nobody
		}
		out.figures[name] = watts(of(s))
	}
	return out
}

// slicePower shares by slices times activity, and by activity alone.
func slicePower(in inputs) outcome {
	by := func(sized bool) ([]*big.Rat, error) {
		d := attribution.Device{Energy: drawn(in.number("active_W")), Capacity: cards(7)}
		for i, inst := range in.objects("inst") {
			slices := int64(1)
			if sized {
				slices = inst.number("slices").Num().Int64()
			}
			used, err := attribution.SliceUse(slices, parts(inst.number("activity")))
			if err != nil {
				return nil, err
			}
			d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(rune('a' + i)), Used: used})
		}
		shares, err := attributed(d)
		if err != nil {
			return nil, err
		}
		var list []*big.Rat
		for i := range d.Holders {
			list = append(list, watts(shares[metering.Account(rune('a'+i))].IT))
		}
		return list, nil
	}
	sized, err := by(true)
	if err != nil {
		return refused(err)
	}
	plain, err := by(false)
	if err != nil {
		return refused(err)
	}
	return outcome{figures: map[string]any{"slice_weighted": sized, "kepler": plain}}
}

func sliceIdle(in inputs) outcome {
	idle := drawn(in.number("idle_W"))
	d := attribution.Device{Energy: idle, Idle: idle, Capacity: cards(in.number("total_slices").Num().Int64())}
	held := in.object("slices")
	for _, name := range slices.Sorted(maps.Keys(held.fields)) {
		d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(name), Allocated: cards(held.number(name).Num().Int64())})
	}
	shares, err := attributed(d)
	if err != nil {
		return refused(err)
	}
	return powers(shares, "unallocated", func(s attribution.Share) energy.Energy { return s.Idle })
}
