package ratecard

import "github.com/meterbook/meterbook/accounting"

// A Rule names what a [Finding] found, for whoever lets some findings pass and stops at
// others. Names are kept from release to release; the reasons of findings may be worded
// anew. The zero Rule is none.
type Rule string

// The rules of [Lint].
const (
	RuleRefused     Rule = "refused"           // a fault: the card cannot be rated with
	RuleFalls       Rule = "bill-falls"        // one grain more makes the bill smaller
	RuleSameTier    Rule = "same-tier"         // a tier at the price of the one before
	RuleUnreached   Rule = "unreached-tier"    // a tier beyond the maximum
	RuleVanishes    Rule = "rounds-to-nothing" // the price of one unit
	RuleHole        Rule = "hole-in-time"      // between prices that follow each other
	RuleLabelsMatch Rule = "labels-compete"    // usage may match two prices equally
)

// The rules of [LintOverlay].
const (
	RuleOverlayCurrency Rule = "overlay-currency"     // not the list card's
	RuleOverlayRounding Rule = "overlay-rounding"     // not the list card's
	RuleOverlayPower    Rule = "overlay-power-factor" // an adjustment of its own
	RuleOverlayName     Rule = "overlay-name"         // the list card's
	RuleListReplaces    Rule = "list-replaces"        // a list price that replaces one
	RuleUnknownReplaced Rule = "unknown-replaced"     // the list has no such price
	RuleNeverMatches    Rule = "never-matches"        // no usage of the list price
	RuleNeverInForce    Rule = "never-in-force"       // while the list price is
	RuleNoListPrice     Rule = "no-list-price"        // the price takes the place of none
	RuleListCharged     Rule = "list-charged"         // before the price, or after it
)

// titles are those of each rule, in English and in Chinese.
var titles = map[Rule][2]string{
	RuleRefused:         {"the card is refused", "价目表不可用"},
	RuleFalls:           {"the bill falls as use grows", "用量增加而账单减少"},
	RuleSameTier:        {"a tier at the price of the one before", "与前一档同价"},
	RuleUnreached:       {"a tier that is never reached", "永远达不到的档"},
	RuleVanishes:        {"a price that rounds to nothing", "单价舍入后为零"},
	RuleHole:            {"a time without a price", "价格生效时间有空档"},
	RuleLabelsMatch:     {"labels may make two prices compete", "标签可能使两个价格同时匹配"},
	RuleOverlayCurrency: {"another currency than the list card's", "币种与目录价目表不同"},
	RuleOverlayRounding: {"another rounding than the list card's", "舍入规则与目录价目表不同"},
	RuleOverlayPower:    {"a power factor on a negotiated card", "协议价目表自带力率调整"},
	RuleOverlayName:     {"the name of the list card", "与目录价目表同名"},
	RuleListReplaces:    {"a list price that replaces one", "目录价替代了别的价格"},
	RuleUnknownReplaced: {"no such list price", "所替代的目录价不存在"},
	RuleNeverMatches:    {"usage never matches", "用量永远不会匹配"},
	RuleNeverInForce:    {"never in force with its list price", "与所替代的目录价从不同时生效"},
	RuleNoListPrice:     {"no list price for this", "没有对应的目录价"},
	RuleListCharged:     {"the list price is charged for a time", "部分时间按目录价计费"},
}

// Title says in a few words what a rule finds; of an unknown rule it returns the name.
func (r Rule) Title(l accounting.Language) string {
	title, ok := titles[r]
	switch {
	case !ok:
		return string(r)
	case l == accounting.Chinese:
		return title[1]
	}
	return title[0]
}
