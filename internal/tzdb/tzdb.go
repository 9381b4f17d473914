package tzdb

import (
	"archive/zip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Version is the IANA release of the embedded database.
const Version = "2025c"

// ErrUnknownZone means that a name is not in the database.
var ErrUnknownZone = errors.New("unknown time zone")

//go:embed zoneinfo.zip
var archive string

// index maps each name in the archive to its file. It is built once, on first
// use, and only read afterwards.
var index = sync.OnceValues(func() (map[string]*zip.File, error) {
	r, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		files[f.Name] = f
	}
	return files, nil
})

// zones maps a name to its *time.Location once that has been loaded. Callers
// may load one zone at the same time; the first to store it wins, so that
// everyone holds the same pointer.
var zones sync.Map

// Load returns the zone of that name, such as "Asia/Shanghai"; "UTC" is
// [time.UTC]. The same name always gives the same pointer, so times in one
// zone compare with ==. An unknown name is an error that wraps
// [ErrUnknownZone]. Load is safe for concurrent use; after the first call for
// a name it costs one map lookup.
func Load(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	files, err := index()
	if err != nil {
		return nil, fmt.Errorf("tzdb: embedded database %s: %w", Version, err)
	}
	file, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("tzdb: %w %q: want an IANA name of release %s, such as \"Asia/Shanghai\"",
			ErrUnknownZone, clip(name), Version)
	}
	loc, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("tzdb: embedded zone %q of %s: %w", name, Version, err)
	}
	kept, _ := zones.LoadOrStore(file.Name, loc)
	return kept.(*time.Location), nil
}

// read parses one zone. The zip reader checks the file's CRC-32.
func read(file *zip.File) (*time.Location, error) {
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(file.Name, data)
}

// clip bounds what an error repeats of a name from outside. The longest name
// in the database has 32 bytes.
func clip(name string) string {
	const most = 64
	if len(name) <= most {
		return name
	}
	return name[:most] + "…"
}
