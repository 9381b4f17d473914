package sensor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
)

// A RAPL reads the energy counters of processors that Linux has under
// class/powercap. FS is /sys, as os.DirFS("/sys"). Since Linux 5.10 only root
// reads them, unless the machine's owner allows it otherwise.
//
// Zones overlap: their readings have a [energy.Zone] each, and [energy.Place]
// says which to add up. The dies of one package are registers of their own;
// the memory-mapped copies of a package (intel-rapl-mmio) are the package's.
type RAPL struct{ FS fs.FS }

// Name returns "rapl".
func (RAPL) Name() string { return "rapl" }

// Read returns a counter for each zone. A zone whose counter cannot be read
// while others can is missed. It fails with an error that wraps
// [ErrUnavailable] when none can.
func (r RAPL) Read(_ context.Context, now time.Time) ([]Reading, error) {
	names, err := fs.Glob(r.FS, "class/powercap/intel-rapl*:*")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("%w: no RAPL zones under class/powercap", ErrUnavailable)
	}
	slices.Sort(names)
	var readings []Reading
	var missed error
	read := 0
	for _, dir := range names {
		z, err := r.zone(dir)
		if err != nil {
			missed = err // what has no name or is of no known kind is no zone
			continue
		}
		reading := Reading{Source: r.Name(), Device: path.Base(dir), Model: z.Name, Time: now, Kind: Counter, Zone: z}
		if reading.Energy, reading.Range, err = r.counter(dir); err != nil {
			reading.Kind, reading.Why, missed = Missed, err, err
		} else {
			read++
		}
		readings = append(readings, reading)
	}
	if read == 0 {
		return nil, unavailable("RAPL", missed)
	}
	return readings, nil
}

// unavailable wraps the reason why nothing could be read.
func unavailable(what string, reason error) error {
	switch {
	case errors.Is(reason, fs.ErrPermission):
		return fmt.Errorf("%w: %s: no permission to read it: %w", ErrUnavailable, what, reason)
	case reason != nil:
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, what, reason)
	}
	return fmt.Errorf("%w: %s: nothing to read", ErrUnavailable, what)
}

// zone reads what a folder such as intel-rapl:0:1 is. Its socket is the number
// in the name of the package that it is or lies in.
func (r RAPL) zone(dir string) (energy.Zone, error) {
	name, err := line(r.FS, path.Join(dir, "name"))
	if err != nil {
		return energy.Zone{}, err
	}
	z := energy.Zone{Name: name}
	base := path.Base(dir)
	driver, numbers, _ := strings.Cut(base, ":")
	top, _, nested := strings.Cut(numbers, ":")
	packageName := name
	if nested {
		if packageName, err = line(r.FS, path.Join(path.Dir(dir), driver+":"+top, "name")); err != nil {
			return energy.Zone{}, err
		}
	}
	kind, _, _ := strings.Cut(name, "-")
	switch kind {
	case "psys":
		z.Kind = energy.Platform
	case "package":
		z.Kind = energy.Package
	case "core":
		z.Kind = energy.Core
	case "uncore":
		z.Kind = energy.Uncore
	case "dram":
		z.Kind = energy.DRAM
	default:
		return energy.Zone{}, &FieldError{"name of zone " + base, clip(name), "psys, package, core, uncore or dram"}
	}
	if _, rest, _ := strings.Cut(packageName, "-"); rest != "" {
		digits, _, _ := strings.Cut(rest, "-")
		if z.Socket, err = strconv.Atoi(digits); err != nil {
			return energy.Zone{}, &FieldError{"name of zone " + base, clip(packageName), "a package with its number"}
		}
	}
	// A memory-mapped copy and the register it copies are of one name.
	z.Counter = packageName + "/" + name
	return z, nil
}

func (r RAPL) counter(dir string) (value, modulus energy.Energy, err error) {
	text, err := line(r.FS, path.Join(dir, "energy_uj"))
	if err != nil {
		return value, modulus, err
	}
	if value, err = joules("energy_uj of "+path.Base(dir), text, micro); err != nil {
		return value, modulus, err
	}
	text, err = line(r.FS, path.Join(dir, "max_energy_range_uj"))
	if errors.Is(err, fs.ErrNotExist) {
		return value, modulus, nil // unknown, which a counter can do without
	}
	if err != nil {
		return value, modulus, err
	}
	modulus, err = joules("max_energy_range_uj of "+path.Base(dir), text, micro)
	return value, modulus, err
}

// line reads a small file of one line.
func line(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(b)), nil
}
