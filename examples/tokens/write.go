package main

import (
	"bytes"
	"context"

	"github.com/meterbook/meterbook/examples/internal/program"
)

// write writes the costs, and the requests if this program made them.
func (s *summary) write(ctx context.Context, dir string, made []byte) (*program.Files, error) {
	files := program.NewFiles(ctx, dir)
	var costs bytes.Buffer
	if err := s.writeJSON(&costs); err != nil {
		return files, err
	}
	err := files.Write("costs.json", costs.Bytes())
	if err == nil && made != nil {
		err = files.Write("requests.csv", made)
	}
	return files, err
}
