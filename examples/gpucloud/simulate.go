package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// sampleEvery is how often a device, and the site's meter, is read.
const sampleEvery = 5 * time.Minute

// maxGap is how long readings may be missing before what lies between is an
// estimate.
const maxGap = 15 * time.Minute

// A simulation is one month of the cloud, as its meters saw it. It reckons in
// integers, so that every machine sees the same month.
type simulation struct {
	seed   uint64
	month  metering.Period
	zone   metering.Zone
	demand int // per mille of what the pools ask for
	pools  []pool

	usage     *metering.Aggregator // what is billed
	telemetry *metering.Aggregator // how busy devices were
	devices   []*device
	site      []int64 // power of all devices at each sample, µW
	siteHours []energy.Window
	done      *doneSoFar // shared with the progress line
	records   uint64     // handed to the aggregators, besides events
	told                 // what is sealed
}

// A device is one accelerator and its energy, hour by hour.
type device struct {
	id    string
	pool  int
	hours []energy.Window
}

// A slot is a share of a device that is leased as a whole.
type slot struct {
	share  metering.Quantity
	parts  int64 // sevenths
	tenant int   // -1 for the operator: nobody wants it
	lease  metering.Lease
	busy   metering.Holding
	until  time.Time // when the lease ends
	told   *leased   // nil for the operator
}

func newSimulation(seed uint64, devices int, month metering.Period, zone metering.Zone, demand int, done *doneSoFar) (*simulation, error) {
	catalogue, err := metering.DefaultCatalogue().With(metering.Meter{
		ID: busyTime, Title: "Accelerator time, busy", Unit: metering.MustUnit("{card}.h"),
		Form: metering.Capacity, Aggregation: metering.Sum, Layer: metering.Infrastructure, Monotonic: true,
	})
	if err != nil {
		return nil, err
	}
	s := &simulation{
		seed: seed, month: month, zone: zone, demand: demand, pools: poolsOf(devices), done: done,
		usage:     metering.NewAggregator(metering.WithWindow(metering.FullHour)),
		telemetry: metering.NewAggregator(metering.WithWindow(metering.FullHour), metering.WithCatalogue(catalogue)),
		site:      make([]int64, int(month.Duration()/sampleEvery)+1),
	}
	for p := range s.pools {
		for i := range s.pools[p].Devices {
			s.devices = append(s.devices, &device{id: deviceID(s.pools[p], i), pool: p})
		}
	}
	return s, nil
}

// random returns the source of chance for one part of the cloud: the same for
// the same seed, month and part.
func (s *simulation) random(part int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(s.month.Start().Unix())<<20+uint64(part)))
}

// run meters the month.
func (s *simulation) run(ctx context.Context) error {
	for i := range s.devices {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.runDevice(i); err != nil {
			return err
		}
	}
	for i := range tenants {
		if err := s.runTenant(i); err != nil {
			return err
		}
	}
	return s.runSite()
}

// runDevice meters one device: who holds it, how busy it is, what it draws.
func (s *simulation) runDevice(i int) error {
	d, rnd := s.devices[i], s.random(i)
	p := s.pools[d.pool]
	slots, err := s.slots(p, i, rnd)
	if err != nil {
		return err
	}
	power, err := energy.NewIntegrator(energy.WithWindow(time.Hour), energy.WithMaxGap(maxGap), energy.WithGapPolicy(energy.GapFill))
	if err != nil {
		return err
	}
	t := s.month.Start()
	for k := range s.site {
		clock := s.clock(t)
		chance := rnd.Uint64()
		worked := int64(0) // sevenths of a card, times per mille
		for j := range slots {
			l := &slots[j]
			for !l.until.After(t) {
				if err := s.release(d, l, l.until, rnd); err != nil {
					return err
				}
			}
			u := l.utilisation(clock, chance>>(j*12))
			worked += l.parts * u
			if err := l.lease.Observe(t); err != nil {
				return err
			}
			if err := l.busy.Set(metering.Grains(l.parts*u*(metering.SharesPerCard/7000), metering.Cards), t); err != nil {
				return err
			}
			s.records += 2
		}
		watts := p.Idle + (p.Limit-p.Idle)*energy.Power(worked)/7000 + energy.Power(chance>>50)*100
		s.site[k] += int64(watts)
		if !unread(i, clock) {
			if err := power.Add(energy.Sample{Time: t, Power: watts}); err != nil {
				return err
			}
		}
		t = t.Add(sampleEvery)
	}
	for j := range slots {
		if err := slots[j].end(s.month.End()); err != nil {
			return err
		}
		s.records += 2
	}
	power.Close()
	d.hours = make([]energy.Window, 0, int(s.month.Duration()/time.Hour))
	for w := range power.Drain() {
		d.hours = append(d.hours, w)
	}
	s.done.samples.Add(uint64(len(s.site) - 1)) // the reading at the month's end opens the next
	return nil
}

