package attribution

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Rule says how the energy of a device is shared among its holders. Overhead
// follows the IT energy under all of them.
type Rule uint8

// The rules.
const (
	// IdleByAllocation is the rule of the package comment: idle energy by
	// allocation, dynamic energy by use.
	IdleByAllocation Rule = iota
	// ByUse shares all energy by use, idle included: whoever holds and does
	// not work pays nothing. Where no use is known it goes by allocation.
	ByUse
	// Equally shares all energy among the accounts that held or used a part.
	Equally
	// ByShapley shares all energy by the Shapley values of [Device.Worth].
	// Where that is nil, or its values are all 0, it goes by allocation.
	ByShapley
	rules // their number, kept last
)

var ruleNames = [rules]string{"idle by allocation", "by use", "equally", "by Shapley value"}

// methods are part of ids: another rule makes other events.
var methods = [rules]string{Method, Method + "-use", Method + "-equal", Method + "-shapley"}

// String returns the rule in words.
func (r Rule) String() string {
	if r >= rules {
		return "invalid"
	}
	return ruleNames[r]
}

// Method returns the name of the rule and its version, as ids have it.
func (r Rule) Method() string {
	if r >= rules {
		return "invalid"
	}
	return methods[r]
}

// weigh sets the weights by which idle and dynamic energy are shared under a
// rule other than IdleByAllocation; a.weights are those by allocation.
func (a *Attributor) weigh(rule Rule, d *Device, holders []Holder) error {
	switch rule {
	case ByUse:
		a.byUse(holders)
	case Equally:
		some := false
		for i := range holders {
			some = some || holds(&holders[i])
		}
		for i := range holders {
			a.weights[i] = fixed.Int128{}
			if holds(&holders[i]) {
				a.weights[i] = fixed.FromInt64(1)
			}
		}
		if some {
			a.weights[len(holders)] = fixed.Int128{}
		}
	case ByShapley:
		return a.byShapley(d, holders)
	}
	return nil
}

func holds(h *Holder) bool { return h.Allocated.Sign() > 0 || h.Used > 0 }

// byShapleyCheck works out a device's Shapley values to see that there are
// any.
func (a *Attributor) byShapleyCheck(d *Device) error {
	holders := a.sorted(d)
	if d.Worth == nil || len(holders) == 0 {
		return nil
	}
	if _, err := Shapley(len(holders), d.Worth); err != nil {
		return fmt.Errorf("attribution: device %q: %w", clip(d.ID), err)
	}
	return nil
}

func (a *Attributor) byShapley(d *Device, holders []Holder) error {
	if d.Worth == nil || len(holders) == 0 {
		return nil
	}
	values, err := Shapley(len(holders), d.Worth)
	if err != nil {
		return err
	}
	known := false
	for _, v := range values {
		known = known || v.Sign() > 0
	}
	if !known {
		return nil
	}
	for i, v := range values {
		a.weights[i] = v.Microjoules()
	}
	a.weights[len(holders)] = fixed.Int128{}
	return nil
}

// SliceUse returns the weight of an instance that is a part of a device, such
// as a MIG or vGPU: its slices times its activity, which exporters give for
// the instance by itself. Activity alone would have one busy slice of seven
// outweigh a half busy half of the card. Activity is in any unit that is the
// same for all, such as busy milliseconds; of an instance that ends within
// the window it is what it did until then.
//
// It fails with a *[FieldError] on a negative number or a product beyond 64
// bits.
func SliceUse(slices, activity int64) (int64, error) {
	n, ok := fixed.FromInt64(slices).MulInt64(activity)
	v, fits := n.Int64()
	if slices < 0 || activity < 0 || !ok || !fits {
		return 0, &FieldError{"use of slices", strconv.FormatInt(slices, 10) + " × " + strconv.FormatInt(activity, 10), "0 or more each, below 2^63 together"}
	}
	return v, nil
}

// ResidualIdle returns the idle energy of a device of which no baseline is
// known, as what use leaves over: e·(of − busy)/of, rounded half-even. At full
// load it is 0, which no device is: a measured baseline is better, and is what
// [Device.Idle] wants. It fails with a *[FieldError] unless 0 ≤ busy ≤ of and
// of > 0.
func ResidualIdle(e energy.Energy, busy, of int64) (energy.Energy, error) {
	if of <= 0 || busy < 0 || busy > of {
		return energy.Energy{}, &FieldError{"busy time", strconv.FormatInt(busy, 10) + " of " + strconv.FormatInt(of, 10), "0 to all of more than 0"}
	}
	// A part of e always fits.
	n, _, _ := fixed.MulDiv(e.Microjoules(), fixed.FromInt64(of-busy), fixed.FromInt64(of), fixed.HalfEven)
	return energy.MicrojoulesWide(n), nil
}

// An AccountEnergy is the IT energy of an account under several rules, in the
// order in which they were asked for. The account is empty for what nobody
// held.
type AccountEnergy struct {
	Account metering.Account
	Energy  []energy.Energy
}

// Compare attributes an input by each of the rules and returns the energy of
// every account under each, in order of account, nobody's last. Errors are
// those of [Attribute].
func Compare(in Input, rules ...Rule) ([]AccountEnergy, error) {
	byAccount := map[metering.Account][]energy.Energy{}
	for k, rule := range rules {
		in.Rule = rule
		r, err := Attribute(in)
		if err != nil {
			return nil, err
		}
		for i := range r.Shares {
			s := &r.Shares[i]
			if byAccount[s.Account] == nil {
				byAccount[s.Account] = make([]energy.Energy, len(rules))
			}
			e := &byAccount[s.Account][k]
			*e, _ = e.Add(s.IT) // at most what was metered
		}
	}
	list := make([]AccountEnergy, 0, len(byAccount))
	for account, e := range byAccount {
		list = append(list, AccountEnergy{account, e})
	}
	slices.SortFunc(list, func(a, b AccountEnergy) int {
		return lastIfEmpty(string(a.Account), string(b.Account))
	})
	return list, nil
}
