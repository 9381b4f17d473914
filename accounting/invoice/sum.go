package invoice

import (
	"fmt"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// adder adds amounts up and keeps the first error.
type adder struct{ err error }

func (a *adder) add(sum, m money.Money) money.Money {
	if a.err != nil {
		return sum
	}
	out, err := sum.Add(m)
	a.err = err
	return out
}

func (a *adder) sub(sum, m money.Money) money.Money {
	if a.err != nil {
		return sum
	}
	out, err := sum.Sub(m)
	a.err = err
	return out
}

// sum fills in what items come to.
func (d *Document) sum() error {
	var a adder
	none := zero(d.Currency)
	d.List, d.Net, d.Tax, d.Drawn = none, none, none, none
	for i := range d.Taxes {
		d.Taxes[i].Base, d.Taxes[i].Amount = none, none
	}
	for i := range d.Items {
		item := &d.Items[i]
		d.List, d.Net = a.add(d.List, item.List), a.add(d.Net, item.Net)
		for _, x := range item.Taxes {
			t := &d.Taxes[x.Tax-1]
			t.Base, t.Amount, d.Tax = a.add(t.Base, item.Net), a.add(t.Amount, x.Amount), a.add(d.Tax, x.Amount)
		}
	}
	for _, x := range d.Draws {
		d.Drawn = a.add(d.Drawn, x.Amount)
	}
	d.Total = a.add(d.Net, d.Tax)
	d.Due = a.sub(d.Total, d.Drawn)
	if a.err != nil {
		return fmt.Errorf("invoice: total: %w", a.err)
	}
	return nil
}

// totalLevel is the level of a rate that converts totals alone.
const totalLevel = "total"

// finish adds a document up and converts its totals.
func (d *Document) finish(t *Terms) error {
	if err := d.sum(); err != nil {
		return err
	}
	mode := money.HalfEven
	if t.Rounding != (accounting.Rounding{}) {
		mode = t.Rounding.Mode
	}
	d.Also = nil
	for _, c := range t.Also {
		if c == d.Currency {
			continue
		}
		on := t.RateOn
		if on == "" {
			on = d.Date
		}
		x, err := t.Rates.On(d.Currency, c, on)
		if err != nil {
			return err
		}
		e := Exchange{x, mode, c.Digits(), totalLevel}
		if err := d.equivalent(e); err != nil {
			return err
		}
	}
	return nil
}

// equivalent shows the totals in another currency: total and tax are converted,
// and net is what is between them, so that they add up.
func (d *Document) equivalent(e Exchange) error {
	for _, x := range d.Also {
		if x.Currency == e.To {
			return fmt.Errorf("%w: totals in %s twice", ErrTerms, e.To)
		}
	}
	rule := money.Rounding{Mode: e.Mode, Places: e.Places}
	total, err := e.Convert(d.Total, rule)
	if err != nil {
		return err
	}
	tax, err := e.Convert(d.Tax, rule)
	if err != nil {
		return err
	}
	net, err := total.Sub(tax)
	if err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	d.Also = append(d.Also, Equivalent{e.To, net, tax, total})
	d.Exchange = append(d.Exchange, e)
	return nil
}
