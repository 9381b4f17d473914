package segment

import (
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"
)

// memory is Files in memory with a disk below: what is not synced is lost in a
// crash, block by block and name by name, and what was not synced when a Sync
// failed stays readable but never gets to the disk unless it is written again.
type memory struct {
	mu     sync.Mutex
	names  map[string]*memoryFile
	disk   map[string]*memoryFile // names that are durable
	stale  map[string]*memoryFile // names that a failed SyncDir forgot
	locked map[string]bool
	calls  int
	// fault is asked before every call; n is how many of the bytes of a write
	// are written before it fails.
	fault func(call int, op, name string) (n int, err error)
	room  int64 // bytes that all files together may have, 0 for no bound
	// converts has files that tell of blocks that were reserved, and sync faster where
	// something was written.
	converts bool
}

const block = 512

type memoryFile struct {
	data, disk []byte
	dirty      map[int]bool
}

func newMemory() *memory {
	return &memory{names: map[string]*memoryFile{}, disk: map[string]*memoryFile{}, stale: map[string]*memoryFile{}, locked: map[string]bool{}}
}

func (m *memory) call(op, name string) (int, error) {
	m.calls++
	if m.fault == nil {
		return 0, nil
	}
	return m.fault(m.calls, op, name)
}

func (m *memory) List() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.call("list", ""); err != nil {
		return nil, err
	}
	var names []string
	for name := range m.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (m *memory) open(op, name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.call(op, name); err != nil {
		return nil, err
	}
	f, ok := m.names[name]
	if op == "create" {
		if ok {
			return nil, fs.ErrExist
		}
		f = &memoryFile{dirty: map[int]bool{}}
		m.names[name] = f
	} else if !ok {
		return nil, fs.ErrNotExist
	}
	h := &memoryHandle{m, f, name}
	if m.converts {
		return convertingHandle{h}, nil
	}
	return h, nil
}

type convertingHandle struct{ *memoryHandle }

func (h convertingHandle) Allocate(_, to int64) error { return h.Truncate(to) }
func (h convertingHandle) Converts() bool             { return true }

func (m *memory) Open(name string) (File, error)   { return m.open("open", name) }
func (m *memory) Edit(name string) (File, error)   { return m.open("edit", name) }
func (m *memory) Create(name string) (File, error) { return m.open("create", name) }

func (m *memory) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.call("rename", from); err != nil {
		return err
	}
	m.names[to] = m.names[from]
	delete(m.names, from)
	return nil
}

func (m *memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.call("remove", name); err != nil {
		return err
	}
	if m.names[name] == nil {
		return fs.ErrNotExist
	}
	delete(m.names, name)
	return nil
}

func (m *memory) SyncDir() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.call("syncdir", "")
	for name, f := range m.names {
		switch {
		case m.disk[name] == f || m.stale[name] == f:
		case err != nil:
			m.stale[name] = f
		default:
			m.disk[name] = f
		}
	}
	for name := range m.disk {
		if m.names[name] == nil && err == nil {
			delete(m.disk, name)
		}
	}
	return err
}

func (m *memory) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.call("lock", name); err != nil {
		return nil, err
	}
	if m.locked[name] {
		return nil, ErrLocked
	}
	m.locked[name] = true
	return unlocker{m, name}, nil
}

type unlocker struct {
	m    *memory
	name string
}

func (u unlocker) Close() error {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	u.m.locked[u.name] = false
	return nil
}

type memoryHandle struct {
	m    *memory
	f    *memoryFile
	name string
}

func (h *memoryHandle) ReadAt(b []byte, off int64) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.call("read", h.name); err != nil {
		return 0, err
	}
	if off >= int64(len(h.f.data)) {
		return 0, io.EOF
	}
	n := copy(b, h.f.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memoryHandle) WriteAt(b []byte, off int64) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	n, err := h.m.call("write", h.name)
	if err == nil {
		n = len(b)
	}
	n = min(n, len(b))
	if e := h.m.resize(h.f, max(off+int64(n), int64(len(h.f.data)))); e != nil {
		return 0, e
	}
	copy(h.f.data[off:], b[:n])
	h.f.touch(off, off+int64(n))
	return n, err
}

