package promtext

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Accounts says whose usage a series is. The empty account passes the series over;
// an error refuses it, and what a counter grew by meanwhile is counted once it has
// an account. Who held a level is asked when it is seen, and pays until the next
// sight; from one at which it is nobody's, nobody does.
type Accounts func(Sample) (metering.Account, error)

// Fixed puts everything under one account.
func Fixed(a metering.Account) Accounts {
	return func(Sample) (metering.Account, error) { return a, nil }
}

// ByLabel makes an account of a label and what goes before it, as in
// ByLabel("cluster-7/", "namespace"). A series without the label is passed over.
func ByLabel(prefix, label string) Accounts {
	return func(s Sample) (metering.Account, error) {
		if v := s.Labels[label]; v != "" {
			return metering.Account(prefix + v), nil
		}
		return "", nil
	}
}

// A Doer sends a request: an *[http.Client], or anything that stands for one, with
// its own credentials, time limits and proxies.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// A Scraper turns what one exporter says into events. Get one from [New] or
// [Restore]; it is safe for concurrent use, and scrapes one at a time.
//
// Events wait in it until they are recorded: after a scrape, save the state, record
// [Scraper.Pending], and call [Scraper.Done]. A program that ends in between and
// restores the state has lost and doubled nothing.
type Scraper struct {
	options
	table    string
	accounts Accounts
	wanted   map[string]bool // metrics

	turn sync.Mutex // held while a scrape is under way

	mu      sync.Mutex // guards what follows
	rules   []*rule
	levels  map[string]*level
	seen    map[string]sight // series by rule and name
	last    time.Time        // of the last scrape that was read
	pending []metering.Event
	tally   tally
}

// A sight is when a series was last there.
type sight struct {
	Rule int
	Name string
	At   time.Time
}

// New returns a scraper of one exporter. The source names it in events, 1 to 256
// bytes, and is another one for each exporter of a tenant. It fails with a
// *[FieldError] for options out of range and rules that are not whole, with
// [metering.ErrUnknown] for a meter and a *[metering.DimensionError] for a unit that
// is not the meter's.
func New(table Table, source string, accounts Accounts, opts ...Option) (*Scraper, error) {
	o, err := newOptions(source, opts)
	if err != nil {
		return nil, err
	}
	if accounts == nil {
		return nil, &FieldError{Field: "accounts", Want: "a function that says whose usage a series is"}
	}
	s := &Scraper{options: o, table: table.Name, accounts: accounts, wanted: make(map[string]bool),
		levels: make(map[string]*level), seen: make(map[string]sight)}
	for i, one := range table.Rules {
		r, err := one.check(i, o.catalogue, &o)
		if err != nil {
			return nil, err
		}
		s.rules = append(s.rules, r)
		s.wanted[r.Metric] = true
		if r.Start != "" {
			s.wanted[r.Start] = true
		}
	}
	return s, nil
}

// Scrape asks an exporter over HTTP and reads its answer. Its instant is that of
// the request.
//
// It fails with [ErrUnreachable] where nobody answers in time, a *[StatusError], and
// as [Scraper.Read] does. Nothing was read then, and nothing is lost but what levels
// held for longer than [WithGap].
func (s *Scraper) Scrape(ctx context.Context, client Doer, url string) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	at := s.now()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	body, err := s.ask(ctx, client, url)
	if err != nil {
		return s.failed(err)
	}
	defer body.Close()
	return s.read(body, at)
}

func (s *Scraper) ask(ctx context.Context, client Doer, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &FieldError{Field: "address", Value: clip(url), Want: "a URL"}
	}
	req.Header.Set("Accept", "text/plain;version=0.0.4;q=1,*/*;q=0.1")
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, &StatusError{url, resp.StatusCode}
	}
	return resp.Body, nil
}

// Read reads an exposition that was made at an instant, such as a file that an
// exporter writes. Whole or not at all:
//
//   - [ErrSyntax], [ErrTooLarge], or [ErrUnreachable] with what r says;
//   - [ErrOrder] for an instant that is not after the one before, and a
//     [metering.ErrTimeRange];
//   - [ErrPending] while too many events wait.
func (s *Scraper) Read(r io.Reader, at time.Time) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.read(r, at)
}

func (s *Scraper) read(r io.Reader, at time.Time) error {
	found, err := s.parse(r)
	if err != nil {
		return s.failed(err)
	}
	at = at.UTC().Round(0)
	if _, err := metering.NewPeriod(at, at); err != nil {
		return s.failed(err)
	}
	s.mu.Lock()
	last, waiting := s.last, len(s.pending)
	s.mu.Unlock()
	switch {
	case !at.After(last):
		return s.failed(fmt.Errorf("%w: %v is not after %v", ErrOrder, at, last))
	case waiting > MaxPending:
		return s.failed(fmt.Errorf("%w: %d, the most is %d", ErrPending, waiting, MaxPending))
	}
	c := s.collect(found, at) // calls what was handed in, and changes nothing
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.scrapes++
	s.last = at
	s.apply(c, at)
	return nil
}

// failed counts a scrape of which nothing was read.
func (s *Scraper) failed(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.failures++
	for _, k := range s.seen {
		if r := s.rules[k.Rule]; r.set != nil {
			r.set.Miss(k.Name)
		}
	}
	return err
}

// Pending returns the events that wait to be recorded, oldest first: those of all
// scrapes since [Scraper.Done]. Their identities make it safe to record them again.
func (s *Scraper) Pending() []metering.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pending)
}

// Done says that what [Scraper.Pending] returned was recorded. Call it before the
// next scrape.
func (s *Scraper) Done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = nil
}
