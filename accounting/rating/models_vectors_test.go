package rating_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// modelVector is a figure for a model of price, as testdata/models.json and
// the file it was taken from have it.
type modelVector struct {
	ID, Source, Model string
	Params            map[string]any
	Usage             any
	Expected          string `json:"expected"`
	ExpectedAmount    string `json:"expected_amount"`
	Correct           string
	CorrectAmount     string `json:"correct_amount"`
	Defect            bool   `json:"peer_defect"`
	Verified          string
}

func readModelVectors(t *testing.T, path string) []modelVector {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && strings.HasPrefix(path, "..") {
		t.Skip("the file that the figures were taken from is not here")
	}
	require.NoError(t, err)
	var vectors []modelVector
	if data[0] == '{' {
		var file struct{ Vectors []modelVector }
		require.NoError(t, json.Unmarshal(data, &file))
		vectors = file.Vectors
	} else {
		require.NoError(t, json.Unmarshal(data, &vectors))
	}
	for i := range vectors {
		v := &vectors[i]
		if v.Expected == "" {
			v.Expected, v.Correct = v.ExpectedAmount, v.CorrectAmount
		}
	}
	return vectors
}

func TestModelVectors(t *testing.T) {
	for _, path := range []string{"testdata/models.json", "../../../shared/vectors/rating.json"} {
		t.Run(path, func(t *testing.T) {
			vectors := readModelVectors(t, path)
			require.GreaterOrEqual(t, len(vectors), 157)
			for _, v := range vectors {
				if strings.HasPrefix(v.Verified, "no") {
					continue
				}
				t.Run(v.ID+" "+v.Model, func(t *testing.T) { v.check(t) })
			}
		})
	}
}

// check rates the vector by the library's own rule, and by its source's where
// the two differ.
func (v modelVector) check(t *testing.T) {
	t.Helper()
	drive := driverOf(v.Model)
	require.NotNil(t, drive, "no driver for model %q", v.Model)
	want := v.Expected
	if v.Correct != "" {
		want = v.Correct
		t.Run("as the source has it", func(t *testing.T) {
			s := newSession(t, v, true)
			requireRat(t, oracleRat(v.Expected), drive(s), "%s", v.Source)
		})
	}
	requireRat(t, oracleRat(want), drive(newSession(t, v, false)), "%s", v.Source)
}

// driverOf returns what rates vectors of a model.
func driverOf(model string) func(*session) *big.Rat {
	for _, d := range modelDrivers {
		if strings.HasPrefix(model, d.prefix) {
			return d.drive
		}
	}
	return nil
}

// The first prefix that fits counts.
var modelDrivers = []struct {
	prefix string
	drive  func(*session) *big.Rat
}{
	{"unit_conversion", driveStep},
	{"unit", driveStep},
	{"graduated blocks", driveBlocks},
	{"volume blocks", driveBlocks},
	{"multi-unit blocks", driveBlocks},
	{"graduated prorated", driveProratedEvents},
	{"graduated_percentage", driveStep},
	{"graduated", driveStep},
	{"volume prorated", driveProratedVolume},
	{"volume", driveStep},
	{"package_count", driveStep},
	{"package", driveStep},
	{"dynamic", driveStep},
	{"usage_discount", driveStep},
	{"maximum_spend_overage", driveStep},
	{"credit_grant_reset", driveRollover},
	{"percentage", drivePercentage},
	{"weighted_sum", driveWeighted},
	{"time_weighted_average", driveAverage},
	{"minimum_true_up", driveTrueUp},
	{"commitment true-up", driveTrueUp},
	{"prorated_sum", driveProratedSum},
	{"capacity", driveCapacity},
	{"bucketed", driveBuckets},
	{"windowed commitment", driveWindows},
	{"time-of-day", driveWindows},
	{"rounding", driveRounding},
	{"invoice subtotal", driveSubtotal},
	{"proration", driveProration},
	{"hashmap", driveHashmap},
}

// A session is one vector being rated.
type session struct {
	*testing.T
	modelVector
	peer     bool // by the policy of the source
	contract accounting.Contract
	period   metering.Period
	billing  metering.Period
}

