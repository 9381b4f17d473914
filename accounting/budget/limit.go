package budget

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrLimit: a limit, or an alert to remember, that has neither money nor a quantity,
	// or both, or not above 0.
	ErrLimit = errors.New("not a limit")
	// ErrThreshold: a threshold that is not above 0, is above 10, or has more than
	// 18 decimals.
	ErrThreshold = errors.New("not a threshold")
	// ErrDuplicate: two limits of one name.
	ErrDuplicate = errors.New("named twice")
	// ErrPeriod: a limit without a period, an instant outside it, or a day before
	// 1970 or after 2199.
	ErrPeriod = errors.New("not within the period")
	// ErrUnknown: no limit of this name.
	ErrUnknown = errors.New("unknown limit")
	// ErrHistory: too few days to estimate from.
	ErrHistory = errors.New("too little history")
	// ErrConfidence: a confidence that is not between 0.5 and 0.999.
	ErrConfidence = errors.New("not a confidence")
	// ErrOptions: an option that is below 0 or no number.
	ErrOptions = errors.New("not an option")
)

func refuse(what, name string, err error, fix string) error {
	if len(name) > 64 {
		name = strings.ToValidUTF8(name[:64], "") + "…"
	}
	return fmt.Errorf("budget: %s %s: %w; %s", what, strconv.Quote(name), err, fix)
}

// A Limit is how much may be spent, or used, in a period: Money or Quantity,
// one of the two and above 0.
type Limit struct {
	Name     string
	Period   metering.Period
	Money    money.Money
	Quantity metering.Quantity
	// Where picks what counts; nil for all. A quantity counts in its dimension
	// alone.
	Where func(metering.Key) bool
	// By cuts what counts into groups, each with the whole limit: by tenant, by
	// SKU, by a label. Nil for one group, "". JSON holds names of valid UTF-8.
	By func(metering.Key) string
	// Thresholds are the parts of the limit at which an alert is due: 0.8 for
	// 80 %, above 0 and at most 10.
	Thresholds []decimal.Decimal
}

// most is the limit in grains of money or of its dimension.
func (l Limit) most() fixed.Int128 {
	if l.Money.Sign() > 0 {
		return l.Money.Scaled()
	}
	return l.Quantity.Grains()
}

func (l Limit) check() error {
	switch {
	case l.Period.IsZero():
		return refuse("limit", l.Name, ErrPeriod, "give it a period")
	case (l.Money.Sign() > 0) == (l.Quantity.Sign() > 0) || l.Money.Sign() < 0 || l.Quantity.Sign() < 0:
		return refuse("limit", l.Name, ErrLimit, "give it money or a quantity, above 0")
	}
	for _, t := range l.Thresholds {
		if !isThreshold(t) {
			return refuse("limit", l.Name, ErrThreshold, "use parts of the limit, such as 0.8")
		}
	}
	return nil
}

// isThreshold looks at the exponent first: comparing one of millions would take
// the digits.
func isThreshold(t decimal.Decimal) bool {
	return t.Sign() > 0 && t.Exponent() >= -18 && t.Exponent() <= 2 && !t.GreaterThan(decimal.NewFromInt(10))
}

// marks returns the least whole grains that reach each threshold. Spend is
// whole grains, so it reaches a threshold exactly when it reaches its mark.
func (l Limit) marks() ([]fixed.Int128, error) {
	var marks []fixed.Int128
	for _, t := range l.Thresholds {
		exact := new(big.Rat).Mul(t.Rat(), new(big.Rat).SetInt(l.most().Big()))
		up, rest := new(big.Int).DivMod(exact.Num(), exact.Denom(), new(big.Int))
		if rest.Sign() > 0 {
			up.Add(up, big.NewInt(1))
		}
		m, ok := fixed.FromBig(up)
		if !ok {
			return nil, refuse("limit", l.Name, money.ErrOverflow, "use a lower limit")
		}
		marks = append(marks, m)
	}
	return marks, nil
}
