package rating_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func provideTruncated(s *session) {
	digits := func(key string) int { return int(s.dec(key).IntPart()) }
	s.roundTo(money.Down, digits("precision_fee_dp"), accounting.LineLevel)
	s.contract.Card.Rounding.Month = accounting.MonthRounding{On: true, Mode: money.Down, Places: int8(digits("charge_dp"))}
	s.price("disk", perUnit(s.text("unit_price")), accounting.Terms{}, func(p *accounting.Price) {
		p.Match.Meter, p.Unit = metering.BlockStorage, metering.MustUnit("GBy.h")
	})
	for1 := time.Duration(s.dec("seconds").IntPart()) * time.Second
	row := held(oracleRat(s.text("capacity_gb")), must(metering.NewPeriod(onDay(1), onDay(1).Add(for1))))
	bill, _ := s.rate(november, rating.State{}, row)
	s.want("unbilled", byOrigin(bill, accounting.FromUsage))
	s.want("payable", rat(bill.Total()))
	wiped := byOrigin(bill, accounting.FromRounding)
	s.want("wiped", wiped.Neg(wiped))
}

// provideDated rates the same amounts by a rounding that changed twice.
func provideDated(s *session) {
	day := func(m time.Month) time.Time { return time.Date(2021, m, 1, 0, 0, 0, 0, time.UTC) }
	exact := accounting.Rounding{Places: money.Scale, Level: accounting.LineLevel}
	line := func(m money.RoundingMode) accounting.Rounding {
		return accounting.Rounding{Mode: m, Places: 2, Level: accounting.LineLevel}
	}
	monthly := func(m money.RoundingMode) accounting.Rounding {
		r := exact
		r.Month = accounting.MonthRounding{On: true, Mode: m, Places: 2}
		return r
	}
	s.contract.Card.Rounding = line(money.Down)
	s.contract.Card.RoundingChanges = []accounting.RoundingChange{
		{From: day(time.June), Rounding: line(money.HalfUp)},
		{From: day(time.August), Rounding: monthly(money.HalfUp)},
		{From: day(time.September), Rounding: monthly(money.Down)}, // not the provider's; the other reading
		{From: day(time.October), Rounding: exact},
	}
	for i, term := range listOf(s.Params["terms"]) {
		name := fmt.Sprint("bill", i)
		s.price(name, perUnit(term), accounting.Terms{}, sku(name))
	}
	for key, month := range map[string]time.Month{"per_bill_truncated_toward_zero": time.May, "per_bill_half_up": time.June,
		"since_2021_08": time.August, "truncated": time.September, "sum_exact": time.October} {
		s.period = must(metering.Month(metering.Zone{}, 2021, month))
		var rows []metering.Usage
		for i := range listOf(s.Params["terms"]) {
			rows = append(rows, at("1", s.days(1), keyed("acme", fmt.Sprint("bill", i), "")))
		}
		s.want(key, s.total(rows...))
	}
}

func providePooled(s *session) {
	free := s.dec("free").Shift(-6)
	s.price("requests", perUnit(s.text("price_per_million")), accounting.Terms{Free: free}, per("calls", "10*6"))
	var rows []metering.Usage
	for i, n := range listOf(s.Params["requests"]) {
		row := counted(n, "1", "calls", s.days(1))
		row.Key.SKU = fmt.Sprint("function", i)
		rows = append(rows, row)
	}
	s.want("fee_usd", s.total(rows...))
}

func provideAmortised(s *session) {
	s.price("p", perUnit(s.text("prepaid")), accounting.Terms{}, per("held", "{item}.("+s.text("term_days")+".d)"))
	s.want("per_day", s.total(counted("1", "{item}.d", "held", s.days(1))))
}

