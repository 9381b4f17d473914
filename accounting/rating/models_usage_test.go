package rating_test

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// drivePercentage rates events one by one. Where only their total and number
// are known they are alike.
func drivePercentage(s *session) *big.Rat {
	m := accounting.Percentage{Rate: s.dec("rate"), Fixed: s.dec("fixed_per_event"), FreeUnits: s.dec("free_total")}
	if !s.peer { // who leaves them out without saying so
		m.Minimum, m.Maximum = s.decOrNil("per_event_min"), s.decOrNil("per_event_max")
	}
	m.FreeEvents = s.dec("free_events").IntPart()
	s.price("p", m, accounting.Terms{})
	events := listOf(s.Params["events"])
	if events == nil {
		words := firstNumber.FindAllString(s.used(), 2)
		count := int64(1)
		if len(words) == 2 {
			count = dec(words[1]).IntPart()
		}
		for range count {
			events = append(events, dec(words[0]).DivRound(decimal.NewFromInt(count), 9).String())
		}
	}
	var rows []metering.Usage
	for _, e := range events {
		rows = append(rows, at(e, must(metering.NewPeriod(onDay(1), onDay(2)))))
	}
	return s.total(rows...)
}

// periodOf reads a pair of dates or times.
func periodOf(from, to string) metering.Period {
	return must(metering.NewPeriod(instantOf(from), instantOf(to)))
}

func instantOf(s string) time.Time {
	if len(s) == len(time.DateOnly) {
		return must(time.Parse(time.DateOnly, s))
	}
	return must(time.Parse(time.RFC3339, s))
}

// held makes the row of a level in GB over a period, as an aggregator of
// levels does.
func held(level *big.Rat, period metering.Period) metering.Usage {
	grains := new(big.Rat).Mul(level, big.NewRat(1e9, 1))
	grains.Mul(grains, new(big.Rat).SetInt64(int64(period.Duration())))
	u := used("0", 1)
	u.Key.Meter = metering.BlockStorage
	u.Period = period
	u.Quantity = must(metering.ParseQuantity(grains.Num().String() + " By.ns"))
	return u
}

func heldFor(days int) func(*accounting.Price) {
	return func(p *accounting.Price) {
		p.Match.Meter = metering.BlockStorage
		p.Unit = metering.MustUnit(fmt.Sprintf("GBy.(%d.d)", days))
	}
}

// driveWeighted integrates a level that steps.
func driveWeighted(s *session) *big.Rat {
	ends := listOf(s.Params["period"])
	s.period = periodOf(ends[0], ends[1])
	terms := accounting.Terms{Convert: s.quantityRounding()}
	model := perUnit("1")
	if s.has("unit_amount") {
		model = perUnit(s.text("unit_amount"))
	}
	s.price("p", model, terms, heldFor(int(s.period.Duration()/(24*time.Hour))))
	level := oracleRat(s.text("initial"))
	from := s.period.Start()
	var rows []metering.Usage
	hold := func(until time.Time) {
		if until.After(from) {
			rows = append(rows, held(level, must(metering.NewPeriod(from, until))))
		}
		from = until
	}
	for _, e := range s.Usage.([]any) {
		event := listOf(e)
		hold(instantOf(event[0]))
		level = new(big.Rat).Add(level, oracleRat(event[1]))
	}
	hold(s.period.End())
	return s.total(rows...)
}

// driveAverage is levels, each for a number of days.
func driveAverage(s *session) *big.Rat {
	days := int(s.dec("period_days").IntPart())
	s.price("p", perUnit("1"), accounting.Terms{}, heldFor(days))
	from := november.Start()
	var rows []metering.Usage
	for _, e := range s.Usage.([]any) {
		part := listOf(e)
		until := from.Add(time.Duration(dec(number(part[0])).IntPart()) * 24 * time.Hour)
		rows = append(rows, held(oracleRat(number(part[1])), must(metering.NewPeriod(from, until))))
		from = until
	}
	return s.total(rows...)
}

// share makes the row of full units that are taken for prorated ones: it
// covers that part of the billing period.
func share(full, prorated string) metering.Usage {
	ratio := new(big.Rat).Quo(oracleRat(prorated), oracleRat(full))
	length := ratio.Mul(ratio, new(big.Rat).SetInt64(int64(november.Duration())))
	if !length.IsInt() {
		panic("not a whole number of nanoseconds: " + full + ", " + prorated)
	}
	start := november.End().Add(-time.Duration(length.Num().Int64()))
	return at(full, must(metering.NewPeriod(start, november.End())))
}

