package ratecard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 1000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// Parse(Print(card)) = card, Print(Parse(Print(card))) = Print(card), cards
// that are equal print the same bytes, and JSON of a card reads as the card.
func TestCard_Print_Parse(t *testing.T) {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for range *lawsN {
		if card := g.card(); !printParse(t, card, g.same(card)) {
			return
		}
	}
}

func FuzzCard_Print_Parse(f *testing.F) {
	for seed := range uint64(32) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		card := g.card()
		printParse(t, card, g.same(card))
	})
}

// printParse holds card to the laws; same is a card equal to it.
func printParse(t *testing.T, card, same *accounting.Card) bool {
	t.Helper()
	if err := ratecard.Validate(card); err != nil {
		t.Errorf("generated card: %v", err)
		return false
	}
	text, err := ratecard.AppendYAML([]byte("kept"), card)
	if err != nil || !bytes.HasPrefix(text, []byte("kept")) {
		t.Errorf("print: %v", err)
		return false
	}
	text = text[len("kept"):]
	for _, src := range [][]byte{text, jsonOf(t, card, text)} {
		got, err := ratecard.ParseYAML(src)
		if err != nil {
			t.Errorf("parse: %v\n%s", err, src)
			return false
		}
		if diff := difference(card, got); diff != "" {
			t.Errorf("%s differs:\n%s", diff, src)
			return false
		}
		again, err := ratecard.AppendYAML(nil, got)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("printed again (%v):\n%s\nnot\n%s", err, again, text)
			return false
		}
	}
	if other, err := ratecard.AppendYAML(nil, same); err != nil || !bytes.Equal(other, text) {
		t.Errorf("an equal card prints (%v):\n%s\nnot\n%s", err, other, text)
		return false
	}
	return true
}

// FuzzParseYAML: any text is either a card, which is valid and survives being
// printed, or has faults, which are in order and say something. Nothing panics, or
// takes more than 64 MiB. testdata/fuzz has hostile texts of each kind.
func FuzzParseYAML(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		files, err := filepath.Glob("testdata/" + dir + "/*")
		require.NoError(f, err)
		for _, file := range files {
			src, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(src)
		}
	}
	f.Add([]byte(base))
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for range 8 {
		card := g.card()
		text, err := ratecard.AppendYAML(nil, card)
		require.NoError(f, err)
		f.Add(text)
		f.Add(jsonOf(f, card, text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		card, err := ratecard.ParseYAML(src)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(hostileAlloc))
		if err != nil {
			require.Nil(t, card)
			requireOrderly(t, src, err)
			return
		}
		require.NoError(t, ratecard.Validate(card))
		text, err := ratecard.AppendYAML(nil, card)
		if err != nil {
			return // a card at the limits may be written shorter than it is printed
		}
		again, err := ratecard.ParseYAML(text)
		require.NoError(t, err, "%s", text)
		require.Empty(t, difference(card, again), "%s", text)
	})
}

// requireOrderly checks what holds for the faults of every text.
func requireOrderly(t *testing.T, src []byte, err error) {
	t.Helper()
	var faults ratecard.Faults
	require.True(t, errors.As(err, &faults), "%T", err)
	require.NotEmpty(t, faults)
	listed := faults
	if len(faults) > ratecard.MaxFaults {
		listed = faults[:ratecard.MaxFaults]
		require.Len(t, faults, ratecard.MaxFaults+1)
		require.Contains(t, faults[ratecard.MaxFaults].Reason, "more faults are not listed")
	}
	lines := bytes.Count(src, []byte("\n")) + bytes.Count(src, []byte("\r")) + 2
	for i, f := range listed {
		require.NotEmpty(t, f.Reason)
		require.True(t, 1 <= f.Line && f.Line <= lines && f.Column >= 1, "%v of %d lines", f, lines)
		require.LessOrEqual(t, len(f.Value), 67)
		require.True(t, utf8.ValidString(f.Error()))
		require.NotContains(t, f.Error(), "\n")
		if i > 0 {
			before := listed[i-1]
			require.True(t, before.Line < f.Line || before.Line == f.Line && before.Column <= f.Column, "%v before %v", before, f)
		}
	}
	require.Len(t, strings.Split(err.Error(), "\n"), len(faults))
}

// generator makes random valid cards.
type generator struct{ *rand.Rand }

