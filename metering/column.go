package metering

// A Column is one text field of the rows of a [Batch]: of row i it is
// Values[Codes[i]], or Values[i] where Codes is nil. A single value without
// codes holds for every row, and no value at all is "" for every row.
type Column struct {
	Values []string
	Codes  []uint32
}

// constant reports whether every row has one value, and which.
func (c *Column) constant() (string, bool) {
	switch {
	case c.Codes == nil && len(c.Values) == 0:
		return "", true
	case len(c.Values) == 1 && c.Codes == nil:
		return c.Values[0], true
	}
	return "", false
}

// coded returns the column as values and a code for each row.
func (c *Column) coded(h *keyHash) (values []string, codes []uint32) {
	if c.Codes != nil {
		return c.Values, c.Codes
	}
	v := newVocabulary(h)
	codes = make([]uint32, len(c.Values))
	for i, s := range c.Values {
		codes[i] = v.code(s)
	}
	return v.words, codes
}

// A vocabulary gives the values of a column numbers, in the order in which they
// are first seen.
type vocabulary struct {
	hash  *keyHash
	slots []word // a power of two, at most half of them taken
	words []string
}

type word struct {
	text string
	code uint32 // + 1; 0 for a slot that is free
}

func newVocabulary(h *keyHash) *vocabulary {
	return &vocabulary{hash: h, slots: make([]word, 64)}
}

// code returns the number of s.
func (v *vocabulary) code(s string) uint32 {
	mask := uint64(len(v.slots) - 1)
	i := v.hash.one(s)
	for ; ; i++ {
		w := &v.slots[i&mask]
		if w.code == 0 {
			return v.learn(w, s)
		}
		if w.text == s {
			return w.code - 1
		}
	}
}

// learn gives s the next number, in a slot that is free.
func (v *vocabulary) learn(w *word, s string) uint32 {
	v.words = append(v.words, s)
	*w = word{s, uint32(len(v.words))}
	if 2*len(v.words) > len(v.slots) {
		v.grow()
	}
	return uint32(len(v.words) - 1)
}

func (v *vocabulary) grow() {
	v.slots = make([]word, 4*len(v.slots))
	mask := uint64(len(v.slots) - 1)
	for code, s := range v.words {
		i := v.hash.one(s)
		for v.slots[i&mask].code != 0 {
			i++
		}
		v.slots[i&mask] = word{s, uint32(code + 1)}
	}
}