func driveProratedEvents(s *session) *big.Rat {
	s.price("p", s.model(), accounting.Terms{Prorate: accounting.ProrateTime})
	full, prorated := listOf(s.Params["event_qty"]), listOf(s.Params["event_prorated_qty"])
	var rows []metering.Usage
	for i := range full {
		rows = append(rows, share(full[i], prorated[i]))
	}
	return s.total(rows...)
}

func driveProratedVolume(s *session) *big.Rat {
	s.price("p", s.model(), accounting.Terms{Prorate: accounting.ProrateTime})
	return s.total(share(s.text("full_units"), number(s.used())))
}

// driveBlocks is tiers of blocks, for one unit or several.
func driveBlocks(s *session) *big.Rat {
	volume := strings.HasPrefix(s.Model, "volume")
	var amounts map[string]string
	if blocks, ok := s.Params["blocks"]; ok {
		s.price("blocks", blockModel(blocks, volume), accounting.Terms{}, sku("blocks"))
		amounts = map[string]string{"blocks": number(s.used())}
	} else {
		amounts = s.amounts()
		for name := range amounts {
			s.price(strings.ToLower(name), blockModel(s.Params[name], volume), accounting.Terms{}, sku(name))
		}
	}
	var rows []metering.Usage
	for name, n := range amounts {
		rows = append(rows, at(n, must(metering.NewPeriod(onDay(1), onDay(2))), keyed("acme", name, "")))
	}
	return s.total(rows...)
}

// amounts reads usage such as "FOO 5, BAR 99" and "1000 minutes + 30720 Mbytes".
func (s *session) amounts() map[string]string {
	out := make(map[string]string)
	for _, part := range regexp.MustCompile(`[,+]`).Split(s.used(), -1) {
		words := strings.Fields(part)
		name, n := words[0], words[1]
		if !regexp.MustCompile(`^[0-9.]+$`).MatchString(n) {
			name, n = n, name
		}
		out[name] = n
	}
	return out
}

func blockModel(v any, volume bool) accounting.Model {
	list := v.([]any)
	if _, nested := list[0].([]any); !nested {
		list = []any{list}
	}
	var tiers []accounting.Tier
	bound := decimal.Decimal{}
	for i, b := range list {
		block := listOf(b)
		size, most := dec(block[0]), dec(block[1])
		t := accounting.Tier{Price: dec(block[2]), Block: size}
		if volume {
			bound = size.Mul(most)
		} else {
			bound = bound.Add(size.Mul(most))
		}
		if i < len(list)-1 {
			upTo := bound
			t.UpTo = &upTo
		}
		tiers = append(tiers, t)
	}
	if volume {
		for i := 1; i < len(tiers)-1; i++ { // caps are of the tiers below together
			upTo := tiers[i-1].UpTo.Add(*tiers[i].UpTo)
			tiers[i].UpTo = &upTo
		}
		return accounting.Volume{Tiers: tiers}
	}
	return accounting.Graduated{Tiers: tiers}
}

func driveCapacity(s *session) *big.Rat {
	var m accounting.Stairstep
	var names []string
	for name := range s.Params["tiers"].([]any)[0].(map[string]any) {
		if name != "price" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, v := range s.Params["tiers"].([]any) {
		row := v.(map[string]any)
		stair := accounting.Stair{Amount: dec(row["price"].(string))}
		for _, name := range names {
			if row[name] != "inf" {
				stair.Limits = append(stair.Limits, accounting.Limit{Meter: metering.MeterID("m." + name), UpTo: dec(row[name].(string))})
			}
		}
		m.Stairs = append(m.Stairs, stair)
	}
	s.price("p", m, accounting.Terms{Gather: accounting.GatherPeak}, func(p *accounting.Price) {
		p.Match.Meter = metering.MeterID("m." + names[0])
	})
	var rows []metering.Usage
	for name, n := range s.amounts() {
		rows = append(rows, at(n, must(metering.NewPeriod(onDay(1), onDay(2))), func(u *metering.Usage) { u.Key.Meter = metering.MeterID("m." + name) }))
	}
	return s.total(rows...)
}
