package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// purses keep the prepaid credit of tenants, in memory and in a file of their
// entries, one on a line. What usage costs is not decided here: it is due, and is
// taken whenever somebody asks, so that what a crash came before is taken later.
type purses struct {
	mu      sync.Mutex // held while an entry is made durable, so one tenant waits for another
	file    *os.File
	size    int64 // of the lines that are whole
	opening money.Money
	tenants map[metering.Account]*purse
}

// A logged is a line of the file.
type logged struct {
	Account metering.Account `json:"account"`
	Entry   credit.Entry     `json:"entry"`
}

// openPurses reads the file, or makes it, and every purse in it anew. A last line
// that is not whole was never answered for, and is cut off.
func openPurses(name string, opening money.Money) (*purses, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &purses{file: f, opening: opening, tenants: make(map[metering.Account]*purse)}
	entries, err := p.read(name)
	if err == nil {
		err = errors.Join(f.Truncate(p.size), f.Sync(), syncFolder(filepath.Dir(name)))
	}
	for tenant, list := range entries {
		if err == nil {
			p.tenants[tenant], err = p.replay(tenant, list)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

func (p *purses) read(name string) (map[metering.Account][]credit.Entry, error) {
	entries := make(map[metering.Account][]credit.Entry)
	in := bufio.NewReader(p.file)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		var l logged
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
		}
		entries[l.Account] = append(entries[l.Account], l.Entry)
		p.size += int64(len(line))
	}
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// keeper returns what makes an entry of a tenant durable.
func (p *purses) keeper(tenant metering.Account) func(credit.Entry) error {
	return func(e credit.Entry) error {
		line, err := json.Marshal(logged{tenant, e})
		if err != nil {
			return err
		}
		line = append(bytes.TrimSpace(line), '\n')
		if _, err := p.file.WriteAt(line, p.size); err != nil {
			return err
		}
		if err := p.file.Sync(); err != nil {
			return err
		}
		p.size += int64(len(line))
		return nil
	}
}

func (p *purses) replay(tenant metering.Account, list []credit.Entry) (*purse, error) {
	entries := iter.Seq2[credit.Entry, error](func(yield func(credit.Entry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	})
	w, err := credit.Replay(entries, p.keeper(tenant))
	if err != nil {
		return nil, fmt.Errorf("credit of a tenant: %w", err)
	}
	u := &purse{wallet: w, open: make(map[string]bool)}
	for _, e := range list {
		u.follow(e.Op, e.ID)
	}
	return u, nil
}

// of returns the purse of a tenant, which is opened with what is prepaid.
func (p *purses) of(tenant metering.Account, now time.Time) (*purse, error) {
	if u := p.tenants[tenant]; u != nil {
		return u, nil
	}
	w, err := credit.NewWallet(credit.Terms{Currency: p.opening.Currency(), Overdraft: overdraft(p.opening.Currency())}, now, p.keeper(tenant))
	if err != nil {
		return nil, err
	}
	u := &purse{wallet: w, open: make(map[string]bool)}
	p.tenants[tenant] = u
	if p.opening.IsZero() {
		return u, nil
	}
	return u, w.Grant(credit.Grant{ID: "prepaid", Amount: p.opening}, now)
}

// overdraft is how far usage, which has happened, may go beyond the credit: as far
// as anybody could. Holds may not.
func overdraft(c money.Currency) money.Money { return money.MustParse(string(c) + " 1000000000000") }

func (p *purses) close() error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.file.Sync(), p.file.Close())
}
