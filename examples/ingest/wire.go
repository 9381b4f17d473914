package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

// The wire between an edge and a biller is a connection on this machine. The
// biller says the word that only who can read the address file knows; the edge
// says the id of its journal; the biller says from which event on; then there are
// entries, one on a line.
type (
	hello struct {
		Journal string `json:"journal"`
	}
	request struct {
		From uint64 `json:"from"`
	}
	wireEntry struct {
		Sequence uint64          `json:"sequence"`
		Event    json.RawMessage `json:"event"`
	}
)

// A server serves a journal to whoever may read the address file.
type server struct {
	j        *journal.Journal
	listener net.Listener
	word     string
	group    sync.WaitGroup
}

// serve serves until the context ends. The address file is written anew.
func serve(ctx context.Context, j *journal.Journal, listener net.Listener, address string) (*server, error) {
	s := &server{j: j, listener: listener, word: rand.Text()}
	temporary := address + ".new"
	err := os.WriteFile(temporary, []byte(listener.Addr().String()+" "+s.word+"\n"), 0o600)
	if err == nil {
		err = os.Rename(temporary, address)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.group.Go(func() { _ = s.answer(ctx, conn) }) // who is cut off comes again
		}
	})
	return s, nil
}

// stop ends the server. The context has to have ended, so that who waits for
// events does not wait longer.
func (s *server) stop() {
	_ = s.listener.Close()
	s.group.Wait()
}

// greetingTime is how long a connection has for its greeting.
const greetingTime = 10 * time.Second

func (s *server) answer(ctx context.Context, conn net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer conn.Close()
	from := bufio.NewReader(io.LimitReader(conn, 4096))
	if err := conn.SetDeadline(time.Now().Add(greetingTime)); err != nil {
		return err
	}
	word, err := from.ReadString('\n')
	if err != nil || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(word)), []byte(s.word)) != 1 {
		return err
	}
	to := bufio.NewWriter(conn)
	out := json.NewEncoder(to)
	if err := errors.Join(out.Encode(hello{s.j.ID().String()}), to.Flush()); err != nil {
		return err
	}
	var want request
	if err := json.NewDecoder(from).Decode(&want); err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	go func() { // the biller says nothing more: this returns when it is gone
		_, _ = io.Copy(io.Discard, conn)
		cancel()
	}()
	for e, err := range s.j.Tail(ctx, want.From) {
		if err != nil {
			return err
		}
		event, err := cloudevents.Marshal(e.Event)
		if err != nil {
			return err
		}
		if err := out.Encode(wireEntry{e.Sequence, event}); err != nil {
			return err
		}
		if e.Sequence >= s.j.Durable() { // Tail is going to wait
			if err := to.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// A reading is a connection to an edge, as the biller has it.
type reading struct {
	conn    net.Conn
	from    *bufio.Reader
	journal journal.ID
}

// dial connects to the edge whose address is in a file.
func dial(ctx context.Context, address string) (*reading, error) {
	text, err := os.ReadFile(address)
	if err != nil {
		return nil, err
	}
	where, word, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", where)
	if err != nil {
		return nil, err
	}
	r := &reading{conn: conn, from: bufio.NewReader(conn)}
	if _, err := io.WriteString(conn, word+"\n"); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	var h hello
	line, err := r.from.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &h)
	}
	if err == nil {
		r.journal, err = parseID(h.Journal)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return r, nil
}

func parseID(text string) (id journal.ID, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("journal id %.64q: want 32 hexadecimal digits", text)
	}
	return journal.ID(b), nil
}

// ask says from which event on entries are wanted.
func (r *reading) ask(from uint64) error { return json.NewEncoder(r.conn).Encode(request{from}) }

// next returns entries: as many as have arrived, and at least one, at most n.
func (r *reading) next(n int) ([]journal.Entry, error) {
	var entries []journal.Entry
	for len(entries) == 0 || len(entries) < n && r.from.Buffered() > 0 {
		text, err := r.from.ReadBytes('\n')
		if err != nil {
			return entries, err
		}
		var w wireEntry
		if err := json.Unmarshal(text, &w); err != nil {
			return nil, &refusedError{fmt.Errorf("entry of the edge: %w", err)}
		}
		event, err := cloudevents.Unmarshal(w.Event)
		if err != nil {
			return nil, &refusedError{fmt.Errorf("event %d of the edge: %w", w.Sequence, err)}
		}
		entries = append(entries, journal.Entry{Sequence: w.Sequence, Event: event})
	}
	return entries, nil
}
