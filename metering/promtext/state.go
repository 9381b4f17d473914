package promtext

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

const (
	stateMagic    = "mbprom\x00\x01"
	maxStateBytes = 1 << 30
)

// state is a scraper's, as it is saved: JSON behind a magic and a checksum.
type state struct {
	Table    string
	Rules    []string // their ids
	Counters [][]byte // of rules of counters
	Levels   map[string]savedLevel
	Seen     map[string]sight
	Last     time.Time
	Pending  []metering.Event
}

type savedLevel struct {
	At          time.Time
	Level, Rest [2]uint64
	Key         metering.Key
}

func words(n fixed.Int128) [2]uint64 { return [2]uint64{uint64(n.Hi), n.Lo} }

func wide(w [2]uint64) fixed.Int128 { return fixed.Int128{Hi: int64(w[0]), Lo: w[1]} }

// MarshalBinary returns all that the scraper goes on from, events that wait
// included. It is to be kept in one piece: written beside what was there, made
// durable, and renamed.
func (s *Scraper) MarshalBinary() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := state{Table: s.table, Levels: make(map[string]savedLevel), Seen: s.seen, Last: s.last, Pending: s.pending}
	for _, r := range s.rules {
		st.Rules = append(st.Rules, r.id)
		var b []byte
		if r.set != nil {
			var err error
			if b, err = r.set.MarshalBinary(); err != nil {
				return nil, err
			}
		}
		st.Counters = append(st.Counters, b)
	}
	for id, l := range s.levels {
		st.Levels[id] = savedLevel{l.At, words(l.Level), words(l.Rest), l.Key}
	}
	body, err := json.Marshal(st)
	if err != nil {
		return nil, err
	}
	head := append([]byte(stateMagic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(head[len(stateMagic):], checksum(body))
	return append(head, body...), nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// Restore returns a scraper that goes on where the one stood whose state was saved.
// The table is the one it was saved with; what a rule says of labels may differ and
// holds from now on. It fails with [ErrState] on a state that is damaged or of
// another table, and as [New] does.
func Restore(table Table, source string, accounts Accounts, saved []byte, opts ...Option) (*Scraper, error) {
	s, err := New(table, source, accounts, opts...)
	if err != nil {
		return nil, err
	}
	head := len(stateMagic) + 4
	if len(saved) < head || len(saved) > maxStateBytes || string(saved[:len(stateMagic)]) != stateMagic ||
		binary.LittleEndian.Uint32(saved[len(stateMagic):]) != checksum(saved[head:]) {
		return nil, fmt.Errorf("%w: its checksum does not hold", ErrState)
	}
	var st state
	if err := json.Unmarshal(saved[head:], &st); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	if err := s.restore(&st); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Scraper) restore(st *state) error {
	if st.Table != s.table || len(st.Rules) != len(s.rules) || len(st.Counters) != len(s.rules) {
		return fmt.Errorf("%w: it is of table %.64q with %d rules", ErrState, st.Table, len(st.Rules))
	}
	for i, r := range s.rules {
		if st.Rules[i] != r.id {
			return fmt.Errorf("%w: rule %d was of %.140q", ErrState, i, st.Rules[i])
		}
		if r.set == nil {
			continue
		}
		set, err := counter.RestoreSet(r.counting(&s.options), s.series, st.Counters[i])
		if err != nil {
			return fmt.Errorf("%w: %w", ErrState, err)
		}
		r.set = set
	}
	for id, k := range st.Seen {
		if k.Rule < 0 || k.Rule >= len(s.rules) {
			return fmt.Errorf("%w: series of rule %d", ErrState, k.Rule)
		}
		s.seen[id] = k
	}
	for id, l := range st.Levels {
		if _, known := s.seen[id]; !known {
			return fmt.Errorf("%w: level of a series that is not there", ErrState)
		}
		s.levels[id] = &level{l.At, wide(l.Level), wide(l.Rest), l.Key}
	}
	s.last, s.pending = st.Last, st.Pending
	return nil
}