func newSession(t *testing.T, v modelVector, peer bool) *session {
	s := &session{T: t, modelVector: v, peer: peer, period: november, billing: november}
	card := &accounting.Card{ID: "list", Version: "1", Currency: money.CNY, Rounding: s.rounding()}
	if c := s.text("currency"); c != "" {
		card.Currency = money.Currency(c)
		if v.Params["rounding"] == nil {
			card.Rounding.Mode, card.Rounding.Places = money.HalfUp, card.Currency.Digits()
		}
	}
	s.contract = accounting.Contract{Account: "acme", Card: card}
	return s
}

// rounding returns the vector's, where it is one of amounts; else amounts keep
// all the places there are.
func (s *session) rounding() accounting.Rounding {
	r := accounting.Rounding{Places: money.Scale, Level: accounting.LineLevel}
	if m, ok := s.Params["rounding"].(map[string]any); ok {
		if level := fmt.Sprint(m["level"]); level != "quantity" && level != "total" {
			r.Mode, r.Places = modeOf(m)
			if level == "bill" {
				r.Level = accounting.BillLevel
			}
		}
	}
	return r
}

func modeOf(m map[string]any) (money.RoundingMode, int) {
	mode := must(money.ParseRoundingMode(strings.ReplaceAll(fmt.Sprint(m["mode"]), "_", "-")))
	return mode, int(oracleRat(fmt.Sprint(m["dp"])).Num().Int64())
}

// quantityRounding returns the vector's rounding of quantities, or nil.
func (s *session) quantityRounding() *accounting.Conversion {
	m, ok := s.Params["rounding"].(map[string]any)
	if !ok || m["level"] != "quantity" && m["level"] != "total" {
		return nil
	}
	c := &accounting.Conversion{Rounded: true}
	c.Mode, c.Places = modeOf(m)
	return c
}

func (s *session) text(key string) string {
	switch v := s.Params[key].(type) {
	case string:
		return v
	case float64:
		return decimal.NewFromFloat(v).String()
	}
	return ""
}

// used returns the vector's usage where it is one number or a sentence.
func (s *session) used() string {
	if f, ok := s.Usage.(float64); ok {
		return decimal.NewFromFloat(f).String()
	}
	return s.Usage.(string)
}

func (s *session) has(key string) bool { return s.Params[key] != nil }

func (s *session) dec(key string) decimal.Decimal {
	if s.text(key) == "" {
		return decimal.Decimal{}
	}
	return dec(s.text(key))
}

func (s *session) decOrNil(key string) *decimal.Decimal {
	if s.text(key) == "" {
		return nil
	}
	d := s.dec(key)
	return &d
}

// listOf turns a list of the file into strings.
func listOf(v any) (out []string) {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	for _, x := range list {
		if f, ok := x.(float64); ok {
			x = decimal.NewFromFloat(f).String()
		}
		out = append(out, fmt.Sprint(x))
	}
	return out
}

var firstNumber = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)

func number(s string) string { return firstNumber.FindString(s) }

func (s *session) price(id string, m accounting.Model, terms accounting.Terms, change ...func(*accounting.Price)) {
	p := priceOf(id, m, change...)
	p.Terms = &terms
	s.contract.Card.Prices = append(s.contract.Card.Prices, p)
}

// rate rates rows and returns the bill; each charge's explanation has to
// re-compute to it.
func (s *session) rate(period metering.Period, state rating.State, rows ...metering.Usage) (rating.Bill, rating.State) {
	s.Helper()
	bill, next, err := rating.Rate(s.contract, period, usage(rows...), state)
	require.NoError(s, err)
	for _, c := range bill.Charges {
		require.Equal(s, c.Billed, must(c.Explanation.Recompute()), "%v", c.Explanation)
	}
	return bill, next
}

// total rates rows of the session's billing period.
func (s *session) total(rows ...metering.Usage) *big.Rat {
	s.Helper()
	bill, _ := s.rate(s.period, rating.State{}, rows...)
	return rat(bill.Total())
}

// at makes a row of a period; a quantity is in GB.
func at(gb string, period metering.Period, change ...func(*metering.Usage)) metering.Usage {
	u := used("0", 1, change...)
	u.Period, u.Quantity = period, must(metering.QuantityOf(dec(gb), gigabyte))
	return u
}

