package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// growth is how much of the month's demand there was in the month before, per
// mille.
const growth = 930

// keepSimulated simulates the month and the one before it, side by side, and
// keeps the books of the month.
func keepSimulated(ctx context.Context, o options, card, negotiated *accounting.Card, done *doneSoFar) (*books, error) {
	card, negotiated = titled(card, o.lang), titled(negotiated, o.lang)
	zone, err := metering.LoadZone("Asia/Shanghai")
	if err != nil {
		return nil, err
	}
	month, err := metering.Month(zone, o.month.Year(), o.month.Month())
	if err != nil {
		return nil, err
	}
	before, err := metering.Month(zone, o.month.Year(), o.month.Month()-1)
	if err != nil {
		return nil, err
	}
	now := &books{Lang: o.lang, Source: fmt.Sprintf("seed %d", o.seed), Zone: zone, Period: month, Months: []metering.Period{month}, Card: card}
	was := &books{Lang: o.lang, Zone: zone, Period: before, Months: []metering.Period{before}, Card: card}
	var wg sync.WaitGroup
	var errs [2]error
	for i, b := range []*books{now, was} {
		wg.Go(func() { errs[i] = b.keepMonth(ctx, o, []int{1000, growth}[i], negotiated, done) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	now.Previous, now.before = was.Bills, was
	if err := was.draftInvoices(); err != nil {
		return nil, err
	}
	now.SimulatedSamples = now.Samples + was.Samples
	if err := now.draftInvoices(); err != nil {
		return nil, err
	}
	register, err := now.newRegister()
	if err != nil {
		return nil, err
	}
	if err := was.issue(register); err != nil {
		return nil, err
	}
	return now, now.issue(register)
}

// keepMonth simulates a month and fills in its books.
func (b *books) keepMonth(ctx context.Context, o options, demand int, negotiated *accounting.Card, done *doneSoFar) error {
	s, err := newSimulation(o.seed, o.devices, b.Period, b.Zone, demand, done)
	if err != nil {
		return err
	}
	if err := s.run(ctx); err != nil {
		return err
	}
	if b.Energy, err = s.attribute(); err != nil {
		return err
	}
	b.catalogue = s.telemetry.Catalogue()
	if b.Reserved, err = reserve(o.devices, b.Period, b.Zone, b.Card); err != nil {
		return err
	}
	b.Reserved.Prices = titled(b.Reserved.Prices, o.lang)
	if err := b.billTenants(s, negotiated, o.lang); err != nil {
		return err
	}
	if err := b.valueIdle(s); err != nil {
		return err
	}
	if err := b.fillPools(s); err != nil {
		return err
	}
	if err := b.readUsage(s.usage); err != nil {
		return err
	}
	c := s.usage.Counts()
	b.Samples = uint64(len(s.devices)) * uint64(len(s.site)-1)
	b.Records, b.Duplicates = s.records+c.Events, c.Duplicates
	b.noteSimulation(s)
	told := s.told // a copy: a pointer into the simulation would keep all of it
	b.Told = &told
	return nil
}

// billTenants rates every tenant's month.
func (b *books) billTenants(s *simulation, negotiated *accounting.Card, lang string) error {
	for _, t := range tenants {
		contract := accounting.Contract{Account: t.Account, Name: t.name(lang), Card: b.Card, Zone: b.Zone}
		if t.Negotiated {
			contract.Negotiated = negotiated
		} else if r := b.reservationOf(t.Account); r != nil {
			contract.Negotiated = r.Prices
		}
		bills, err := b.bill(s.usage, contract)
		if err != nil {
			return err
		}
		b.Bills = append(b.Bills, bills...)
		use, err := s.use(t.Account, t.name(lang))
		if err != nil {
			return err
		}
		use.Billed = bills[0].Total()
		if use.List, err = listTotal(bills[0]); err != nil {
			return err
		}
		b.Tenants = append(b.Tenants, use)
	}
	return nil
}

// use returns what an account held and did with it.
func (s *simulation) use(account metering.Account, name string) (use tenantUse, err error) {
	use = tenantUse{Account: account, Name: name, BusyKnown: true}
	if use.Held, err = sumUsage(s.usage, s.month, account, metering.AcceleratorTime); err != nil {
		return use, err
	}
	if use.Busy, err = sumUsage(s.telemetry, s.month, account, busyTime); err != nil {
		return use, err
	}
	for _, meter := range []metering.MeterID{metering.DeviceEnergy, metering.OverheadEnergy} {
		q, err := sumUsage(s.usage, s.month, account, meter)
		if err != nil {
			return use, err
		}
		part, err := energy.FromQuantity(q)
		if err != nil {
			return use, err
		}
		if use.Energy, err = use.Energy.Add(part); err != nil {
			return use, err
		}
	}
	return use, nil
}

// valueIdle works out what the capacity that nobody held would have brought
// at list prices. It is not billed.
func (b *books) valueIdle(s *simulation) error {
	use, err := s.use(operator, string(operator))
	if err != nil {
		return err
	}
	// Idle cards would have brought their price only: nothing else on the
	// rate card is due for them.
	cards := *b.Card
	cards.Prices = nil
	for _, p := range b.Card.Prices {
		if p.Match.Meter == metering.AcceleratorTime {
			cards.Prices = append(cards.Prices, p)
		}
	}
	rows := s.usage.Usage(b.Period, metering.Of(operator), metering.ForMeters(metering.AcceleratorTime), metering.Per(metering.Days(b.Zone)), metering.AcrossResources())
	bill, _, err := rating.Rate(accounting.Contract{Account: operator, Card: &cards, Zone: b.Zone}, b.Period, rows, rating.State{})
	if err != nil {
		return err
	}
	use.List = bill.ListTotal()
	b.Idle = use
	return nil
}

// fillPools adds up the pools.
func (b *books) fillPools(s *simulation) error {
	for i, p := range s.pools {
		row := poolUse{Name: p.Name, Vendor: p.Vendor, SKU: p.SKU, Devices: p.Devices}
		hours, err := metering.NewQuantity(int64(p.Devices)*int64(b.Period.Duration()/time.Second), metering.MustUnit("{card}.s"))
		if err != nil {
			return err
		}
		row.Capacity = hours
		for _, d := range s.devices {
			if d.pool != i {
				continue
			}
			for _, w := range d.hours {
				if row.Energy, err = row.Energy.Add(w.Energy); err != nil {
					return err
				}
			}
		}
		b.Pools = append(b.Pools, row)
	}
	if err := b.addHeld(s.usage, metering.AcceleratorTime, func(p *poolUse) *metering.Quantity { return &p.Held }); err != nil {
		return err
	}
	return b.addHeld(s.telemetry, busyTime, func(p *poolUse) *metering.Quantity { return &p.Busy })
}

// addHeld adds what tenants used of a meter to the pools, by SKU.
func (b *books) addHeld(agg *metering.Aggregator, meter metering.MeterID, field func(*poolUse) *metering.Quantity) error {
	for u, err := range agg.Usage(b.Period, metering.ForMeters(meter), metering.AcrossResources()) {
		if err != nil {
			return err
		}
		if u.Key.Account == operator {
			continue
		}
		for i := range b.Pools {
			if b.Pools[i].SKU != u.Key.SKU {
				continue
			}
			q := field(&b.Pools[i])
			if *q, err = q.Add(u.Quantity); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteSimulation says what the meters missed and that all of it is made up.
func (b *books) noteSimulation(s *simulation) {
	for _, d := range s.devices {
		if missed := unseen(d.hours); missed > 0 {
			b.Notes = append(b.Notes, note{
				EN: fmt.Sprintf("The power sensor of device %s gave no readings for %d minutes. The gap was bridged in a straight line; its energy is marked estimated wherever it went.", d.id, missed/time.Minute),
				ZH: fmt.Sprintf("设备 %s 的功率传感器有 %d 分钟无读数，以直线补齐；其电量在所有去向均标为估算。", d.id, missed/time.Minute),
			})
		}
	}
	if missed := unseen(s.siteHours); missed > 0 {
		b.Notes = append(b.Notes, note{
			EN: fmt.Sprintf("The site's meter gave no readings for %d minutes; the gap was bridged in the same way.", missed/time.Minute),
			ZH: fmt.Sprintf("场地电表有 %d 分钟无读数，以同样方式补齐。", missed/time.Minute),
		})
	}
	b.Notes = append(b.Notes, note{
		EN: "Everything in this report is simulated: names, prices and power figures are made up, board power limits follow vendor data sheets.",
		ZH: "本报告全部内容为模拟：名称、价格与功率数据均为虚构，板卡功率上限参照厂商公开资料。",
	})
}

// unseen returns how long a meter gave no readings.
func unseen(windows []energy.Window) (missed time.Duration) {
	for _, w := range windows {
		missed += w.Period.Duration() - w.Observed
	}
	return missed
}
