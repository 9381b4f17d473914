package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/sensor"
	"github.com/meterbook/meterbook/metering"
)

// A ledger adds up what devices used and whose it was.
type ledger struct {
	idle     energy.Power // of the machine; 0 for what use leaves over
	last     time.Time
	counters map[string]*energy.Counter
	powers   map[string]energy.Sample
	seen     map[string]sensor.Reading // the last of each device
	metered  energy.Energy
	accounts map[metering.Account]energy.Energy
	gpus     map[metering.Account]energy.Energy // the part of accounts that accelerators used
	devices  map[string]energy.Energy
	flags    []string
	started  time.Time
}

// nobody is the account of energy that no user and no pod used.
const nobody metering.Account = "nobody"

func newLedger(idle energy.Power) *ledger {
	return &ledger{idle: idle, counters: map[string]*energy.Counter{}, powers: map[string]energy.Sample{}, seen: map[string]sensor.Reading{},
		accounts: map[metering.Account]energy.Energy{}, gpus: map[metering.Account]energy.Energy{}, devices: map[string]energy.Energy{}}
}

// A tick is what one look added.
type tick struct {
	at       time.Time
	period   time.Duration
	total    energy.Energy
	accounts []part
	remarks  []string
}

// A part is the energy of an account.
type part struct {
	account metering.Account
	energy  energy.Energy
}

// A use is who used the machine since the last look: its processors by user,
// its accelerators by pod.
type use struct {
	users []usage
	held  []sensor.Holding
}

// A drawn is what a device used since the last look.
type drawn struct {
	energy    energy.Energy
	processor bool
}

// take books the readings of one look.
func (l *ledger) take(at time.Time, readings []sensor.Reading, u use) (tick, error) {
	t := tick{at: at}
	readings = l.withMissing(at, readings)
	counted, err := placed(readings)
	if err != nil {
		return t, err
	}
	used := map[string]drawn{}
	for i, r := range readings {
		if !counted[i] {
			continue
		}
		e, remark, err := l.device(r)
		if err != nil {
			return t, fmt.Errorf("%s: %w", r.Device, err)
		}
		if remark != "" {
			t.remarks = append(t.remarks, r.Device+": "+remark)
		}
		// Counters of hwmon are of sockets and cores; its powers may be anything's.
		used[r.Device] = drawn{e, r.Zone.Kind != 0 || r.Source == "hwmon" && l.counters[r.Device] != nil}
	}
	l.flags = append(l.flags, t.remarks...)
	if l.last.IsZero() {
		l.last, l.started = at, at
		return t, nil
	}
	t.period = at.Sub(l.last)
	if err := l.attribute(&t, used, u); err != nil {
		return t, err
	}
	l.last = at
	return t, nil
}

// withMissing adds the devices that were there before and are not now, as
// missed: a file or a line that vanishes is no power of 0.
func (l *ledger) withMissing(at time.Time, readings []sensor.Reading) []sensor.Reading {
	here := map[string]bool{}
	for _, r := range readings {
		here[r.Device], l.seen[r.Device] = true, r
	}
	for _, name := range slices.Sorted(maps.Keys(l.seen)) {
		if was := l.seen[name]; !here[name] {
			readings = append(readings, sensor.Reading{Source: was.Source, Device: name, Zone: was.Zone, Time: at, Kind: sensor.Missed})
		}
	}
	return readings
}

// placed says which readings to add up: of zones that lie within each other
// the outermost, of devices of their own all.
func placed(readings []sensor.Reading) ([]bool, error) {
	counted := make([]bool, len(readings))
	var zones []energy.Zone
	var where []int
	for i, r := range readings {
		if counted[i] = r.Zone.Kind == 0; !counted[i] {
			zones, where = append(zones, r.Zone), append(where, i)
		}
	}
	places, err := energy.Place(zones)
	for k, p := range places {
		counted[where[k]] = p == energy.Counted
	}
	return counted, err
}

// device returns what a device used since the last look, and what is to be
// said of it. A look that failed uses nothing; the next one makes up for it.
func (l *ledger) device(r sensor.Reading) (energy.Energy, string, error) {
	if c := l.counters[r.Device]; r.Kind == sensor.Counter || c != nil {
		if c == nil {
			var err error
			// No package and no card of a machine draws more.
			if c, err = energy.NewCounter(energy.CounterSpec{Range: r.Range, MaxPower: 2 * energy.Kilowatt}); err != nil {
				return energy.Energy{}, "", err
			}
			l.counters[r.Device] = c
		}
		if r.Kind == sensor.Missed {
			_, err := c.Miss(r.Time)
			return energy.Energy{}, "missed", err
		}
		d, err := c.Read(r.Time, r.Energy)
		if err != nil || d.Kind() == energy.First || d.Plain() {
			return d.Energy(), "", err
		}
		return d.Energy(), strings.TrimSuffix(d.Kind().String()+" "+d.Flags().String(), " "), nil
	}
	if r.Kind == sensor.Missed {
		return energy.Energy{}, "missed", nil
	}
	before, known := l.powers[r.Device]
	now := energy.Sample{Time: r.Time, Power: r.Power}
	l.powers[r.Device] = now
	if !known {
		return energy.Energy{}, "", nil
	}
	c, err := energy.Integrate([]energy.Sample{before, now})
	return c.Total(), "", err
}