func (g generator) card() *accounting.Card {
	card := &accounting.Card{
		ID:       g.id(),
		Version:  g.text(1, ratecard.MaxVersionBytes),
		Currency: pick(g, money.CNY, money.USD, money.JPY, money.KWD, money.Currency("XAU")),
		Rounding: accounting.Rounding{
			Mode:   money.RoundingMode(g.IntN(7)),
			Places: g.IntN(19),
			Level:  pick(g, accounting.LineLevel, accounting.BillLevel),
		},
	}
	if g.IntN(2) == 0 {
		card.Title = g.text(1, ratecard.MaxTitleBytes)
	}
	for range 1 + g.IntN(4) {
		n := len(card.Prices)
		if g.prices(card); len(card.Prices) == n+1 {
			g.scope(&card.Prices[n])
		}
	}
	if g.IntN(3) == 0 {
		card.PowerFactor = g.adjustment(card)
	}
	return card
}

// prices adds one to three prices that may share an id and a match, as each
// is in force after the other.
func (g generator) prices(card *accounting.Card) {
	price := accounting.Price{ID: fmt.Sprintf("%d%.50s", len(card.Prices), g.id())}
	meters := make([]metering.Meter, 0, 32)
	for m := range metering.DefaultCatalogue().All() {
		meters = append(meters, m)
	}
	meter := meters[g.IntN(len(meters))]
	var units []metering.Unit
	for _, u := range metering.Units() {
		if u.Dimension() == meter.Unit.Dimension() {
			units = append(units, u)
		}
	}
	if meter.Unit.Dimension() == metering.Count {
		units = append(units, metering.MustUnit("{image}"), metering.MustUnit("{no}"))
	}
	price.Match = accounting.Match{Meter: meter.ID, SKU: fmt.Sprintf("%d%s", len(card.Prices), g.text(0, 200))}
	if g.IntN(2) == 0 {
		price.Match.Region = g.text(1, metering.MaxNameBytes)
	}
	if g.IntN(2) == 0 {
		price.Match.Labels = g.labels()
	}
	price.Unit = units[g.IntN(len(units))]
	if g.IntN(2) == 0 {
		price.From = g.time()
	}
	flat := g.IntN(4) == 0
	for range 1 + g.IntN(3) {
		p := price
		p.Title = ""
		if g.IntN(2) == 0 {
			p.Title = g.text(1, ratecard.MaxTitleBytes)
		}
		services := accounting.Services()
		p.Service = services[g.IntN(len(services))].ID
		if p.Replaces = ""; g.IntN(8) == 0 {
			p.Replaces = g.id()
		}
		g.model(&p, flat)
		if !flat && g.IntN(2) == 0 {
			g.staged(card, &p)
		}
		last := g.IntN(3) == 0
		if !last {
			p.Until = g.after(p.From)
		}
		card.Prices = append(card.Prices, p)
		if last || p.Until.IsZero() {
			return
		}
		price.From = p.Until
	}
}

func (g generator) model(p *accounting.Price, flat bool) {
	switch {
	case !flat && g.IntN(3) == 0:
		p.Model = accounting.PerUnit{Price: g.number(g.IntN(3) == 0)}
	case !flat:
		var m accounting.Graduated
		bound := new(big.Int)
		for range g.IntN(5) {
			grain := p.Unit.Grains().Big()
			bound.Add(bound, grain.Mul(grain, big.NewInt(1+g.Int64N(1000)))) // whole in every unit
			up := decimal.NewFromBigInt(new(big.Int).Quo(bound, p.Unit.Grains().Big()), 0)
			if g.IntN(3) == 0 && p.Unit.Grains().Big().IsInt64() && p.Unit.Grains().Big().Int64()%10 == 0 {
				up = up.Add(decimal.New(1, -1))
			}
			m.Tiers = append(m.Tiers, accounting.Tier{UpTo: &up, Price: g.number(false)})
		}
		m.Tiers = append(m.Tiers, accounting.Tier{Price: g.number(false)})
		for i := range m.Tiers {
			if g.IntN(3) == 0 {
				m.Tiers[i].Flat = g.number(false)
			}
		}
		if !m.Tiers[0].Flat.IsZero() {
			m.OnZero = pick(g, accounting.ZeroCharged, accounting.ZeroWaived)
		}
		p.Model = m
	default:
		m := accounting.Flat{Amount: g.number(false), When: pick(g, accounting.FlatAlways, accounting.FlatIfUsed)}
		if m.When == accounting.FlatAlways {
			p.Match = accounting.Match{}
		}
		if m.When == accounting.FlatAlways || g.IntN(2) == 0 {
			p.Unit = metering.Unit{}
		}
		p.Model = m
	}
}

// number returns an amount of at most 38 digits, below 1.7e20.
func (g generator) number(negative bool) decimal.Decimal {
	places := g.IntN(19)
	digits := make([]byte, 1+g.IntN(places+20))
	for i := range digits {
		digits[i] = byte('0' + g.IntN(10))
	}
	n, _ := new(big.Int).SetString(string(digits), 10)
	if negative {
		n.Neg(n)
	}
	d := decimal.NewFromBigInt(n, int32(-places))
	if g.IntN(8) == 0 {
		d = decimal.New(g.Int64N(100), int32(g.IntN(17))) // an exponent above 0, as only literals have
	}
	return d
}

