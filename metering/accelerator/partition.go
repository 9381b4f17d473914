package accelerator

import "slices"

// A Partition is a fixed cut of one device: a MIG profile, a vNPU template. Its
// shares are of the device, and exact.
type Partition struct {
	Name   string `json:"name"`   // "1g.10gb", "vir02"
	Scheme string `json:"scheme"` // "mig", "vnpu", "vxpu"
	Core   Share  `json:"core"`   // of SMs, AI cores
	Memory Share  `json:"memory"` // of memory
}

// The schemes that partitions come from.
const (
	SchemeMIG  = "mig"  // NVIDIA Multi-Instance GPU
	SchemeVNPU = "vnpu" // Ascend vNPU templates
	SchemeVXPU = "vxpu" // Kunlunxin vXPU
)

var schemes = []string{SchemeMIG, SchemeVNPU, SchemeVXPU}

func (p Partition) validate(model string) error {
	at := model + " partition"
	if err := checkText(at, p.Name, 1, maxNameBytes); err != nil {
		return err
	}
	switch {
	case !slices.Contains(schemes, p.Scheme):
		return &FieldError{at + " scheme", clip(p.Scheme), "want one of " + list(schemes)}
	case p.Core.IsZero() || p.Memory.IsZero():
		return &FieldError{at, clip(p.Name), "want a share of cores and one of memory"}
	}
	return nil
}

// Reservation returns what the partition reserves: both of its shares.
func (p Partition) Reservation() Reservation { return Reservation{Core: p.Core, Memory: p.Memory} }
