package journal

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// newScribe returns a scribe with a secret.
func newScribe(of *secret) *scribe {
	lender := new(scribes)
	lender.subjects.secret = of
	return lender.get(1)
}

// blockOf encodes events as one record.
func blockOf(s *scribe, first uint64, from *position, events ...metering.Event) string {
	if n := s.prepare(nil, events, true); n != len(events) || len(s.refused) > 0 {
		panic(s.refused)
	}
	return string(append(appendHead(nil, first, len(events), from), s.text...))
}

// eventsOf decodes a record.
func eventsOf(payload string) (events []metering.Event, first uint64, from *position, err error) {
	var u unblocker
	kind, err := u.open(payload)
	if err != nil || kind == controlRecord {
		return nil, 0, nil, err
	}
	for want := u.first; ; want++ {
		e, seq, err := u.next()
		switch {
		case err != nil:
			return nil, 0, nil, err
		case e == nil:
			return events, u.first, u.from, nil
		case seq != want:
			return nil, 0, nil, errOrder
		}
		events = append(events, keep(e))
	}
}

// TestLaw_Block_RoundTrip: what is encoded is decoded, whatever the events and in
// whatever company.
func TestLaw_Block_RoundTrip(t *testing.T) {
	for n := range uint64(40 * *lawSeeds) {
		seed := *lawSeed + n
		r := rand.New(rand.NewPCG(seed, 1))
		one := newSecret([16]byte{byte(seed)})
		s := newScribe(&one)
		for range 3 { // with what the scribe remembers
			events := make([]metering.Event, r.IntN(40))
			for i := range events {
				if events[i] = RandomEvent(r); i > 0 && r.IntN(3) == 0 { // the same subject
					id, at := events[i].ID, events[i].Time
					events[i] = events[i-1]
					events[i].ID, events[i].Time = id, at
				}
				require.NoError(t, events[i].Validate(), "seed %d", seed)
			}
			var from *position
			if r.IntN(3) == 0 {
				from = &position{ID{1, byte(seed)}, r.Uint64()}
			}
			first := 1 + r.Uint64N(maxSequence-100)
			got, gotFirst, gotFrom, err := eventsOf(blockOf(s, first, from, events...))
			require.NoError(t, err, "seed %d", seed)
			require.Len(t, got, len(events))
			require.Equal(t, first, gotFirst)
			require.Equal(t, from, gotFrom)
			for i := range got {
				require.Equal(t, Canonical(&events[i]), Canonical(&got[i]), "seed %d, event %d", seed, i)
				require.NoError(t, got[i].Validate())
			}
		}
	}
}

// FuzzUnblock: whatever bytes there are, they are refused, or are events that are
// encoded and decoded as the same again.
func FuzzUnblock(f *testing.F) {
	one := newSecret(testKey)
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		events := []metering.Event{RandomEvent(r), RandomEvent(r), RandomEvent(r)}
		f.Add([]byte(blockOf(newScribe(&one), 7, nil, append(events, events...)...)))
		f.Add([]byte(blockOf(newScribe(&one), 7, &position{ID{1}, 9}, events...)))
	}
	// Numbers that are negative as an int of 32 bits, or beyond 64.
	f.Add(append(binary.LittleEndian.AppendUint32([]byte{eventsRecord, 1, 0, 0, 0, 0, 0, 0, 0}, 1<<31), 0, 1, 1))
	f.Add(append(binary.LittleEndian.AppendUint32([]byte{eventsRecord, 1, 0, 0, 0, 0, 0, 0, 0}, 1), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2))
	f.Add([]byte{controlRecord, windowMoves, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, b []byte) {
		var u unblocker
		if kind, err := u.open(string(b)); err != nil {
			require.ErrorIs(t, err, errBlock)
			return
		} else if kind == controlRecord {
			u.text.control()
			return
		}
		require.LessOrEqual(t, u.count, len(b))
		require.GreaterOrEqual(t, u.count, 0)
		events, first, from, err := eventsOf(string(b))
		if err != nil {
			require.ErrorIs(t, err, errBlock)
			return
		}
		whole := true
		for i := range events {
			e := events[i]
			whole = whole && e.Validate() == nil
			e.ID = "any" // its length is looked at, not its characters: ids cost too much
			require.NoError(t, e.Validate())
		}
		if !whole { // which no scribe encodes
			return
		}
		again, first2, from2, err := eventsOf(blockOf(newScribe(&one), first, from, events...))
		require.NoError(t, err)
		require.Equal(t, first, first2)
		require.Equal(t, from, from2)
		require.Len(t, again, len(events))
		for i := range again {
			require.Equal(t, Canonical(&events[i]), Canonical(&again[i]))
		}
	})
}

// A claimer says what an event claims to be.
type claimer func(*metering.Event) (id fingerprint, body uint64)

func claimsOf(s *scribe) claimer {
	return func(e *metering.Event) (fingerprint, uint64) {
		c, err := s.check(e)
		if err != nil {
			panic(err)
		}
		return c.id, c.body
	}
}