// attribute shares the energy of processors among their users, and that of
// accelerators among the pods that their exporter names. What else there is is
// nobody's.
func (l *ledger) attribute(t *tick, used map[string]drawn, u use) error {
	p, err := metering.NewPeriod(l.last, t.at)
	if err != nil {
		return err
	}
	in := attribution.Input{Period: p}
	for name, e := range used {
		d := attribution.Device{ID: name, Energy: e.energy}
		if e.processor {
			err = l.share(&d, u.users, t.period)
		} else {
			err = hold(&d, u.held)
		}
		if err != nil {
			return err
		}
		in.Devices = append(in.Devices, d)
	}
	r, err := attribution.Attribute(in)
	if err != nil {
		return err
	}
	if _, err := r.Reconcile(); err != nil {
		return err
	}
	sums := map[metering.Account]energy.Energy{}
	for _, s := range r.Shares {
		account := s.Account
		if s.Unallocated() {
			account = nobody
		}
		sums[account], _ = sums[account].Add(s.IT) // at most what was metered
		l.accounts[account], _ = l.accounts[account].Add(s.IT)
		l.devices[s.Device], _ = l.devices[s.Device].Add(s.IT)
		if !used[s.Device].processor {
			l.gpus[account], _ = l.gpus[account].Add(s.IT)
		}
	}
	t.total = r.Metered
	l.metered, _ = l.metered.Add(r.Metered)
	t.accounts = sorted(sums)
	return nil
}

// share says who used a processor's energy, and what of it was idle.
func (l *ledger) share(d *attribution.Device, users []usage, over time.Duration) error {
	busy, all := int64(0), int64(0)
	for _, u := range users {
		all += u.time
		if u.user == idleUser {
			continue
		}
		busy += u.time
		d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(u.user), Used: u.time})
	}
	if all == 0 {
		return nil
	}
	// Nothing is allocated here, so that idle energy is nobody's.
	d.Capacity = metering.Grains(1, metering.Cores)
	var err error
	if d.Idle, err = attribution.ResidualIdle(d.Energy, busy, all); err != nil {
		return err
	}
	if l.idle > 0 {
		if d.Idle = l.idle.Over(over); d.Idle.Cmp(d.Energy) > 0 {
			d.Idle = d.Energy
		}
	}
	return nil
}

// hold says which pods held an accelerator, and how busy they kept it. Its idle
// energy goes by what they hold of it, the rest by slices times activity; where
// nothing says how busy it was, all of it goes by what they hold.
func hold(d *attribution.Device, held []sensor.Holding) error {
	slices, of, busy, known := int64(0), int64(1), int64(0), true
	for _, h := range held {
		if h.Device != d.ID {
			continue
		}
		slices, of = slices+h.Slices, max(of, h.Of)
		worked, err := attribution.SliceUse(h.Slices, max(h.Busy, 0))
		if err != nil {
			return err
		}
		busy, known = busy+worked, known && h.Busy >= 0
		d.Holders = append(d.Holders, attribution.Holder{Account: account(h), Allocated: metering.Grains(h.Slices, metering.Cores), Used: worked})
	}
	if slices == 0 {
		return nil
	}
	// Pods that share a device without instances hold equal parts of it.
	of = max(of, slices)
	d.Capacity = metering.Grains(of, metering.Cores)
	if !known {
		d.Idle = d.Energy
		return nil
	}
	var err error
	d.Idle, err = attribution.ResidualIdle(d.Energy, busy, of*1_000_000)
	return err
}

// account is whose a pod is: its namespace is the tenant.
func account(h sensor.Holding) metering.Account {
	a := metering.Account(strings.Trim(h.Namespace+"/"+h.Pod, "/"))
	if a.Validate() != nil {
		return nobody
	}
	return a.Tenant()
}

func sorted(sums map[metering.Account]energy.Energy) (list []part) {
	for a, e := range sums {
		list = append(list, part{a, e})
	}
	slices.SortFunc(list, func(a, b part) int {
		if (a.account == nobody) != (b.account == nobody) {
			return map[bool]int{true: 1, false: -1}[a.account == nobody]
		}
		if c := b.energy.Cmp(a.energy); c != 0 {
			return c
		}
		return strings.Compare(string(a.account), string(b.account))
	})
	return list
}

// closes reports whether every microjoule is somebody's or nobody's.
func (l *ledger) closes() bool {
	var sum energy.Energy
	for _, e := range l.accounts {
		sum, _ = sum.Add(e)
	}
	return sum == l.metered
}

// figures is what -json prints.
type figures struct {
	Source   []string                             `json:"source"`
	Recorded bool                                 `json:"recorded"`
	Seconds  float64                              `json:"seconds"`
	Joules   decimal.Decimal                      `json:"joules"`
	Accounts map[metering.Account]decimal.Decimal `json:"joules_by_account"`
	GPUs     map[metering.Account]decimal.Decimal `json:"joules_by_account_of_accelerators"`
	Devices  map[string]decimal.Decimal           `json:"joules_by_device"`
	Remarks  []string                             `json:"remarks"`
	Closes   bool                                 `json:"closes"`
}

func (l *ledger) figures(m *machine) figures {
	f := figures{Recorded: m.recorded, Seconds: l.last.Sub(l.started).Seconds(), Joules: joules(l.metered), Closes: l.closes(), Remarks: l.flags,
		Accounts: map[metering.Account]decimal.Decimal{}, GPUs: map[metering.Account]decimal.Decimal{}, Devices: map[string]decimal.Decimal{}}
	for _, s := range m.sources {
		f.Source = append(f.Source, s.Name())
	}
	for a, e := range l.accounts {
		f.Accounts[a] = joules(e)
	}
	for a, e := range l.gpus {
		f.GPUs[a] = joules(e)
	}
	for d, e := range l.devices {
		f.Devices[d] = joules(e)
	}
	return f
}

func joules(e energy.Energy) decimal.Decimal {
	return decimal.NewFromBigInt(e.Microjoules().Big(), -6)
}
