package segment

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A group is what is written at once.
type group struct {
	start   place // where it goes, the seal and the header of a new segment before it
	at      place // behind what it has so far
	buf     []byte
	written int // of buf, ahead of the rest: see Hold
	records int

	rotate bool // it begins a new segment
	seal   []byte
	header header

	sync     bool            // it is to be synced whatever the mode
	done     chan struct{}   // closed once it is acknowledged or failed
	err      error           // set before
	also     []chan struct{} // closed with done
	answered bool            // or about to be: nothing is added to also
	expected bool            // somebody waits for it. The log's lock guards the three
}

// known reports whether the group is answered for.
func (g *group) known() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// answer tells who waits that the group is acknowledged or failed.
func (g *group) answer() {
	close(g.done)
	for _, one := range g.also {
		close(one)
	}
}

// A Batch takes the records of one Stage. It holds only until the function it
// was given to returns.
type Batch struct {
	log   *Log
	group *group
	first uint64
	err   error // the first one of End: the batch is refused whole
}

// First returns the sequence that the first record of the batch has. If it is
// not above what a caller has seen already, the records from it on failed and
// were taken back: their tickets say so, and their sequences are used again.
func (b *Batch) First() uint64 { return b.first }

// Next returns the sequence that the next record has.
func (b *Batch) Next() uint64 { return b.group.at.seq + 1 }

// Append adds a record, copying it, and returns its sequence. After an error,
// which is [ErrTooLarge], the batch will be refused.
func (b *Batch) Append(payload []byte) (uint64, error) {
	return b.End(append(b.Begin(), payload...))
}

// Begin returns the buffer that a record is to be appended to, for End. What is
// in it already is the log's own.
func (b *Batch) Begin() []byte {
	buf := b.group.buf
	if cap(buf)-len(buf) < frameSize {
		buf = slices.Grow(buf, frameSize)
	}
	return buf[:len(buf)+frameSize] // End writes all of it
}

// End adds the record that was appended to what Begin returned, and returns its
// sequence.
func (b *Batch) End(buf []byte) (uint64, error) {
	g := b.group
	start := len(g.buf)
	n := len(buf) - start - frameSize
	if n < 0 || n > b.log.opts.MaxRecord || len(buf) > 2*b.log.opts.MaxPending || b.err != nil {
		return 0, b.refuse(n)
	}
	seq := g.at.seq + 1
	frame := buf[start:]
	binary.LittleEndian.PutUint32(frame[4:], uint32(n))
	binary.LittleEndian.PutUint64(frame[8:], seq)
	chain := crc32.Update(g.at.chain, castagnoli, frame[4:])
	binary.LittleEndian.PutUint32(frame, chain)
	g.at.seq, g.at.chain = seq, chain
	g.at.off += int64(len(frame))
	g.at.last, g.at.marked = record, false
	g.buf = buf
	g.records++
	return seq, nil
}

// refuse refuses the batch for a record of n bytes, unless it was before.
func (b *Batch) refuse(n int) error {
	switch {
	case b.err != nil:
	case n < 0 || n > b.log.opts.MaxRecord:
		b.err = fmt.Errorf("%w: record of %d bytes, MaxRecord is %d", ErrTooLarge, n, b.log.opts.MaxRecord)
	default:
		b.err = fmt.Errorf("%w: batch of more than %d bytes, use several", ErrTooLarge, b.log.opts.MaxPending)
	}
	return b.err
}

// A Ticket is for the records of one Stage. The zero Ticket is for none.
type Ticket struct {
	log   *Log
	group *group
	First uint64 // sequence of the first record
	Len   int    // number of records
}

