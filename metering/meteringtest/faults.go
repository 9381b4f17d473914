package meteringtest

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"

	"github.com/meterbook/meterbook/internal/segment"
)

// ErrOmit, returned by a hook, leaves the call out and lets it seem to succeed:
// a Sync that syncs nothing, a WriteAt whose bytes are lost. Calls that return
// something (List, Open, Edit, Create, Lock, ReadAt, Size) fail with it.
var ErrOmit = errors.New("meteringtest: leave the call out")

// A FaultError is a call that was made to fail. It wraps what the call failed
// with.
type FaultError struct {
	Call Call
	Err  error
}

func (e *FaultError) Error() string { return fmt.Sprintf("meteringtest: %v: %v", e.Call, e.Err) }
func (e *FaultError) Unwrap() error { return e.Err }

// A Fault is how a call fails.
type Fault struct {
	// Err is what the call fails with: any error, EIO by default.
	Err error
	// Short lets a WriteAt write the first half before it fails. Other calls
	// fail as ever.
	Short bool
	// Sticky lets all calls after it fail as well.
	Sticky bool
}

// String returns the error and what goes with it, such as "input/output error, short write, once".
func (f Fault) String() string {
	s := f.err().Error()
	if f.Short {
		s += ", short write"
	}
	if f.Sticky {
		return s + ", from then on"
	}
	return s + ", once"
}

func (f Fault) err() error {
	if f.Err == nil {
		return syscall.EIO
	}
	return f.Err
}

// EveryFault lists the faults to run a scenario with: EIO, ENOSPC, EDQUOT,
// EROFS, EMFILE, EINTR and a short write before ENOSPC, each once and sticky.
func EveryFault() []Fault {
	var all []Fault
	for _, sticky := range []bool{false, true} {
		for _, err := range []error{
			syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EMFILE, syscall.EINTR,
		} {
			all = append(all, Fault{Err: err, Sticky: sticky})
		}
		all = append(all, Fault{Err: syscall.ENOSPC, Short: true, Sticky: sticky})
	}
	return all
}

// Faults is a directory whose calls can be made to fail. Until told otherwise
// it passes every call on, and counts it. Its zero value is not ready: see
// [NewFaults].
//
// A call that is made to fail is not passed on, with these exceptions: half of a
// short write is; Close and the closing of a lock release what they close; and a
// Sync of a file of a [Disk], however it is wrapped, loses the pages that it
// should have written. They are clean from then on: reads see them, later Syncs
// succeed without writing them, and a power loss takes them, as on Linux
// (Rebello and others, "Can Applications Recover from fsync Failures?", USENIX
// ATC 2020). A SyncDir that fails loses nothing: file systems that cannot write
// a directory stop altogether, and a sticky fault does that.
//
// Methods can be called from many goroutines at once.
type Faults struct {
	files segment.Files

	mu    sync.Mutex
	calls int
	nth   map[Method]int
	at    int // the call that fails, 0 for none
	fault Fault
	hook  func(Call) error
	hit   *Call

	full sync.Mutex // held while a limited file grows, after which room is known
	room int64      // bytes; below 0 without limit
}

// NewFaults wraps a directory.
func NewFaults(files segment.Files) *Faults {
	return &Faults{files: files, nth: map[Method]int{}, room: -1}
}

// FailAt makes the n-th call fail, counted from 1 over all methods since the
// beginning, in place of what FailAt said before. Below 1 none fails: so does a
// disk recover.
func (f *Faults) FailAt(n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.fault = n, fault
}

