package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// A message is what a process tells the one that started it, a JSON line each.
type message struct {
	acknowledgement
	Imported uint64 `json:"imported,omitempty"` // by a biller: sequence of the edge's journal
	Passed   int    `json:"passed,omitempty"`   // entries of it that were there before
}

// A process is this program in a role, as a child.
type process struct {
	cmd      *exec.Cmd
	stdin    io.WriteCloser // closed to end it
	messages chan message
	stderr   bytes.Buffer
	err      error // once messages is closed
}

// spawn starts the program again. The child ends when its standard input does: it
// does not outlive this process.
func spawn(ctx context.Context, args []string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, self, args...), messages: make(chan message, 64)}
	p.cmd.Env = append(os.Environ(), childVariable+"=1")
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.messages)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var m message
			if json.Unmarshal(lines.Bytes(), &m) == nil { // the last one may be half written
				p.messages <- m
			}
		}
		p.err = p.cmd.Wait()
	}()
	return p, nil
}

// childVariable says that a process was started by another one: tests, whose
// program is another, look for it.
const childVariable = "METERBOOK_INGEST_CHILD"

// A tormentor starts a process until it has done its work, and kills it at points
// that are drawn from a seed.
type tormentor struct {
	role  role
	args  func() []string
	heard func(message) (progress uint64)
	kills []uint64 // at which progress, rising
	r     *rand.Rand
	// finish is closed when the process is to end by itself; nil for one that
	// knows when.
	finish <-chan struct{}

	Killed   int `json:"killed"`
	progress uint64
}

// draw draws when to kill a process that gets as far as most.
func draw(seed uint64, stream uint64, n int, most uint64) (*rand.Rand, []uint64) {
	r := rand.New(rand.NewPCG(seed, stream))
	kills := make([]uint64, n)
	for i := range kills {
		kills[i] = r.Uint64N(max(most, 1))
	}
	slices.Sort(kills)
	return r, kills
}

// run returns once the process has ended by itself.
func (t *tormentor) run(ctx context.Context) error {
	for {
		p, err := spawn(ctx, t.args())
		if err != nil {
			return err
		}
		killed := t.watch(p)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case killed:
			t.Killed++
		case p.err != nil:
			return fmt.Errorf("%s process: %w: %s", t.role, p.err, bytes.TrimSpace(p.stderr.Bytes()))
		default:
			return nil
		}
	}
}

// watch listens to a process to its end, and reports whether it was killed.
func (t *tormentor) watch(p *process) (killed bool) {
	defer p.stdin.Close()
	var fuse <-chan time.Time
	arm := func(most time.Duration) {
		if fuse == nil && !killed && len(t.kills) > 0 && t.progress >= t.kills[0] {
			fuse = time.After(time.Duration(t.r.Int64N(int64(most))))
		}
	}
	arm(40 * time.Millisecond) // while it starts
	finish := t.finish
	for {
		select {
		case m, more := <-p.messages:
			if !more {
				return killed && p.err != nil
			}
			t.progress = max(t.progress, t.heard(m))
			arm(3 * time.Millisecond)
		case <-fuse:
			fuse, killed, t.kills = nil, true, t.kills[1:]
			_ = p.cmd.Process.Kill() // one that has ended by itself was not killed
		case <-finish:
			finish = nil
			_ = p.stdin.Close()
		}
	}
}

// A teller is the other end: it tells messages.
type teller struct {
	mu sync.Mutex
	to *json.Encoder
}

func newTeller(to io.Writer) *teller { return &teller{to: json.NewEncoder(to)} }

func (t *teller) tell(m message) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.to.Encode(m)
}

// untilClosed returns a context that ends with standard input.
func untilClosed(ctx context.Context, stdin io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, stdin)
	}()
	return ctx
}
