package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeFiles writes the costs, and the requests if this program made them, into
// a directory, and says so.
func writeFiles(dir string, s *summary, made []byte, notes io.Writer, say words) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var costs bytes.Buffer
	if err := s.writeJSON(&costs); err != nil {
		return err
	}
	files := []struct {
		name string
		text []byte
	}{{"costs.json", costs.Bytes()}, {"requests.csv", made}}
	for _, f := range files {
		if f.text == nil {
			continue
		}
		name := filepath.Join(dir, f.name)
		if err := os.WriteFile(name, f.text, 0o644); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(notes, say.wrote+"\n", name); err != nil {
			return err
		}
	}
	return nil
}
