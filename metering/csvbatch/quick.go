package csvbatch

// quick reads rows into the batch as long as they are whole, have no surprise,
// and the batch has room. What it does not take it leaves to slow, and does
// not say why.
func (r *Reader) quick() {
	n := r.n
	for r.in.pos < r.in.limit && n < len(r.nanos) {
		next, ok := r.quickRow(n)
		if !ok {
			break
		}
		r.in.pos = next
		n++
	}
	r.line += int64(n - r.n)
	r.n = n
}

// quickRow reads the row at the input's position as row n of the batch, and
// returns where the next one begins. It never reads past the row: the text
// that the dictionaries know has no line break in it, and no number has.
func (r *Reader) quickRow(n int) (int, bool) {
	b, at, limit := r.in.buf, r.in.pos, r.in.limit
	for i := range r.columns {
		c := &r.columns[i]
		stop := c.stop
		quoted := b[at] == '"'
		if quoted {
			at++
			stop = quotes
		}
		ok := false
		switch c.field {
		case instant:
			r.nanos[n], at, ok = r.instants.parse(b, at)
		case amount:
			r.steps[n], at, ok = r.amounts.parse(b, at)
		case ignored:
			at, ok = skip(b, at, limit, stop)
		default:
			c.text.codes[n], at, ok = c.text.find(b, at, limit, stop)
		}
		if quoted {
			ok = ok && b[at] == '"'
			at++
		}
		if !ok || b[at] != byte(c.stop) {
			return 0, false
		}
		at++
	}
	if r.crlf {
		if b[at] != '\n' {
			return 0, false
		}
		at++
	}
	return at, true
}

// skip returns where the first byte is that stop has eight of, if no quote, no
// line break and, but between quotes, no comma comes before it.
func skip(b []byte, i, limit int, stop uint64) (int, bool) {
	comma := uint64(commas)
	if stop == quotes {
		comma = quotes
	}
	for ; i < limit; i += 8 {
		w := word(b, i)
		if m := nulls(w^stop) | nulls(w^comma) | nulls(w^quotes) | nulls(w^newlines); m != 0 {
			n, _ := before(m)
			return i + n, b[i+n] == byte(stop)
		}
	}
	return 0, false
}
