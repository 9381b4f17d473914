package ledger

import (
	"cmp"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Type says what the balance of an account is of, and on which side of the
// book it normally stands. The zero Type is invalid.
type Type uint8

// The five types of accounts.
const (
	Asset     Type = iota + 1 // what is owned or owed to us; normally a debit
	Liability                 // what we owe; normally a credit
	Equity                    // what the owners put in and kept in; normally a credit
	Income                    // what was earned; normally a credit
	Expense                   // what was spent; normally a debit
)

var typeNames = [...]string{Asset: "asset", Liability: "liability", Equity: "equity", Income: "income", Expense: "expense"}

// Valid reports whether t is one of the five.
func (t Type) Valid() bool { return t >= Asset && t <= Expense }

// String returns the name, such as "asset", or "invalid".
func (t Type) String() string {
	if !t.Valid() {
		return "invalid"
	}
	return typeNames[t]
}

// DebitNormal reports whether a balance above 0 is the normal one: of assets
// and expenses. Balances of the other types are normally below 0, as every
// balance here is debits less credits.
func (t Type) DebitNormal() bool { return t == Asset || t == Expense }

// A Path names an account in a tree, such as "assets/receivable/acme": 1 to
// [MaxPathBytes] bytes of UTF-8 in 1 to [MaxSegments] segments with '/'
// between them, none empty, without control characters. Paths are compared
// byte by byte.
type Path string

// Limits of a [Path].
const (
	MaxPathBytes = 256
	MaxSegments  = 16
)

// Contains reports whether q is p or lies below it. "assets" contains
// "assets/cash", and not "assets2"; the empty path contains all.
func (p Path) Contains(q Path) bool {
	return p == "" || strings.HasPrefix(string(q), string(p)) && (len(p) == len(q) || q[len(p)] == '/')
}

func (p Path) validate() error {
	if err := checkText("path", string(p), 1, MaxPathBytes); err != nil {
		return err
	}
	switch {
	case strings.Count(string(p), "/") >= MaxSegments:
		return &FieldError{"path", clip(string(p)), "want at most 16 segments"}
	case p[0] == '/' || p[len(p)-1] == '/' || strings.Contains(string(p), "//"):
		return &FieldError{"path", clip(string(p)), "want no empty segment"}
	}
	return nil
}

// An Account is a place for one currency. The same path in another currency is
// another account, of the same type.
type Account struct {
	Path     Path
	Type     Type
	Currency money.Currency
}

// Validate returns a *[FieldError] that names the first rule that a breaks.
func (a Account) Validate() error {
	if err := a.Path.validate(); err != nil {
		return err
	}
	if !a.Type.Valid() {
		return &FieldError{"type", a.Type.String(), "want asset, liability, equity, income or expense"}
	}
	if !a.Currency.Valid() {
		return &FieldError{"currency", clip(string(a.Currency)), "want a code of ISO 4217"}
	}
	return nil
}

// compare orders accounts by path and currency.
func (a Account) compare(b Account) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Currency, b.Currency))
}

// place tells accounts apart.
type place struct {
	path     Path
	currency money.Currency
}