// Wait waits until the records are acknowledged: durable, or with an Interval in
// the operating system. It returns nil then, or why they were not kept:
// [ErrNoSpace] or what else the disk said, in which case no record of the group
// will ever be read, or [ErrPoisoned], in which case that is open until the log
// was opened again. When the context ends first, the records are still under
// way.
func (t Ticket) Wait(ctx context.Context) error {
	if t.group == nil {
		return nil
	}
	if ctx.Done() == nil {
		t.log.lead(t.group)
		<-t.group.done // a receive alone takes half the time of a choice
		return t.group.err
	}
	if t.group.known() {
		return t.group.err
	}
	t.log.expect(t.group)
	select {
	case <-t.group.done:
		return t.group.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Then closes a channel when Wait would return, at once if it would by now: whoever
// waits for several tickets, or began to wait before there was one, waits once.
func (t Ticket) Then(done chan struct{}) {
	if t.group == nil || !t.log.also(t.group, done) {
		close(done)
	}
}

// also has a channel closed when the group is answered for, unless it is by now.
func (l *Log) also(g *group, done chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.answered {
		return false
	}
	g.also = append(g.also, done)
	g.expected = true
	l.nudge()
	return true
}

// Stage takes the records of a batch, all or none, and gives them their
// sequences. It does not wait for the disk; the ticket does, and until somebody waits
// for it, or for a later one, they need not be written. What fill is called
// under is the log's lock: it should encode and return, and must not call the
// log. An error from it is returned, and the batch is forgotten.
//
// A batch without records returns a ticket for everything staged before, which
// is what an answer has to wait for that rests on records not yet durable.
//
// Records are written in the order of their batches. If a group of them fails,
// so does everything staged behind it: see [Batch.First].
func (l *Log) Stage(fill func(*Batch) error) (Ticket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refusal(); err != nil {
		return Ticket{}, err
	}
	g := l.group
	if len(g.buf) >= l.opts.MaxPending {
		return Ticket{}, ErrFull
	}
	before := *g
	if g.records == 0 {
		l.begin(g)
	}
	l.batch = Batch{log: l, group: g, first: g.at.seq + 1}
	kept := false
	defer func() {
		if !kept { // fill failed or panicked; who waits for the group reads the rest of it
			g.at, g.records = before.at, before.records
			g.rotate, g.seal, g.header = before.rotate, before.seal, before.header
			g.buf = g.buf[:len(before.buf)]
		}
	}()
	err := fill(&l.batch)
	if err == nil {
		err = l.batch.err
	}
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{log: l, group: g, First: l.batch.first, Len: g.records - before.records}
	if t.Len == 0 && before.records == 0 {
		t.group = l.inflight
		return t, nil
	}
	kept = true
	if t.Len > 0 {
		// Handed over here, not fetched by the writer: who stages next would
		// often be quicker than it, join this group, and leave the disk idle
		// while doing so.
		if l.inflight == nil && !l.holding(g) {
			l.hand(g)
		}
		if l.held > 0 && !l.holding(g) {
			l.nudge() // who holds does not wait yet
		}
	}
	return t, nil
}

// begin lays out the start of a group: a new segment if the last one is long
// enough, and a mark unless there is one.
func (l *Log) begin(g *group) {
	g.at, g.rotate, g.seal = g.start, false, nil
	if g.buf == nil {
		if last := len(l.spare) - 1; last >= 0 {
			g.buf, l.spare = l.spare[last], l.spare[:last]
		}
	}
	g.buf, g.written = g.buf[:0], 0
	if g.start.last == sealing || g.start.off >= l.opts.SegmentSize {
		if g.start.last != sealing {
			g.seal, g.at = appendMark(nil, l.id, g.at, mark{kind: sealing, durable: l.proven(g.at)})
		}
		g.rotate = true
		g.header = header{id: l.id, number: g.at.number + 1, first: g.at.seq + 1, previous: g.at.chain}
		g.at = g.header.start()
	}
	if !g.at.marked {
		g.buf, g.at = appendMark(g.buf, l.id, g.at, mark{kind: leading, durable: l.proven(g.at)})
	}
}

// proven is what a mark at a place can say is durable once it is written. What
// is before a group was synced when the group is written, unless there is an
// Interval.
func (l *Log) proven(at place) int64 {
	switch {
	case at.last == trailing: // which is not synced itself
		return at.off - markSize
	case l.opts.Interval == 0:
		return at.off
	case l.synced.number == at.number:
		return l.synced.off
	}
	return headerSize
}

// Sync makes everything staged so far durable, before the Interval does.
func (l *Log) Sync(ctx context.Context) error {
	l.mu.Lock()
	if err := l.refusal(); err != nil {
		l.mu.Unlock()
		return err
	}
	g := l.group
	g.sync = true
	l.mu.Unlock()
	l.nudge()
	return Ticket{log: l, group: g}.Wait(ctx)
}
