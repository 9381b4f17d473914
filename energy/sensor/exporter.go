package sensor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
)

// An Exporter is how a Prometheus exporter names what its devices draw.
type Exporter struct {
	ID      string // what readings have as their Source
	Metrics []ExporterMetric
	// Device and Model are the labels that name a device and its model, the
	// first that a line has.
	Device, Model []string
	// Sentinels are values that stand for none.
	Sentinels []string
	// Register returns the register that a line reads, where several lines
	// repeat one; nil where each is its own. A register has the name of its
	// first device, whichever of its lines can be taken.
	Register func(labels map[string]string) string

	activities []activity // best first; see Holdings
}

// An ExporterMetric is a metric of power or energy.
type ExporterMetric struct {
	Name string
	Kind Kind
	unit scale
}

// DCGM returns NVIDIA's dcgm-exporter: power in watts, and energy since boot
// in millijoules. Both are of the whole card: the lines of its MIG instances
// repeat them, and are one reading.
func DCGM() Exporter {
	return Exporter{
		ID: "dcgm",
		Metrics: []ExporterMetric{
			{"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Counter, milli},
			{"DCGM_FI_DEV_POWER_USAGE", Power, one},
		},
		Device: []string{"UUID", "pci_bus_id", "gpu"}, Model: []string{"modelName"},
		// Of instances of a device only the first is known; it is a part of 1.
		activities: []activity{{"DCGM_FI_PROF_GR_ENGINE_ACTIVE", whole}, {"DCGM_FI_DEV_GPU_UTIL", whole / 100}},
		// DCGM's blank values of 64-bit integers, of 32 bits and of floats.
		Sentinels: []string{"9223372036854775792", "9223372036854775793", "9223372036854775794", "9223372036854775795", "9223372036854775807",
			"2147483632", "2147483633", "2147483634", "2147483635", "140737488355328", "140737488355329", "140737488355330", "140737488355331"},
	}
}

// AscendNPU returns Huawei's npu-exporter: power in watts, no energy counter.
// On cards of the 310P (Ascend 710) each chip repeats the power of its card:
// its chips are one register.
func AscendNPU() Exporter {
	return Exporter{
		ID:      "ascend-npu",
		Metrics: []ExporterMetric{{"npu_chip_info_power", Power, one}},
		Device:  []string{"vdie_id", "id"}, Model: []string{"model_name", "modelName"},
		activities: []activity{{"npu_chip_info_utilization", whole / 100}},
		Sentinels:  []string{"-1", "4294967295"},
		Register: func(labels map[string]string) string {
			model := labels["model_name"] + labels["modelName"]
			bus := labels["pcie_bus_info"]
			if bus == "" || !strings.Contains(model, "310P") && !strings.Contains(model, "710") {
				return ""
			}
			return "card " + bus
		},
	}
}

// CambriconMLU returns Cambricon's mlu-exporter with its default names: power
// in watts.
func CambriconMLU() Exporter {
	return Exporter{ID: "cambricon-mlu", Metrics: []ExporterMetric{{"mlu_power_usage", Power, one}},
		Device: []string{"uuid", "sn", "mlu"}, Model: []string{"model"}, Sentinels: []string{"-1"}}
}

// HygonDCU returns the exporters of Hygon's accelerators: Hygon's own, dcu-exporter
// and hcu-exporter as it is named now, and one that reads sysfs. All give power in
// watts. Device ids are serial numbers.
func HygonDCU() Exporter {
	return Exporter{ID: "hygon-dcu",
		Metrics: []ExporterMetric{{"hcu_power_usage", Power, one}, {"dcu_power_usage", Power, one}, {"hygon_power_watts", Power, one}},
		Device:  []string{"device_id", "uuid", "serial", "pcieBus_number", "minor_number", "gpu"}, Model: []string{"name", "model"},
		activities: []activity{{"hcu_utilizationrate", whole / 100}, {"dcu_utilizationrate", whole / 100}, {"hygon_dcu_utilization_percent", whole / 100}},
		Sentinels:  []string{"-1"}}
}

// OpenTelemetry returns the metrics of OpenTelemetry's hardware conventions as
// Prometheus names them: hw.energy in joules, hw.power in watts.
func OpenTelemetry() Exporter {
	return Exporter{ID: "otel-hw", Metrics: []ExporterMetric{{"hw_energy_joules_total", Counter, one}, {"hw_power_watts", Power, one}},
		Device: []string{"hw_id"}, Model: []string{"hw_model"}}
}

// Exporters returns all that are known here.
func Exporters() []Exporter {
	return []Exporter{DCGM(), AscendNPU(), CambriconMLU(), HygonDCU(), OpenTelemetry()}
}

// Parse reads what an exporter says. Of a device that has both, the counter is
// taken. A sentinel, a NaN or any other value that is no reading makes a
// device missed, with the reason.
//
// It fails with an error that wraps [ErrUnavailable] when no line is about
// power or energy or none can be taken, with a *[FieldError] on a line that is
// not of the text format or whose device has no name or one of more than 256
// bytes, or with what r says.
func (e Exporter) Parse(r io.Reader, now time.Time) ([]Reading, error) {
	type key struct{ device, register string }
	found := map[key]Reading{}
	rank := map[key]int{}
	var order []key
	wanted := func(name string) bool {
		return slices.ContainsFunc(e.Metrics, func(m ExporterMetric) bool { return m.Name == name })
	}
	err := exposition(r, wanted, func(m metric) error {
		device := first(m.labels, e.Device)
		if device == "" {
			return &FieldError{"device of " + m.name, "", "one of the labels " + strings.Join(e.Device, ", ")}
		}
		if err := named(m.name, device); err != nil {
			return err
		}
		register := ""
		if e.Register != nil {
			register = e.Register(m.labels)
		}
		k := key{device, register}
		if register != "" {
			k.device = ""
		}
		at := slices.IndexFunc(e.Metrics, func(x ExporterMetric) bool { return x.Name == m.name })
		r := e.reading(e.Metrics[at], m, device, now)
		if r.Kind == Missed {
			at += len(e.Metrics) // any reading is better
		}
		switch before, seen := rank[k]; {
		case !seen:
			order = append(order, k)
		case before <= at:
			return nil
		default:
			r.Device = found[k].Device // of a register the first device's name stays
		}
		found[k], rank[k] = r, at
		return nil
	})
	if err != nil {
		return nil, err
	}
	readings := make([]Reading, 0, len(order))
	read := 0
	var missed error
	for _, k := range order {
		if r := found[k]; r.Kind == Missed {
			missed = r.Why
		} else {
			read++
		}
		readings = append(readings, found[k])
	}
	if read == 0 {
		return nil, unavailable(e.ID, missed)
	}
	return readings, nil
}

func (e Exporter) reading(x ExporterMetric, m metric, device string, now time.Time) Reading {
	r := Reading{Source: e.ID, Device: device, Model: clip(first(m.labels, e.Model)), Time: now, Kind: x.Kind}
	var err error
	switch {
	case slices.ContainsFunc(e.Sentinels, func(s string) bool { return same(s, m.value) }):
		err = &SentinelError{m.name, clip(m.value)}
	case x.Kind == Counter:
		r.Energy, err = joules(m.name+" of "+r.Device, m.value, x.unit)
	default:
		r.Power, err = power(m.name+" of "+r.Device, m.value, x.unit)
	}
	if err != nil {
		r.Kind, r.Why, r.Power, r.Energy = Missed, err, 0, energy.Energy{}
	}
	return r
}

// same compares a sentinel with a value however it is written: exporters that
// go through floats print 9.223372036854776e+18.
func same(sentinel, value string) bool {
	if sentinel == value {
		return true
	}
	negative := strings.HasPrefix(sentinel, "-")
	if negative != strings.HasPrefix(value, "-") {
		return false
	}
	a, errA := count("", strings.TrimPrefix(sentinel, "-"), micro)
	b, errB := count("", strings.TrimPrefix(value, "-"), micro)
	if errA != nil || errB != nil {
		return false
	}
	return a == b || len(sentinel) == 19 && a.Float64() == b.Float64()
}

// named refuses a name of a device that is too long to be one. It is not cut:
// two devices could agree in what is left.
func named(metric, device string) error {
	if len(device) > maxDeviceBytes {
		return &FieldError{"device of " + metric, clip(device), fmt.Sprintf("a name of at most %d bytes", maxDeviceBytes)}
	}
	return nil
}

func first(labels map[string]string, names []string) string {
	for _, n := range names {
		if v := labels[n]; v != "" {
			return v
		}
	}
	return ""
}

// A Doer sends a request: an *http.Client, or anything that stands for one,
// with its own credentials, time limits and proxies.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// At returns the source that asks an exporter at a URL each time it is read.
// An exporter that cannot be reached is unavailable.
func (e Exporter) At(client Doer, url string) Source { return scrape{e, client, url} }

type scrape struct {
	exporter Exporter
	client   Doer
	url      string
}

func (s scrape) Name() string { return s.exporter.ID }

func (s scrape) Read(ctx context.Context, now time.Time) ([]Reading, error) {
	body, err := get(ctx, s.client, s.url)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return s.exporter.Parse(body, now)
}

// get asks for a URL. That nobody answers is unavailable, another status than
// 200 a *[StatusError].
func get(ctx context.Context, client Doer, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &FieldError{"address", clip(url), "a URL"}
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUnavailable, clip(url), err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, &StatusError{url, resp.StatusCode}
	}
	return resp.Body, nil
}
