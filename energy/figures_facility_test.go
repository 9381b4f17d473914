package energy_test

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

var facilityDrivers = map[string]driver{
	"PUE":                     siteRatio(func(r facility.Result) outcome { return one(r.Rat(), worrying(r.Warnings())...) }),
	"DCiE_pct":                siteRatio(func(r facility.Result) outcome { return figureOf(r.DCiE()) }),
	"PUE_category":            category,
	"PUE_annual_from_monthly": annual,
	"pPUE":                    partial,
	"fleet_PUE":               fleet,
	"PUE_mixed_energy_site":   mixedSite,
	"PUE_uncertainty":         pueUncertainty,
	"PUE_period_mismatch":     periods,
	"ERE":                     reuse,
	"ERE_identity":            reuseIdentity,
	"GB40879_grade":           grade,
	"CN_policy_check":         policy,
	"REF":                     renewable,
	"REF_EU":                  renewableEU,
	"ERF":                     reuseFactor,
	"CUE_mixed":               carbonUsage,
	"WUE":                     water,
	"WUE_EU":                  water,
	"WUE_source":              waterSource,
	"ITEEsv":                  servers,
}

var refusals = map[string]func(error) bool{
	"IT_ENERGY_ZERO":    wraps(facility.ErrNoITEnergy),
	"NEGATIVE_ENERGY":   is[*facility.NegativeEnergyError],
	"PUE_BELOW_ONE":     is[*facility.BelowOneError],
	"PERIOD_MISMATCH":   is[*facility.PeriodMismatchError],
	"CATEGORY_MISMATCH": is[*facility.CategoryMismatchError],
	"R_ZERO":            wraps(carbon.ErrNoUnits),
	"NO_LOCATION":       wraps(carbon.ErrNoLocation),
}

var (
	thisYear = metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	accurate = facility.Percent / 2
	codes    = map[facility.Warning]string{facility.Capped: "REF_CAPPED"}
)

func measured(e energy.Energy, p metering.Period) facility.Measured {
	return facility.Measured{Energy: e, Period: p, Accuracy: accurate}
}

// worrying are the warnings that are about the figures, by code where the
// figures name one. That a category is unknown says nothing of the inputs.
func worrying(all []facility.Warning) (list []string) {
	for _, w := range all {
		if code, ok := codes[w]; ok {
			list = append(list, code)
		} else if w != facility.UnknownCategory {
			list = append(list, w.String())
		}
	}
	return list
}

func figureOf(f facility.Figure, err error) outcome {
	if err != nil {
		return refused(err)
	}
	return one(f.Rat(), worrying(f.Warnings())...)
}

// sitePair reads E_DC and E_IT over a year.
func sitePair(in inputs) (site, it facility.Measured, err error) {
	total, err := in.energy("E_DC")
	if err != nil {
		return site, it, err
	}
	e, err := in.energy("E_IT")
	return measured(total, thisYear), measured(e, thisYear), err
}

func siteRatio(then func(facility.Result) outcome) driver {
	return func(in inputs) outcome {
		site, it, err := sitePair(in)
		if err != nil {
			return refused(err)
		}
		r, err := facility.PUE(site, it, facility.Category3)
		if err != nil {
			return refused(err)
		}
		return then(r)
	}
}

func category(in inputs) outcome {
	point, err := facility.ParsePoint(in.text("it_meter"))
	if err != nil {
		return refused(err)
	}
	if in.has("quantity") && in.text("quantity") == "peak_kW" {
		site := facility.Demand{Power: 3 * energy.Megawatt, Period: thisYear}
		f, err := facility.PeakPUE(site, facility.Demand{Power: 2 * energy.Megawatt, Period: thisYear, Point: point})
		if err != nil {
			return refused(err)
		}
		return one(f.KPI().String())
	}
	it := measured(energy.KilowattHours(2), thisYear)
	it.Point = point
	r, err := facility.PUE(measured(energy.KilowattHours(3), thisYear), it, facility.CategoryUnknown)
	if err != nil {
		return refused(err)
	}
	return one(r.Name())
}

