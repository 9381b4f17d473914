package counter

import "github.com/meterbook/meterbook/internal/fixed"

// A verdict is what two readings imply.
type verdict struct {
	from        int64 // the increase lies from here to the later reading
	counted     fixed.Int128
	withheld    fixed.Int128
	flags       Flags
	implausible bool
}

// A life says whether two readings are of one life of the counter, from one
// beginning at 0 to the next.
type life uint8

const (
	unknown life = iota // judge by the values
	same
	other
)

// lifeOf says what start times and epochs tell of two readings, p the later.
func (r *rules) lifeOf(b, p point) life {
	told := unknown
	switch {
	case p.start == 0:
	case b.start != 0 && within(p.start, b.start, r.tolerance):
		told = same
	case b.start != 0 || p.start > b.at:
		return other
	}
	switch {
	case p.epoch == "" || b.epoch == "":
	case p.epoch != b.epoch:
		return other
	default:
		told = same
	}
	return told
}

// within reports whether two instants differ by at most d.
func within(a, b, d int64) bool { return max(a, b)-min(a, b) <= d }

// judge says what was used between b and p, the later. b is a reading that is
// trusted.
func (r *rules) judge(b, p point) verdict {
	v := verdict{from: b.at}
	switch told := r.lifeOf(b, p); {
	case told == other:
		v = restart(b, p)
	case p.value.Cmp(b.value) >= 0:
		v.counted, _ = p.value.Sub(b.value) // both are 0 or more
	default:
		v = r.fall(b, p, told)
	}
	return r.weigh(v, p)
}

// restart counts what a counter shows since it began again.
func restart(b, p point) verdict {
	v := verdict{from: b.at, counted: p.value, flags: Restarted}
	switch {
	case p.start == 0:
	case p.start > b.at:
		v.from = p.start
		if p.start == p.at {
			// Nothing was counted in no time: the source resumes, and its value is
			// where from.
			v.counted, v.flags = fixed.Int128{}, Restarted|First
		}
	default:
		// It began, it says, when the life before was still being read. If it is
		// the same life after all, what it shows has been counted up to b.
		v.flags |= Overlapped
		if p.value.Cmp(b.value) >= 0 {
			v.counted, _ = p.value.Sub(b.value)
			v.withheld = b.value
		}
	}
	return v
}

// fall says what a value below the last one is.
func (r *rules) fall(b, p point, told life) verdict {
	reset := verdict{from: b.at, counted: p.value, flags: Reset}
	if r.modulus.IsZero() {
		return reset
	}
	// Values are at most the modulus, and p is below b: no overflow.
	n, _ := r.modulus.Sub(b.value)
	n, _ = n.Add(p.value)
	wrap := verdict{from: b.at, counted: n, flags: Wrapped}
	switch {
	case !r.plausible(n, p.at-b.at):
		return reset
	case told == same:
		return wrap
	case r.ambiguous == TakeReset:
		reset.flags |= Ambiguous
		return reset
	}
	wrap.flags |= Ambiguous
	return wrap
}

// weigh holds what is implied to the highest rate, and to the policy where it
// is ambiguous.
func (r *rules) weigh(v verdict, p point) verdict {
	dt := p.at - v.from
	if !r.plausible(v.counted, dt) {
		v.flags |= Implausible
		v.implausible = true
		v.withhold()
		return v
	}
	if !v.flags.Has(First) && r.again(v.counted, dt) {
		v.flags |= Ambiguous
	}
	if v.flags.Has(Ambiguous) && r.ambiguous == Withhold {
		v.withhold()
	}
	return v
}

// withhold moves what is counted to what is not. Both are parts of one value,
// or one of them is 0: no overflow.
func (v *verdict) withhold() {
	v.withheld, _ = v.withheld.Add(v.counted)
	v.counted = fixed.Int128{}
}
