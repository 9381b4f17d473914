package ratecard

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// An Option changes what a card is checked against.
type Option interface{ apply(config) config }

type option func(config) config

func (o option) apply(c config) config { return o(c) }

// WithCatalogue names the meters that prices may be for. The default, also
// for nil, is [metering.DefaultCatalogue].
func WithCatalogue(meters *metering.Catalogue) Option {
	return option(func(c config) config {
		if meters != nil {
			c.meters = meters
		}
		return c
	})
}

// WithServices names the services that prices may be filed under. The
// default is [accounting.Services].
func WithServices(services ...accounting.Service) Option {
	services = append([]accounting.Service{}, services...) // never nil
	return option(func(c config) config {
		c.services = services
		return c
	})
}

// config is what a card is checked against. Without meters and services,
// theirs are the rules that are not checked.
type config struct {
	meters   *metering.Catalogue
	services []accounting.Service
}

func newConfig(opts []Option) config {
	c := config{meters: metering.DefaultCatalogue(), services: accounting.Services()}
	for _, o := range opts {
		c = o.apply(c)
	}
	return c
}
