package credit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/segment"
)

// Files is the directory that a journal lives in: the contract with the operating system, for tests that stand in for it.
type Files = segment.Files

// A Journal keeps wallets on disk, one for each account: an append-only log of checksummed segments, one record for each
// entry of a wallet. When a wallet's call returns, its entry is on the disk. One process has the journal open at a time.
//
// It is safe for use by many goroutines. Wallets that wait for the disk at one time share a sync; one wallet waits with
// its lock held, so that its calls go one after the other.
type Journal struct {
	log *segment.Journal

	mu      sync.Mutex // guards the map, and is not held while the disk is waited for
	wallets map[string]*place
}

// A place is where the wallet of an account is, or will be.
type place struct {
	mu     sync.Mutex // held while the wallet is opened, so that it is opened once
	wallet *Wallet    // nil until then
}

// A record is an entry and whose it is.
type record struct {
	Account string `json:"account"`
	Entry   Entry  `json:"entry"`
}

// OpenJournal opens the journal in a directory, or makes one: the directory is 0700, the one above must be there. It reads
// all entries, and makes the wallets of them. An end that a crash tore is set aside in a file that ends in ".quarantine":
// no call had been told of an entry in it.
//
// It fails with [ErrLocked] if the journal is open elsewhere, with [ErrSequence] or [ErrReplay] for entries that do not
// make wallets, if durable bytes are damaged, and where the system fails.
func OpenJournal(path string) (*Journal, error) {
	return opened(segment.OpenJournal(path, segment.Options{}))
}

// OpenJournalIn is [OpenJournal] for files that stand in for a directory. It does not close them.
func OpenJournalIn(files Files) (*Journal, error) {
	return opened(segment.OpenJournalIn(files, segment.Options{}))
}

func opened(log *segment.Journal, err error) (*Journal, error) {
	if err != nil {
		return nil, fmt.Errorf("credit: journal: %w", err)
	}
	j := &Journal{log: log, wallets: make(map[string]*place)}
	if err := j.replay(); err != nil {
		return nil, errors.Join(fmt.Errorf("credit: journal: %w", err), log.Close())
	}
	return j, nil
}

// replay makes the wallets of the records.
func (j *Journal) replay() error {
	if first := j.log.First(); first != 1 {
		return fmt.Errorf("begins with record %d: %w", first, ErrReplay)
	}
	for r, err := range j.records() {
		if err != nil {
			return err
		}
		p := j.place(r.Account)
		if p.wallet, err = p.wallet.after(r.Entry); err != nil {
			return fmt.Errorf("wallet %s: %w", quote(r.Account), err)
		}
	}
	for account, p := range j.wallets {
		p.wallet.journal = j.keeper(account)
	}
	return nil
}

// records reads the journal from its beginning.
func (j *Journal) records() iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		n := 0
		for text, err := range j.log.Records() {
			n++
			var r record
			if err == nil {
				if r, err = readRecord(text); err != nil {
					err = fmt.Errorf("record %d: %w: %w", n, ErrReplay, err)
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// readRecord reads what a keeper wrote, and refuses what it does not know: a later version may mean something by it.
func readRecord(text []byte) (r record, err error) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	switch err = in.Decode(&r); {
	case err != nil:
	case in.InputOffset() != int64(len(text)):
		err = errors.New("more than one value")
	case !isID(r.Account):
		err = ErrID
	}
	return r, err
}

// keeper returns what keeps the entries of an account's wallet.
func (j *Journal) keeper(account string) func(Entry) error {
	return func(e Entry) error {
		text, err := json.Marshal(record{account, e})
		if err == nil {
			err = j.log.Keep(func(batch *segment.Batch) error {
				_, err := batch.Append(text)
				return err
			})
		}
		if err == nil || errors.Is(err, segment.ErrPoisoned) || errors.Is(err, segment.ErrClosed) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrNotKept, err) // as the log promises of any other error
	}
}

// place returns the place of an account's wallet.
func (j *Journal) place(account string) *place {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := j.wallets[account]
	if p == nil {
		p = new(place)
		j.wallets[account] = p
	}
	return p
}

// Wallet returns the wallet of an account, which is opened at now if the journal has none. Called again it returns the
// same wallet, now and after a crash. An account is 1 to 256 bytes of UTF-8.
//
// It returns [ErrTerms] if the wallet was opened with other terms, which stay as they are, [ErrID] for what is no account,
// and fails as [NewWallet] does. A call that failed with [ErrNotKept] opened nothing, and can be made again.
func (j *Journal) Wallet(account string, t Terms, now time.Time) (*Wallet, error) {
	if !isID(account) {
		return nil, refuse("wallet", account, ErrID, "use 1 to 256 bytes of UTF-8")
	}
	p := j.place(account)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wallet != nil {
		if !p.wallet.terms.same(t) {
			return nil, refuse("wallet", account, ErrTerms, "use those, or take it from Wallets")
		}
		return p.wallet, nil
	}
	w, err := NewWallet(t, now, j.keeper(account))
	if err != nil {
		return nil, err
	}
	p.wallet = w
	return w, nil
}

// Wallets yields the wallets that are there when it is called, in the order of their accounts: what a program that starts
// again goes through to settle their [Wallet.OpenHolds].
func (j *Journal) Wallets() iter.Seq2[string, *Wallet] {
	return func(yield func(string, *Wallet) bool) {
		j.mu.Lock()
		all := maps.Clone(j.wallets)
		j.mu.Unlock()
		for _, account := range slices.Sorted(maps.Keys(all)) {
			p := all[account]
			p.mu.Lock()
			w := p.wallet
			p.mu.Unlock()
			if w != nil && !yield(account, w) {
				return
			}
		}
	}
}

// Entries yields the entries of an account's wallet that are on the disk, from the first one on, as [Replay] takes them:
// for who wants to know how a balance came about, or to have the wallet elsewhere. It reads the whole journal. It fails if
// bytes are damaged, where the system fails, and once the journal is closed.
func (j *Journal) Entries(account string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for r, err := range j.records() {
			if err != nil {
				yield(Entry{}, fmt.Errorf("journal: %w", err))
				return
			}
			if r.Account == account && !yield(r.Entry, nil) {
				return
			}
		}
	}
}

// Close lets go of the journal. What its wallets were told is on the disk already, and they take no more: see
// [ErrJournal]. It returns the errors of closing files.
func (j *Journal) Close() error { return j.log.Close() }
