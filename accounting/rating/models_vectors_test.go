package rating_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

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
