package metering

// Series have most of their keys in common with others. What they share they
// point to: it is kept once, and goes with the last series that has it.

// An owner is what series of one account share.
type owner struct {
	path    Account
	members int // guarded by the aggregator's lock
}

// A group is what series of one meter, SKU and shape share. The length of the
// account is in the shape, for there is no room for it in a series.
type group struct {
	groupKey
	meter, sku ends

	dim       Dimension
	perWindow uint64 // see windowAt
	lanes     *lanes
	agg       *Aggregator
	def       *Meter // in the catalogue
	members   int    // guarded by the aggregator's lock
}

type groupKey struct {
	shape shape
	id    MeterID
	name  string // the SKU
}

// A place is what series of one region and label set share.
type place struct {
	placeKey
	members int // guarded by the aggregator's lock
}

type placeKey struct {
	region string
	labels Labels
}

// newSeries returns a series that nobody else has yet; a.mu is held for
// writing.
func (a *Aggregator) newSeries(key *Key, m *Meter, hash uint64) *Series {
	s := allocate(key.Resource)
	s.group, s.account = a.group(key, m), endsOf(string(key.Account))
	*s.cold = cold{owner: a.owner(key.Account), place: a.place(key), lock: uint8(hash >> 32), age: a.now.Load().age}
	s.run.Store(runDead)
	return s
}

// allocate returns a series in one line of memory or, where it is of a resource,
// in two that lie together.
func allocate(resource string) *Series {
	if resource == "" {
		return &Series{cold: new(cold)}
	}
	both := new(struct {
		Series
		named
	})
	both.named.resource, both.named.ends = resource, endsOf(resource)
	both.Series.cold = &both.named.cold
	return &both.Series
}

// intern lets others find a new series; a.mu is held for writing.
func (a *Aggregator) intern(s *Series, hash uint64) {
	a.index.insert(hash, s, &a.hash)
	a.tenant(s.owner.path).series++
	s.owner.members++
	s.group.members++
	if s.place != nil {
		s.place.members++
	}
}

// owner returns the owner of an account, making it when it is new; a.mu is held
// for writing.
func (a *Aggregator) owner(path Account) *owner {
	o := a.owners[path]
	if o == nil {
		o = &owner{path: path}
		a.owners[path] = o
	}
	return o
}

// group returns the group of a key, making it when it is new; a.mu is held for
// writing.
func (a *Aggregator) group(key *Key, m *Meter) *group {
	k := groupKey{key.shape(), m.ID, key.SKU}
	g := a.groups[k]
	if g == nil {
		g = &group{
			groupKey: k, meter: endsOf(string(key.Meter)), sku: endsOf(key.SKU),
			dim: m.Unit.dim, perWindow: a.perWindow, lanes: &a.lanes, agg: a, def: m,
		}
		a.groups[k] = g
	}
	return g
}

// place returns the place of a key, making it when it is new, and nil for a key
// that has none; a.mu is held for writing.
func (a *Aggregator) place(key *Key) *place {
	k := placeKey{key.Region, key.Labels}
	if k == (placeKey{}) {
		return nil
	}
	p := a.places[k]
	if p == nil {
		p = &place{placeKey: k}
		a.places[k] = p
	}
	return p
}

// forget takes a series out; a.mu is held for writing.
func (a *Aggregator) forget(s *Series) {
	key := s.Key()
	_, hash := a.index.find(&a.hash, &key)
	a.index.remove(hash, s)
	if s.stripes.Load() != nil {
		a.lanes.giveBack()
	}
	if s.owner.members--; s.owner.members == 0 {
		delete(a.owners, s.owner.path)
	}
	if s.group.members--; s.group.members == 0 {
		delete(a.groups, s.group.groupKey)
	}
	if s.place != nil {
		if s.place.members--; s.place.members == 0 {
			delete(a.places, s.place.placeKey)
		}
	}
	tenant := s.owner.path.Tenant()
	t := a.tenants[tenant]
	if t.series--; t.series == 0 && t.refused == nil {
		delete(a.tenants, tenant)
	}
}
