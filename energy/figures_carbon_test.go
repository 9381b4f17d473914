package energy_test

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/metering"
)

var carbonDrivers = map[string]driver{
	"SCI":                      softwareIntensity,
	"IF_SciEmbodied_g":         embodiedServer,
	"CCF_embodied_t":           embodiedShare,
	"Boavizta_cpu_embodied_kg": embodiedDie,
	"region_mix_factor":        mixed,
	"carbon_default_g":         byDefault,
	"scope2_dual":              dual,
	"time_aligned_carbon_g":    aligned,
	"carbon_interval_split_g":  split,
}

func grams(m carbon.Mass) *big.Rat {
	return new(big.Rat).SetFrac(m.Nanograms().Big(), big.NewInt(1_000_000_000))
}

// mass reads an input as so many of a unit of mass.
func (in inputs) mass(name, unit string) carbon.Mass {
	in.t.Helper()
	n := map[string]int64{"g": 1_000_000_000, "kg": 1_000_000_000_000, "t": 1_000_000_000_000_000}[unit]
	m, err := carbon.ParseMass(roundRat(new(big.Rat).Mul(in.number(name), big.NewRat(n, 1))).String() + " ng{CO2e}")
	require.NoError(in.t, err)
	return m
}

// intensity reads an input in grams per kilowatt-hour.
func (in inputs) intensity(name string) (carbon.Intensity, error) {
	return carbon.ParseIntensity(in.text(name) + " g/kWh")
}

// softwareIntensity takes the operational mass, or energy and intensity, and
// the embodied mass, or what it is made of.
func softwareIntensity(in inputs) outcome {
	s := carbon.Software{Unit: "R"}
	if in.has("R") && in.get("R") != nil {
		s.Units = in.decimal("R")
	}
	switch {
	case in.has("O_g"):
		s.Operational = in.mass("O_g", "g")
	default:
		e, err := in.energy("E")
		if err != nil {
			return refused(err)
		}
		i, err := in.intensity(in.first("I_g_per_kWh", "I_g", "I"))
		if err != nil {
			return refused(err)
		}
		if s.Operational, err = i.Of(e); err != nil {
			return refused(err)
		}
	}
	switch {
	case in.has("M_g"):
		s.Embodied = in.mass("M_g", "g")
	case in.has("M"):
		s.Embodied = in.mass("M", "g")
	case in.has("TE_g"):
		c := carbon.Component{Name: "TE", Embodied: in.mass("TE_g", "g"), Lifetime: hoursOf(in.number(in.first("EL_h", "EL")))}
		var err error
		if s.Embodied, err = c.Over(hoursOf(in.number(in.first("TiR_h", "TiR"))), partOf(in.numberOr("RR", "1"), in.numberOr("ToR", "1"))); err != nil {
			return refused(err)
		}
	}
	if in.has("basis") {
		s.MarketBased = strings.Contains(in.text("basis"), "market")
	}
	score, err := carbon.SCI(s)
	if err != nil {
		return refused(err)
	}
	return one(score.Rat())
}

func hoursOf(h *big.Rat) time.Duration {
	return seconds(new(big.Rat).Mul(h, big.NewRat(3600, 1))).Sub(t0)
}

// partOf makes whole numbers of two rationals.
func partOf(of, all *big.Rat) carbon.Part {
	d := new(big.Rat).SetInt(new(big.Int).Mul(of.Denom(), all.Denom()))
	return carbon.Part{Of: new(big.Rat).Mul(of, d).Num().Int64(), All: new(big.Rat).Mul(all, d).Num().Int64()}
}

// embodiedServer reads coefficients in grams, and that of memory in
// kilograms, as the model that the figure is from does.
func embodiedServer(in inputs) outcome {
	m := carbon.DefaultServerModel()
	if in.has("config") {
		c := in.object("config")
		for _, f := range []struct {
			name, unit string
			to         *carbon.Mass
		}{{"baseline-emissions", "g", &m.Baseline}, {"vcpu-emissions-constant", "g", &m.PerVCPU}, {"memory-emissions-constant", "kg", &m.PerGB},
			{"ssd-emissions-constant", "g", &m.PerSSD}, {"hdd-emissions-constant", "g", &m.PerHDD}, {"gpu-emissions-constant", "g", &m.PerGPU}} {
			if c.has(f.name) {
				*f.to = c.mass(f.name, f.unit)
			}
		}
		m.BaselineVCPUs = c.numberOr("baseline-vcpus", "1").Num().Int64()
		m.BaselineMemoryGB = c.numberOr("baseline-memory", "16").Num().Int64()
		m.Lifetime = time.Duration(c.numberOr("lifespan", "126144000").Num().Int64()) * time.Second
	}
	count := func(name string) int64 { return in.numberOr(name, "0").Num().Int64() }
	server, err := m.Server("server", carbon.ServerParts{VCPUs: count("vCPUs"), MemoryGB: count("memory_GB"), SSDs: count("ssd"), HDDs: count("hdd"), GPUs: count("gpu")})
	if err != nil {
		return refused(err)
	}
	mass, err := server.Over(seconds(in.number("duration_s")).Sub(t0), carbon.Part{Of: 1, All: 1})
	if err != nil {
		return refused(err)
	}
	return one(grams(mass))
}

func embodiedShare(in inputs) outcome {
	c := carbon.Component{Name: "server", Embodied: in.mass("TE_t", "t"), Lifetime: hoursOf(in.number("life_h"))}
	m, err := c.Over(hoursOf(in.number("hours")), partOf(in.number("vcpu"), in.number("largest_vcpu")))
	if err != nil {
		return refused(err)
	}
	return one(new(big.Rat).Quo(grams(m), big.NewRat(1_000_000, 1)))
}

