package rating_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// driveRollover uses a grant and carries over what is left.
func driveRollover(s *session) *big.Rat {
	s.price("p", perUnit("1"), accounting.Terms{})
	s.contract.Credits = []accounting.Credit{{ID: "grant", Amount: s.dec("grant")}}
	bill, _ := s.rate(november, rating.State{}, at(number(s.used()), must(metering.NewPeriod(onDay(1), onDay(2)))))
	balance := s.dec("grant")
	for _, c := range bill.Charges {
		if c.Origin == accounting.FromCredit {
			balance = balance.Add(c.Billed.Decimal())
		}
	}
	return accounting.Rollover{Least: s.dec("rollover_min"), Most: s.dec("rollover_max")}.Carry(balance).Rat()
}

// driveTrueUp returns what usage fell short of a minimum or commitment: the
// charge of that alone.
func driveTrueUp(s *session) *big.Rat {
	terms := accounting.Terms{Minimum: s.decOrNil("minimum")}
	if s.has("commitment") {
		terms.Commitment = &accounting.Commitment{Amount: s.dec("commitment"), Overage: dec("1"), TrueUp: true}
	}
	in, share := s.shareOfMonth()
	if share {
		terms.ProrateMinimum = accounting.ProrateTime
	}
	s.price("p", perUnit("1"), terms, func(p *accounting.Price) {
		if share {
			p.From = in
		}
	})
	last := s.period.End().AddDate(0, 0, -1)
	bill, _ := s.rate(s.period, rating.State{}, at(number(s.used()), must(metering.NewPeriod(last, s.period.End()))))
	total := new(big.Rat)
	for _, c := range bill.Charges {
		if c.Origin == accounting.FromTrueUp {
			total.Add(total, rat(c.Billed))
		}
	}
	return total
}

// shareOfMonth returns when a price has to begin to be in force for the
// vector's share of the billing period, such as 15/31, if it has one.
func (s *session) shareOfMonth() (from time.Time, ok bool) {
	for _, key := range []string{"ratio", "prorata", "prorate", "proration", "coefficient"} {
		days, of, found := strings.Cut(s.text(key), "/")
		month := map[string]time.Month{"28": time.February, "30": time.November, "31": time.December}[of]
		if !found || month == 0 {
			continue
		}
		s.period = must(metering.Month(metering.Zone{}, 2026, month))
		return s.period.End().AddDate(0, 0, -int(dec(days).IntPart())), true
	}
	return from, false
}

// driveProratedSum takes what is added for the days that are left.
func driveProratedSum(s *session) *big.Rat {
	start := must(time.Parse("2006-01", s.text("period")))
	s.period = must(metering.NewPeriod(start, start.AddDate(0, 1, 0)))
	s.price("p", perUnit("1"), accounting.Terms{Prorate: accounting.ProrateDays, Convert: s.quantityRounding()})
	rows := []metering.Usage{at("0"+s.text("carried"), s.period)}
	for _, e := range s.Params["events"].([]any) {
		m := e.(map[string]any)
		days := int(m["active_days"].(float64))
		rows = append(rows, at(fmt.Sprint(m["qty"]), must(metering.NewPeriod(s.period.End().AddDate(0, 0, -days), s.period.End()))))
	}
	return s.total(rows...)
}

// driveBuckets rates what was highest in each window by itself.
func driveBuckets(s *session) *big.Rat {
	s.price("p", s.model(), accounting.Terms{Scope: accounting.Scope{Window: accounting.PerRow}})
	var rows []metering.Usage
	for i, n := range listOf(s.Usage) {
		rows = append(rows, at(n, must(metering.NewPeriod(onDay(1).Add(time.Duration(i)*time.Hour), onDay(1).Add(time.Duration(i+1)*time.Hour)))))
	}
	return s.total(rows...)
}

