package posting

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/accounting/ledger"
)

// A Rule says which accounts an amount is debited and credited to. Paths are
// those of the ledger with places to fill in: {tenant}, {service} and {detail}.
// Their first segment gives the type of the account: assets, liabilities, equity,
// income or expenses.
type Rule struct {
	On     Cause  `json:"on"`
	Debit  string `json:"debit"`
	Credit string `json:"credit"`
}

// Rules is a chart of accounts, one rule for each cause. Rules are data: write
// them, read them from JSON with [ParseRules], or take [DefaultRules].
type Rules []Rule

// DefaultRules returns rules of accrual accounting for a provider of computing
// power. Deferred revenue is credit that was paid for and not used; unbilled is
// what was earned and not invoiced.
func DefaultRules() Rules {
	const (
		cash       = "assets/cash"
		receivable = "assets/receivable/{tenant}"
		unbilled   = "assets/unbilled/{tenant}"
		deferred   = "liabilities/deferred/{tenant}"
		tax        = "liabilities/tax/{detail}"
		suppliers  = "liabilities/suppliers/"
		revenue    = "income/{service}/{tenant}"
	)
	return Rules{
		{Charged, unbilled, revenue},
		{CreditUsed, deferred, unbilled},
		{Invoiced, receivable, unbilled},
		{Taxed, receivable, tax},
		{TaxIncluded, revenue, unbilled},
		{Rounded, unbilled, "income/rounding/{tenant}"},
		{Converted, "assets/exchange", unbilled},
		{Paid, cash, receivable},
		{Refunded, receivable, cash},
		{Credited, revenue, receivable},
		{TaxCredited, tax, receivable},
		{CreditReturned, receivable, deferred},
		{CreditSold, cash, deferred},
		{CreditGiven, "expenses/promotion/{tenant}", deferred},
		{CreditLapsed, deferred, "income/breakage/{tenant}"},
		{EnergyUsed, "expenses/service/{tenant}/energy", suppliers + "energy"},
		{Depreciated, "expenses/service/{tenant}/depreciation", "assets/depreciation"},
		{CostIncurred, "expenses/service/{tenant}/{detail}", suppliers + "{detail}"},
		{EquipmentPaid, "assets/equipment", cash},
		{SupplierPaid, suppliers + "{detail}", cash},
	}
}

// maxRulesBytes bounds what is parsed.
const maxRulesBytes = 64 << 10

// ParseRules reads a JSON array of rules and validates them. It fails with
// [ErrRule].
func ParseRules(text []byte) (Rules, error) {
	if len(text) > maxRulesBytes {
		return nil, refuse(ErrRule, "rules of %d bytes, want at most 64 KiB", len(text))
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	var r Rules
	if err := d.Decode(&r); err != nil {
		return nil, refuse(ErrRule, "rules: %v", err)
	}
	if d.More() {
		return nil, refuse(ErrRule, "rules: something behind the array")
	}
	return r, r.Validate()
}

// Validate holds rules to what can be posted with: causes that are known, one
// rule each, two paths of which every segment is whole, and places that are
// known. A cause without a rule is refused when it is to be posted. It fails
// with [ErrRule].
func (r Rules) Validate() error {
	seen := map[Cause]bool{}
	for _, rule := range r {
		if !slices.Contains(Causes(), rule.On) {
			return refuse(ErrRule, "rule on %s: want one of the causes", quote(string(rule.On)))
		}
		if seen[rule.On] {
			return refuse(ErrRule, "rule on %s: there is another one", rule.On)
		}
		seen[rule.On] = true
		for _, path := range []string{rule.Debit, rule.Credit} {
			if err := checkTemplate(path); err != nil {
				return refuse(ErrRule, "rule on %s: path %s: %v", rule.On, quote(path), err)
			}
		}
		if rule.Debit == rule.Credit {
			return refuse(ErrRule, "rule on %s: debit and credit are one account", rule.On)
		}
	}
	return nil
}

// find returns the rule on a cause.
func (r Rules) find(c Cause) (Rule, error) {
	i := slices.IndexFunc(r, func(rule Rule) bool { return rule.On == c })
	if i < 0 {
		return Rule{}, refuse(ErrRule, "%s: no rule", quote(string(c)))
	}
	return r[i], nil
}

// places are what a path can have filled in.
func places(i Item) [3][2]string {
	return [3][2]string{{"{tenant}", i.Tenant}, {"{service}", i.Service}, {"{detail}", i.Detail}}
}

// typeOf returns the type that the first segment of a path stands for.
func typeOf(path string) (ledger.Type, bool) {
	first, _, _ := strings.Cut(path, "/")
	t, known := map[string]ledger.Type{"assets": ledger.Asset, "liabilities": ledger.Liability, "equity": ledger.Equity,
		"income": ledger.Income, "expenses": ledger.Expense}[first]
	return t, known
}

func checkTemplate(path string) error {
	if _, known := typeOf(path); !known {
		return errors.New("want assets, liabilities, equity, income or expenses first")
	}
	for segment := range strings.SplitSeq(path, "/") {
		for _, place := range places(Item{}) {
			if segment == place[0] {
				segment = "filled"
			}
		}
		if segment == "" || strings.ContainsAny(segment, "{}") {
			return fmt.Errorf("segment %s: want a name, {tenant}, {service} or {detail}", quote(segment))
		}
	}
	return nil
}
