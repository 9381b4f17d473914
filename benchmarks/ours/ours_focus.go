package ours

import (
	"bytes"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Names of the entrants of FOCUS.
const (
	NameWriter    = "writer"
	NameValidator = "validator"
)

// FocusWriter returns the entrant that writes rows of FOCUS as CSV, each checked
// before it is written: an operation is a row.
func FocusWriter(in func() (*workload.Statement, error)) contest.Entrant {
	return contest.Entrant{Name: NameWriter, Open: func() (*contest.Run, error) {
		s, err := in()
		if err != nil {
			return nil, err
		}
		w, err := focus.NewWriter(io.Discard, focus.V1_4)
		if err != nil {
			return nil, err
		}
		i := 0
		return &contest.Run{Loops: []contest.Loop{func(n int) error {
			for range n {
				if err := w.Write(&s.Rows[i]); err != nil {
					return err
				}
				if i++; i == len(s.Rows) {
					i = 0
				}
			}
			return w.Flush()
		}}}, nil
	}}
}

// FocusValidator returns the entrant that holds a file against every rule. A turn
// is the whole file, an operation a row of it.
func FocusValidator(in func() (*workload.Statement, error)) contest.Entrant {
	return contest.Entrant{Name: NameValidator, Open: func() (*contest.Run, error) {
		s, err := in()
		if err != nil {
			return nil, err
		}
		return &contest.Run{PerTurn: len(s.Rows), Loops: []contest.Loop{func(n int) error {
			for range n {
				found, err := focus.Validator{Version: focus.V1_4, WholeTerm: true}.Summarize(bytes.NewReader(s.File))
				if err != nil {
					return err
				}
				if found.Errors+found.Warnings > 0 || found.Rows != int64(len(s.Rows)) {
					return fmt.Errorf("%d rows, %d errors, %d warnings", found.Rows, found.Errors, found.Warnings)
				}
			}
			return nil
		}}}, nil
	}}
}
