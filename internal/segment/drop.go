package segment

import "context"

// Drop removes the segments all of whose records have lower sequences than
// before: whole segments only, oldest first, never the last. It is the only
// thing that removes records, and returns how many segments it removed. Readers
// that have one of them open read it to its end.
func (l *Log) Drop(ctx context.Context, before uint64) (int, error) {
	l.dropping.Lock()
	defer l.dropping.Unlock()
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		number, ok, err := l.droppable(before)
		if err != nil || !ok {
			return n, err
		}
		if err := l.drop(number); err != nil {
			return n, err
		}
	}
}

// droppable returns the oldest segment if it can go.
func (l *Log) droppable(before uint64) (uint64, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refusal(); err != nil {
		return 0, false, err
	}
	return l.segments[0].number, len(l.segments) > 1 && l.segments[1].first <= before, nil
}

// drop removes the oldest segment and makes that durable before another one
// goes, so that a crash leaves no hole. If the system does not say that it is
// durable, nothing more may go until the log was opened again.
func (l *Log) drop(number uint64) error {
	name := segmentName(number)
	if err := l.files.Remove(name); err != nil {
		return failed("remove", name, err)
	}
	err := l.files.SyncDir()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append([]span(nil), l.segments[1:]...)
	if err == nil {
		return nil
	}
	err = poisoned(failed("sync directory without", name, err))
	if l.err == nil {
		l.err = err
		l.changed()
		l.nudge() // to answer what is staged
	}
	return err
}