func (f *memoryFile) touch(from, to int64) {
	for i := from / block; i*block < to; i++ {
		f.dirty[int(i)] = true
	}
}

func (m *memory) resize(f *memoryFile, size int64) error {
	old := int64(len(f.data))
	if size > old && m.room > 0 {
		used := size - old
		for _, other := range m.names {
			used += int64(len(other.data))
		}
		if used > m.room {
			return errFull
		}
	}
	if size > old {
		f.data = append(f.data, make([]byte, size-old)...)
		f.touch(old, size)
	} else if size < old {
		f.data = slices.Clone(f.data[:size])
		f.touch(size, old)
	}
	return nil
}

func (h *memoryHandle) Size() (int64, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.call("size", h.name); err != nil {
		return 0, err
	}
	return int64(len(h.f.data)), nil
}

func (h *memoryHandle) Truncate(size int64) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.call("truncate", h.name); err != nil {
		return err
	}
	return h.m.resize(h.f, size)
}

func (h *memoryHandle) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	_, err := h.m.call("sync", h.name)
	if err == nil {
		h.f.disk = h.f.after(func(int) bool { return true })
	}
	clear(h.f.dirty)
	return err
}

// after returns what is on disk once the dirty blocks that are kept got there.
func (f *memoryFile) after(keep func(int) bool) []byte {
	disk := slices.Clone(f.disk)
	if len(disk) < len(f.data) {
		disk = append(disk, make([]byte, len(f.data)-len(disk))...)
	}
	disk = disk[:len(f.data)]
	for i := range f.dirty {
		if i*block < len(f.data) && keep(i) {
			copy(disk[i*block:min((i+1)*block, len(disk))], f.data[i*block:])
		}
	}
	return disk
}

func (h *memoryHandle) Close() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	_, err := h.m.call("close", h.name)
	return err
}

// crash returns what a power failure leaves: of what was not synced, each block
// and each name survives in so many cases out of a hundred.
func (m *memory) crash(rng *rand.Rand, percent int) *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep := func(int) bool { return rng.IntN(100) < percent }
	after := newMemory()
	after.converts = m.converts
	all := map[string]bool{}
	for name := range m.names {
		all[name] = true
	}
	for name := range m.disk {
		all[name] = true
	}
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := m.disk[name]
		if m.names[name] != f && (m.names[name] == nil || m.stale[name] != m.names[name]) && keep(0) {
			f = m.names[name]
		}
		if f == nil {
			continue
		}
		size := len(f.disk)
		data := f.after(keep)
		if len(f.dirty) > 0 && !keep(0) && size < len(data) { // the length was not written
			data = data[:size]
		}
		after.put(name, data)
	}
	return after
}

// kill returns what is there once the process is gone and the system lives on.
func (m *memory) kill() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := newMemory()
	after.converts = m.converts
	for name, f := range m.names {
		after.names[name] = &memoryFile{data: slices.Clone(f.data), disk: slices.Clone(f.disk), dirty: cloneSet(f.dirty)}
	}
	for name, f := range m.stale {
		if m.names[name] == f {
			after.stale[name] = after.names[name]
		}
	}
	for name, f := range m.disk {
		for other, g := range m.names {
			if f == g {
				after.disk[name] = after.names[other]
			}
		}
		if after.disk[name] == nil {
			after.disk[name] = &memoryFile{data: slices.Clone(f.data), disk: slices.Clone(f.disk), dirty: cloneSet(f.dirty)}
		}
	}
	return after
}

func cloneSet(s map[int]bool) map[int]bool {
	c := map[int]bool{}
	for k := range s {
		c[k] = true
	}
	return c
}

// put sets a file that is durable.
func (m *memory) put(name string, data []byte) {
	f := &memoryFile{data: slices.Clone(data), disk: slices.Clone(data), dirty: map[int]bool{}}
	m.names[name], m.disk[name] = f, f
}

func (m *memory) get(name string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.names[name]; f != nil {
		return slices.Clone(f.data)
	}
	return nil
}

// bytes describes all files, for telling that nothing changed.
func (m *memory) bytes() string {
	names, _ := m.List()
	var s string
	for _, name := range names {
		s += fmt.Sprintf("%s %x\n", name, m.get(name))
	}
	return s
}
