package main

import (
	"iter"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// told is what the scheduler and the gateway said in a month, in the order of
// devices and then of time. Their events are made of it when they are wanted.
type told struct {
	leases  []*leased
	reports []served
}

// leased is a share of a device that a tenant had for some time.
type leased struct {
	tenant, centre      int
	device, sku, region string
	share               metering.Quantity
	from, until         time.Time
}

// served is five minutes of model requests.
type served struct {
	tenant     int
	at         time.Time
	in, cached int64
}

func (t *told) lease(l leased) *leased {
	t.leases = append(t.leases, &l)
	return &l
}

// events yields what was said about a tenant, and the SKU that a lease is of.
func (t *told) events(tenant int) iter.Seq2[metering.Event, string] {
	return func(yield func(metering.Event, string) bool) {
		for n, l := range t.leases {
			if l.tenant != tenant || !l.until.After(l.from) {
				continue // one that would begin with the next month
			}
			start, stop := l.events(n)
			if !yield(start, l.sku) || !yield(stop, l.sku) {
				return
			}
		}
		for _, r := range t.reports {
			if r.tenant == tenant && !yield(r.event(), "") {
				return
			}
		}
	}
}

// events are the start and the stop of the n-th lease. One that goes on in the
// next month is stopped at this one's end.
func (l *leased) events(n int) (start, stop metering.Event) {
	lease := "lease-" + strconv.Itoa(n)
	start = metering.Event{
		Account: tenants[l.tenant].centre(l.centre), Source: "scheduler", ID: lease + "/start", Kind: metering.Start, Time: l.from,
		Resource: lease, Region: l.region, Labels: metering.MustLabels("device", l.device),
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: l.sku, Quantity: l.share}},
	}
	stop = metering.Event{Account: start.Account, Source: start.Source, ID: lease + "/stop", Kind: metering.Stop, Time: l.until,
		Resource: lease, Region: l.region, Labels: start.Labels}
	return start, stop
}

// event is the gateway's report.
func (r served) event() metering.Event {
	return metering.Event{
		Account: tenants[r.tenant].centre(0), Source: "gateway", ID: "tokens/" + strconv.FormatInt(r.at.Unix(), 10), Time: r.at, Kind: metering.Amount,
		Resource: "llm-72b", Region: "cn-north-1",
		Items: []metering.Item{
			{Meter: metering.InputTokens, SKU: "llm-72b", Quantity: metering.Grains(r.in-r.cached, metering.Token)},
			{Meter: metering.CachedTokens, SKU: "llm-72b", Quantity: metering.Grains(r.cached, metering.Token)},
			{Meter: metering.OutputTokens, SKU: "llm-72b", Quantity: metering.Grains(r.in/7, metering.Token)},
		},
	}
}
