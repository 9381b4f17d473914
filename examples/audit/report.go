package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/examples/internal/proof"
	"github.com/meterbook/meterbook/metering"
)

const clock = "2006-01-02 15:04"

// A report is what was found out about a file.
type report struct {
	File   string  `json:"file"`
	Forged string  `json:"forged,omitempty"` // what was changed in a copy of the sample
	OK     bool    `json:"ok"`
	Key    string  `json:"key,omitempty"`
	Pinned bool    `json:"pinned"` // the key was handed in, not taken from the file
	Checks []check `json:"checks"`
}

// A check is one thing that was looked at: what, about what, and why it failed.
type check struct {
	What  what   `json:"what"`
	About string `json:"about,omitempty"`
	OK    bool   `json:"ok"`
	Why   string `json:"why,omitempty"`

	seals []seal.Seal // that it is about
	err   error
}

// what is the kind of a check.
type what string

const (
	isReadable what = "readable"    // the file is a proof or a sealed month
	isSigned   what = "signed"      // the seal was signed by the key
	isLine     what = "line"        // the line is in the sealed month
	isEvent    what = "event"       // the event is in the sealed month
	isOnLine   what = "on-line"     // the event was billed on the line
	isSums     what = "sums"        // the sums are those that were sealed
	isUsed     what = "used"        // what the usage of a meter comes to
	isBilled   what = "billed"      // what the lines come to
	isChain    what = "chain"       // the later seal extends the earlier one
	isWhole    what = "whole-month" // every record of the month is as it was sealed
)

func (r *report) add(w what, about string, err error) bool {
	return r.take(check{What: w, About: about, OK: err == nil, err: err})
}

// addSeals adds a check about seals, which are not known if it failed.
func (r *report) addSeals(w what, err error, seals ...seal.Seal) bool {
	c := check{What: w, OK: err == nil, err: err}
	if err == nil {
		c.seals, c.About = seals, english.seals(seals)
	}
	return r.take(c)
}

func (r *report) take(c check) bool {
	err := c.err
	if err != nil {
		c.Why = strings.TrimPrefix(err.Error(), "seal: ")
	}
	r.Checks = append(r.Checks, c)
	r.OK = r.OK && c.OK
	return c.OK
}

// auditFiles checks files, each by itself.
func auditFiles(names []string, key string) (out []report) {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			r := report{File: name, OK: true}
			r.add(isReadable, "", err)
			out = append(out, r)
			continue
		}
		if strings.HasSuffix(name, ".sealed") {
			out = append(out, auditMonth(name, f, key))
		} else {
			out = append(out, auditProof(name, f, key))
		}
		f.Close()
	}
	return out
}

// auditMonth checks a whole sealed month.
func auditMonth(name string, file io.Reader, key string) report {
	r := report{File: name, OK: true, Key: key, Pinned: true}
	v, err := note.NewVerifier(key)
	if err != nil {
		r.add(isReadable, "", errors.New("a sealed month has no key beside it: give -key"))
		return r
	}
	s, err := seal.Read(file, v)
	if err != nil {
		r.addSeals(isWhole, err)
		return r
	}
	r.addSeals(isWhole, nil, s.Seal)
	r.sums(s.Sums())
	return r
}

// auditProof checks what a proof shows.
func auditProof(name string, file io.Reader, key string) report {
	f, err := proof.Parse(file)
	if err != nil {
		r := report{File: name, OK: true}
		r.add(isReadable, "", err)
		return r
	}
	return auditParsed(name, f, key)
}

func auditParsed(name string, f *proof.File, key string) report {
	r := report{File: name, OK: true, Key: cmp.Or(key, f.Key), Pinned: key != ""}
	v, err := note.NewVerifier(r.Key)
	if err != nil {
		r.add(isReadable, "", fmt.Errorf("key beside the proof: %w", err))
		return r
	}
	if f.Line != nil {
		r.line(f, v)
	}
	if f.Sums != nil {
		s, err := seal.Open([]byte(f.Sums.Note), v)
		if r.addSeals(isSigned, err, s) && r.add(isSums, fmt.Sprint(len(f.Sums.Sums)), s.CheckSums(f.Sums.Sums)) {
			r.sums(f.Sums.Sums)
		}
	}
	if f.Extension != nil {
		older, newer, err := f.Extension.Verify(v)
		r.addSeals(isChain, err, older, newer)
	}
	return r
}

var (
	errOther = errors.New("it is not the record that was sealed")
	errSeal  = errors.New("it is proved by another seal than the line is")
	errLine  = errors.New("it was not billed on this line")
)

// line checks a line, and the events on it.
func (r *report) line(f *proof.File, v note.Verifier) {
	s, err := seal.Open([]byte(f.Line.Proof.Note), v)
	if !r.addSeals(isSigned, err, s) {
		return
	}
	issued, err := f.Line.Issued()
	if err != nil {
		r.add(isLine, "", err)
		return
	}
	_, line, err := f.Line.Proof.Verify(v)
	if err == nil && !line.Is(seal.FromLine(issued)) {
		err = errOther
	}
	item := &f.Line.Item
	about := fmt.Sprintf("%s, %s: %s, %s", issued.ID(), item.Title, inUnit(item), billed(item.Gross.Currency(), item.Gross.Decimal()))
	if !r.add(isLine, about, err) {
		return
	}
	for _, shown := range f.Events {
		e, err := shown.Read()
		if err != nil {
			r.add(isEvent, "", err)
			continue
		}
		about := fmt.Sprintf("%s, %s, %s", e.ID, e.Account, e.Time.Format(clock+":05 MST"))
		same, leaf, err := shown.Proof.Verify(v)
		switch {
		case err != nil:
		case same.Text() != s.Text():
			err = errSeal
		case !leaf.Is(seal.FromEvent(e, "")):
			err = errOther
		}
		if !r.add(isEvent, about, err) {
			continue
		}
		if !leaf.On(line) {
			err = errLine
		}
		r.add(isOnLine, e.ID+" → "+issued.ID(), err)
	}
}

// inUnit is a line's quantity as people write it.
func inUnit(i *invoice.Item) string {
	if i.Unit == (metering.Unit{}) {
		return i.Quantity.String()
	}
	return rounded(i.Quantity, i.Unit)
}

func rounded(q metering.Quantity, u metering.Unit) string {
	d, err := q.In(u, 3)
	if err != nil {
		return q.String()
	}
	return digits.Group(d.StringFixed(3)) + " " + u.Label()
}

// billed is an amount as people write it, with all of its digits.
func billed(c money.Currency, amount decimal.Decimal) string {
	return string(c) + " " + digits.Group(amount.StringFixed(max(2, -amount.Exponent())))
}

// sums says what the usage of each meter and the lines of the month come to.
func (r *report) sums(sums []seal.Sum) {
	for _, s := range sums {
		if s.Kind != seal.Usage {
			continue
		}
		text := s.Quantity.String()
		if m, err := metering.DefaultCatalogue().Lookup(s.Meter); err == nil {
			text = rounded(s.Quantity, m.Unit)
		}
		r.add(isUsed, string(s.Meter)+", "+text, nil)
	}
	total := make(map[money.Currency]decimal.Decimal)
	var order []money.Currency
	for _, s := range sums {
		if currency := s.Amount.Currency(); s.Kind == seal.Line && currency != "" {
			if _, known := total[currency]; !known {
				order = append(order, currency)
			}
			total[currency] = total[currency].Add(s.Amount.Decimal())
		}
	}
	for _, currency := range order {
		r.add(isBilled, billed(currency, total[currency]), nil)
	}
}