func annual(in inputs) outcome {
	totals, its := in.numbers("months_E_DC"), in.numbers("months_E_IT")
	var months []facility.Result
	for i := range totals {
		p, err := metering.NewPeriod(thisYear.Start().AddDate(0, i, 0), thisYear.Start().AddDate(0, i+1, 0))
		if err != nil {
			return refused(err)
		}
		total, _ := energyOf(totals[i].RatString(), "kW.h")
		it, _ := energyOf(its[i].RatString(), "kW.h")
		r, err := facility.PUE(measured(total, p), measured(it, p), facility.Category3)
		if err != nil {
			return refused(err)
		}
		months = append(months, r)
	}
	return combined(months)
}

func combined(parts []facility.Result) outcome {
	r, err := facility.Combine(parts...)
	if err != nil {
		return refused(err)
	}
	return one(r.Rat(), worrying(r.Warnings())...)
}

func fleet(in inputs) outcome {
	var sites []facility.Result
	for _, s := range in.objects("sites") {
		site, it, err := sitePair(s)
		if err != nil {
			return refused(err)
		}
		r, err := facility.PUE(site, it, facility.Category3)
		if err != nil {
			return refused(err)
		}
		sites = append(sites, r)
	}
	return combined(sites)
}

// partial takes every energy but that of the IT equipment for a sub-system.
func partial(in inputs) outcome {
	it, err := in.energy("E_IT")
	if err != nil {
		return refused(err)
	}
	var parts []facility.Result
	for name := range in.fields {
		boundary, ok := cutSubSystem(name)
		if !ok {
			continue
		}
		sub, err := in.energy("E_" + boundary)
		if err != nil {
			return refused(err)
		}
		r, err := facility.Partial(boundary, measured(sub, thisYear), measured(it, thisYear), facility.Category3)
		if err != nil {
			return refused(err)
		}
		parts = append(parts, r)
	}
	r, err := facility.Compose(parts...)
	if err != nil {
		return refused(err)
	}
	return one(r.Rat())
}

// cutSubSystem returns "cooling" of "E_cooling_kWh".
func cutSubSystem(name string) (string, bool) {
	for _, u := range unitsOfEnergy {
		if n := len(name) - len(u.end); n > 2 && name[:2] == "E_" && name[n:] == u.end {
			return name[2:n], name[2:n] != "IT"
		}
	}
	return "", false
}

// mixedSite converts by the table that the inputs name, with their factors
// where they have other ones.
func mixedSite(in inputs) outcome {
	electricity, err := in.energy("electricity")
	if err != nil {
		return refused(err)
	}
	it, err := in.energy("E_IT")
	if err != nil {
		return refused(err)
	}
	var table facility.WeightTable
	for _, known := range []facility.WeightTable{facility.EN50600(), facility.GreenGrid(), facility.GreenGridUS()} {
		if in.has("weight_table") && in.text("weight_table") == known.ID {
			table = known
		}
	}
	var amounts []facility.Amount
	for _, c := range []struct {
		name, unit string
		carrier    facility.Carrier
	}{{"diesel_L", "L", facility.Diesel}, {"gas_m3", "m3", facility.NaturalGas}, {"gas_kWh", "kWh", facility.NaturalGas}, {"hydrogen_kg", "kg", facility.Hydrogen},
		{"bioethanol_L", "L", facility.Bioethanol}, {"fuel_oil_kWh", "kWh", facility.FuelOil}, {"chilled_water_kWh", "kWh", facility.ChilledWater}, {"steam_kWh", "kWh", facility.Steam}} {
		if in.has(c.name) {
			amounts = append(amounts, facility.Amount{Carrier: c.carrier, Value: in.decimal(c.name), Unit: c.unit})
		}
	}
	site, err := table.Convert(measured(electricity, thisYear), amounts...)
	if err != nil {
		return refused(err)
	}
	r, err := facility.PUE(site, measured(it, thisYear), facility.Category3)
	if err != nil {
		return refused(err)
	}
	return one(r.Rat(), worrying(r.Warnings())...)
}