// slots cuts a device into what is leased as a whole, and leases it.
func (s *simulation) slots(p pool, i int, rnd *rand.Rand) ([]slot, error) {
	parts := []int64{7}
	if p.Sliced && i%4 == 0 {
		parts = []int64{3, 2, 2}
	}
	slots := make([]slot, len(parts))
	for j, n := range parts {
		share, err := metering.CardShare(n, 7)
		if err != nil {
			return nil, err
		}
		slots[j] = slot{share: share, parts: n, until: s.month.Start()}
		if err := s.release(s.devices[i], &slots[j], s.month.Start(), rnd); err != nil {
			return nil, err
		}
	}
	return slots, nil
}

// release ends a slot's lease at t and begins the next one.
func (s *simulation) release(d *device, l *slot, t time.Time, rnd *rand.Rand) error {
	if err := l.end(t); err != nil {
		return err
	}
	if l.lease != (metering.Lease{}) {
		s.records += 2
	}
	p := s.pools[d.pool]
	// Leases last three times as long as the gaps between them, so fewer
	// than demand per mille of the turns have to be leases.
	wanted := p.Demand * s.demand / 1000
	account := operator
	l.tenant, l.told = -1, nil
	minutes := 30 + rnd.IntN(930)
	if rnd.IntN(1000) < 8000*wanted/(24000-16*wanted) {
		l.tenant = s.pick(d.pool, rnd)
		centre := rnd.IntN(len(tenants[l.tenant].Centres))
		account = tenants[l.tenant].centre(centre)
		minutes = 60 + rnd.IntN(2760)
		l.told = s.lease(leased{tenant: l.tenant, centre: centre, device: d.id, sku: p.SKU, region: p.Region, share: l.share, from: t})
	}
	l.until = t.Add(time.Duration(minutes)*time.Minute + time.Duration(rnd.IntN(60))*time.Second)
	key := metering.Key{Account: account, Meter: metering.AcceleratorTime, Resource: d.id, SKU: p.SKU, Region: p.Region}
	held, err := s.usage.Series(key)
	if err != nil {
		return err
	}
	if l.lease, err = held.Start(l.share, t); err != nil {
		return err
	}
	key.Meter = busyTime
	worked, err := s.telemetry.Series(key)
	if err != nil {
		return err
	}
	l.busy, err = worked.Hold(metering.Grains(0, metering.Cards), t)
	return err
}

func (l *slot) end(t time.Time) error {
	if l.lease == (metering.Lease{}) {
		return nil
	}
	if err := l.lease.Stop(t); err != nil {
		return err
	}
	if l.told != nil {
		l.told.until = t
	}
	return l.busy.Stop(t)
}

// size is how much of a tenant there is in the month, per mille of what there
// is in the month that is reported.
func (s *simulation) size(t tenant) int {
	if s.demand == 1000 {
		return 1000
	}
	return 1_000_000 / t.Trend
}

// pick chooses a tenant by its share in a pool's demand.
func (s *simulation) pick(pool int, rnd *rand.Rand) int {
	total := 0
	for _, t := range tenants {
		total += t.Pools[pool] * s.size(t)
	}
	n := rnd.IntN(total)
	for i, t := range tenants {
		if n -= t.Pools[pool] * s.size(t); n < 0 {
			return i
		}
	}
	return 0
}

// clock is a moment as the cloud's people see it.
type clock struct {
	day, hour int // day of the month, from 1
	weekend   bool
}

func (s *simulation) clock(t time.Time) clock {
	local := t.In(s.zone.Location())
	return clock{local.Day(), local.Hour(), local.Weekday() == time.Saturday || local.Weekday() == time.Sunday}
}

// utilisation returns how busy the slot is, per mille.
func (l *slot) utilisation(c clock, chance uint64) int64 {
	if l.tenant < 0 {
		return 0
	}
	t := tenants[l.tenant]
	u := t.Busy * t.activity(c) / 1000
	return int64(min(max(u+int(chance&127)-64, 0), 1000))
}

// activity returns how much a tenant does, per mille of its busiest hour.
func (t tenant) activity(c clock) int {
	a := t.Night + (1000-t.Night)*daylight[c.hour]/1000
	if c.weekend {
		a = a * 82 / 100
	}
	return a
}

// unread says that a device's power could not be read: one device's sensor
// fails for three hours.
func unread(device int, c clock) bool {
	return device == 7 && c.day == 12 && c.hour >= 2 && c.hour < 5
}