// mistaken returns a pair of events that a claimer takes for the same although
// they are not, or the other way round.
func mistaken(claim claimer, events []metering.Event) (a, b *metering.Event) {
	type told struct {
		id              fingerprint
		body            uint64
		identity, canon string
	}
	all := make([]told, len(events))
	for i := range events {
		id, body := claim(&events[i])
		all[i] = told{id, body, Identity(&events[i]), Canonical(&events[i])}
	}
	for i, x := range all {
		for k, y := range all[:i] {
			if (x.id == y.id) != (x.identity == y.identity) || x.id == y.id && (x.body == y.body) != (x.canon == y.canon) {
				return &events[k], &events[i]
			}
		}
	}
	return nil, nil
}

// TestLaw_Claim_TellsEventsApart: identity and body are those of metering, told
// by texts that are made without the code that makes digests: the same event
// however its items are ordered, and another one whatever else is other.
func TestLaw_Claim_TellsEventsApart(t *testing.T) {
	one := newSecret(testKey)
	for n := range uint64(6 * *lawSeeds) {
		seed := *lawSeed + n
		r := rand.New(rand.NewPCG(seed, 2))
		events := []metering.Event{RandomEvent(r)}
		for range 60 {
			e := events[r.IntN(len(events))]
			e.Items = slices.Clone(e.Items)
			alter(r, &e)
			if e.Validate() == nil {
				events = append(events, e)
			}
		}
		if a, b := mistaken(claimsOf(newScribe(&one)), events); a != nil {
			t.Fatalf("seed %d:\n%s\n%s", seed, Canonical(a), Canonical(b))
		}
	}
}

// alter changes one thing of an event, or only how it is written.
func alter(r *rand.Rand, e *metering.Event) {
	other := RandomEvent(r)
	switch r.IntN(14) {
	case 0:
		r.Shuffle(len(e.Items), func(i, k int) { e.Items[i], e.Items[k] = e.Items[k], e.Items[i] })
	case 1:
		e.Time = e.Time.Add(1)
	case 2:
		e.Time = e.Time.Local()
	case 3:
		e.Account += "/x"
	case 4:
		e.Source = other.Source
	case 5:
		e.ID = other.ID
	case 6:
		e.Resource, e.Region = e.Region, e.Resource
	case 7:
		e.Labels = other.Labels
	case 8:
		e.Estimated = !e.Estimated
	case 9:
		e.Kind = other.Kind
	case 10:
		e.Adjusts, e.Reason = e.Reason, e.Adjusts
	case 11:
		if len(e.Items) > 0 {
			e.Items[r.IntN(len(e.Items))] = randomItem(r)
		}
	case 12:
		if len(e.Items) > 0 {
			i := r.IntN(len(e.Items))
			e.Items[i].Quantity = metering.GrainsWide(e.Items[i].Quantity.Grains(), metering.Count+metering.Dimension(r.IntN(int(metering.Carbon))))
			e.Items = append(e.Items, randomItem(r))
		}
	case 13:
		e.Resource += "x"
	}
}

// splits are events whose parts run together if nothing but a delimiter, or
// nothing at all, is between them.
func splits() (events []metering.Event) {
	item := []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(1, metering.Token)}}
	for _, text := range []string{"a-1-2", "a/1/2", "a:1:2", "a|1|2", "a 1 2", "aaaaa", "a,1,2", "a\u00a01\u00a02", "11111"} {
		for i := 1; i < len(text)-1; i++ {
			for k := i + 1; k < len(text); k++ {
				for _, d := range []int{0, 1} {
					if i+d >= k || k+d >= len(text) {
						continue
					}
					e := metering.Event{Account: metering.Account(text[:i]), Source: text[i+d : k], ID: text[k+d:], Kind: metering.Amount,
						Time: noonOf(20_000), Items: item}
					if e.Validate() == nil {
						events = append(events, e)
					}
				}
			}
		}
	}
	return events
}

// TestClaim_Delimiters: no two identities run together.
func TestClaim_Delimiters(t *testing.T) {
	one := newSecret(testKey)
	events := splits()
	require.Greater(t, len(events), 50)
	a, b := mistaken(claimsOf(newScribe(&one)), events)
	require.Nil(t, a, "%v %v", a, b)
}

// TestUnblock_NamesNoValues: an error about a record that checks and is not one
// repeats no value of a label.
func TestUnblock_NamesNoValues(t *testing.T) {
	one := newSecret(testKey)
	e := RandomEvent(rand.New(rand.NewPCG(1, 1)))
	e.Labels = metering.MustLabels("team", "canary-7")
	b := []byte(blockOf(newScribe(&one), 1, nil, e))
	i := slices.Index(b, 'y')
	for ; string(b[i-5:i+3]) != "canary-7"; i++ {
		i += slices.Index(b[i+1:], 'y')
	}
	b[i+1] = 1 // "canary\x017"
	_, _, _, err := eventsOf(string(b))
	require.ErrorIs(t, err, errBlock)
	require.NotContains(t, err.Error(), "canary")
}

func noonOf(day int32) time.Time { return time.Unix(int64(day)*86400+43200, 0).UTC() }

// JoinedIdentities returns two events of the corpus that are one where identities
// are joined by delimiters.
func JoinedIdentities() (a, b *metering.Event) {
	one := newSecret(testKey)
	whole := claimsOf(newScribe(&one))
	return mistaken(func(e *metering.Event) (fingerprint, uint64) {
		_, body := whole(e)
		return one.identity([]byte(string(e.Account.Tenant()) + "-" + e.Source + "-" + e.ID)), body
	}, splits())
}