func pueUncertainty(in inputs) outcome {
	site, it, err := sitePair(in)
	if err != nil {
		return refused(err)
	}
	ppb := func(name string) facility.Accuracy {
		n, _ := new(big.Rat).Mul(in.number(name), big.NewRat(int64(facility.Percent), 1)).Float64()
		return facility.Accuracy(n)
	}
	site.Accuracy, it.Accuracy = ppb("u_DC_pct"), ppb("u_IT_pct")
	r, err := facility.PUE(site, it, facility.Category3)
	if err != nil {
		return refused(err)
	}
	correlation, _ := in.numberOr("correlation", "0").Float64()
	u, err := r.Uncertainty(correlation)
	if err != nil {
		return refused(err)
	}
	k, _ := in.numberOr("k", "2").Float64()
	return outcome{figures: map[string]any{"PUE": r.Rat(), "u_rel_pct": ratOf(100 * u.Relative), "U_k" + in.numberOr("k", "2").RatString(): ratOf(u.Expanded(k))}}
}

func periods(in inputs) outcome {
	a, b := days(in.t, in.text("E_DC_period")), days(in.t, in.text("E_IT_period"))
	r, err := facility.PUE(measured(energy.KilowattHours(3), a), measured(energy.KilowattHours(2), b), facility.Category3)
	if err != nil {
		return refused(err)
	}
	return one(r.Rat())
}

func reuse(in inputs) outcome {
	reused, err := in.energy("E_reuse")
	if err != nil {
		return refused(err)
	}
	return siteRatio(func(r facility.Result) outcome {
		return figureOf(facility.ERE(r, facility.Reuse{Measured: measured(reused, thisYear)}))
	})(in)
}

// reuseIdentity puts 10^20 uJ behind two ratios, so that rounding to the
// microjoule is not seen.
func reuseIdentity(in inputs) outcome {
	it := big.NewRat(100_000_000_000_000_000, 1)
	it.Mul(it, big.NewRat(1000, 1))
	total := new(big.Rat).Mul(in.number("PUE"), it)
	reused := new(big.Rat).Mul(in.number("ERF"), total)
	r, err := facility.PUE(measured(microjoules(total), thisYear), measured(microjoules(it), thisYear), facility.Category3)
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.ERE(r, facility.Reuse{Measured: measured(microjoules(reused), thisYear)}))
}

// pueOf makes a year's PUE of a ratio with few digits.
func pueOf(ratio *big.Rat) (facility.Result, error) {
	it := big.NewRat(1_000_000_000_000_000_000, 1)
	return facility.PUE(measured(microjoules(new(big.Rat).Mul(ratio, it)), thisYear), measured(microjoules(it), thisYear), facility.Category3)
}

func grade(in inputs) outcome {
	r, err := pueOf(in.number("R"))
	if err != nil {
		return refused(err)
	}
	pack := facility.GB40879()
	if in.text("table") != pack.ID {
		pack.ID, pack.Version = in.text("table"), "of the inputs"
	}
	if in.has("limits") {
		pack.Limits = slices.Clone(pack.Limits[:0])
		for i, l := range in.list("limits") {
			pack.Limits = append(pack.Limits, facility.Limit{KPI: facility.KPIPUE, Grade: i + 1, Value: decimal.RequireFromString(toRat(in.t, "limits", l).FloatString(9))})
		}
	}
	v, err := pack.Judge(r, facility.Site{}, thisYear.End())
	if err != nil {
		return refused(err)
	}
	return one(big.NewRat(int64(v.Grade), 1))
}

func policy(in inputs) outcome {
	r, err := pueOf(in.number("PUE"))
	if err != nil {
		return refused(err)
	}
	for _, pack := range facility.Packs() {
		if pack.ID != in.text("plan") {
			continue
		}
		at := time.Date(int(in.number("target_year").Num().Int64()), time.December, 31, 0, 0, 0, 0, time.UTC)
		v, err := pack.Judge(r, facility.Site{Scope: in.text("scope")}, at)
		switch {
		case err != nil:
			return refused(err)
		case v.Pass:
			return one("pass")
		}
		return one("fail")
	}
	in.t.Fatalf("no pack %s", in.text("plan"))
	return outcome{}
}

