package ratecard_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

// lintCard is a card with what is between the lines as its prices.
func lintCard(prices string) string {
	return "card: c\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-even, places: 2, level: line}\nprices:\n" + prices
}

func TestLint(t *testing.T) {
	egress := "  - {id: p, service: network, match: {meter: network.egress%s}, unit: GBy, %s}\n"
	one := func(terms string) string { return fmt.Sprintf(egress, "", terms) }
	for name, c := range map[string]struct {
		prices   string
		rule     ratecard.Rule
		severity ratecard.Severity
		path     string
		says     string // empty for no finding
	}{
		"clean":                {prices: one("graduated: [{up_to: 10, price: 2}, {price: 1}]")},
		"a rebate":             {prices: one("per_unit: -1")},
		"volume cliff":         {one("volume: [{up_to: 15, price: 10}, {price: 5}]"), ratecard.RuleFalls, ratecard.Warning, "prices[0]", "15 GB cost 150.00 CNY, and 15.000000001 cost 75.000000005 CNY"},
		"no cliff":             {prices: one("volume: [{up_to: 15, price: 10}, {price: 5, flat: 75}]")},
		"stairs that go down":  {one("stairstep: [{limits: [{meter: network.egress, up_to: 5}], amount: 9}, {amount: 8}]"), ratecard.RuleFalls, ratecard.Warning, "prices[0]", "the bill falls"},
		"tier above a maximum": {one("graduated: [{up_to: 10, price: 2}, {up_to: 20, price: 1}, {price: 1.5}], maximum: 20"), ratecard.RuleUnreached, ratecard.Warning, "prices[0].graduated[1]", "never reached"},
		"equal tiers":          {one("graduated: [{up_to: 10, price: 2}, {price: 2}]"), ratecard.RuleSameTier, ratecard.Note, "prices[0].graduated[1]", "price of the tier before"},
		"rounds to nothing":    {one("per_unit: 0.004"), ratecard.RuleVanishes, ratecard.Note, "prices[0].per_unit", "one GB costs 0.004 CNY, which rounds to nothing"},
		"unknown meter":        {strings.ReplaceAll(one("per_unit: 1"), "network.egress", "network.egres"), "", ratecard.Error, "prices[0].match.meter", "did you mean network.egress?"},
		"overlap":              {one("per_unit: 1") + strings.Replace(one("per_unit: 2"), "id: p", "id: q", 1), "", ratecard.Error, "prices[1].match", "matches the same usage"},
		"hole in time": {one("until: 2026-11-01T00:00Z, per_unit: 1") + one("from: 2026-12-01T00:00Z, per_unit: 2"), ratecard.RuleHole, ratecard.Warning, "prices[1].from",
			"not in force from 2026-11-01T00:00Z to 2026-12-01T00:00Z"},
		"labels that may tie": {fmt.Sprintf(egress, ", labels: {a: x}", "per_unit: 1") + strings.Replace(fmt.Sprintf(egress, ", labels: {b: y}", "per_unit: 2"), "id: p", "id: q", 1),
			ratecard.RuleLabelsMatch, ratecard.Warning, "prices[1].match", "matches them equally"},
		"labels that never tie": {prices: fmt.Sprintf(egress, ", labels: {a: x}", "per_unit: 1") + strings.Replace(fmt.Sprintf(egress, ", labels: {a: y}", "per_unit: 2"), "id: p", "id: q", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			card, err := ratecard.ParseYAML([]byte(lintCard(c.prices)))
			if c.severity == ratecard.Error {
				require.ErrorContains(t, err, c.says)
				return
			}
			require.NoError(t, err)
			found := ratecard.Lint(card)
			if c.says == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, c.rule, found[0].Rule)
			require.Equal(t, c.severity, found[0].Severity)
			require.Equal(t, c.path, found[0].Path)
			require.Contains(t, found[0].Reason, c.says)
			require.NotEmpty(t, found[0].Suggestion)
		})
	}
}

func TestLint_Faults(t *testing.T) {
	card := ratecard.MustParseYAML([]byte(lintCard("  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1}\n")))
	card.Currency = "XYZ"
	found := ratecard.Lint(card)
	require.Len(t, found, 1)
	require.Equal(t, ratecard.Error, found[0].Severity)
	require.Equal(t, ratecard.RuleRefused, found[0].Rule)
	require.Equal(t, "currency", found[0].Path)
	require.Equal(t, "error", found[0].Severity.String())
	require.Equal(t, "invalid", ratecard.Severity(0).String())
}

func TestLintOverlay(t *testing.T) {
	list := ratecard.MustParseYAML([]byte(lintCard("  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1}\n")))
	overlay := *list
	overlay.ID = "o"
	require.Empty(t, ratecard.LintOverlay(list, &overlay))
	overlay.Currency, overlay.Rounding.Places, overlay.PowerFactor = "USD", 3, &accounting.PowerAdjustment{ID: "pf"}
	found := ratecard.LintOverlay(list, &overlay)
	require.Len(t, found, 3)
	require.Equal(t, "power_factor", found[2].Path)
	require.Equal(t, "currency", found[0].Path)
	require.Equal(t, "rounding", found[1].Path)
	require.Equal(t, []ratecard.Rule{ratecard.RuleOverlayCurrency, ratecard.RuleOverlayRounding, ratecard.RuleOverlayPower},
		[]ratecard.Rule{found[0].Rule, found[1].Rule, found[2].Rule})
	overlay = *list
	require.Equal(t, ratecard.RuleOverlayName, ratecard.LintOverlay(list, &overlay)[0].Rule)
}

