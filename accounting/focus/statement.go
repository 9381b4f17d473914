package focus

import (
	"errors"
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Statement is what rows say that charges do not: who offers and who bills,
// for which billing period, on which invoice. Its methods turn charges into
// rows. It is a value; nothing in it is changed.
type Statement struct {
	// Contract says who pays: its account and name are the billing account's.
	Contract accounting.Contract
	// Period is the billing period. Charges of an earlier one are corrections.
	Period  metering.Period
	Invoice string // null if empty, until there is one
	// Provider offers the services. Publisher, Host and Issuer, who made them,
	// on whose infrastructure they run, and who sends the invoice, are the
	// provider where they are empty.
	Provider, Publisher, Host, Issuer string
	// Services names services; those of package accounting need none. Charges
	// about the whole bill, such as credits, have the service "", which is
	// called Billing unless it is named here.
	Services map[accounting.ServiceID]Service
	// Regions names regions; one without a name goes by its id.
	Regions map[string]string
	// Describe returns a charge's description; nil is its explanation.
	Describe func(accounting.Charge) string
	// Footprint returns the energy and carbon of a charge, null for none; nil
	// is none of any. Of a charge with several rows the first has them.
	Footprint func(accounting.Charge) (energyKWh, carbonGrams Number)
}

// A Service is what a charge is filed under. Category and Subcategory are
// allowed values of the columns of that name.
type Service struct {
	Name, Category, Subcategory string
}

// subcategories are those of the services of package accounting.
var subcategories = map[accounting.ServiceID]string{
	accounting.AcceleratedCompute: "Virtual Machines", accounting.GeneralCompute: "Virtual Machines",
	accounting.BlockStorage: "Block Storage", accounting.ObjectStorage: "Object Storage", accounting.FileStorage: "File Storage",
	accounting.Network: "Network Infrastructure", accounting.ModelInference: "Generative AI",
	accounting.EnergySupply: "Other (Other)", accounting.Support: "Support",
}

// ErrService: a charge of a service that has no name and category.
var ErrService = errors.New("focus: service without name and category")

func (s *Statement) service(id accounting.ServiceID) (Service, error) {
	if v, ok := s.Services[id]; ok {
		return v, nil
	}
	if id == "" {
		return Service{"Billing", "Other", "Other (Other)"}, nil
	}
	if v, ok := accounting.LookupService(id); ok {
		return Service{v.Name, v.Category, subcategories[id]}, nil
	}
	return Service{}, fmt.Errorf("%w: %q; add it to Statement.Services", ErrService, clip(string(id)))
}

// Rows returns the rows of charges, in their order. Usage has one row for each
// tier that it is in, and one for what is free; see the package's doc for prices
// whose lines have no unit price. Flat prices are purchases that recur; what is paid to
// make up a minimum, for the power factor, or is cut off by rounding is an adjustment; what a credit
// pays is a credit.
//
// Billed and effective cost are the charge's, rounded as its card says, and add
// up to it. List and contracted cost are unit price times quantity, exactly,
// as FOCUS wants them; so they may differ from the billed cost by its rounding.
// A quantity that no 12 digits behind the point can say is rounded there.
//
// It ends with [ErrService], [ErrNumberRange], or an error of the charges.
func (s Statement) Rows(charges iter.Seq[accounting.Charge]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for c := range charges {
			rows, err := s.charge(&c)
			if err != nil {
				yield(Row{}, err)
				return
			}
			if s.Footprint != nil {
				rows[0].EnergyKWh, rows[0].CarbonGrams = s.Footprint(c)
			}
			for i := range rows {
				if !yield(rows[i], nil) {
					return
				}
			}
		}
	}
}

// Row returns a row of the statement that has all but what it is about: an
// amount of a category that has neither quantity nor price, such as a tax or
// an adjustment. It fails with [ErrService].
func (s Statement) Row(category ChargeCategory, service accounting.ServiceID, p metering.Period, amount money.Money, description string) (Row, error) {
	r, err := s.base(service, p)
	if err != nil {
		return Row{}, err
	}
	r.ChargeCategory, r.ChargeFrequency, r.ChargeDescription = category, OneTime, description
	r.BillingCurrency = amount.Currency()
	r.BilledCost = Amount(amount)
	r.EffectiveCost, r.ListCost, r.ContractedCost = r.BilledCost, r.BilledCost, r.BilledCost
	return r, nil
}

// Tax returns the row of a tax. It fails as [Statement.Row] does.
func (s Statement) Tax(service accounting.ServiceID, p metering.Period, amount money.Money, description string) (Row, error) {
	return s.Row(Tax, service, p, amount, description)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// base returns what all rows of a service and period have in common.
func (s *Statement) base(id accounting.ServiceID, p metering.Period) (Row, error) {
	service, err := s.service(id)
	if err != nil {
		return Row{}, err
	}
	r := Row{
		ChargePeriodStart: p.Start(), ChargePeriodEnd: p.End(), BillingPeriodStart: s.Period.Start(), BillingPeriodEnd: s.Period.End(),
		InvoiceId: s.Invoice, InvoiceIssuerName: or(s.Issuer, s.Provider), BillingAccountId: string(s.Contract.Account),
		BillingAccountName: s.Contract.CustomerName(), ProviderName: s.Provider, PublisherName: or(s.Publisher, s.Provider),
		ServiceProviderName: s.Provider, HostProviderName: or(s.Host, s.Provider),
		ServiceCategory: service.Category, ServiceSubcategory: service.Subcategory, ServiceName: service.Name,
	}
	if !p.End().After(s.Period.Start()) {
		r.ChargeClass = Correction
	}
	return r, nil
}

// about returns a row with all that a charge says but category and prices.
func (s *Statement) about(c *accounting.Charge) (Row, error) {
	r, err := s.base(c.Service, c.Period)
	if err != nil {
		return Row{}, err
	}
	r.BillingCurrency = c.Billed.Currency()
	r.BilledCost, r.EffectiveCost = Amount(c.Billed), Amount(c.Effective)
	if s.Describe != nil {
		r.ChargeDescription = s.Describe(*c)
	} else {
		r.ChargeDescription = c.Explain()
	}
	r.Tags = Tags(c.Labels)
	if c.Account != "" && c.Account != s.Contract.Account {
		r.SubAccountId, r.SubAccountName = string(c.Account), string(c.Account)
	}
	if c.Region != "" {
		r.RegionId, r.RegionName = c.Region, or(s.Regions[c.Region], c.Region)
	}
	return r, nil
}

// charge returns the rows of one charge, one at least.
func (s *Statement) charge(c *accounting.Charge) ([]Row, error) {
	r, err := s.about(c)
	if err != nil {
		return nil, err
	}
	switch c.Origin {
	case accounting.FromUsage:
		return s.usageRows(r, c)
	case accounting.FromRecurring, accounting.FromOneOff:
		if r.ChargeCategory, r.ChargeFrequency = Purchase, Recurring; c.Origin == accounting.FromOneOff {
			r.ChargeFrequency = OneTime
		}
		r.identify(c, 0)
		if err := r.priceOne("Fees", r.BilledCost, Amount(c.List)); err != nil {
			return nil, err
		}
		return []Row{r}, nil
	case accounting.FromCredit:
		r.ChargeCategory, r.ChargeFrequency = Credit, OneTime
	default:
		r.ChargeCategory, r.ChargeFrequency = Adjustment, OneTime
	}
	r.ListCost, r.ContractedCost = r.BilledCost, r.BilledCost
	return []Row{r}, nil
}