func renewable(in inputs) outcome {
	r, err := in.energy("E_ren")
	if err != nil {
		return refused(err)
	}
	site, err := in.energy("E_DC")
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.REF(measured(r, thisYear), measured(site, thisYear)))
}

func renewableEU(in inputs) outcome {
	var from facility.Renewable
	for _, p := range []struct {
		name string
		to   *energy.Energy
	}{{"goe", &from.Guarantees}, {"ppa", &from.Agreements}, {"onsite", &from.OnSite}, {"onsite_sold", &from.OnSiteSold}} {
		if !in.has(p.name) {
			continue
		}
		var err error
		if *p.to, err = in.energy(p.name); err != nil {
			return refused(err)
		}
	}
	total, err := from.Total()
	if err != nil {
		return refused(err)
	}
	site, err := in.energy("E_DC")
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.REF(measured(total, thisYear), measured(site, thisYear)))
}

func reuseFactor(in inputs) outcome {
	reused, err := in.energy("E_reuse")
	if err != nil {
		return refused(err)
	}
	site, err := in.energy("E_DC")
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.ERF(facility.Reuse{Measured: measured(reused, thisYear)}, measured(site, thisYear)))
}

func carbonUsage(in inputs) outcome {
	it, err := in.energy("E_IT")
	if err != nil {
		return refused(err)
	}
	factor := func(name, per string) facility.Factor {
		return facility.Factor{Kilograms: in.decimal(name), Per: per, Year: 2025, Region: "CN", Method: "location-based"}
	}
	emissions := []facility.Emission{{Amount: facility.Amount{Carrier: facility.Electricity, Value: in.decimal("grid_kWh"), Unit: "kWh"}, Factor: factor("grid_kg", "kWh")}}
	if in.has("diesel_L") {
		emissions = append(emissions, facility.Emission{Amount: facility.Amount{Carrier: facility.Diesel, Value: in.decimal("diesel_L"), Unit: "L"}, Factor: factor("diesel_kg_per_L", "L")})
	}
	if in.has("gas_m3") {
		emissions = append(emissions, facility.Emission{Amount: facility.Amount{Carrier: facility.NaturalGas, Value: in.decimal("gas_m3"), Unit: "m3"}, Factor: factor("gas_kg_per_m3", "m3")})
	}
	return figureOf(facility.CUE(measured(it, thisYear), emissions...))
}

// water reads litres or cubic metres.
func water(in inputs) outcome {
	by, point := "E_IT", facility.PointUnknown
	if !in.hasEnergy(by) {
		by, point = "E_DC", facility.SiteInput
	}
	e, err := in.energy(by)
	if err != nil {
		return refused(err)
	}
	it := measured(e, thisYear)
	it.Point = point
	name := in.first("water_L", "W_IN_m3", "W_IN_L", "water_m3")
	litres := in.decimal(name)
	if name[len(name)-2:] == "m3" {
		litres = litres.Shift(3)
	}
	volume, err := facility.Litres(litres)
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.WUE(facility.WaterUse{Volume: volume, Period: thisYear, Category: facility.WaterInput, Accuracy: accurate}, it))
}

func waterSource(in inputs) outcome {
	kwh := energy.KilowattHours(1_000_000)
	volume, err := facility.Litres(in.decimal("WUE_site").Shift(6))
	if err != nil {
		return refused(err)
	}
	site, err := facility.WUE(facility.WaterUse{Volume: volume, Period: thisYear, Category: facility.WaterInput}, measured(kwh, thisYear))
	if err != nil {
		return refused(err)
	}
	r, err := pueOf(in.number("PUE"))
	if err != nil {
		return refused(err)
	}
	return figureOf(facility.WUESource(site, r, in.decimal("EWIF_L_per_kWh")))
}

func servers(in inputs) outcome {
	var list []facility.Server
	for _, s := range in.objects("servers") {
		unit := "ops"
		if s.has("unit") {
			unit = s.text("unit")
		}
		list = append(list, facility.Server{Performance: s.decimal("smpe"), Unit: unit, Power: power(s.number("smpo_W"))})
	}
	return figureOf(facility.ITEEsv(thisYear, list...))
}
