package main

import (
	"encoding/csv"
	"io"
	"time"
)

// looks writes what each look added, a row for each account.
type looks struct{ to *csv.Writer }

func looksOf(to io.Writer) looks {
	l := looks{csv.NewWriter(to)}
	_ = l.to.Write([]string{"time", "account", "joules", "watts"}) // close says what went wrong
	return l
}

func (l looks) write(t tick) error {
	if t.period == 0 {
		return nil
	}
	for _, p := range t.accounts {
		if err := l.to.Write([]string{t.at.UTC().Format(time.RFC3339Nano), string(p.account), joules(p.energy).String(), watts(p.energy.Mean(t.period))}); err != nil {
			return err
		}
	}
	return nil
}

func (l looks) close() error {
	l.to.Flush()
	return l.to.Error()
}
