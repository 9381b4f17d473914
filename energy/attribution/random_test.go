package attribution_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 4_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	n, seed := *lawsN, *lawsSeed
	if testing.Short() {
		n = min(n, 1000)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for range n {
		check(t, g)
		if t.Failed() {
			return
		}
	}
}

// fuzz runs check on cases drawn from the fuzzer's bytes.
func fuzz(f *testing.F, check func(t *testing.T, g generator)) {
	for seed := range uint64(16) {
		var b [1024]byte
		r := rand.New(rand.NewPCG(seed, 1))
		for i := 0; i < len(b); i += 8 {
			binary.LittleEndian.PutUint64(b[i:], r.Uint64())
		}
		f.Add(b[:])
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, generator{rand.New(&bytesSource{data: data})}) })
}

// bytesSource draws from data, then from a fixed sequence: a constant would
// hold up the rejection loops of rand.
type bytesSource struct {
	data []byte
	n    uint64
}

func (s *bytesSource) Uint64() uint64 {
	if len(s.data) >= 8 {
		v := binary.LittleEndian.Uint64(s.data)
		s.data = s.data[8:]
		return v
	}
	s.n += 0x9e3779b97f4a7c15
	return s.n ^ s.n>>29
}

// generator makes random cases.
type generator struct{ *rand.Rand }

var window = metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T00:15:00Z")

// The provider of the cases holds devices itself, under the account that also
// takes what nobody held.
const provider = metering.Account("cloud/idle")

var accounts = []metering.Account{"acme", "acme/vision", "acme/vision/train", "beta", "beta/x", "cloud", provider, "délta/π"}

// number returns 0 or a number of random length up to most.
func (g generator) number(most int64) int64 {
	if g.IntN(6) == 0 {
		return 0
	}
	return g.Int64N(most+1) >> g.IntN(62)
}

// input returns up to 5 devices with up to 5 holders each.
func (g generator) input() attribution.Input {
	in := attribution.Input{Period: window, Category: facility.Category3}
	var metered fixed.Int128
	for i := range g.IntN(6) {
		d := g.device(fmt.Sprintf("gpu-%d", i*7%5))
		metered, _ = metered.Add(d.Energy.Microjoules())
		in.Devices = append(in.Devices, d)
	}
	g.site(&in, metered)
	return in
}

func (g generator) site(in *attribution.Input, metered fixed.Int128) {
	in.Facility = facility.Measured{}
	if g.IntN(4) > 0 {
		over, _ := metered.Add(fixed.FromInt64(g.number(1 << 50)))
		in.Facility = facility.Measured{Energy: energy.MicrojoulesWide(over), Period: window}
		if g.IntN(8) == 0 {
			in.Facility.Unobserved = time.Minute
		}
	}
}

func (g generator) device(id string) attribution.Device {
	skus, regions := []string{"H100", "A800"}, []string{"cn-north-1", "cn-south-1"}
	used := g.number(1 << 61)
	d := attribution.Device{ID: id, SKU: skus[g.IntN(8)/7], Region: regions[g.IntN(8)/7], Energy: energy.Microjoules(used),
		Idle: energy.Microjoules(g.number(used)), Estimated: g.IntN(6) == 0}
	capacity := fixed.FromInt64(g.number(metering.SharesPerCard))
	capacity, _ = capacity.MulInt64(int64(window.Duration()))
	free := capacity
	for range g.IntN(6) {
		held, _, _ := fixed.MulDiv(free, fixed.FromInt64(g.Int64N(1001)), fixed.FromInt64(1000), fixed.Down)
		free, _ = free.Sub(held)
		d.Holders = append(d.Holders, attribution.Holder{Account: accounts[g.IntN(len(accounts))],
			Allocated: metering.GrainsWide(held, metering.CardTime), Used: g.number(1 << 60)})
	}
	if g.IntN(3) == 0 {
		for i := range d.Holders {
			d.Holders[i].Used = 0
		}
	}
	d.Capacity = metering.GrainsWide(capacity, metering.CardTime)
	return d
}

// slow returns the input in the oracle's terms.
func slow(in attribution.Input) ([]slowDevice, *big.Int) {
	var devices []slowDevice
	for _, d := range in.Devices {
		s := slowDevice{id: d.ID, energy: d.Energy.Microjoules().Big(), idle: d.Idle.Microjoules().Big(), capacity: d.Capacity.Grains().Big()}
		for _, h := range d.Holders {
			s.holders = append(s.holders, slowHolder{string(h.Account), h.Allocated.Grains().Big(), big.NewInt(h.Used)})
		}
		devices = append(devices, s)
	}
	if in.Facility.Period.IsZero() {
		return devices, nil
	}
	return devices, in.Facility.Energy.Microjoules().Big()
}

// late returns the input with some of it put right.
func (g generator) late(in attribution.Input) attribution.Input {
	in.Devices = slices.Clone(in.Devices)
	for i := range in.Devices {
		if g.IntN(2) == 0 {
			in.Devices[i] = g.device(in.Devices[i].ID)
		}
	}
	if n := len(in.Devices); n > 0 && g.IntN(6) == 0 {
		in.Devices = in.Devices[:n-1]
	}
	if g.IntN(6) == 0 {
		in.Devices = append(in.Devices, g.device(fmt.Sprintf("new-%d", g.Uint64())))
	}
	var metered fixed.Int128
	for _, d := range in.Devices {
		metered, _ = metered.Add(d.Energy.Microjoules())
	}
	g.site(&in, metered)
	return in
}

func attribute(t *testing.T, in attribution.Input) *attribution.Result {
	t.Helper()
	r, err := attribution.Attribute(in)
	if err != nil {
		t.Fatalf("%+v: %v", in, err)
	}
	return r
}
