package meteringtest

import (
	"errors"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/internal/segment"
)

// Contents reads all files of a directory, by name. It fails with the first
// error of the files.
func Contents(files segment.Files) (map[string][]byte, error) {
	names, err := files.List()
	if err != nil {
		return nil, fmt.Errorf("meteringtest: %w", err)
	}
	all := make(map[string][]byte, len(names))
	for _, name := range names {
		all[name], err = readFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("meteringtest: %w", err)
		}
	}
	return all, nil
}

func readFile(files segment.Files, name string) ([]byte, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := readAll(file)
	return data, errors.Join(err, file.Close())
}

func readAll(file segment.File) ([]byte, error) {
	size, err := file.Size()
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if n, err := file.ReadAt(data, 0); err != nil && (err != io.EOF || n < len(data)) {
		return nil, err
	}
	return data, nil
}