func (s *session) tiers() (tiers []accounting.Tier, onZero accounting.ZeroPolicy) {
	list, _ := s.Params["tiers"].([]any)
	field := func(m map[string]any, key string) string {
		if v, ok := m[key].(string); ok {
			return v
		}
		return "0"
	}
	for _, v := range list {
		m := v.(map[string]any)
		price := field(m, "unit_amount")
		if m["rate"] != nil {
			price = dec(field(m, "rate")).Shift(-2).String() // percent
		}
		upTo, _ := m["up_to"].(string)
		tiers = append(tiers, tier(upTo, price, field(m, "flat_amount")))
	}
	onZero = accounting.ZeroWaived
	if s.text("zero_usage_flat") == "charge" || s.text("zero_usage_flat") == "" {
		onZero = accounting.ZeroCharged // no row of the file says otherwise
	}
	return tiers, onZero
}

// model returns the vector's, and one unit for one where it is about
// something else.
func (s *session) model() accounting.Model {
	tiers, onZero := s.tiers()
	switch {
	case strings.Contains(s.Model, "volume"):
		return accounting.Volume{Tiers: tiers, OnZero: onZero}
	case len(tiers) > 0:
		return accounting.Graduated{Tiers: tiers, OnZero: onZero}
	case s.has("size"):
		m := accounting.Package{Size: s.dec("size"), Price: dec("1"), Parts: accounting.PartCharged}
		if s.has("amount") {
			m.Price = s.dec("amount")
		}
		if s.text("round") == "down" {
			m.Parts = accounting.PartWaived
		}
		return m
	case s.has("multiplier"):
		return accounting.PerUnit{Price: s.dec("multiplier")}
	case s.has("unit_amount"):
		return accounting.PerUnit{Price: s.dec("unit_amount")}
	}
	return perUnit("1")
}

func (s *session) terms() accounting.Terms {
	t := accounting.Terms{Free: s.dec("free_units"), Maximum: s.decOrNil("maximum"), Minimum: s.decOrNil("minimum")}
	for key := range s.Params {
		if strings.Contains(key, "discount") && number(s.text(key)) != "" {
			t.Percent = dec(number(s.text(key)))
		}
	}
	c := accounting.Conversion{Restart: s.peer}
	switch {
	case s.text("op") == "multiply":
		c.Multiply = s.dec("factor")
	case s.text("op") == "divide":
		c.Divide = s.dec("factor")
	case s.has("divide"):
		c.Divide = s.dec("divide")
	case s.has("multiply"):
		c.Multiply = s.dec("multiply")
	default:
		return t
	}
	if word := s.text("rounding"); word != "" && word != "none" {
		c.Rounded, c.Mode = true, must(money.ParseRoundingMode(strings.ReplaceAll(word, "_", "-")))
	}
	t.Convert = &c
	return t
}

// driveStep rates what was used before, and then the step, as two lines.
func driveStep(s *session) *big.Rat {
	model, terms := s.model(), s.terms()
	s.price("p", model, terms)
	for i, c := range listOf(s.Params["credits"]) {
		s.contract.Credits = append(s.contract.Credits, accounting.Credit{ID: fmt.Sprint("grant", i), Amount: dec(c)})
	}
	first, rest := must(metering.NewPeriod(onDay(1), onDay(2))), must(metering.NewPeriod(onDay(2), november.End()))
	if strings.Contains(s.text("line"), "mid-period") {
		rest = must(metering.NewPeriod(onDay(2), onDay(15)))
	}
	step := s.used()
	before := s.before(model)
	quantity := dec(number(step))
	switch {
	case s.has("line_amount"):
		quantity = s.dec("line_amount")
	case strings.Contains(step, "cumulative"):
		quantity = quantity.Sub(before)
	}
	var state rating.State
	if !before.IsZero() {
		_, state = s.rate(first, state, at(before.String(), first))
	}
	bill, _ := s.rate(rest, state, at(quantity.String(), must(metering.NewPeriod(onDay(2), onDay(3)))))
	return rat(bill.Total())
}

// before returns what was used before the step. Where only its amount is
// known it is what costs that, to the byte.
func (s *session) before(m accounting.Model) decimal.Decimal {
	perUnit, _ := m.(accounting.PerUnit)
	switch {
	case s.has("previous_qty"):
		return s.dec("previous_qty")
	case s.has("billed_before"):
		return s.dec("billed_before")
	case s.has("previous_billed"):
		left := decimal.NewFromInt(100).Sub(s.terms().Percent).Shift(-2) // after a discount
		return s.dec("previous_billed").DivRound(perUnit.Price.Mul(left), 9)
	}
	return decimal.Decimal{}
}

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
	amounts := map[string]string{"": ""}
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
