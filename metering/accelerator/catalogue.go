package accelerator

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Catalogue is an immutable set of models and of the resources that device
// plugins offer, under a version. It is safe for concurrent use. The zero
// Catalogue is empty.
type Catalogue struct {
	version   string
	models    []Model // in order of id
	resources []Resource
	byID      map[ModelID]int
	byKey     map[string]int // names and aliases as key has them
	byName    map[string]int // resources
}

// The bounds of a catalogue.
const (
	MaxModels    = 4096
	MaxResources = 4096
)

// NewCatalogue builds a catalogue under a version of 1 to 64 bytes, such as
// "2026.11". It fails with a *[FieldError] for each model and resource that is
// not valid, each id, name or alias that two models share, and each resource
// that names what there is not, joined.
func NewCatalogue(version string, models []Model, resources []Resource) (*Catalogue, error) {
	if err := checkText("version", version, 1, maxNameBytes); err != nil {
		return nil, err
	}
	if len(models) > MaxModels || len(resources) > MaxResources {
		return nil, &FieldError{"catalogue", fmt.Sprintf("%d models, %d resources", len(models), len(resources)), fmt.Sprintf("want at most %d and %d", MaxModels, MaxResources)}
	}
	c := &Catalogue{version: version, byID: map[ModelID]int{}, byKey: map[string]int{}, byName: map[string]int{}}
	for i := range models {
		c.models = append(c.models, models[i].clone())
	}
	for i := range resources {
		c.resources = append(c.resources, resources[i].clone())
	}
	slices.SortStableFunc(c.models, func(a, b Model) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortStableFunc(c.resources, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	if broken := errors.Join(append(c.indexModels(), c.indexResources()...)...); broken != nil {
		return nil, broken
	}
	return c, nil
}

func (c *Catalogue) indexModels() (broken []error) {
	for i := range c.models {
		m := &c.models[i]
		if err := m.Validate(); err != nil {
			broken = append(broken, err)
			continue
		}
		if _, twice := c.byID[m.ID]; twice {
			broken = append(broken, &FieldError{"model id", string(m.ID), "defined twice"})
			continue
		}
		c.byID[m.ID] = i
		for _, name := range slices.Concat([]string{string(m.ID), m.Name, m.Vendor + " " + m.Name}, m.Aliases) {
			k := key(name)
			if k == "" {
				broken = append(broken, &FieldError{string(m.ID) + " name", clip(name), "want letters or digits"})
			} else if j, taken := c.byKey[k]; taken && j != i {
				broken = append(broken, &FieldError{string(m.ID) + " name", clip(name), "want another: it names " + string(c.models[j].ID)})
			}
			c.byKey[k] = i
		}
	}
	return broken
}

func (c *Catalogue) indexResources() (broken []error) {
	for i := range c.resources {
		r := &c.resources[i]
		if err := r.validate(c); err != nil {
			broken = append(broken, err)
			continue
		}
		if _, twice := c.byName[r.Name]; twice {
			broken = append(broken, &FieldError{"resource", clip(r.Name), "defined twice"})
		}
		c.byName[r.Name] = i
	}
	return broken
}

// With returns a catalogue that has the given models besides those of c, under
// a version of its own. A model cannot be defined anew: what was computed with
// it before would change its meaning. It fails as [NewCatalogue] does.
func (c *Catalogue) With(version string, models ...Model) (*Catalogue, error) {
	return NewCatalogue(version, slices.Concat(c.models, models), c.resources)
}

// WithResources is [Catalogue.With] for resources, for a cluster whose device
// plugins were told other names.
func (c *Catalogue) WithResources(version string, resources ...Resource) (*Catalogue, error) {
	return NewCatalogue(version, c.models, slices.Concat(c.resources, resources))
}

// Version returns the catalogue's version.
func (c *Catalogue) Version() string { return c.version }

// Len returns the number of models.
func (c *Catalogue) Len() int { return len(c.models) }

// All yields the models in order of id.
func (c *Catalogue) All() iter.Seq[Model] {
	return func(yield func(Model) bool) {
		for i := range c.models {
			if !yield(c.models[i].clone()) {
				return
			}
		}
	}
}

// Lookup returns the model with that id, name or alias. Case, spaces and
// punctuation do not count, nor does a brand in front: "NVIDIA-H100-80GB-HBM3",
// "H100 SXM" and "nvidia-h100-sxm5" are one model. Nothing is guessed: "H100"
// is none, for there are several, and the *[UnknownError] lists them.
func (c *Catalogue) Lookup(name string) (Model, error) {
	m, err := c.model(name)
	if err != nil {
		return Model{}, err
	}
	return m.clone(), nil
}

func (c *Catalogue) model(name string) (*Model, error) {
	if i, ok := c.byID[ModelID(name)]; ok {
		return &c.models[i], nil
	}
	if len(name) <= 2*maxNameBytes {
		if i, ok := c.byKey[key(name)]; ok {
			return &c.models[i], nil
		}
	}
	return nil, c.unknown(name)
}

func (c *Catalogue) unknown(name string) error {
	e := &UnknownError{Err: ErrUnknownModel, Given: clip(name), Hint: fmt.Sprintf("catalogue %s has %d models; add others by Catalogue.With", c.version, len(c.models))}
	k := key(e.Given)
	for i := range c.models {
		m := &c.models[i]
		family := key(m.Family)
		if len(e.Want) < 8 && len(k) > 1 && (strings.Contains(key(string(m.ID)), k) || strings.Contains(k, family)) {
			e.Want = append(e.Want, string(m.ID))
		}
	}
	return e
}
