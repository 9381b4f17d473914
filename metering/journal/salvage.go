package journal

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/internal/segment"
)

// A Gap is a part of a journal that cannot be read: its fields are File, Offset,
// Length in bytes, and Reason. One of no length is damage to what only proves
// other parts durable: no event is lost by it.
type Gap = segment.Gap

// A SegmentReport is about one file of a journal's log: File, First (sequence of its
// first record), Records and Bytes that check, and Err, nil or a *[CorruptError].
type SegmentReport = segment.SegmentReport

// A Report is what [Verify] found.
type Report struct {
	ID    ID
	Clean bool // the journal had been closed
	// Torn is an end that was not written whole, which Open would set aside.
	Torn        *Torn
	Segments    []SegmentReport
	Events      uint64 // that can be read
	First, Last uint64 // sequences of the first and the last of them
}

// Verify reads every byte of the log of a journal and every event in it, and
// changes nothing; it takes no lock, and a journal that is being written looks as
// it would after a kill. Its error joins what is wrong, a *[CorruptError] for each
// damaged file. Files of the index of identities are not looked at: they are made
// anew from the log where they are damaged.
func Verify(files Files) (Report, error) {
	found, err := segment.Verify(files)
	r := Report{ID: found.ID, Clean: found.Clean, Torn: found.Torn, Segments: found.Segments}
	gaps, readErr := Salvage(files, func(e Entry) error {
		if r.Events == 0 {
			r.First = e.Sequence
		}
		r.Events++
		r.Last = e.Sequence
		return nil
	})
	err = errors.Join(err, readErr, short(files, &r))
	if err == nil && r.Events > 0 && r.Last-r.First+1 != r.Events {
		err = &CorruptError{File: "log", Reason: fmt.Sprintf("%d events between %d and %d", r.Events, r.First, r.Last)}
	}
	if err == nil {
		for _, gap := range gaps {
			if r.Torn == nil || gap.File != r.Torn.File {
				err = &CorruptError{File: gap.File, Offset: gap.Offset, Reason: gap.Reason}
			}
		}
	}
	return r, outward(err)
}

// short returns an error where the log is not as long as it is known to have been.
func short(files Files, r *Report) error {
	known, err := readNote(files)
	if err != nil || known.journal != r.ID || r.ID.IsZero() || len(r.Segments) == 0 {
		return err
	}
	first, last := &r.Segments[0], &r.Segments[len(r.Segments)-1]
	switch end := last.First + last.Records - 1; {
	case first.First > known.first:
		return &CorruptError{File: first.File, Reason: fmt.Sprintf("the log begins with record %d, and it had record %d: a file is missing", first.First, known.first)}
	case end < known.record && last.Err == nil:
		return &CorruptError{File: last.File, Offset: last.Bytes, Reason: fmt.Sprintf("the log ends with record %d, and record %d was durable", end, known.record)}
	}
	return nil
}

// Salvage yields every event that can still be read of a journal, in order, and
// returns the gaps between. It is for a journal that [Open] refuses as damaged: it
// takes no lock, changes nothing, and never guesses; who goes on with what it
// yields decides what the gaps mean. Entries are the caller's to keep. An error of
// yield ends it and is returned.
//
// To put events into another journal, open that one [WithClock] of a clock that
// stands at the day of the last of them, with a window that reaches back to the
// first; where they are of more days than a window has, in turns. Windows are to be
// sealed again there.
func Salvage(files Files, yield func(Entry) error) ([]Gap, error) {
	var undecoded []Gap
	var u unblocker
	gaps, err := segment.Salvage(files, func(rec segment.Record) error {
		kind, err := u.open(string(rec.Payload))
		if kind == controlRecord && err == nil {
			return nil
		}
		for err == nil {
			e, seq, readErr := u.next()
			if err = readErr; err == nil && e == nil {
				return nil
			}
			if err == nil {
				if err := yield(Entry{seq, keep(e)}); err != nil {
					return err
				}
			}
		}
		undecoded = append(undecoded, Gap{File: fmt.Sprintf("record %d", rec.Seq), Length: int64(len(rec.Payload)), Reason: err.Error()})
		return nil
	})
	return append(gaps, undecoded...), outward(err)
}
