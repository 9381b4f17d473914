package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Files are what a run writes to a directory. Each appears whole or not at all.
type Files struct {
	ctx   context.Context // of the one run that this is of
	dir   string
	names []string
	made  map[string]bool // folders
}

// NewFiles returns files in a directory, which is made when the first is written;
// "" is nowhere, and nothing is written.
func NewFiles(ctx context.Context, dir string) *Files {
	return &Files{ctx: ctx, dir: dir, made: make(map[string]bool)}
}

// Write writes a file, whose name may have folders of its own, separated by
// slashes. Once the context has ended it writes no more, and returns its error.
func (f *Files) Write(name string, content []byte) error {
	if f.dir == "" {
		return nil
	}
	if err := f.ctx.Err(); err != nil {
		return err
	}
	file := filepath.Join(f.dir, filepath.FromSlash(name))
	if folder := filepath.Dir(file); !f.made[folder] {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		f.made[folder] = true
	}
	f.names = append(f.names, file)
	return writeWhole(file, content)
}

// writeWhole gives the file another name until it is written.
func writeWhole(name string, content []byte) error {
	part := name + ".part"
	if err := os.WriteFile(part, content, 0o666); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}

// Names returns what was written, in its order.
func (f *Files) Names() []string { return f.names }

// Say prints what was written, a line for each.
func (f *Files) Say(to io.Writer, lang string) error {
	for _, name := range f.names {
		if _, err := fmt.Fprintln(to, Wrote(lang, name)); err != nil {
			return err
		}
	}
	return nil
}

// Wrote says that a file was written.
func Wrote(lang, name string) string { return Text{"wrote ", "已写入 "}.In(lang) + name }