// provideDays charges a peak for the days on which it counts, of the month.
func provideDays(s *session) {
	s.month(s.text("days_in_month"))
	peak, price := s.text("peak_mbps"), s.text("price")
	if p95 := s.text("p95"); p95 != "" {
		peak, price = p95, "1"
	}
	if peaks := listOf(s.Params["daily_peaks"]); peaks != nil { // the mean of the five highest
		sum := decimal.Decimal{}
		for _, p := range peaks[:5] {
			sum = sum.Add(dec(p))
		}
		peak = sum.Div(dec("5")).String()
	}
	if s.has("fee_dp") {
		mode := must(money.ParseRoundingMode(strings.ReplaceAll(s.text("fee_rounding"), "_", "-")))
		s.roundTo(mode, int(s.dec("fee_dp").IntPart()), accounting.LineLevel)
	}
	s.price("p", perUnit(price), accounting.Terms{Prorate: accounting.ProrateDays, Gather: accounting.GatherPeak}, per("rate", "Mbit/s"))
	got := s.total(counted(peak, "Mbit/s", "rate", s.days(s.dec("valid_days").IntPart())))
	s.wants("fee", func() *big.Rat { return got })
	s.wants("billed", func() *big.Rat { return got })
}

// provideFloor charges the higher of use on the days of use and a floor on
// the days there were.
func provideFloor(s *session) {
	s.month(s.text("days_in_month"))
	leg := func(mbps, days string) metering.Usage {
		return counted(s.text(mbps), "Mbit/s", "rate", s.days(s.dec(days).IntPart()))
	}
	use, floor := leg("month_peak_mbps", "valid_days"), leg("floor_mbps", "existing_days")
	at := func(price string, rows ...metering.Usage) *big.Rat {
		s := s.anew()
		s.price("p", perUnit(price), accounting.Terms{Prorate: accounting.ProrateDays, Gather: accounting.GatherPeak}, per("rate", "Mbit/s"))
		return s.total(rows...)
	}
	s.want("usage_leg", at("1", use))
	s.want("floor_leg", at("1", floor))
	s.want("fee", at(s.text("price"), use, floor))
}

func provideFreeze(s *session) {
	ratio := s.dec("freeze_ratio").Mul(s.dec("months"))
	s.price("p", perUnit(s.text("price")), accounting.Terms{Factor: &ratio}, per("rate", "Mbit/s"))
	s.want("frozen", s.total(counted(s.text("cap_mbps"), "Mbit/s", "rate", s.period)))
}

// provideTiers has rows of from, to and price.
func provideTiers(s *session) {
	var tiers []accounting.Tier
	list := s.Params["tiers"].([]any)
	for i, v := range list {
		row := listOf(v)
		upTo := row[1]
		if i == len(list)-1 {
			upTo = ""
		}
		tiers = append(tiers, tier(upTo, row[2], "0"))
	}
	var m accounting.Model = accounting.Graduated{Tiers: tiers}
	if strings.HasPrefix(s.Model, "volume") {
		m = accounting.Volume{Tiers: tiers}
	}
	s.price("p", m, accounting.Terms{})
	quantity := s.text("qty") + s.text("cu") + s.text("gb")
	for _, key := range []string{"fee", "fee_cny"} {
		s.wants(key, func() *big.Rat { return s.total(at(quantity, s.days(1))) })
	}
}

// provideDuration counts the hours of each configuration of a resource.
func provideDuration(s *session) {
	prices := map[string]string{"before": s.text("tier1_price"), "after": s.text("new_tier1_price")}
	multipliers, bounds := listOf(s.Params["multipliers"]), listOf(s.Params["tier_bounds_hours_from_memory"])
	for name, price := range prices {
		var tiers []accounting.Tier
		for i, m := range multipliers {
			upTo := ""
			if i < len(bounds) {
				upTo = bounds[i]
			}
			tiers = append(tiers, tier(upTo, dec(price).Mul(dec(m)).String(), "0"))
		}
		scope := accounting.Scope{Resource: true, SKU: true}
		s.price(name, accounting.Graduated{Tiers: tiers}, accounting.Terms{Scope: scope}, per("running", "{item}.h"), sku(name))
	}
	for _, name := range []string{"before", "after"} {
		// Two machines side by side each have tiers of their own.
		var rows []metering.Usage
		for _, machine := range []string{"a", "b"} {
			row := counted(s.text("hours_"+name+"_change"), "{item}.h", "running", s.days(1))
			row.Key.SKU, row.Key.Resource = name, machine
			rows = append(rows, row)
		}
		both := s.total(rows...)
		s.want(name, both.Quo(both, big.NewRat(2, 1)))
	}
}

