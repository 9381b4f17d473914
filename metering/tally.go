package metering

import (
	"cmp"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A tally sums up the rows of a batch by key and window.
//
// The codes of a row's columns are one number in mixed radix, and by it the
// key has a place among those seen. A key has a row of sums there, one for each
// window from the first to the last: adding is two loads, without a hash or a
// comparison. Where keys and windows are many and rows few, they are sorted
// instead.
type tally struct {
	meter  *Meter
	width  int64
	key0   Key // what all rows have
	fields []codedField
	times  []int64
	amount []int64
	step   fixed.Int128 // grains
	small  bool         // every sum is below 2^96

	first, last int64 // windows
	unsigned    bool  // every amount is above zero: a sum of zero is none
	perWindow   divider

	places map[uint64]uint32 // place of a key's number, + 1, where there are too many for direct
	direct []uint32          // the same
	keys   []talliedKey

	dense  []int64 // by key and window
	seen   []uint64
	wide   map[int]fixed.Int128 // what outgrew dense
	sorted []talliedRow
}

type talliedKey struct {
	number   uint64 // its codes in mixed radix
	row      int    // the first that has it
	from, to int    // in sorted
}

type talliedRow struct {
	place  uint32
	window int64
	sum    fixed.Int128
}

type codedField struct {
	of     int // of columnNames
	values []string
	codes  []uint32
	radix  uint64 // of what the columns before it come to
}

const (
	maxDirect  = 1 << 22 // numbers that are looked up in a table, of 16 MiB
	rowsAtOnce = 2048    // short enough for what a step writes to stay in the nearest cache
)

func newTally(b *Batch, m *Meter, width int64, h *keyHash) (*tally, error) {
	t := &tally{meter: m, width: width, key0: Key{Meter: m.ID, Labels: b.Labels}, times: b.Times, amount: b.Amounts, step: b.Step.n, perWindow: dividerBy(uint64(width))}
	if t.step.IsZero() {
		t.step = fixed.FromInt64(1)
	}
	radix := uint64(1)
	for i, c := range b.columns() {
		if text, ok := c.constant(); ok {
			setColumn(&t.key0, i, text)
			continue
		}
		values, codes := c.coded(h)
		for row, code := range codes {
			if int(code) >= len(values) {
				return nil, &RowError{row, &FieldError{columnNames[i] + " code", fmt.Sprint(code), fmt.Sprintf("want less than %d", len(values))}}
			}
		}
		t.fields = append(t.fields, codedField{i, values, codes, radix})
		over, product := bits.Mul64(radix, uint64(len(values)))
		if over != 0 {
			return nil, &FieldError{"values", fmt.Sprint(len(values)), "want fewer combinations of values than 2^64; cut the batch"}
		}
		radix = product
	}
	if radix <= maxDirect {
		t.direct = make([]uint32, radix)
	} else {
		t.places = make(map[uint64]uint32)
	}
	return t, t.scan()
}

// setColumn sets the field of a key that column i is.
func setColumn(k *Key, i int, text string) {
	switch i {
	case 0:
		k.Account = Account(text)
	case 1:
		k.Resource = text
	case 2:
		k.SKU = text
	case 3:
		k.Region = text
	}
}

// scan finds the span of time, and refuses times and amounts that cannot be.
func (t *tally) scan() error {
	first, last := t.times[0], t.times[0]
	for _, at := range t.times {
		first, last = min(first, at), max(last, at)
	}
	if first < minTime || last >= maxTime {
		row := slices.IndexFunc(t.times, func(at int64) bool { return at < minTime || at >= maxTime })
		return &RowError{row, fmt.Errorf("%w: %s", ErrTimeRange, time.Unix(0, t.times[row]).UTC().Format(time.RFC3339Nano))}
	}
	t.first, t.last = first/t.width, last/t.width
	least := t.amount[0]
	for _, n := range t.amount {
		least = min(least, n)
	}
	t.unsigned = least > 0
	if least < 0 && t.meter.Monotonic {
		row := slices.IndexFunc(t.amount, func(n int64) bool { return n < 0 })
		n, _ := t.step.MulInt64(t.amount[row]) // for the message
		return &RowError{row, t.meter.negative(GrainsWide(n, t.meter.Unit.dim))}
	}
	return nil
}

// sum sums up all rows. It fails with ErrOverflow where a sum leaves 128 bits.
func (t *tally) sum() error {
	var numbers [rowsAtOnce]uint64
	var places [rowsAtOnce]uint32
	for from := 0; from < len(t.times); from += rowsAtOnce {
		n := min(rowsAtOnce, len(t.times)-from)
		t.number(numbers[:n], from)
		if t.direct != nil {
			t.placeDirectly(places[:n], numbers[:n], from)
		} else {
			t.place(places[:n], numbers[:n], from)
		}
		t.add(places[:n], from)
	}
	t.sortRest()
	return t.measure()
}

// measure finds out whether sums fit and are small. Sums of grains are: memory
// holds less than 2^33 rows of 64 bits.
func (t *tally) measure() error {
	t.small = true
	if t.step == fixed.FromInt64(1) {
		return nil
	}
	for i := range t.keys {
		for w, n := range t.steps(i) {
			grains, ok := n.Mul(t.step)
			if !ok {
				return fmt.Errorf("%w: meter %q, window %s", ErrOverflow, t.meter.ID, stamp(w*t.width))
			}
			t.small = t.small && -1<<32 < grains.Hi && grains.Hi < 1<<32
		}
	}
	return nil
}

// number works out the numbers of rows.
func (t *tally) number(numbers []uint64, from int) {
	clear(numbers)
	for _, f := range t.fields {
		codes := f.codes[from : from+len(numbers)]
		for i, code := range codes {
			numbers[i] += uint64(code) * f.radix
		}
	}
}

// placeDirectly finds the places of numbers in the table.
func (t *tally) placeDirectly(places []uint32, numbers []uint64, from int) {
	for i, number := range numbers {
		place := t.direct[number]
		if place == 0 {
			place = t.newKey(number, from+i)
			t.direct[number] = place
		}
		places[i] = place - 1
	}
}

// place finds the places of numbers in the map.
func (t *tally) place(places []uint32, numbers []uint64, from int) {
	for i, number := range numbers {
		place, ok := t.places[number]
		if !ok {
			place = t.newKey(number, from+i)
			t.places[number] = place
		}
		places[i] = place - 1
	}
}

// newKey returns the place of a new key, + 1, and makes room for its sums as
// long as that is not more than the rows are worth.
func (t *tally) newKey(number uint64, row int) uint32 {
	t.keys = append(t.keys, talliedKey{number: number, row: row})
	windows := int(t.last - t.first + 1)
	if cells := len(t.keys) * windows; len(t.dense) == (len(t.keys)-1)*windows && cells <= 8*len(t.times)+1<<16 {
		t.dense = extend(t.dense, windows)
		if !t.unsigned {
			t.seen = extend(t.seen, (cells+63)/64-len(t.seen))
		}
	}
	return uint32(len(t.keys))
}

// extend appends n zeros.
func extend[T any](s []T, n int) []T {
	if len(s)+n > cap(s) {
		s = slices.Grow(s, max(n, len(s)))
	}
	return s[:len(s)+n]
}

// add adds rows to the sums of their places.
func (t *tally) add(places []uint32, from int) {
	times, amounts := t.times[from:from+len(places)], t.amount[from:from+len(places)]
	windows, first := int(t.last-t.first+1), t.first
	for i, place := range places {
		w := int64(t.perWindow.of(uint64(times[i]))) - first
		cell := int(place)*windows + int(w)
		if cell >= len(t.dense) {
			t.sorted = append(t.sorted, talliedRow{place, w, fixed.FromInt64(amounts[i])})
			continue
		}
		have, n := t.dense[cell], amounts[i]
		sum := have + n
		if (have^sum)&(n^sum) < 0 {
			t.carry(cell, have)
			sum = n
		}
		t.dense[cell] = sum
		if !t.unsigned {
			t.seen[cell>>6] |= 1 << (cell & 63)
		}
	}
}

// carry keeps what a sum of 64 bits has no room for.
func (t *tally) carry(cell int, n int64) {
	if t.wide == nil {
		t.wide = make(map[int]fixed.Int128)
	}
	t.wide[cell], _ = t.wide[cell].Add(fixed.FromInt64(n))
}

// sortRest sorts the rows that are not in dense and sums up those of one key
// and window.
func (t *tally) sortRest() {
	slices.SortFunc(t.sorted, func(a, b talliedRow) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.window, b.window))
	})
	rows := t.sorted[:0]
	for _, r := range t.sorted {
		if last := len(rows) - 1; last >= 0 && rows[last].place == r.place && rows[last].window == r.window {
			rows[last].sum, _ = rows[last].sum.Add(r.sum)
			continue
		}
		rows = append(rows, r)
		k := &t.keys[r.place]
		if k.to == 0 {
			k.from = len(rows) - 1
		}
		k.to = len(rows)
	}
	t.sorted = rows
	for i := range t.sorted { // in place: a key's rows end where the next one's begin
		t.keys[t.sorted[i].place].to = i + 1
	}
}