// Hook has a function called before each call, on the same goroutine and
// without any lock, so that it can wait, cut the power of the disk below or
// call the files below. What it returns, if not nil, the call fails with;
// [ErrOmit] leaves it out. A call that FailAt makes fail does not come to it. Nil
// takes the hook away.
func (f *Faults) Hook(hook func(Call) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

// Calls returns how many calls there were.
func (f *Faults) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Hit returns the first call that was made to fail, and false if none was.
func (f *Faults) Hit() (Call, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hit == nil {
		return Call{}, false
	}
	return *f.hit, true
}

// begin counts a call, numbers it and says what it fails with. An error that is
// ErrOmit is returned as it is, any other as a *FaultError.
func (f *Faults) begin(c *Call) (short bool, err error) {
	f.mu.Lock()
	f.calls++
	f.nth[c.Method]++
	c.N, c.Nth = f.calls, f.nth[c.Method]
	hook := f.hook
	if f.at > 0 && (c.N == f.at || c.N > f.at && f.fault.Sticky) {
		err, short = f.fault.err(), f.fault.Short
	}
	f.mu.Unlock()

	if err == nil && hook != nil {
		err = hook(*c)
	}
	switch {
	case err == nil, err == ErrOmit && omissible(c.Method):
		return false, err
	}
	return short, f.fail(*c, err)
}

func omissible(m Method) bool {
	switch m {
	case MethodList, MethodOpen, MethodEdit, MethodCreate, MethodLock, MethodReadAt, MethodSize:
		return false
	}
	return true
}

func (f *Faults) fail(c Call, err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hit == nil {
		f.hit = &c
	}
	return &FaultError{Call: c, Err: err}
}

// do makes a call that returns nothing else.
func (f *Faults) do(c *Call, call func() error) error {
	switch _, err := f.begin(c); err {
	case nil:
		return call()
	case ErrOmit:
		return nil
	default:
		return err
	}
}

// List lists the files.
func (f *Faults) List() ([]string, error) {
	if _, err := f.begin(&Call{Method: MethodList}); err != nil {
		return nil, err
	}
	return f.files.List()
}

// Open opens a file for reading.
func (f *Faults) Open(name string) (segment.File, error) {
	return f.open(MethodOpen, name, f.files.Open)
}

// Edit opens a file for reading and writing.
func (f *Faults) Edit(name string) (segment.File, error) {
	return f.open(MethodEdit, name, f.files.Edit)
}

// Create makes a file.
func (f *Faults) Create(name string) (segment.File, error) {
	return f.open(MethodCreate, name, f.files.Create)
}

func (f *Faults) open(m Method, name string, open func(string) (segment.File, error)) (segment.File, error) {
	if _, err := f.begin(&Call{Method: m, Name: name}); err != nil {
		return nil, err
	}
	file, err := open(name)
	if err != nil {
		return nil, err
	}
	return &faultFile{faults: f, file: file, name: name}, nil
}

// Rename gives a file another name.
func (f *Faults) Rename(from, to string) error {
	return f.do(&Call{Method: MethodRename, Name: from, To: to}, func() error {
		if from == to {
			return f.files.Rename(from, to)
		}
		return f.giveBack(to, func() error { return f.files.Rename(from, to) })
	})
}

// Remove removes a file.
func (f *Faults) Remove(name string) error {
	return f.do(&Call{Method: MethodRemove, Name: name}, func() error {
		return f.giveBack(name, func() error { return f.files.Remove(name) })
	})
}

// SyncDir makes names durable.
func (f *Faults) SyncDir() error {
	return f.do(&Call{Method: MethodSyncDir}, f.files.SyncDir)
}

// Lock takes a lock.
func (f *Faults) Lock(name string) (io.Closer, error) {
	if _, err := f.begin(&Call{Method: MethodLock, Name: name}); err != nil {
		return nil, err
	}
	lock, err := f.files.Lock(name)
	if err != nil {
		return nil, err
	}
	return &faultLock{faults: f, lock: lock, name: name}, nil
}

type faultLock struct {
	faults *Faults
	lock   io.Closer
	name   string
}

func (l *faultLock) Close() error {
	return l.faults.release(&Call{Method: MethodUnlock, Name: l.name}, l.lock)
}

// release closes what a call closes, whether or not the call then fails.
func (f *Faults) release(c *Call, what io.Closer) error {
	_, err := f.begin(c)
	closed := what.Close()
	switch err {
	case nil:
		return closed
	case ErrOmit:
		return nil
	}
	return err
}
