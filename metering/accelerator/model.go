package accelerator

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A ModelID names a model for good, such as "nvidia-h100-sxm5": 1 to 64 of the
// bytes a-z, 0-9, '-' and '.'.
type ModelID string

// A Kind says what sort of accelerator a model is.
type Kind uint8

// The kinds, after what vendors call them.
const (
	_ Kind = iota
	GPU
	NPU
	TPU
	DCU
	ASIC
	FPGA
)

var kindNames = []string{GPU: "gpu", NPU: "npu", TPU: "tpu", DCU: "dcu", ASIC: "asic", FPGA: "fpga"}

// String returns the kind's name.
func (k Kind) String() string { return nameOf(kindNames, k) }

// MarshalText returns the name.
func (k Kind) MarshalText() ([]byte, error) { return textOf("kind", kindNames, k) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (k *Kind) UnmarshalText(text []byte) error { return readName(k, "kind", kindNames, text) }

// A Confidence says how far the figures of an entry can be relied on.
type Confidence uint8

// The confidences, low to high.
const (
	_      Confidence = iota
	Low               // single, old or conflicting statements
	Medium            // press or resellers, or sources that nearly agree
	High              // the vendor's own sheet or documentation
)

var confidenceNames = []string{Low: "low", Medium: "medium", High: "high"}

// String returns the confidence's name.
func (c Confidence) String() string { return nameOf(confidenceNames, c) }

// MarshalText returns the name.
func (c Confidence) MarshalText() ([]byte, error) { return textOf("confidence", confidenceNames, c) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (c *Confidence) UnmarshalText(text []byte) error {
	return readName(c, "confidence", confidenceNames, text)
}

// A Model is one accelerator as it is bought: a card, module or package. All
// figures are of the whole of it, which is what a card-hour is an hour of.
type Model struct {
	ID      ModelID  `json:"id"`
	Name    string   `json:"name"` // as the source has it, 1 to 64 bytes
	Vendor  string   `json:"vendor"`
	Family  string   `json:"family"` // what its variants share, such as "V100"
	Kind    Kind     `json:"kind"`
	Aliases []string `json:"aliases,omitempty"` // other names, at most 16

	// FiguresOf says what one card is where that is in doubt: "card", "chip", or
	// one of several that are sold together.
	FiguresOf string `json:"figures_of"`
	// Devices is how many devices a driver shows for one card, 1 to 16. Two dies
	// of one package that are two devices are 2, as of an MI250X or Ascend 910C;
	// two that are one device are 1, as of a B200. A device is 1/Devices of a card.
	Devices int `json:"devices"`
	// Cores is how many cores one device schedules by: AI cores, NeuronCores.
	Cores Figure `json:"cores_per_device"`

	Memory     Figure `json:"memory_bytes"` // bytes; sheets' GB are 2^30, as memory is made
	MemoryType string `json:"memory_type"`
	Bandwidth  Figure `json:"bandwidth_bytes_per_second"` // of memory; sheets' GB/s are 10^9
	TDP        Figure `json:"tdp_microwatts"`             // thermal design power, µW

	Dense  Rates `json:"dense_mflops"`
	Sparse Rates `json:"sparse_mflops,omitzero"` // with 2:4 structured sparsity

	// MaxPartitions is how many instances hardware cuts a card into; 0 is none.
	MaxPartitions Figure      `json:"max_partitions"`
	Partitions    []Partition `json:"partitions,omitempty"` // of one device

	Source     string     `json:"source"`
	Confidence Confidence `json:"confidence"`
	Check      string     `json:"check,omitempty"` // what came of checking the entry
	Notes      string     `json:"notes,omitempty"`
}

// The bounds of a model's figures. They are far above any part and keep sums
// and products within their integers.
const (
	maxMFLOPS     = 1e13 // 10 EFLOPS
	maxMemory     = 1 << 50
	maxBandwidth  = 1e16 // 10 PB/s
	maxMicrowatts = 1e12 // 1 MW
	maxCores      = 1 << 20
	maxText       = 1024
	maxNameBytes  = 64
)

// Validate returns a *[FieldError] that names the first broken rule: names
// within their lengths, figures within bounds, sparse rates no lower than dense
// ones, partitions that are shares of a device.
func (m *Model) Validate() error {
	if !plainID(string(m.ID)) {
		return &FieldError{"model id", clip(string(m.ID)), "want 1 to 64 of a-z, 0-9, '-' and '.'"}
	}
	if err := m.checkText(); err != nil {
		return err
	}
	at := func(field string) string { return string(m.ID) + " " + field }
	switch {
	case m.Kind == 0 || int(m.Kind) >= len(kindNames):
		return &FieldError{at("kind"), "", "want one of " + list(kindNames)}
	case m.Confidence == 0 || int(m.Confidence) >= len(confidenceNames):
		return &FieldError{at("confidence"), "", "want one of " + list(confidenceNames)}
	case m.Devices < 1 || m.Devices > 16:
		return &FieldError{at("devices"), fmt.Sprint(m.Devices), "want 1 to 16"}
	case len(m.Aliases) > 16:
		return &FieldError{at("aliases"), fmt.Sprint(len(m.Aliases)), "want at most 16"}
	}
	for _, f := range [...]struct {
		name     string
		figure   Figure
		min, max int64
	}{
		{"cores_per_device", m.Cores, 1, maxCores}, {"memory_bytes", m.Memory, 1, maxMemory},
		{"bandwidth_bytes_per_second", m.Bandwidth, 1, maxBandwidth}, {"tdp_microwatts", m.TDP, 1, maxMicrowatts},
		{"max_partitions", m.MaxPartitions, 0, maxCores},
	} {
		if n, ok := f.figure.Value(); ok && (n < f.min || n > f.max) {
			return &FieldError{at(f.name), fmt.Sprint(n), fmt.Sprintf("want %d to %d, or unknown", f.min, f.max)}
		}
	}
	if n, ok := m.Memory.Value(); ok && n%int64(m.Devices) != 0 {
		return &FieldError{at("memory_bytes"), fmt.Sprint(n), "want as many for each device"}
	}
	if err := m.checkRates(); err != nil {
		return err
	}
	return m.checkPartitions()
}

func (m *Model) checkText() error {
	at := func(field string) string { return string(m.ID) + " " + field }
	for _, f := range [...]struct {
		name, value string
		min, max    int
	}{
		{"name", m.Name, 1, maxNameBytes}, {"vendor", m.Vendor, 1, maxNameBytes}, {"family", m.Family, 1, maxNameBytes},
		{"figures_of", m.FiguresOf, 1, maxNameBytes}, {"memory_type", m.MemoryType, 0, maxNameBytes},
		{"source", m.Source, 1, maxText}, {"check", m.Check, 0, maxText}, {"notes", m.Notes, 0, maxText},
	} {
		if err := checkText(at(f.name), f.value, f.min, f.max); err != nil {
			return err
		}
	}
	for _, a := range m.Aliases {
		if err := checkText(at("alias"), a, 1, maxNameBytes); err != nil {
			return err
		}
	}
	return nil
}

func checkText(field, s string, min, max int) error {
	switch {
	case len(s) < min || len(s) > max:
		return &FieldError{field, clip(s), fmt.Sprintf("want %d to %d bytes, got %d", min, max, len(s))}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return &FieldError{field, clip(s), "want UTF-8 without control characters"}
	}
	return nil
}

func (m *Model) checkRates() error {
	for _, f := range Formats() {
		dense, known := m.Dense.In(f).Value()
		sparse, both := m.Sparse.In(f).Value()
		name := string(m.ID) + " " + f.String() + " rate"
		switch {
		case known && (dense < 1 || dense > maxMFLOPS):
			return &FieldError{name, fmt.Sprint(dense), "want 1 to 10^13 MFLOPS, or unknown"}
		case both && (sparse < 1 || sparse > maxMFLOPS):
			return &FieldError{name + " with sparsity", fmt.Sprint(sparse), "want 1 to 10^13 MFLOPS, or unknown"}
		case known && both && sparse < dense:
			return &FieldError{name + " with sparsity", fmt.Sprint(sparse), fmt.Sprintf("want at least the dense rate of %d", dense)}
		}
	}
	return nil
}

func (m *Model) checkPartitions() error {
	if len(m.Partitions) > 64 {
		return &FieldError{string(m.ID) + " partitions", fmt.Sprint(len(m.Partitions)), "want at most 64"}
	}
	for i, p := range m.Partitions {
		if err := p.validate(string(m.ID)); err != nil {
			return err
		}
		if slices.ContainsFunc(m.Partitions[:i], func(q Partition) bool { return q.Name == p.Name }) {
			return &FieldError{string(m.ID) + " partition", clip(p.Name), "defined twice"}
		}
	}
	return nil
}

func plainID(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return 0 < len(s) && len(s) <= maxNameBytes
}

// DeviceMemory returns the bytes of one device: [Model.Memory] / Devices.
func (m *Model) DeviceMemory() Figure {
	n, ok := m.Memory.Value()
	if !ok || m.Devices < 1 {
		return Figure{}
	}
	return Known(n / int64(m.Devices))
}

// DeviceShare returns what one device is of a card: 1/Devices.
func (m *Model) DeviceShare() Share {
	if m.Devices < 1 || m.Devices > math.MaxInt16 {
		return Share{}
	}
	return Share{1, int64(m.Devices)}
}

// Partition returns the partition of that name: "1g.10gb" of a MIG card,
// "vir02" of an Ascend. It fails with an *[UnknownError] that lists what the
// model has.
func (m *Model) Partition(name string) (Partition, error) {
	var want []string
	for _, p := range m.Partitions {
		if p.Name == name {
			return p, nil
		}
		want = append(want, p.Name)
	}
	hint := ""
	if want == nil {
		hint = fmt.Sprintf("%s has no partitions here", m.ID)
	}
	return Partition{}, &UnknownError{ErrUnknownPartition, clip(name), want[:min(len(want), 8)], hint}
}

// TemplateFor returns the smallest partition whose memory holds that many
// bytes, as schedulers round a request up to a template, and false where only
// the whole device does. Of two with equal memory it is the one with fewer
// cores. memory is the device's, in bytes.
func (m *Model) TemplateFor(bytes, memory int64) (Partition, bool) {
	var best Partition
	for _, p := range m.Partitions {
		if !p.Memory.holds(bytes, memory) {
			continue
		}
		if c := p.Memory.Cmp(best.Memory); best.Name == "" || c < 0 || c == 0 && p.Core.Cmp(best.Core) < 0 {
			best = p
		}
	}
	return best, best.Name != ""
}

// clone returns a copy that shares no slice with m.
func (m *Model) clone() Model {
	c := *m
	c.Aliases, c.Partitions = slices.Clone(m.Aliases), slices.Clone(m.Partitions)
	return c
}