func (g generator) labels() metering.Labels {
	var pairs []string
	for i := range 1 + g.IntN(4) {
		pairs = append(pairs, fmt.Sprintf("%s%d", g.text(0, 100), i), g.text(0, 200))
	}
	return metering.MustLabels(pairs...)
}

func (g generator) time() time.Time {
	return time.Unix(60*g.Int64N(100_000_000), 0).UTC()
}

func (g generator) after(t time.Time) time.Time {
	if t.IsZero() {
		t = time.Unix(0, 0).UTC()
	}
	return t.Add(time.Duration(1+g.Int64N(1_000_000)) * time.Minute)
}

func (g generator) id() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	b := make([]byte, 1+g.IntN(ratecard.MaxIDBytes))
	for i := range b {
		b[i] = letters[g.IntN(len(letters))]
	}
	if g.IntN(8) == 0 {
		return pick(g, "no", "null", "1e5", "0x1f", "2026-01-01", "-", "...", "---", ".inf", "0", "y")
	}
	return string(b)
}

// pieces are what texts of YAML, JSON and people trip over.
var pieces = []string{
	"H100-SXM", "cn-north-1", "spot", "no", "null", "~", "true", "012", "1e5", "0.10", "2026-01-01", "<<", "=",
	" ", "  ", ":", ": ", " #", "#", "- ", "-", "? ", "!", "!!str", "&a", "*a", "|", ">", "%", "@", "`", "'", `"`, `""`, `\`, `\n`, `\u2028`,
	"{", "}", "[", "]", ",", "{card}.h", "显卡", "价格：", "é", "e\u0301", "😀", "👩‍🔬", "\u00a0", "\u00ad", "\u2028", "\u2029",
	"\u200b", "\u202e", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\U000e0001", "\U0010ffff", "a", "Z", "9", "---", "...", "key: value",
}

func (g generator) text(least, most int) string {
	var b strings.Builder
	for b.Len() < least || g.IntN(3) > 0 {
		piece := pieces[g.IntN(len(pieces))]
		if b.Len()+len(piece) > most {
			break
		}
		b.WriteString(piece)
	}
	if b.Len() < least {
		return "a"
	}
	return b.String()
}

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// same returns a card that is equal to card, its numbers and times written in
// another way.
func (g generator) same(card *accounting.Card) *accounting.Card {
	other := *card
	other.Prices = nil
	zone := time.FixedZone("", 60*(g.IntN(1440)-720))
	number := func(d decimal.Decimal) decimal.Decimal {
		if d.Exponent() > -20 {
			return d.Add(decimal.New(0, -20)) // two more zeros than are read from text
		}
		return d
	}
	for _, p := range card.Prices {
		if !p.From.IsZero() {
			p.From = p.From.In(zone)
		}
		if !p.Until.IsZero() {
			p.Until = p.Until.In(zone)
		}
		switch m := p.Model.(type) {
		case accounting.PerUnit:
			p.Model = accounting.PerUnit{Price: number(m.Price)}
		case accounting.Flat:
			p.Model = accounting.Flat{Amount: number(m.Amount), When: m.When}
		case accounting.Graduated:
			tiers := make([]accounting.Tier, len(m.Tiers))
			for i, t := range m.Tiers {
				if t.UpTo != nil {
					up := number(*t.UpTo)
					t.UpTo = &up
				}
				t.Price, t.Flat = number(t.Price), number(t.Flat)
				tiers[i] = t
			}
			p.Model = accounting.Graduated{Tiers: tiers, OnZero: m.OnZero, Bounds: m.Bounds}
		}
		other.Prices = append(other.Prices, p)
	}
	return &other
}

// difference says where two cards differ; "" if nowhere.
func difference(a, b *accounting.Card) string {
	if !equalValues(reflect.ValueOf(a.PowerFactor), reflect.ValueOf(b.PowerFactor)) {
		return "power factor"
	}
	if a.ID != b.ID || a.Version != b.Version || a.Title != b.Title || a.Currency != b.Currency || a.Rounding != b.Rounding ||
		!equalValues(reflect.ValueOf(a.RoundingChanges), reflect.ValueOf(b.RoundingChanges)) {
		return "head"
	}
	if len(a.Prices) != len(b.Prices) {
		return "number of prices"
	}
	for i, p := range a.Prices {
		q := b.Prices[i]
		switch {
		case p.ID != q.ID || p.Title != q.Title || p.Replaces != q.Replaces || p.Service != q.Service || p.Match != q.Match || p.Unit != q.Unit:
			return fmt.Sprintf("price %d", i)
		case !p.From.Equal(q.From) || !p.Until.Equal(q.Until) || p.From.IsZero() != q.From.IsZero() || p.Until.IsZero() != q.Until.IsZero():
			return fmt.Sprintf("validity of price %d", i)
		case !sameModel(p.Model, q.Model):
			return fmt.Sprintf("model of price %d", i)
		case !equalValues(reflect.ValueOf(p.Terms), reflect.ValueOf(q.Terms)):
			return fmt.Sprintf("terms of price %d", i)
		}
	}
	return ""
}

func sameModel(a, b accounting.Model) bool {
	switch a := a.(type) {
	case accounting.PerUnit:
		b, ok := b.(accounting.PerUnit)
		return ok && a.Price.Equal(b.Price)
	case accounting.Flat:
		b, ok := b.(accounting.Flat)
		return ok && a.Amount.Equal(b.Amount) && a.When == b.When
	case accounting.Volume, accounting.Package, accounting.Stairstep, accounting.Percentage, accounting.Dynamic, accounting.Spot:
		return reflect.TypeOf(a) == reflect.TypeOf(b) && equalValues(reflect.ValueOf(a), reflect.ValueOf(b))
	case accounting.Graduated:
		b, ok := b.(accounting.Graduated)
		if !ok || a.Bounds != b.Bounds || a.OnZero != b.OnZero || len(a.Tiers) != len(b.Tiers) {
			return false
		}
		for i, t := range a.Tiers {
			u := b.Tiers[i]
			if !t.Price.Equal(u.Price) || !t.Flat.Equal(u.Flat) || !t.Block.Equal(u.Block) || (t.UpTo == nil) != (u.UpTo == nil) || t.UpTo != nil && !t.UpTo.Equal(*u.UpTo) {
				return false
			}
		}
		return true
	}
	return false
}

// jsonOf writes a card as JSON by another way than the package does.
func jsonOf(t testing.TB, card *accounting.Card, text []byte) []byte {
	t.Helper()
	for _, p := range card.Prices {
		if p.Staged() || p.Terms != nil {
			return jsonOfText(t, text)
		}
	}
	if len(card.RoundingChanges) > 0 || card.Rounding.Month.On || card.PowerFactor != nil {
		return jsonOfText(t, text)
	}
	number := func(d decimal.Decimal) json.Number { return json.Number(d.String()) }
	type object = map[string]any
	var prices []object
	for _, p := range card.Prices {
		o := object{"id": p.ID, "service": p.Service}
		set := func(key string, present bool, value any) {
			if present {
				o[key] = value
			}
		}
		set("title", p.Title != "", p.Title)
		set("replaces", p.Replaces != "", p.Replaces)
		set("unit", !p.Unit.IsZero(), p.Unit.Code())
		set("from", !p.From.IsZero(), p.From.Format(time.RFC3339))
		set("until", !p.Until.IsZero(), p.Until.Format(time.RFC3339))
		if p.Match != (accounting.Match{}) {
			m := object{"meter": p.Match.Meter, "labels": object{}}
			if p.Match.SKU != "" {
				m["sku"] = p.Match.SKU
			}
			if p.Match.Region != "" {
				m["region"] = p.Match.Region
			}
			for name, value := range p.Match.Labels.All() {
				m["labels"].(object)[name] = value
			}
			o["match"] = m
		}
		switch m := p.Model.(type) {
		case accounting.PerUnit:
			o["per_unit"] = number(m.Price)
		case accounting.Flat:
			o["flat"] = number(m.Amount)
			o["when"] = map[accounting.FlatPolicy]string{accounting.FlatAlways: "always", accounting.FlatIfUsed: "if_used", accounting.FlatOnce: "once"}[m.When]
		case accounting.Graduated:
			var tiers []object
			for _, t := range m.Tiers {
				tier := object{"price": number(t.Price), "flat": number(t.Flat)}
				if t.UpTo != nil {
					tier["up_to"] = number(*t.UpTo)
				}
				tiers = append(tiers, tier)
			}
			o["graduated"] = tiers
			set("on_zero", m.OnZero != 0, map[accounting.ZeroPolicy]string{accounting.ZeroCharged: "charge", accounting.ZeroWaived: "waive"}[m.OnZero])
		}
		prices = append(prices, o)
	}
	root := object{
		"card": card.ID, "version": card.Version, "currency": card.Currency, "prices": prices,
		"rounding": object{"mode": card.Rounding.Mode, "places": card.Rounding.Places, "level": card.Rounding.Level.String()},
	}
	if card.Title != "" {
		root["title"] = card.Title
	}
	src, err := json.MarshalIndent(root, "", "\t")
	if err != nil {
		panic(err)
	}
	return src
}
