package accelerator

import (
	"fmt"
	"slices"
	"strings"
)

// A Measure says what a number of a Kubernetes resource counts.
type Measure uint8

// The measures.
const (
	_       Measure = iota
	Devices         // devices as the driver shows them, or parts of as many
	Slots           // equal slots of a device: time slices, NeuronCores, virtual GPUs
	Memory          // memory of each device
	Cores           // cores of each device, or hundredths of them
	Slice           // partitions of one sort
	Hint            // nothing that is held, such as a priority
)

var measureNames = []string{Devices: "devices", Slots: "slots", Memory: "memory", Cores: "cores", Slice: "slice", Hint: "hint"}

// String returns the measure's name.
func (m Measure) String() string { return nameOf(measureNames, m) }

// MarshalText returns the name.
func (m Measure) MarshalText() ([]byte, error) { return textOf("measure", measureNames, m) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (m *Measure) UnmarshalText(text []byte) error { return readName(m, "measure", measureNames, text) }

// A Resource is an extended resource of Kubernetes, as a device plugin offers
// it, and what a number of it means.
type Resource struct {
	Name    string  `json:"name"`   // "nvidia.com/gpumem"
	Vendor  string  `json:"vendor"` // of the models that it may stand for
	Group   string  `json:"group"`  // resources of one group describe the same devices
	Measure Measure `json:"measure"`

	// Models and Families narrow the vendor's models; with neither it is any.
	Models   []ModelID `json:"models,omitempty"`
	Families []string  `json:"families,omitempty"`

	UnitBytes      int64  `json:"unit_bytes,omitempty"`       // memory: bytes of one
	UnitsPerDevice int64  `json:"units_per_device,omitempty"` // memory, cores, slots: how many are a device
	ModelCores     bool   `json:"model_cores,omitempty"`      // as many are a device as the model has cores
	Spread         bool   `json:"spread,omitempty"`           // the number is of all devices together
	Templates      bool   `json:"templates,omitempty"`        // memory is rounded up to a partition
	Partition      string `json:"partition,omitempty"`        // slice: its name

	Source     string     `json:"source"`
	Confidence Confidence `json:"confidence"`
}

func (r *Resource) clone() Resource {
	c := *r
	c.Models, c.Families = slices.Clone(r.Models), slices.Clone(r.Families)
	return c
}

const maxUnits = 1 << 32

func (r *Resource) validate(c *Catalogue) error {
	for _, f := range [...]struct{ name, value string }{{"resource", r.Name}, {"resource vendor", r.Vendor}, {"resource group", r.Group}} {
		if err := checkText(f.name, f.value, 1, 128); err != nil {
			return err
		}
	}
	at := func(field string) string { return r.Name + " " + field }
	if err := checkText(at("source"), r.Source, 1, maxText); err != nil {
		return err
	}
	switch {
	case r.Measure == 0 || int(r.Measure) >= len(measureNames):
		return &FieldError{at("measure"), "", "want one of " + list(measureNames)}
	case r.Confidence == 0 || int(r.Confidence) >= len(confidenceNames):
		return &FieldError{at("confidence"), "", "want one of " + list(confidenceNames)}
	case r.UnitBytes < 0 || r.UnitBytes > maxMemory:
		return &FieldError{at("unit_bytes"), fmt.Sprint(r.UnitBytes), "want 0 to 2^50"}
	case r.UnitsPerDevice < 0 || r.UnitsPerDevice > maxUnits:
		return &FieldError{at("units_per_device"), fmt.Sprint(r.UnitsPerDevice), "want 0 to 2^32"}
	case r.UnitBytes > 0 && (r.UnitsPerDevice > 0 || r.Measure != Memory):
		return &FieldError{at("unit_bytes"), fmt.Sprint(r.UnitBytes), "want it for memory alone, without units_per_device"}
	case (r.Measure == Slice) != (r.Partition != ""):
		return &FieldError{at("partition"), clip(r.Partition), "want it for slices, and for nothing else"}
	}
	for _, id := range r.Models {
		if _, ok := c.byID[id]; !ok {
			return &FieldError{at("model"), clip(string(id)), "want a model of the catalogue"}
		}
	}
	return nil
}

const migPrefix = "nvidia.com/mig-"

// Resource returns what the catalogue knows of an extended resource, such as
// "nvidia.com/gpu" or "huawei.com/Ascend910B3-memory". Names are compared
// byte by byte. "nvidia.com/mig-…" is understood for every MIG profile that a
// model has; device plugins write "+me" as ".me". It fails with an
// *[UnknownError] that lists resources of the same domain.
func (c *Catalogue) Resource(name string) (Resource, error) {
	if i, ok := c.byName[name]; ok {
		return c.resources[i].clone(), nil
	}
	if profile, ok := strings.CutPrefix(name, migPrefix); ok && len(name) <= 128 {
		if r, ok := c.mig(name, strings.ReplaceAll(profile, ".me", "+me")); ok {
			return r, nil
		}
	}
	e := &UnknownError{Err: ErrUnknownResource, Given: clip(name), Hint: "add others by Catalogue.WithResources"}
	domain, _, extended := strings.Cut(e.Given, "/")
	if !extended {
		e.Hint = "leave native resources, such as cpu, out; add others by Catalogue.WithResources"
	}
	for i := range c.resources {
		if strings.HasPrefix(c.resources[i].Name, domain+"/") && len(e.Want) < 8 {
			e.Want = append(e.Want, c.resources[i].Name)
		}
	}
	return Resource{}, e
}

func (c *Catalogue) mig(name, profile string) (Resource, bool) {
	r := Resource{Name: name, Vendor: "NVIDIA", Group: "nvidia.com", Measure: Slice, Partition: profile, Confidence: High,
		Source: "https://docs.nvidia.com/datacenter/tesla/mig-user-guide/ (profiles), NVIDIA/k8s-device-plugin (names, strategy mixed)"}
	for i := range c.models {
		if p, err := c.models[i].Partition(profile); err == nil && p.Scheme == SchemeMIG {
			r.Models = append(r.Models, c.models[i].ID)
		}
	}
	return r, r.Models != nil
}

// Resources returns every resource, in order of name. MIG profiles, which come
// with the models, are not among them.
func (c *Catalogue) Resources() []Resource {
	all := make([]Resource, len(c.resources))
	for i := range c.resources {
		all[i] = c.resources[i].clone()
	}
	return all
}

// ModelsOf returns the models that a resource may stand for, in order of id:
// one for "huawei.com/Ascend910B3", all of a vendor's for "nvidia.com/gpu".
// Models that were added by [Catalogue.With] are among them.
func (c *Catalogue) ModelsOf(r Resource) []ModelID {
	var ids []ModelID
	for i := range c.models {
		if r.stands(&c.models[i]) {
			ids = append(ids, c.models[i].ID)
		}
	}
	return ids
}

func (r *Resource) stands(m *Model) bool {
	switch {
	case m.Vendor != r.Vendor:
		return false
	case len(r.Models) > 0 || len(r.Families) > 0:
		return slices.Contains(r.Models, m.ID) || slices.Contains(r.Families, m.Family)
	}
	return true
}
