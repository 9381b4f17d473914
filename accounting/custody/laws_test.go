package custody_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/custody"
	"github.com/meterbook/meterbook/metering"
)

var lawsSeed = flag.Uint64("laws.seed", 1, "seed of random cases; 0 takes one from the clock")

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func seeded(t testing.TB) *rand.Rand {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

var (
	classes  = []custody.Class{custody.Log, custody.Usage, custody.Voucher}
	places   = []custody.Jurisdiction{"CN", "EU", "EU/DE", "US"}
	accounts = []metering.Account{"acme", "acme/vision", "acme/vision/train", "acmeter", "zeta"}
	fields   = []custody.Field{custody.Count, custody.Pseudonym, custody.Account, custody.Personal}
	given    = []string{"contract", "assessment"}
	era      = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func some[T any](r *rand.Rand, of []T) (out []T) {
	for _, v := range of {
		if r.IntN(2) == 0 {
			out = append(out, v)
		}
	}
	return out
}

// day is a random day within so many years around 2026, or the hour of one.
func day(r *rand.Rand, years int) time.Time {
	return era.Add(time.Duration(r.IntN(years*365*48)-years*365*24) * time.Hour)
}

// policy is a random one, with regions of all places.
func policy(r *rand.Rand) *custody.Policy {
	p := &custody.Policy{ID: "p", Version: "1"}
	for i, place := range places {
		p.Regions = append(p.Regions, custody.Region{ID: fmt.Sprint("r", i), In: place})
	}
	for i, a := range accounts {
		if r.IntN(2) == 0 {
			p.Homes = append(p.Homes, custody.Home{Account: a, Region: fmt.Sprint("r", r.IntN(len(places)))})
		}
		p.Retention = append(p.Retention, retention(r, fmt.Sprint("k", i)), retention(r, fmt.Sprint("l", i)))
		p.Transfers = append(p.Transfers, transfer(r, fmt.Sprint("t", i)), transfer(r, fmt.Sprint("u", i)))
	}
	return p
}

func source(r *rand.Rand) custody.Source {
	s := custody.Source{Law: "law", Version: "1", From: day(r, 1), Until: era.AddDate(5, 0, 0)}
	if r.IntN(2) == 0 {
		s.From = era.AddDate(-50, 0, 0)
	}
	return s
}

func retention(r *rand.Rand, id string) custody.Retention {
	keep := custody.Duration{Years: r.IntN(3), Months: r.IntN(20), AfterYear: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		keep.Zone = metering.MustZone("Asia/Shanghai")
	}
	if r.IntN(20) == 0 {
		keep = custody.Duration{Forever: true}
	}
	return custody.Retention{ID: id, In: pick(r, places), Classes: append(some(r, classes), pick(r, classes)), Keep: keep, Source: source(r)}
}

func transfer(r *rand.Rand, id string) custody.Transfer {
	return custody.Transfer{ID: id, From: pick(r, places), To: pick(r, append(slices.Clone(places), "*")), Fields: append(some(r, fields), pick(r, fields)),
		Given: some(r, given), Source: source(r)}
}

func hold(r *rand.Rand, id string) custody.Hold {
	h := custody.Hold{ID: id, Reason: "dispute", Classes: some(r, classes), Placed: day(r, 1)}
	if r.IntN(2) == 0 {
		h.Account = pick(r, accounts)
	}
	if r.IntN(2) == 0 {
		h.From = day(r, 4)
	}
	if r.IntN(2) == 0 {
		h.Until = day(r, 4)
		if !h.From.Before(h.Until) {
			h.From = time.Time{}
		}
	}
	if r.IntN(2) == 0 {
		h.Released = h.Placed.Add(time.Duration(r.IntN(5000)) * time.Hour)
	}
	return h
}

func record(r *rand.Rand) custody.Record {
	rec := custody.Record{Class: pick(r, classes), Account: pick(r, accounts), Time: day(r, 4)}
	if r.IntN(3) > 0 {
		rec.Region = fmt.Sprint("r", r.IntN(len(places)))
	}
	switch r.IntN(6) { // several records as one
	case 0:
		rec.From = rec.Time.AddDate(0, -1, 0)
	case 1:
		rec.Account = ""
	}
	return rec
}

// slowly reads a policy for the oracle.
func slowly(p *custody.Policy, rec custody.Record) (rules []slowRule, holds []slowHold, under []string) {
	for _, k := range p.Retention {
		s := slowRule{place: string(k.In), years: k.Keep.Years, months: k.Keep.Months, forever: k.Keep.Forever, afterYear: k.Keep.AfterYear,
			inForce: k.Source.From, inForceBefore: k.Source.Until}
		if k.Keep.Zone.String() == "Asia/Shanghai" {
			s.offset = 8 * 3600
		}
		for _, c := range k.Classes {
			s.classes = append(s.classes, string(c))
		}
		rules = append(rules, s)
	}
	for _, h := range p.Holds {
		s := slowHold{account: string(h.Account), placed: h.Placed, released: h.Released, from: h.From, until: h.Until}
		for _, c := range h.Classes {
			s.classes = append(s.classes, string(c))
		}
		holds = append(holds, s)
	}
	home, length := "", 0
	for _, h := range p.Homes {
		if slowBelow(string(h.Account), string(rec.Account)) && len(h.Account) > length {
			home, length = h.Region, len(h.Account)
		}
	}
	if rec.Region == "" && home == "" {
		return rules, holds, nil
	}
	for _, region := range p.Regions {
		if region.ID == rec.Region || region.ID == home || slowHas(slowHomes(p, rec), region.ID) {
			under = append(under, string(region.In))
		}
	}
	return rules, holds, under
}

// slowHomes is where accounts live whose records are among several.
func slowHomes(p *custody.Policy, rec custody.Record) (regions []string) {
	for _, h := range p.Homes {
		if rec.Account == "" || !rec.From.IsZero() && slowBelow(string(rec.Account), string(h.Account)) {
			regions = append(regions, h.Region)
		}
	}
	return regions
}

func TestLaw_Kept(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	var free, kept int
	for range 400 {
		p := policy(r)
		for i := range r.IntN(3) {
			p.Holds = append(p.Holds, hold(r, fmt.Sprint("h", i)))
		}
		require.NoError(t, p.Validate())
		for range 100 {
			rec, now := record(r), day(r, 4)
			rules, holds, under := slowly(p, rec)
			from := rec.From
			if from.IsZero() {
				from = rec.Time
			}
			want := slowMayDelete(rules, holds, under, string(rec.Class), string(rec.Account), from, rec.Time, now)
			err := p.MayDelete(rec, now)
			require.Equal(t, want, err == nil, "%+v at %v: %v", rec, now, err)
			if want {
				free++
			} else {
				kept++
			}
		}
	}
	require.Greater(t, free, 1000)
	require.Greater(t, kept, 1000)
}

func TestLaw_Hold(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	held := 0
	for range 5_000 {
		p := policy(r)
		rec, now := record(r), day(r, 4)
		before := p.MayDelete(rec, now)
		h := hold(r, "h")
		p.Holds = []custody.Hold{h}
		if err := p.MayDelete(rec, now); err != nil && before == nil {
			var keep *custody.KeepError
			require.ErrorAs(t, err, &keep)
			require.Equal(t, "h", keep.Hold.ID)
			held++
		} else {
			require.Equal(t, before == nil, err == nil)
		}
		if p.Holds[0].Released = now; !now.Before(h.Placed) {
			require.Equal(t, before == nil, p.MayDelete(rec, now) == nil)
		}
	}
	require.Greater(t, held, 20)
}

func TestLaw_Export_Denied(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	let := 0
	for range 5_000 {
		p := policy(r)
		e := custody.Export{Record: record(r), To: fmt.Sprint("r", r.IntN(len(places))), Fields: append(some(r, fields), pick(r, fields)), Given: some(r, given)}
		now := day(r, 2)
		may := p.MayExport(e, now) == nil
		if may && (e.Record.Region != e.To || p.HomeOf(e.Record.Account) != e.To) {
			let++
		}
		less := *p
		at := r.IntN(len(p.Transfers))
		less.Transfers = append(slices.Clone(p.Transfers[:at]), p.Transfers[at+1:]...)
		more := e
		more.Fields = append(slices.Clone(e.Fields), pick(r, fields))
		ungiven := e
		ungiven.Given = nil
		for _, weaker := range []error{less.MayExport(e, now), p.MayExport(more, now), p.MayExport(ungiven, now)} {
			require.True(t, may || weaker != nil, "%+v", e)
		}
		stays := (e.Record.Region == "" || e.Record.Region == e.To) && (p.HomeOf(e.Record.Account) == "" || p.HomeOf(e.Record.Account) == e.To)
		for _, home := range slowHomes(p, e.Record) {
			stays = stays && home == e.To
		}
		less.Transfers = nil
		if e.Record.Region != "" || p.HomeOf(e.Record.Account) != "" {
			require.Equal(t, stays, less.MayExport(e, now) == nil, "%+v", e)
		}
	}
	require.Greater(t, let, 20)
}

func TestLaw_Pseudonyms(t *testing.T) {
	t.Parallel()
	a, b := must(custody.NewPseudonyms(bytes.Repeat([]byte("a"), 32))), must(custody.NewPseudonyms(bytes.Repeat([]byte("b"), 32)))
	seen := make(map[metering.Account]metering.Account)
	for i := range 10_000 {
		account := metering.Account(fmt.Sprintf("tenant-%d/team-%d/job", i/100, i%100))
		hidden := must(a.Account(account))
		require.NoError(t, hidden.Validate())
		require.Equal(t, hidden, must(a.Account(account)))
		require.NotEqual(t, hidden, must(b.Account(account)))
		require.NotContains(t, string(hidden), "team")
		require.Empty(t, seen[hidden])
		seen[hidden] = account
		above := must(a.Account(account.Tenant()))
		require.Equal(t, above, hidden.Tenant())
		require.True(t, above.Contains(hidden))
		require.False(t, above.Contains(must(a.Account(account.Tenant()+"x/team"))))
	}
}

func FuzzParse_Validate(f *testing.F) {
	f.Add(string(custody.Example()))
	f.Add(`{"id": "a", "version": "1", "regions": [{"id": "r", "in": "CN"}], "retention": []}`)
	f.Add(`{"holds": [{"placed": "2026-01-01T00:00:00Z"}], "ID": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := custody.Parse([]byte(text))
		if err != nil {
			require.ErrorIs(t, err, custody.ErrPolicy)
			return
		}
		require.NoError(t, p.Validate())
		for _, r := range p.Regions {
			_ = p.MayDelete(custody.Record{Class: custody.Log, Region: r.ID, Time: era}, era)
		}
	})
}