func TestCurve(t *testing.T) {
	card := ratecard.MustParseYAML([]byte(lintCard("  - {id: p, service: network, match: {meter: network.egress}, unit: GBy, volume: [{up_to: 15, price: 10}, {price: 5}]}\n")))
	all, err := ratecard.Curve(card, metering.Egress, decimal.NewFromInt(16))
	require.NoError(t, err)
	require.Len(t, all, 1)
	points := all[0].Points
	require.Zero(t, points[0].Quantity.Sign())
	require.Zero(t, points[len(points)-1].Quantity.Cmp(big.NewRat(30, 1)))
	amount := func(q *big.Rat) *big.Rat {
		for _, p := range points {
			if p.Quantity.Cmp(q) == 0 {
				return p.Amount
			}
		}
		return nil
	}
	require.Equal(t, "150", amount(big.NewRat(15, 1)).RatString())
	require.Equal(t, "80", amount(big.NewRat(16, 1)).RatString())
	require.Equal(t, "15000000001/200000000", amount(big.NewRat(15_000_000_001, 1_000_000_000)).RatString())
	for i := 1; i < len(points); i++ {
		require.Negative(t, points[i-1].Quantity.Cmp(points[i].Quantity), "in order")
	}
	_, err = ratecard.Curve(card, metering.Ingress)
	require.ErrorContains(t, err, "no price for meter")
}

// What a price that replaces a list price may have wrong.
func TestLintOverlay_Replaces(t *testing.T) {
	list := ratecard.MustParseYAML([]byte(lintCard("  - {id: p, service: network, match: {meter: network.egress, sku: a}, unit: GBy, from: 2026-01-01T00:00Z, per_unit: 1}\n")))
	const at = "  - {id: o, replaces: p, service: network, unit: GBy, per_unit: 1, "
	for _, c := range []struct {
		name, price, path, says string
		rule                    ratecard.Rule
		severity                ratecard.Severity
	}{
		{"fits", at + "match: {meter: network.egress}}\n", "", "", "", 0},
		{"no such price", "  - {id: o, replaces: q, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1}\n", "prices[0].replaces", `the list card has no price "q"`, ratecard.RuleUnknownReplaced, ratecard.Error},
		{"another SKU", at + "match: {meter: network.egress, sku: b}}\n", "prices[0].match", "never matches this", ratecard.RuleNeverMatches, ratecard.Warning},
		{"another meter", at + "match: {meter: network.ingress}}\n", "prices[0].match", "never matches this", ratecard.RuleNeverMatches, ratecard.Warning},
		{"a flat price", "  - {id: o, replaces: p, service: network, flat: 3, when: always}\n", "prices[0].match", "never matches this", ratecard.RuleNeverMatches, ratecard.Warning},
		{"over before", at + "match: {meter: network.egress}, until: 2025-12-01T00:00Z}\n", "prices[0].from", "never in force while", ratecard.RuleNeverInForce, ratecard.Warning},
		{"begins later", at + "match: {meter: network.egress}, from: 2026-03-01T00:00Z}\n", "prices[0].from", `until 2026-03-01T00:00Z list price "p" is charged`, ratecard.RuleListCharged, ratecard.Note},
		{"ends", at + "match: {meter: network.egress}, until: 2027-03-01T00:00Z}\n", "prices[0].until", `from 2027-03-01T00:00Z on list price "p" is charged`, ratecard.RuleListCharged, ratecard.Note},
		{"goes on", at + "match: {meter: network.egress}, until: 2027-03-01T00:00Z}\n" + at + "match: {meter: network.egress}, from: 2027-03-01T00:00Z}\n", "", "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			overlay := ratecard.MustParseYAML([]byte(lintCard(c.price)))
			overlay.ID = "o"
			found := ratecard.LintOverlay(list, overlay)
			if c.path == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, c.path, found[0].Path)
			require.Equal(t, c.rule, found[0].Rule)
			require.Equal(t, c.severity, found[0].Severity)
			require.Contains(t, found[0].Reason, c.says)
		})
	}
	found := ratecard.LintOverlay(ratecard.MustParseYAML([]byte(lintCard(at+"match: {meter: network.egress}}\n"))), list)
	require.Equal(t, "prices[0].replaces", found[len(found)-1].Path, "%v", found)
	require.Equal(t, ratecard.RuleListReplaces, found[len(found)-1].Rule)
	overlay := ratecard.MustParseYAML([]byte(lintCard("  - {id: o, service: network, match: {meter: network.ingress}, unit: GBy, per_unit: 1}\n")))
	overlay.ID = "o"
	require.Equal(t, ratecard.RuleNoListPrice, ratecard.LintOverlay(list, overlay)[0].Rule)
}

// Every rule has a title in both languages, and no two have one.
func TestRule_Title(t *testing.T) {
	seen := make(map[string]ratecard.Rule)
	for _, r := range []ratecard.Rule{ratecard.RuleRefused, ratecard.RuleFalls, ratecard.RuleSameTier, ratecard.RuleUnreached, ratecard.RuleVanishes, ratecard.RuleHole,
		ratecard.RuleLabelsMatch, ratecard.RuleOverlayCurrency, ratecard.RuleOverlayRounding, ratecard.RuleOverlayPower, ratecard.RuleOverlayName,
		ratecard.RuleListReplaces, ratecard.RuleUnknownReplaced, ratecard.RuleNeverMatches, ratecard.RuleNeverInForce, ratecard.RuleNoListPrice, ratecard.RuleListCharged} {
		for _, l := range []accounting.Language{accounting.English, accounting.Chinese} {
			title := r.Title(l)
			require.NotEqual(t, string(r), title)
			require.NotContains(t, seen, title, "%s", r)
			seen[title] = r
		}
	}
	require.Equal(t, "later", ratecard.Rule("later").Title(accounting.Chinese))
}