func embodiedDie(in inputs) outcome {
	m, err := carbon.ProcessorDie(in.decimal("die_mm2"), in.mass("kg_per_mm2", "kg"), in.mass("base_kg", "kg"))
	if err != nil {
		return refused(err)
	}
	return one(new(big.Rat).Quo(grams(m), big.NewRat(1000, 1)))
}

// mixed reads intensities a, b, c in tonnes per kilowatt-hour.
func mixed(in inputs) outcome {
	var portions []carbon.Portion
	for n, share := range in.numbers("shares") {
		name := string(rune('a'+n)) + "_t_per_kWh"
		i, err := carbon.PerKWh(in.decimal(name).Shift(6))
		if err != nil {
			return refused(err)
		}
		portions = append(portions, carbon.Portion{Energy: microjoules(new(big.Rat).Mul(share, big.NewRat(1_000_000_000_000_000, 1))), Intensity: i})
	}
	i, err := carbon.Mix(portions...)
	if err != nil {
		return refused(err)
	}
	return one(i.Grams().Shift(-6).Rat())
}

func byDefault(in inputs) outcome {
	e, err := energyOf(in.text("kWh"), "kW.h")
	if err != nil {
		return refused(err)
	}
	i, err := in.intensity("intensity_g")
	if err != nil {
		return refused(err)
	}
	m, err := i.Of(e)
	if err != nil {
		return refused(err)
	}
	return one(grams(m))
}

// dual reads a power purchase agreement, certificates, a residual mix and a
// supplier's rate where the inputs have them.
func dual(in inputs) outcome {
	used, err := energyOf(in.text("kWh"), "kW.h")
	if err != nil {
		return refused(err)
	}
	u := carbon.Use{Energy: used, Period: thisYear, Market: "here"}
	if in.has("grid_g") && in.get("grid_g") != nil {
		i, err := in.intensity("grid_g")
		if err != nil {
			return refused(err)
		}
		grid, err := carbon.Constant(i)
		if err != nil {
			return refused(err)
		}
		e, err := grid.Of(used, thisYear)
		if err != nil {
			return refused(err)
		}
		u.Location = &e
	}
	for _, c := range []string{"ppa", "certs", "cert"} {
		if !in.has(c + "_kWh") {
			continue
		}
		e, err := energyOf(in.text(c+"_kWh"), "kW.h")
		if err != nil {
			return refused(err)
		}
		rate := carbon.Intensity(0)
		if name := strings.TrimSuffix(c, "s") + "_g"; in.has(name) {
			if rate, err = in.intensity(name); err != nil {
				return refused(err)
			}
		}
		u.Instruments = append(u.Instruments, carbon.Instrument{ID: c, Energy: e, Rate: rate, Vintage: thisYear, Market: "here"})
	}
	for name, to := range map[string]**carbon.Intensity{"residual_g": &u.Residual, "supplier_g": &u.Supplier} {
		if in.has(name) && in.get(name) != nil {
			i, err := in.intensity(name)
			if err != nil {
				return refused(err)
			}
			*to = &i
		}
	}
	s, err := carbon.Scope2(u)
	if err != nil {
		return refused(err)
	}
	out := outcome{figures: map[string]any{"location_g": grams(s.Location), "market_g": grams(s.Market), "surplus_kWh": kilowattHours(s.Surplus)}}
	for _, w := range s.Warnings {
		out.warnings = append(out.warnings, string(w))
	}
	return out
}

// byHour makes a series of hours from midnight on.
func byHour(values map[int]string) (*carbon.Series, error) {
	var points []carbon.Point
	for hour, v := range values {
		i, err := carbon.ParseIntensity(v + " g/kWh")
		if err != nil {
			return nil, err
		}
		points = append(points, carbon.Point{Time: t0.Add(time.Duration(hour) * time.Hour), Intensity: i})
	}
	return carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Hour}, points...)
}

func aligned(in inputs) outcome {
	values := map[int]string{}
	for n, v := range in.list("g_by_h") {
		if v != nil { // a hole
			values[n] = toRat(in.t, "g_by_h", v).FloatString(9)
		}
	}
	series, err := byHour(values)
	if err != nil {
		return refused(err)
	}
	var windows []energy.Window
	for n, v := range in.numbers("kWh_by_h") {
		p, err := metering.NewPeriod(t0.Add(time.Duration(n)*time.Hour), t0.Add(time.Duration(n+1)*time.Hour))
		if err != nil {
			return refused(err)
		}
		e, err := energyOf(v.RatString(), "kW.h")
		if err != nil {
			return refused(err)
		}
		windows = append(windows, energy.Window{Period: p, Energy: e, Observed: time.Hour})
	}
	e, err := series.Emissions(windows...)
	if err != nil {
		return refused(err)
	}
	return one(grams(e.Mass))
}

func split(in inputs) outcome {
	values := map[int]string{}
	hours := in.object("g_by_h")
	for hour := range hours.fields {
		n, err := strconv.Atoi(hour)
		require.NoError(in.t, err)
		values[n] = hours.text(hour)
	}
	series, err := byHour(values)
	if err != nil {
		return refused(err)
	}
	used := in.object("energy")
	clock := func(name string) time.Time {
		at, err := time.Parse("15:04", used.text(name))
		require.NoError(in.t, err)
		return t0.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	p, err := metering.NewPeriod(clock("from"), clock("to"))
	if err != nil {
		return refused(err)
	}
	kwh, err := energyOf(used.text("kWh"), "kW.h")
	if err != nil {
		return refused(err)
	}
	e, err := series.Of(kwh, p)
	if err != nil {
		return refused(err)
	}
	return one(grams(e.Mass))
}