func provideClockHours(s *session) {
	clock := func(key string) time.Time {
		return november.Start().Add(time.Duration(minutesOf(s.text(key))) * time.Minute)
	}
	hours := 0
	for range metering.Hours(metering.Zone{}).Over(must(metering.NewPeriod(clock("start"), clock("end")))) {
		hours++
	}
	s.want("billed_hours", big.NewRat(int64(hours), 1))
	s.price("p", perUnit(s.text("price_per_hour")), accounting.Terms{}, per("running", "{item}.h"))
	s.want("fee", s.total(counted(fmt.Sprint(hours), "{item}.h", "running", s.days(1))))
}

func provideSeconds(s *session) {
	s.roundTo(money.Down, 2, accounting.LineLevel)
	s.price("p", perUnit(s.text("price_per_hour")), accounting.Terms{}, per("running", "{item}.h"))
	s.want("fee", s.total(counted(s.text("value_seconds"), "{item}.s", "running", s.days(1))))
}

func provideAllocated(s *session) {
	rate := func(r accounting.Rounding) rating.Bill {
		s := s.anew()
		s.contract.Card.Rounding = r
		var rows []metering.Usage
		for i, amount := range listOf(s.Params["items"]) {
			name := fmt.Sprint("item", i)
			s.price(name, perUnit(amount), accounting.Terms{}, sku(name))
			rows = append(rows, at("1", s.days(1), keyed("acme", name, "")))
		}
		bill, _ := s.rate(s.period, rating.State{}, rows...)
		return bill
	}
	s.want("sum", rat(rate(accounting.Rounding{Places: money.Scale, Level: accounting.LineLevel}).Total()))
	bill := rate(accounting.Rounding{Mode: money.Down, Places: 2, Level: accounting.BillLevel})
	s.want("bill_payable", rat(bill.Total()))
	s.want("row_sum", rat(bill.Total()))
	var rows []string
	for _, c := range bill.Charges {
		rows = append(rows, c.Billed.Display())
	}
	slices.Sort(rows)
	require.Equal(s, listOf(s.Usage.(map[string]any)["rows_multiset"]), rows)
}

// provideUpgrade charges the difference for the days that are left, which are
// more than one billing period.
func provideUpgrade(s *session) {
	difference := s.dec("new_month").Sub(s.dec("old_month"))
	s.price("p", accounting.PerUnit{Price: difference}, accounting.Terms{}, per("held", "{item}.(30.d)"))
	left, fee := s.dec("remaining_days").IntPart(), new(big.Rat)
	for month := s.period; left > 0; month = must(metering.Month(metering.Zone{}, month.End().Year(), month.End().Month())) {
		days := min(left, int64(month.Duration()/(24*time.Hour)))
		s.period = month
		fee.Add(fee, s.total(counted(fmt.Sprint(days), "{item}.d", "held", s.days(days))))
		left -= days
	}
	s.want("fee", fee)
}

