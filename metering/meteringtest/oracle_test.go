package meteringtest_test

import (
	"bytes"
	"maps"
)

// oracleFile is a file as a list of all it has been, whole, since the last
// sync: the durable one first, the current one last.
type oracleFile struct{ was [][]byte }

func (f *oracleFile) now() []byte { return f.was[len(f.was)-1] }

func (f *oracleFile) write(p []byte, off int) {
	if len(p) == 0 {
		return
	}
	next := bytes.Clone(f.now())
	for len(next) < off+len(p) {
		next = append(next, 0)
	}
	copy(next[off:], p)
	f.was = append(f.was, next)
}

func (f *oracleFile) truncate(size int) {
	next := bytes.Clone(f.now())
	for len(next) < size {
		next = append(next, 0)
	}
	f.was = append(f.was, next[:size])
}

func (f *oracleFile) sync() { f.was = [][]byte{f.now()} }

// canBe says whether a power loss can leave these bytes, and how many blocks
// only a stale block explains.
func (f *oracleFile) canBe(got []byte, block int) (ok bool, stale int) {
	known := false
	for _, v := range f.was {
		known = known || len(v) == len(got)
	}
	if !known {
		return false, 0
	}
	for at := 0; at < len(got); at += block {
		part := got[at:min(at+block, len(got))]
		found := false
		for _, v := range f.was {
			want := make([]byte, len(part))
			if at < len(v) {
				copy(want, v[at:])
			}
			found = found || bytes.Equal(want, part)
		}
		switch {
		case found:
		case at >= len(f.was[0]):
			stale++
		default:
			return false, 0
		}
	}
	return true, stale
}

// oracleDir is a directory as a list of all it has been since the last SyncDir.
type oracleDir struct{ was []map[string]*oracleFile }

func newOracle() *oracleDir {
	return &oracleDir{was: []map[string]*oracleFile{{}}}
}

func (d *oracleDir) now() map[string]*oracleFile { return d.was[len(d.was)-1] }

func (d *oracleDir) create(name string) *oracleFile {
	if d.now()[name] != nil {
		return nil
	}
	next := maps.Clone(d.now())
	next[name] = &oracleFile{was: [][]byte{{}}}
	d.was = append(d.was, next)
	return next[name]
}

func (d *oracleDir) rename(from, to string) bool {
	f := d.now()[from]
	if f == nil {
		return false
	}
	next := maps.Clone(d.now())
	delete(next, from)
	next[to] = f
	d.was = append(d.was, next)
	return true
}

func (d *oracleDir) remove(name string) bool {
	if d.now()[name] == nil {
		return false
	}
	next := maps.Clone(d.now())
	delete(next, name)
	d.was = append(d.was, next)
	return true
}

func (d *oracleDir) syncDir() { d.was = []map[string]*oracleFile{d.now()} }

// contents is what is in memory, or, if durable, what is sure to be on the disk.
func (d *oracleDir) contents(durable bool) map[string][]byte {
	names := d.now()
	if durable {
		names = d.was[0]
	}
	all := map[string][]byte{}
	for name, f := range names {
		all[name] = f.now()
		if durable {
			all[name] = f.was[0]
		}
	}
	return all
}

// canBe says what is wrong with a directory after a power loss; nothing if
// it is empty.
func (d *oracleDir) canBe(got map[string][]byte, block int) (wrong string, stale int) {
	for _, was := range d.was {
		for name := range was {
			if _, there := got[name]; there {
				continue
			}
			missing := false
			for _, other := range d.was {
				missing = missing || other[name] == nil
			}
			if !missing {
				return name + " was there all the time, and is lost", 0
			}
		}
	}
	for name, data := range got {
		fits := false
		for _, was := range d.was {
			if f := was[name]; f != nil && !fits {
				ok, n := f.canBe(data, block)
				fits = ok
				if ok {
					stale += n
				}
			}
		}
		if !fits {
			return name + " has what it never had", 0
		}
	}
	return "", stale
}