// runTenant meters what a tenant uses besides accelerators.
func (s *simulation) runTenant(i int) error {
	t, rnd := tenants[i], s.random(100_000+i)
	account := t.centre(0)
	cpu, err := s.hold(metering.Key{Account: account, Meter: metering.CPUTime, Region: "cn-north-1"}, metering.Cores)
	if err != nil {
		return err
	}
	memory, err := s.hold(metering.Key{Account: account, Meter: metering.MemoryTime, Region: "cn-north-1"}, metering.Bytes)
	if err != nil {
		return err
	}
	volumes, err := s.hold(metering.Key{Account: account, Meter: metering.BlockStorage, Resource: "vol-" + string(t.Account), SKU: "ssd", Region: "cn-north-1"}, metering.Bytes)
	if err != nil {
		return err
	}
	egress, err := s.usage.Series(metering.Key{Account: account, Meter: metering.Egress, Region: "cn-north-1"})
	if err != nil {
		return err
	}
	gib := t.VolumesGiB * int64(s.size(t)) / 1000
	for k, at := 0, s.month.Start(); at.Before(s.month.End()); k, at = k+1, at.Add(sampleEvery) {
		c := s.clock(at)
		if k%12 == 0 {
			cores := t.Cores * int64(s.size(t)) / 1000 * int64(600+t.activity(c)*2/5) / 1000
			if err := cpu.Set(metering.Grains(cores*1000, metering.Cores), at); err != nil {
				return err
			}
			if err := memory.Set(metering.Grains(cores*4<<30, metering.Bytes), at); err != nil {
				return err
			}
			s.records += 2
		}
		if k%288 == 0 {
			gib += gib * int64(rnd.IntN(12)) / 1000
			if err := volumes.Set(metering.Grains(gib<<30, metering.Bytes), at); err != nil {
				return err
			}
			s.records++
		}
		sent := t.EgressMBs * 300 * int64(s.size(t)) / 1000 * int64(t.activity(c)) / 1000 * int64(900+rnd.IntN(200)) / 1000
		if err := egress.AddAt(at, metering.Grains(sent*1_000_000, metering.Bytes)); err != nil {
			return err
		}
		s.records++
		if t.Tokens > 0 {
			if err := s.serve(i, at, k, rnd); err != nil {
				return err
			}
		}
	}
	for _, h := range []metering.Holding{cpu, memory, volumes} {
		if err := h.Stop(s.month.End()); err != nil {
			return err
		}
		s.records++
	}
	return nil
}

func (s *simulation) hold(key metering.Key, d metering.Dimension) (metering.Holding, error) {
	series, err := s.usage.Series(key)
	if err != nil {
		return metering.Holding{}, err
	}
	return series.Hold(metering.Grains(0, d), s.month.Start())
}

// serve reports five minutes of model requests as one event. The gateway
// sends some reports twice; the second one must not count.
func (s *simulation) serve(i int, at time.Time, k int, rnd *rand.Rand) error {
	t := tenants[i]
	in := t.Tokens * 5 * int64(t.activity(s.clock(at))) / 1000 * int64(s.size(t)) / 1000 * int64(850+rnd.IntN(300)) / 1000
	cached := in * int64(180+rnd.IntN(90)) / 1000
	r := served{i, at, in, cached}
	s.reports = append(s.reports, r)
	e := r.event()
	if err := s.usage.Record(e); err != nil {
		return err
	}
	if k%97 == 13 {
		return s.usage.Record(e)
	}
	return nil
}

// runSite meters the whole site: devices, cooling and losses. Its meter fails
// for forty minutes.
func (s *simulation) runSite() error {
	rnd := s.random(200_000)
	meter, err := energy.NewIntegrator(energy.WithWindow(time.Hour), energy.WithMaxGap(maxGap), energy.WithGapPolicy(energy.GapFill))
	if err != nil {
		return err
	}
	t := s.month.Start()
	weather := int64(0)
	for k, devices := range s.site {
		c := s.clock(t)
		if k%288 == 0 {
			weather = int64(rnd.IntN(18))
		}
		total := devices / 1000 * (1000 + 142 + int64(heat[c.hour]) + weather + int64(rnd.IntN(5)))
		if !(c.day == 20 && k%288 >= 100 && k%288 < 108) {
			if err := meter.Add(energy.Sample{Time: t, Power: energy.Power(total)}); err != nil {
				return err
			}
		}
		t = t.Add(sampleEvery)
	}
	meter.Close()
	for w := range meter.Drain() {
		s.siteHours = append(s.siteHours, w)
	}
	return nil
}