func provideMonthPrice(s *session) {
	disk := func(p *accounting.Price) {
		p.Match.Meter, p.Unit = metering.BlockStorage, metering.MustUnit("GBy.(30.d)")
	}
	s.price("p", perUnit(s.text("price_gb_month")), accounting.Terms{}, disk)
	hour := held(big.NewRat(1, 1), must(metering.NewPeriod(onDay(1), onDay(1).Add(time.Hour))))
	bill, _ := s.rate(november, rating.State{}, hour)
	exact := func() *big.Rat { return bill.Charges[0].Explanation.Exact() }
	s.wants("price_gb_hour_exact", exact)
	s.wants("exact", exact)
	mode := must(money.ParseRoundingMode(strings.ReplaceAll(s.text("doc_rounding"), "_", "-")))
	s.roundTo(mode, int(s.dec("doc_dp").IntPart()), accounting.LineLevel)
	s.want("doc", s.total(hour))
	// A month of 720 hours is the month's price, not 720 rounded hours.
	s.roundTo(money.HalfEven, money.Scale, accounting.LineLevel)
	all := s.total(held(big.NewRat(100, 1), november))
	requireRat(s.T, new(big.Rat).Mul(s.dec("price_gb_month").Rat(), big.NewRat(100, 1)), all, "100 GB for 30 days")
}

func provideMinutes(s *session) {
	s.price("p", perUnit(s.text("price")), accounting.Terms{}, per("cu", "{item}.h"))
	var compute []metering.Usage
	from := s.period.Start()
	for _, v := range s.Params["cu_by_minute"].([]any) {
		step := listOf(v)
		until := from.Add(time.Duration(dec(step[1]).IntPart()) * time.Minute)
		ns := dec(step[0]).Mul(decimal.NewFromInt(int64(until.Sub(from))))
		compute = append(compute, counted(ns.String(), "{item}.ns", "cu", must(metering.NewPeriod(from, until))))
		from = until
	}
	management := counted(s.text("mgmt_cu"), "{item}.h", "cu", must(metering.NewPeriod(s.period.Start(), from)))
	s.want("compute", s.total(compute...))
	s.want("management", s.total(management))
	s.want("total", s.total(append(compute, management)...))
}

// provideSavings commits to an amount of each hour of a year and uses nothing.
func provideSavings(s *session) {
	commitment := &accounting.Commitment{Amount: s.dec("commitment_per_hour"), Overage: dec("1"), TrueUp: true, Idle: true}
	s.price("plan", perUnit("1"), accounting.Terms{Scope: accounting.Scope{Window: accounting.PerHour}, Commitment: commitment})
	total := new(big.Rat)
	for month := time.January; month <= time.December; month++ {
		s.period = must(metering.Month(metering.Zone{}, 2026, month))
		bill, _, err := rating.Rate(s.contract, s.period, nil, rating.State{})
		require.NoError(s, err)
		total.Add(total, rat(bill.Total()))
	}
	s.want("total_usd", total)
}

func provideRequestTier(s *session) {
	in, out := accounting.Volume{SizedBy: "input"}, accounting.Volume{SizedBy: "input"}
	for _, v := range s.Params["tiers"].([]any) {
		row := listOf(v)
		in.Tiers, out.Tiers = append(in.Tiers, tier(row[0], row[1], "0")), append(out.Tiers, tier(row[0], row[2], "0"))
	}
	for _, m := range []*accounting.Volume{&in, &out} {
		m.Tiers[len(m.Tiers)-1].UpTo = nil
	}
	s.price("in", in, accounting.Terms{}, per(metering.InputTokens, "10*6{token}"))
	s.price("out", out, accounting.Terms{}, per(metering.OutputTokens, "10*6{token}"))
	size := keyed("acme", "qwen", "", "input", s.text("input_tokens"))
	rows := []metering.Usage{
		counted(s.text("input_tokens"), "{token}", metering.InputTokens, s.days(1)),
		counted(s.text("output_tokens"), "{token}", metering.OutputTokens, s.days(1)),
	}
	for i := range rows {
		meter := rows[i].Key.Meter
		size(&rows[i])
		rows[i].Key.Meter = meter
	}
	s.want("fee_cny", s.total(rows...))
}

