package journal

import (
	"sync"

	"github.com/meterbook/meterbook/internal/segment"
)

// scribes lends scribes and numberings. Those that have seen large batches are few
// and stay; others may go.
type scribes struct {
	subjects  subjects
	small     sync.Pool
	mu        sync.Mutex
	large     []*scribe
	numbering []*numbering
}

const (
	smallBatch      = 64
	largeScribes    = 8
	largeNumberings = 4
)

func (p *scribes) get(events int) *scribe {
	if events <= smallBatch {
		if s, ok := p.small.Get().(*scribe); ok {
			return s
		}
		return &scribe{subjects: &p.subjects}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.large); n > 0 {
		s := p.large[n-1]
		p.large = p.large[:n-1]
		return s
	}
	return &scribe{subjects: &p.subjects}
}

// put takes a scribe back. It keeps nothing of what it has seen alive.
func (p *scribes) put(s *scribe) {
	clear(s.of)
	s.events, s.refused, s.of = nil, nil, s.of[:0]
	s.ticket = segment.Ticket{}
	s.done.Store(false)
	if cap(s.text) > 4*maxBlock {
		s.text = nil
	}
	if cap(s.claims) <= smallBatch {
		p.small.Put(s)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.large) < largeScribes {
		p.large = append(p.large, s)
	}
}

// lend lends a numbering for large blocks.
func (p *scribes) lend() *numbering {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.numbering); n > 0 {
		one := p.numbering[n-1]
		p.numbering = p.numbering[:n-1]
		return one
	}
	return new(numbering)
}

func (p *scribes) giveBack(n *numbering) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.numbering) < largeNumberings {
		p.numbering = append(p.numbering, n)
	}
}
