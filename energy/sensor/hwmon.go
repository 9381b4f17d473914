package sensor

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// A Hwmon reads the power and energy sensors that Linux has under class/hwmon:
// power in microwatts (powerN_average, or powerN_input), energy in microjoules
// (energyN_input). FS is /sys, as os.DirFS("/sys").
//
// Which of them lie within each other, such as a board's sensor and its
// processor's, the chips do not say: add up what is known to be apart.
type Hwmon struct{ FS fs.FS }

// Name returns "hwmon".
func (Hwmon) Name() string { return "hwmon" }

// Read returns a reading for each sensor; where a sensor has both, its mean
// power and not what it draws at the instant. A sensor that cannot be read
// while others can is missed. It fails with an error that wraps
// [ErrUnavailable] when none can.
func (h Hwmon) Read(_ context.Context, now time.Time) ([]Reading, error) {
	files, err := fs.Glob(h.FS, "class/hwmon/hwmon*/*[0-9]_*")
	if err != nil {
		return nil, fmt.Errorf("%w: hwmon: %w", ErrUnavailable, err)
	}
	slices.Sort(files)
	var readings []Reading
	var missed error
	read := 0
	for _, file := range files {
		base := path.Base(file)
		channel, attribute, _ := strings.Cut(base, "_")
		isPower := strings.HasPrefix(channel, "power") && (attribute == "average" || attribute == "input" && !slices.Contains(files, path.Join(path.Dir(file), channel+"_average")))
		isEnergy := strings.HasPrefix(channel, "energy") && attribute == "input"
		if !isPower && !isEnergy {
			continue
		}
		r := h.reading(file, channel, isPower, now)
		if r.Kind == Missed {
			missed = r.Why
		} else {
			read++
		}
		readings = append(readings, r)
	}
	if read == 0 {
		return nil, unavailable("hwmon", missed)
	}
	return readings, nil
}

func (h Hwmon) reading(file, channel string, isPower bool, now time.Time) Reading {
	dir := path.Dir(file)
	chip, err := line(h.FS, path.Join(dir, "name"))
	if err != nil {
		chip = path.Base(dir)
	}
	r := Reading{Source: h.Name(), Device: path.Base(dir) + "/" + channel, Model: chip, Time: now}
	if label, err := line(h.FS, path.Join(dir, channel+"_label")); err == nil && label != "" {
		r.Model += " " + label
	}
	text, err := line(h.FS, file)
	switch {
	case err != nil:
	case isPower:
		r.Kind = Power
		r.Power, err = power(r.Device, text, micro)
	default:
		r.Kind = Counter
		r.Energy, err = joules(r.Device, text, micro)
	}
	if err != nil {
		r.Kind, r.Why = Missed, err
	}
	return r
}