// tokenClasses reads the counts and prices of a request's classes.
func (s *session) tokenClasses() (counts, prices []string) {
	switch {
	case s.has("hit"):
		return []string{s.text("hit"), s.text("miss"), s.text("out")}, listOf(s.Params["prices_per_m"])
	case s.has("cached_tokens"):
		fresh := s.dec("prompt_tokens").Sub(s.dec("cached_tokens")).String()
		return []string{fresh, s.text("cached_tokens"), s.text("completion_tokens")}, listOf(s.Params["prices"])
	}
	return []string{s.text("input_tokens"), s.text("output_tokens")}, []string{s.text("input_price_per_m"), s.text("output_price_per_m")}
}

func provideTokens(s *session) {
	counts, prices := s.tokenClasses()
	bill := func(places int) rating.Bill {
		s := s.anew()
		if places < money.Scale {
			s.roundTo(money.HalfUp, places, accounting.LineLevel)
		}
		var rows []metering.Usage
		for i, n := range counts {
			meter := metering.MeterID(fmt.Sprint("tokens.", i))
			s.price(string(meter), perUnit(prices[i]), accounting.Terms{}, per(meter, "10*6{token}"))
			rows = append(rows, counted(n, "{token}", meter, s.days(1)))
		}
		b, _ := s.rate(s.period, rating.State{}, rows...)
		return b
	}
	exact := bill(money.Scale)
	for _, key := range []string{"fee_cny", "fee_usd", "total_exact"} {
		s.wants(key, func() *big.Rat { return rat(exact.Total()) })
	}
	for i, key := range []string{"hit_usd", "miss_usd", "out_usd"} {
		s.wants(key, func() *big.Rat { return rat(bill(2).Charges[i].Billed) })
	}
	s.wants("total_usd", func() *big.Rat {
		return rat(must(exact.Total().Round(money.Rounding{Mode: money.HalfUp, Places: 2})))
	})
}

// provideBundle prices what was read from and written to a cache as multiples
// of the price of input.
func provideBundle(s *session) {
	mult := s.Params["mult"].(map[string]any)
	classes := map[string]string{"input_tokens": "1", "cache_creation_5m": mult["w5m"].(string), "cache_creation_1h": mult["w1h"].(string), "cache_read": mult["read"].(string)}
	var weights []accounting.Weight
	rows := []metering.Usage{counted(s.text("output_tokens"), "{token}", metering.OutputTokens, s.days(1))}
	count := decimal.Decimal{}
	for _, class := range []string{"input_tokens", "cache_creation_5m", "cache_creation_1h", "cache_read"} {
		weights = append(weights, accounting.Weight{Meter: metering.MeterID(class), Factor: dec(classes[class])})
		rows = append(rows, counted(s.text(class), "{token}", metering.MeterID(class), s.days(1)))
		count = count.Add(s.dec(class))
	}
	s.price("in", perUnit(s.text("base_in")), accounting.Terms{Meters: weights}, per("input_tokens", "10*6{token}"))
	s.price("out", perUnit(s.text("base_out")), accounting.Terms{}, per(metering.OutputTokens, "10*6{token}"))
	s.want("fee_usd", s.total(rows...))
	s.want("otel_input_tokens", count.Rat())
}

func provideFactor(s *session) {
	s.month(s.text("days"))
	mode := must(money.ParseRoundingMode(strings.ReplaceAll(s.text("rounding"), "_", "-")))
	s.Params["rounding"] = nil
	s.roundTo(mode, int(s.dec("dp").IntPart()), accounting.LineLevel)
	s.price("p", accounting.Flat{Amount: dec("1"), When: accounting.FlatAlways}, accounting.Terms{Prorate: accounting.ProrateDays},
		func(p *accounting.Price) {
			p.Until = s.period.Start().AddDate(0, 0, int(s.dec("valid_days").IntPart()))
		})
	s.want("factor", s.total())
}
