package rival

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// CSVWriter returns the entrant that writes the cells of a statement, which are
// text already, with encoding/csv. It formats and checks nothing.
func CSVWriter(in func() (*workload.Statement, error)) contest.Entrant {
	return contest.Entrant{Name: "encoding/csv", Open: func() (*contest.Run, error) {
		s, err := in()
		if err != nil {
			return nil, err
		}
		w, i := csv.NewWriter(io.Discard), 0
		return &contest.Run{Loops: []contest.Loop{func(n int) error {
			for range n {
				if err := w.Write(s.Cells[i]); err != nil {
					return err
				}
				if i++; i == len(s.Cells) {
					i = 0
				}
			}
			w.Flush()
			return w.Error()
		}}}, nil
	}}
}

// CSVReader returns the entrant that reads the cells of a statement's file with
// encoding/csv, and does nothing with them.
func CSVReader(in func() (*workload.Statement, error)) contest.Entrant {
	return contest.Entrant{Name: "encoding/csv", Open: func() (*contest.Run, error) {
		s, err := in()
		if err != nil {
			return nil, err
		}
		return &contest.Run{PerTurn: len(s.Rows), Loops: []contest.Loop{func(n int) error {
			for range n {
				r, rows := csv.NewReader(bytes.NewReader(s.File)), 0
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					} else if err != nil {
						return err
					}
					rows++
				}
				if rows != len(s.Rows)+1 {
					return fmt.Errorf("%d rows", rows)
				}
			}
			return nil
		}}}, nil
	}}
}