// driveWindows is commitments by the hour, at prices by the time of day.
func driveWindows(s *session) *big.Rat {
	price := func(id string, m map[string]any, during *accounting.Schedule) {
		t := accounting.Terms{Scope: accounting.Scope{Window: accounting.PerHour}, During: during}
		field := func(keys ...string) decimal.Decimal {
			for _, k := range keys {
				if v, ok := m[k].(string); ok {
					return dec(v)
				}
			}
			return decimal.Decimal{}
		}
		c := accounting.Commitment{Amount: field("commit_amount", "commit_per_window"), Units: field("commit_units"), Overage: field("overage_factor")}
		c.TrueUp, _ = m["true_up"].(bool)
		if !c.Amount.IsZero() || !c.Units.IsZero() {
			t.Commitment = &c
		}
		s.price(id, accounting.PerUnit{Price: field("unit_amount")}, t)
	}
	if buckets, ok := s.Params["buckets"].([]any); ok {
		for i, b := range buckets {
			m := b.(map[string]any)
			h := accounting.Hours{From: minutesOf(m["from"]), To: minutesOf(m["to"])}
			during := &accounting.Schedule{Hours: []accounting.Hours{h}}
			if h.To <= h.From { // over midnight
				during.Hours = []accounting.Hours{{From: 0, To: h.To}, {From: h.From, To: 24 * 60}}
			}
			price(fmt.Sprint("bucket", i), m, during)
		}
		if m, ok := s.Params["default"].(map[string]any); ok {
			price("else", m, nil)
		}
	} else {
		price("p", s.Params, nil)
	}
	var rows []metering.Usage
	hour := func(start time.Time, n string) {
		rows = append(rows, at(n, must(metering.NewPeriod(start, start.Add(time.Hour)))))
	}
	switch u := s.Usage.(type) {
	case []any:
		for i, n := range listOf(u) {
			hour(onDay(1).Add(time.Duration(i)*time.Hour), n)
		}
	case map[string]any:
		for clock, n := range u {
			hour(onDay(1).Add(time.Duration(minutesOf(clock))*time.Minute), n.(string))
		}
	}
	slices.SortFunc(rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return s.total(rows...)
}

func minutesOf(v any) int {
	var h, m int
	must(fmt.Sscanf(v.(string), "%d:%d", &h, &m))
	return 60*h + m
}

// driveRounding rates one unit at the amount.
func driveRounding(s *session) *big.Rat {
	s.price("p", perUnit(s.used()), accounting.Terms{})
	return s.total(used("1", 1))
}

// driveSubtotal rates one unit at each of several prices.
func driveSubtotal(s *session) *big.Rat {
	var rows []metering.Usage
	for i, amount := range listOf(s.Usage) {
		name := fmt.Sprint("part", i)
		s.price(name, perUnit(amount), accounting.Terms{}, sku(name))
		rows = append(rows, used("1", 1, keyed("acme", name, "")))
	}
	return s.total(rows...)
}

// driveProration ends one item and begins another within the period: the old
// one is given back for the days that are left, the new one charged for them.
// The printed end of the period is its last day.
func driveProration(s *session) *big.Rat {
	ends := listOf(s.Params["period"])
	end := instantOf(ends[1])
	if s.text("period_end") == "" || strings.Contains(s.text("period_end"), "inclusive") {
		end = end.AddDate(0, 0, 1)
	}
	s.period = must(metering.NewPeriod(instantOf(ends[0]), end))
	item := func(key string, sign int64) {
		if s.text(key) == "" {
			return
		}
		amount := decimal.NewFromInt(sign)
		for _, factor := range strings.Split(s.text(key), "x") {
			amount = amount.Mul(dec(factor))
		}
		s.price(key, accounting.Flat{Amount: amount, When: accounting.FlatAlways}, accounting.Terms{Prorate: accounting.ProrateDays},
			func(p *accounting.Price) { p.From = instantOf(s.text("date")) })
	}
	item("old", -1)
	item("new", 1)
	return s.total()
}

// driveHashmap is prices in groups, of which usage has one in each. Flats of
// one group do not add up, the highest is taken; the rates of a group multiply
// it, thresholds are looked up by a field of the resource, or by the quantity.
func driveHashmap(s *session) *big.Rat {
	words := firstNumber.FindAllString(s.used(), -1)
	row := used(words[0], 1)
	if len(words) > 1 {
		row.Key.Labels = metering.MustLabels("field", words[1])
	}
	group := func(id, group string, m accounting.Model, rate string) {
		t := accounting.Terms{Group: group}
		if rate != "" {
			f := dec(rate)
			t.Factor = &f
		}
		s.price(id, m, t)
	}
	switch flat := s.Params["flat"].(type) {
	case map[string]any:
		for name, amount := range flat {
			group("flat-"+name, name, perUnit(amount.(string)), s.text("rate"))
		}
	case string:
		group("flat", "", perUnit(flat), s.text("rate"))
	}
	if groups, ok := s.Params["groups"].(map[string]any); ok {
		for name, members := range groups {
			var highest *decimal.Decimal
			rate := s.text("rate")
			for _, member := range listOf(members) {
				if strings.Contains(member, "rate") {
					rate = s.dec(member).String()
				}
			}
			for _, member := range listOf(members) {
				amount := s.dec(member)
				switch {
				case strings.Contains(member, "rate"):
				case strings.Contains(member, "threshold"):
					group(member, name+" threshold", perUnit(amount.String()), rate)
				case highest == nil || highest.LessThan(amount):
					highest = &amount
				}
			}
			if highest != nil {
				group(name, name, perUnit(highest.String()), rate)
			}
		}
	}
	if list, ok := s.Params["thresholds"].([]any); ok {
		s.thresholds(list, len(words) == 1)
	}
	return s.total(row)
}

// thresholds makes tiers that begin with their level. By the quantity they
// are amounts, by a field prices.
func (s *session) thresholds(list []any, flat bool) {
	m := accounting.Volume{Bounds: accounting.BoundExclusive, OnZero: accounting.ZeroWaived}
	t := accounting.Tier{}
	for _, v := range list {
		level := listOf(v)
		upTo := dec(level[0])
		t.UpTo = &upTo
		m.Tiers = append(m.Tiers, t)
		t = accounting.Tier{Price: dec(level[1])}
		if flat {
			t = accounting.Tier{Flat: dec(level[1])}
		}
	}
	m.Tiers = append(m.Tiers, t)
	if !flat {
		m.SizedBy = "field"
	}
	s.price("threshold", m, accounting.Terms{})
}
