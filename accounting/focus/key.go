package focus

// A keyTable remembers the value of each key of a rule about the whole file.
type keyTable struct {
	rule  *keyRule
	first map[string]keyed
	key   []byte // scratch
	last  struct {
		key, value []byte
		ok         bool
	}
}

type keyed struct {
	value  string
	number Number
	line   int64
}

func newKeyTable(r *keyRule) *keyTable { return &keyTable{rule: r, first: make(map[string]keyed)} }

func (t *keyTable) row(f *file, s shape) {
	if !s.has(t.rule.of) {
		return
	}
	t.key = t.key[:0]
	for i, c := range t.rule.key {
		if !s.has(c) {
			return
		}
		if i > 0 {
			t.key = append(t.key, 0)
		}
		t.key = append(t.key, f.text(c)...)
	}
	value := f.text(t.rule.of)
	if t.last.ok && string(t.last.key) == string(t.key) && string(t.last.value) == string(value) {
		return // as in the row before, which was good
	}
	number := Number{}
	if t.rule.number {
		if number = f.cell.number[t.rule.of]; !number.set {
			return
		}
	}
	first, ok := t.first[string(t.key)]
	if !ok {
		first = keyed{"", number, f.line}
		if !t.rule.number {
			first.value = string(value)
		}
		t.first[string(t.key)] = first
		f.remember(len(t.key) + len(first.value))
	} else if t.rule.number && !first.number.Equal(number) || !t.rule.number && first.value != string(value) {
		was := first.value
		if t.rule.number {
			was = first.number.String()
		}
		f.find(t.rule.id, t.rule.severity, t.rule.of.name(), string(value), "of "+clip(t.key)+"; "+clip(was)+" in line "+Int(first.line).String())
		t.last.ok = false
		return
	}
	t.last.key, t.last.value, t.last.ok = append(t.last.key[:0], t.key...), append(t.last.value[:0], value...), true
}
