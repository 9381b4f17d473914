package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// fleetCard is the SKU of accelerators in a trace: its pods do not say which
// model they ran on.
const fleetCard = "fleet-card"

// Bounds of what a trace can hold; beyond them a figure is a mistake.
const (
	maxSeconds  = 200 * 366 * 86_400
	maxCards    = 4096
	maxMilliCPU = 1_000_000_000
	maxMiB      = 1 << 40
)

// boardPower is the board power limit of accelerator models, from the vendors'
// data sheets. Models that are not in it, such as the G2 and G3 that stand for
// undisclosed ones in the openb node list, are taken as boards of assumedPower
// and said to be.
var boardPower = map[string]energy.Power{
	"T4": 70 * energy.Watt, "A10": 150 * energy.Watt, "P100": 250 * energy.Watt,
	"V100M16": 300 * energy.Watt, "V100M32": 300 * energy.Watt,
}

const assumedPower = 300 * energy.Watt

// meterPods reads a trace of pods and records the life of each as a start and
// a stop. A pod's row is what identifies it: read again, it counts once.
func (b *books) meterPods(agg *metering.Aggregator, o options) error {
	t, file, err := openTable(o.trace, o.strict, "name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "qos", "creation_time", "deletion_time", "scheduled_time")
	if err != nil {
		return err
	}
	defer file.Close()
	begin, end := int64(maxSeconds), int64(0)
	seen := make(map[string]int) // the line of each pod
	err = t.rows(func(r row) *fault {
		p, bad := readPod(r)
		if bad != nil {
			return bad
		}
		if line, again := seen[p.name]; again {
			return r.fault("name", fmt.Sprintf("pod %q has a row already, in line %d; it is counted once", clip(p.name), line))
		}
		if p.scheduled {
			if bad := p.record(agg, o.epoch, r); bad != nil {
				return bad
			}
			begin, end = min(begin, p.start), max(end, p.stop)
		} else {
			b.Trace.Unscheduled++
		}
		b.Trace.Pods++
		seen[p.name] = r.line
		return nil
	})
	b.Faults = append(b.Faults, t.faults...)
	b.Skipped += t.skipped()
	if err != nil {
		return err
	}
	switch {
	case b.Trace.Pods == 0:
		return &fault{File: t.file, Line: t.line, Reason: "no pods: nothing to meter"}
	case end < begin: // none was ever scheduled
		begin, end = 0, 0
	}
	return b.setPeriod(o.epoch, begin, max(end, begin+1))
}

// setPeriod sets the period to the days from begin to end, in seconds from
// the epoch.
func (b *books) setPeriod(epoch time.Time, begin, end int64) error {
	at := func(s int64) time.Time { return epoch.Add(time.Duration(s) * time.Second) }
	first, err := metering.Days(b.Zone).At(at(begin))
	if err != nil {
		return err
	}
	last, err := metering.Days(b.Zone).At(at(end).Add(-1))
	if err != nil {
		return err
	}
	if b.Period, err = metering.NewPeriod(first.Start(), last.End()); err != nil {
		return err
	}
	b.Months, err = monthsOf(b.Period, b.Zone)
	return err
}

// pod is a row of a trace.
type pod struct {
	name, qos   string
	cpu, mem    int64 // thousandths of a core, MiB
	gpus, milli int64 // cards, and thousandths used of each
	scheduled   bool
	start, stop int64 // seconds
}

func readPod(r row) (p pod, bad *fault) {
	read := func(column string, max int64) (n int64) {
		if bad == nil {
			n, bad = r.number(column, max)
		}
		return n
	}
	p.name, p.qos = r.text("name"), r.text("qos")
	p.cpu, p.mem = read("cpu_milli", maxMilliCPU), read("memory_mib", maxMiB)
	p.gpus, p.milli = read("num_gpu", maxCards), read("gpu_milli", 1000)
	created, deleted := read("creation_time", maxSeconds), read("deletion_time", maxSeconds)
	if bad != nil {
		return p, bad
	}
	if p.name == "" {
		return p, r.fault("name", "empty; want the pod's name")
	}
	if err := metering.Account(p.qos).Validate(); err != nil || metering.Account(p.qos).Tenant() != metering.Account(p.qos) {
		return p, r.fault("qos", fmt.Sprintf("%q cannot name a tenant", clip(p.qos)))
	}
	if deleted < created {
		return p, r.fault("deletion_time", fmt.Sprintf("%d is before creation_time %d", deleted, created))
	}
	if p.scheduled = r.text("scheduled_time") != ""; !p.scheduled {
		return p, nil
	}
	if p.start, bad = r.number("scheduled_time", maxSeconds); bad != nil {
		return p, bad
	}
	switch p.stop = deleted; {
	case p.stop < p.start:
		return p, r.fault("deletion_time", fmt.Sprintf("%d is before scheduled_time %d", p.stop, p.start))
	case p.start < created:
		return p, r.fault("scheduled_time", fmt.Sprintf("%d is before creation_time %d", p.start, created))
	}
	return p, nil
}

// record records the pod's life.
func (p pod) record(agg *metering.Aggregator, epoch time.Time, r row) *fault {
	cards, err := metering.MilliCards(p.gpus * p.milli)
	if err != nil {
		return r.fault("gpu_milli", err.Error())
	}
	memory, err := metering.NewQuantity(p.mem, mebibyte)
	if err != nil {
		return r.fault("memory_mib", err.Error())
	}
	start := metering.Event{
		Account: metering.Account(p.qos), Source: "openb", ID: p.name + "/start", Kind: metering.Start, Resource: p.name,
		Time: epoch.Add(time.Duration(p.start) * time.Second),
		Items: []metering.Item{
			{Meter: metering.CPUTime, Quantity: metering.Grains(p.cpu, metering.Cores)},
			{Meter: metering.MemoryTime, Quantity: memory},
		},
	}
	if !cards.IsZero() {
		start.Items = append(start.Items, metering.Item{Meter: metering.AcceleratorTime, SKU: fleetCard, Quantity: cards})
	}
	stop := start
	stop.ID, stop.Kind, stop.Items = p.name+"/stop", metering.Stop, nil
	stop.Time = epoch.Add(time.Duration(p.stop) * time.Second)
	for _, e := range [...]metering.Event{start, stop} {
		if err := agg.Record(e); err != nil {
			return r.fault("name", err.Error())
		}
	}
	return nil
}

var mebibyte = metering.MustUnit("MiBy")

// readNodes reads the node list and works out the board power limit of the
// average card.
func (b *books) readNodes(o options) error {
	if o.nodes == "" {
		return nil
	}
	t, file, err := openTable(o.nodes, o.strict, "sn", "cpu_milli", "memory_mib", "gpu", "model")
	if err != nil {
		return err
	}
	defer file.Close()
	var total energy.Power
	assumed := make(map[string]int64) // cards of models without a figure
	err = t.rows(func(r row) *fault {
		cards, bad := r.number("gpu", maxCards)
		if bad != nil {
			return bad
		}
		model := r.text("model")
		if cards > 0 {
			limit, known := boardPower[model]
			if !known {
				limit = assumedPower
				assumed[cmp.Or(model, "?")] += cards
			}
			total += energy.Power(cards) * limit
		}
		b.Trace.Nodes++
		b.Trace.Cards += cards
		return nil
	})
	b.Faults = append(b.Faults, t.faults...)
	b.Skipped += t.skipped()
	if err != nil {
		return err
	}
	if b.Trace.Cards > 0 {
		b.Trace.MeanPower = total / energy.Power(b.Trace.Cards)
	}
	b.noteAssumed(assumed)
	return nil
}

// noteAssumed says which models' power was assumed.
func (b *books) noteAssumed(cards map[string]int64) {
	if len(cards) == 0 {
		return
	}
	total := int64(0)
	for _, n := range cards {
		total += n
	}
	models := slices.Sorted(maps.Keys(cards))
	if len(models) > 8 {
		models = append(models[:8], "…")
	}
	for i, m := range models {
		models[i] = clip(m)
	}
	b.Notes = append(b.Notes, note{
		EN: fmt.Sprintf("%d of the fleet's %d cards are of models without a known board power limit (%s); they are taken as 300 W boards.", total, b.Trace.Cards, strings.Join(models, ", ")),
		ZH: fmt.Sprintf("机群 %d 张卡中有 %d 张的型号没有已知的板卡功率上限（%s），按 300 W 板卡计。", b.Trace.Cards, total, strings.Join(models, "、")),
	})
}
