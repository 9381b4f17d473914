package main

import (
	"net/http"

	"github.com/meterbook/meterbook/metering"
)

// maxRows is how many rows an answer lists: a day of an account by the hour has
// twenty-four for each of its meters.
const maxRows = 10_000

// getUsage answers with the usage of a month, of everybody or of one account and
// those below it.
func (s *service) getUsage(q *request) error {
	account, err := q.account(false)
	if err != nil {
		return err
	}
	month, err := s.month(q)
	if err != nil {
		return err
	}
	per := q.FormValue("per")
	calendars := map[string]metering.Calendar{"": metering.Months(metering.Zone{}), "month": metering.Months(metering.Zone{}),
		"day": metering.Days(metering.Zone{}), "hour": metering.Hours(metering.Zone{})}
	calendar, known := calendars[per]
	if !known {
		return badField("per", "want month, day or hour")
	}
	options := []metering.QueryOption{metering.Per(calendar)}
	if account != "" {
		options = append(options, metering.Of(account))
	}
	var rows []metering.Usage
	for u, err := range s.rec.Usage(month, options...) {
		if err != nil {
			return err
		}
		if len(rows) == maxRows {
			return badField("per", "more than ten thousand rows: ask for one account, or by day or month")
		}
		rows = append(rows, u)
	}
	q.note("rows", len(rows))
	view, err := usageView(rows)
	if err != nil {
		return err
	}
	return s.show(q, http.StatusOK, view, func() string { return s.say.usageText(month, view) })
}

// A usageRow is usage for people and programs: exact in grains, and in the unit of
// its meter.
type usageRow struct {
	Account  metering.Account  `json:"account"`
	Meter    metering.MeterID  `json:"meter"`
	SKU      string            `json:"sku,omitempty"`
	Region   string            `json:"region,omitempty"`
	Resource string            `json:"resource,omitempty"`
	Labels   metering.Labels   `json:"labels,omitzero"`
	Period   metering.Period   `json:"period"`
	Quantity metering.Quantity `json:"quantity"` // exact, in grains
	Shown    string            `json:"shown"`    // rounded to three digits behind the point
	Unit     string            `json:"unit"`
	Quality  string            `json:"quality"`

	in metering.Unit // of Shown
}

func usageView(rows []metering.Usage) ([]usageRow, error) {
	catalogue := metering.DefaultCatalogue()
	view := make([]usageRow, 0, len(rows))
	for _, u := range rows {
		meter, err := catalogue.Lookup(u.Key.Meter)
		if err != nil {
			return nil, err
		}
		shown, err := u.Quantity.In(meter.Unit, 3)
		if err != nil {
			return nil, err
		}
		view = append(view, usageRow{Account: u.Key.Account, Meter: u.Key.Meter, SKU: u.Key.SKU, Region: u.Key.Region, Resource: u.Key.Resource,
			Labels: u.Key.Labels, Period: u.Period, Quantity: u.Quantity, Shown: shown.String(), Unit: meter.Unit.String(), Quality: u.Quality().String(), in: meter.Unit})
	}
	return view, nil
}