// key returns key i.
func (t *tally) key(i int) Key {
	k := t.key0
	number := t.keys[i].number
	for _, f := range t.fields {
		setColumn(&k, f.of, f.values[number/f.radix%uint64(len(f.values))])
	}
	return k
}

// each calls do with the grains of each window of key i that has rows, in order
// of time.
func (t *tally) each(i int, do func(w int64, n fixed.Int128)) {
	for w, n := range t.steps(i) {
		n, _ = n.Mul(t.step) // measure has seen that it fits
		do(w, n)
	}
}

// steps yields the sums of key i in steps.
func (t *tally) steps(i int) iter.Seq2[int64, fixed.Int128] {
	return func(yield func(int64, fixed.Int128) bool) {
		windows := int(t.last - t.first + 1)
		if begin := i * windows; begin < len(t.dense) {
			for cell := begin; cell < begin+windows; cell++ {
				n := t.dense[cell]
				if n == 0 && (t.unsigned || t.seen[cell>>6]>>(cell&63)&1 == 0) {
					continue
				}
				sum := fixed.FromInt64(n)
				if t.wide != nil {
					sum, _ = sum.Add(t.wide[cell])
				}
				if !yield(t.first+int64(cell-begin), sum) {
					return
				}
			}
		}
		for _, r := range t.sorted[t.keys[i].from:t.keys[i].to] {
			if !yield(t.first+r.window, r.sum) {
				return
			}
		}
	}
}

// count returns how many times each calls.
func (t *tally) count(i int) (n int) {
	for range t.steps(i) {
		n++
	}
	return n
}
