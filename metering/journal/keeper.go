package journal

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A keeper keeps the index of identities within its memory and its window, beside
// those who append.
type keeper struct {
	wake chan struct{}
	stop chan struct{}
	done chan struct{}
	// turn is held by who moves, drops or captures what the index holds: one at a
	// time. It is locked before the journal's lock.
	turn  sync.Mutex
	since int   // events since the last look
	err   error // of the last round, guarded by the journal's lock, as is
	// failures, how many rounds failed: what they had to do is tried again
	failures uint64
}

// lookEvery is after how many events memory is looked at.
const lookEvery = 1 << 14

func (k *keeper) start(j *Journal) {
	k.wake, k.stop, k.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(k.done)
		for {
			select {
			case <-k.wake:
				err := j.tend()
				j.mu.Lock()
				if k.err = err; err != nil {
					k.failures++
				}
				j.mu.Unlock()
			case <-k.stop:
				return
			}
		}
	}()
	k.nudge()
}

func (k *keeper) nudge() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// end stops the keeper and waits for what it is doing.
func (k *keeper) end() {
	close(k.stop)
	<-k.done
}

// look nudges the keeper if there may be something to do. The journal's lock is held.
func (k *keeper) look(events int, due bool) {
	k.since += events
	if k.since < lookEvery && !due {
		return
	}
	k.since = 0
	k.nudge()
}

// today returns the day that the clock says it is.
func (j *Journal) today() int32 { return dayOf(max(j.opts.now().Unix(), 0) * int64(time.Second)) }

// due returns the first day of the window that the clock asks for.
func (j *Journal) due() int32 { return j.today() - int32(j.opts.window) }

// catchUp moves the window.
func (j *Journal) catchUp() error {
	j.keeper.turn.Lock()
	defer j.keeper.turn.Unlock()
	if err := j.stepAll(); err != nil {
		return err
	}
	return j.moveWindow()
}

// tend does what is to be done: it moves the window, and days to files.
func (j *Journal) tend() error {
	if err := j.catchUp(); err != nil {
		return err
	}
	j.keeper.turn.Lock()
	defer j.keeper.turn.Unlock()
	if err := j.stepAll(); err != nil {
		return err
	}
	for {
		moved, err := j.moveDay()
		if err != nil || !moved {
			return err
		}
	}
}

// stepAll finishes what was begun, in steps between which others append.
func (j *Journal) stepAll() error {
	for {
		j.mu.Lock()
		done, err := j.index.step()
		j.mu.Unlock()
		if done || err != nil {
			return err
		}
	}
}

// moveWindow drops days that are too long ago, if there are any. That they are is
// in the log before their identities are gone.
func (j *Journal) moveWindow() error {
	j.mu.Lock()
	due := j.due()
	if j.closed || due <= j.oldest {
		j.mu.Unlock()
		return nil
	}
	t, err := j.stageControl(windowMoves, uint64(due))
	if err == nil {
		j.said = max(j.said, due)
	}
	j.mu.Unlock()
	if err == nil {
		err = t.Wait(context.Background())
	}
	if err == nil {
		err = j.log.Sync(context.Background())
	}
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.oldest = due
	err = j.index.drop(due)
	j.mu.Unlock()
	return errors.Join(err, j.stepAll())
}

// moveDay moves a day to its file if there is too much in memory. Only what is
// durable can be moved: in an interval it is made so first.
func (j *Journal) moveDay() (bool, error) {
	j.mu.Lock()
	_, ok := j.tooMuch()
	ok = ok && !j.closed
	j.mu.Unlock()
	if !ok {
		return false, nil
	}
	if err := j.log.Sync(context.Background()); err != nil {
		return false, err
	}
	j.mu.Lock()
	day, ok := j.tooMuch()
	if !ok {
		j.mu.Unlock()
		return false, nil
	}
	j.settle()
	m, err := j.index.begin(day, j.event)
	j.mu.Unlock()
	if err == nil && m.view.count < chunkEntries { // it would take nothing from memory
		return false, nil
	}
	if err == nil {
		err = m.write()
	}
	if err != nil {
		return false, err
	}
	j.mu.Lock()
	err = j.index.adopt(m)
	j.mu.Unlock()
	if err == nil {
		err = j.stepAll()
	}
	return err == nil, err
}

// tooMuch returns the day that is to be moved, if there is too much in memory:
// the first one before yesterday that memory has most of, or the largest.
func (j *Journal) tooMuch() (int32, bool) {
	total, most, day, recent := 0, 0, int32(0), j.today()-1
	for d := j.oldest; d < j.oldest+maxDays; d++ {
		n := j.index.inMemory(d)
		total += n
		if d == recent && most > j.opts.inMemory/4 {
			// What is before is enough to be moved: it is asked for less often.
			recent = 1 << 30
		}
		if n > most && d < recent || n > most && recent == j.today()-1 {
			most, day = n, d
		}
	}
	return day, total > j.opts.inMemory && most >= chunkEntries
}

// makeRoom is moveDay while the index is being told of the log up to an event.
func (j *Journal) makeRoom(event uint64) error {
	for {
		day, ok := j.tooMuch()
		if !ok {
			return nil
		}
		m, err := j.index.begin(day, event)
		if err == nil {
			err = m.write()
		}
		if err == nil {
			err = j.index.adopt(m)
		}
		for done := false; err == nil && !done; {
			done, err = j.index.step()
		}
		if err != nil {
			return err
		}
	}
}
