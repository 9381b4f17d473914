package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// keepTraced meters a real cluster and keeps its books.
func keepTraced(o options, card *accounting.Card) (*books, error) {
	b := &books{Lang: o.lang, Traced: true, Card: card, catalogue: metering.DefaultCatalogue()}
	b.Source = filepath.Base(o.trace)
	if o.nodes != "" {
		b.Source += ", " + filepath.Base(o.nodes)
	}
	agg := metering.NewAggregator()
	if err := b.readNodes(o); err != nil {
		return nil, err
	}
	if err := b.meterPods(agg, o); err != nil {
		return nil, err
	}
	sortFaults(b.Faults)
	tenants, err := tenantsOf(agg, b.Period)
	if err != nil {
		return nil, err
	}
	if err := b.estimateEnergy(agg, tenants); err != nil {
		return nil, err
	}
	if err := b.totalTrace(agg, tenants); err != nil {
		return nil, err
	}
	for _, t := range tenants {
		bills, err := b.bill(agg, accounting.Contract{Account: t, Card: card, Zone: b.Zone})
		if err != nil {
			return nil, err
		}
		b.Bills = append(b.Bills, bills...)
		use, err := b.tracedUse(agg, t)
		if err != nil {
			return nil, err
		}
		if use.Billed, use.List, err = b.totals(bills); err != nil {
			return nil, err
		}
		b.Tenants = append(b.Tenants, use)
	}
	if err := b.readUsage(agg); err != nil {
		return nil, err
	}
	if err := b.draftInvoices(); err != nil {
		return nil, err
	}
	c := agg.Counts()
	b.Records, b.Duplicates = c.Events, c.Duplicates
	b.noteTrace()
	return b, nil
}

// tenantsOf returns the tenants that used anything, in order.
func tenantsOf(agg *metering.Aggregator, p metering.Period) (out []metering.Account, err error) {
	for u, err := range agg.Usage(p, metering.AcrossResources()) {
		if err != nil {
			return nil, err
		}
		if t := u.Key.Account.Tenant(); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out, nil
}

var milliCardSecond = metering.MustUnit("{millicard}.s")

// estimateEnergy estimates the energy of all card time from the fleet's mean
// power limit, once, and spreads it over the days and tenants by their card
// time, so that the parts add up to the whole. Half of the limit is what
// CodeCarbon takes for a device it cannot read
// (https://github.com/mlco2/codecarbon/issues/188).
func (b *books) estimateEnergy(agg *metering.Aggregator, tenants []metering.Account) error {
	if b.Trace.MeanPower == 0 {
		return nil
	}
	var rows []metering.Usage
	var weights []int64 // thousandths of a card, times seconds
	var total int64
	for u, err := range agg.Usage(b.Period, metering.ForMeters(metering.AcceleratorTime), metering.Per(metering.Days(b.Zone)), metering.AcrossResources()) {
		if err != nil {
			return err
		}
		if u.Quantity.IsZero() {
			continue
		}
		used, err := u.Quantity.In(milliCardSecond, 0)
		if err != nil {
			return err
		}
		rows, weights = append(rows, u), append(weights, used.IntPart())
		total += used.IntPart()
	}
	if len(rows) == 0 {
		return nil
	}
	// total/1000 card seconds at half the power, in µJ.
	joules := decimal.NewFromInt(total).Mul(decimal.NewFromInt(int64(b.Trace.MeanPower))).Div(decimal.NewFromInt(2000)).RoundBank(0)
	whole, err := metering.QuantityOf(joules, metering.Energy.Grain())
	if err != nil {
		return err
	}
	parts, err := whole.Split(weights...)
	if err != nil {
		return err
	}
	for i, u := range rows {
		err := agg.Record(metering.Event{
			Account: u.Key.Account, Source: "fleet-estimate", ID: day(u.Period, b.Zone), Kind: metering.Amount, Time: u.Period.Start(),
			Items:     []metering.Item{{Meter: metering.DeviceEnergy, SKU: fleetCard, Quantity: parts[i]}},
			Estimated: true,
		})
		if err != nil {
			return err
		}
	}
	b.Energy.Device, err = energy.FromQuantity(whole)
	b.Energy.Estimated = b.Energy.Device
	return err
}

// totalTrace reads the totals back from the meters.
func (b *books) totalTrace(agg *metering.Aggregator, tenants []metering.Account) (err error) {
	for _, m := range []struct {
		meter metering.MeterID
		to    *metering.Quantity
	}{{metering.AcceleratorTime, &b.Trace.GPU}, {metering.CPUTime, &b.Trace.CPU}, {metering.MemoryTime, &b.Trace.Memory}} {
		if *m.to, err = sumUsage(agg, b.Period, "", m.meter); err != nil {
			return err
		}
	}
	for _, t := range tenants {
		q, err := sumUsage(agg, b.Period, t, metering.AcceleratorTime)
		if err != nil {
			return err
		}
		b.Trace.GPUByQoS = append(b.Trace.GPUByQoS, accountQuantity{t, q})
		joules, err := sumUsage(agg, b.Period, t, metering.DeviceEnergy)
		if err != nil {
			return err
		}
		part, err := energy.FromQuantity(joules)
		if err != nil {
			return err
		}
		if b.Energy.Tenants, err = b.Energy.Tenants.Add(part); err != nil {
			return err
		}
	}
	return nil
}

// tracedUse returns what a tenant of a trace used. How busy its cards were is
// not in the trace.
func (b *books) tracedUse(agg *metering.Aggregator, t metering.Account) (use tenantUse, err error) {
	use = tenantUse{Account: t, Name: string(t)}
	if use.Held, err = sumUsage(agg, b.Period, t, metering.AcceleratorTime); err != nil {
		return use, err
	}
	joules, err := sumUsage(agg, b.Period, t, metering.DeviceEnergy)
	if err != nil {
		return use, err
	}
	use.Energy, err = energy.FromQuantity(joules)
	return use, err
}

// readUsage reads the usage of all accounts by day, for usage.csv.
func (b *books) readUsage(agg *metering.Aggregator) error {
	for u, err := range agg.Usage(b.Period, metering.Per(metering.Days(b.Zone)), metering.AcrossResources()) {
		if err != nil {
			return err
		}
		b.Usage = append(b.Usage, u)
	}
	return nil
}

func (b *books) noteTrace() {
	if b.Trace.MeanPower > 0 {
		watts := (b.Trace.MeanPower + energy.Watt/2) / energy.Watt
		b.Notes = append(b.Notes, note{
			EN: fmt.Sprintf("All energy is estimated: pods do not name their node, so every card is taken at half the fleet's mean board power limit (about %d W). It is shown and not charged.", watts),
			ZH: fmt.Sprintf("全部电量均为估算：轨迹未记录 Pod 所在节点，每张卡按机群平均板卡功率上限（约 %d W）的一半计；仅展示，不计费。", watts),
		})
	} else {
		b.Notes = append(b.Notes, note{EN: "Energy is unknown: no node list was given (-nodes).", ZH: "电量未知：未提供节点清单（-nodes）。"})
	}
	b.Notes = append(b.Notes,
		note{EN: "PUE is unknown: the trace has no site meter.", ZH: "PUE 未知：轨迹中没有场地电表。"},
		note{EN: "Utilisation is unknown: the trace records what pods held, not how busy the cards were. Idle capacity is not shown for the same reason: nodes have no times.", ZH: "利用率未知：轨迹只记录 Pod 占用，不记录卡的忙闲；节点没有时间信息，因此也不列闲置容量。"})
}
