package tokens

import (
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A resolution takes counts that include each other apart: what a field alone
// counts is its count less what the fields within it alone count.
type resolution struct {
	*Parser
	counts
	own     [MaxFields]int64
	missing int // a required field that the total has to show to be 0, -1 for none
}

// resolve returns the usage that the counts tell.
func (p *Parser) resolve(c counts) (Usage, error) {
	r := resolution{Parser: p, counts: c, missing: -1}
	if err := r.repeat(); err != nil {
		return Usage{}, err
	}
	for i := len(p.fields) - 1; i >= 0; i-- {
		if p.fields[i].same >= 0 {
			continue
		}
		if err := r.settle(i); err != nil {
			return Usage{}, err
		}
	}
	if err := r.checkTotal(); err != nil {
		return Usage{}, err
	}
	var u Usage
	for i, f := range p.fields {
		if f.same < 0 && r.own[i] != 0 {
			if err := u.add(f.Class, r.own[i]); err != nil {
				return Usage{}, err
			}
		}
	}
	return u, nil
}

func (r *resolution) has(i int) bool { return r.given>>i&1 != 0 }

// repeat takes fields that say the same for one.
func (r *resolution) repeat() error {
	for i, f := range r.fields {
		switch {
		case f.same < 0 || !r.has(i):
		case !r.has(f.same):
			r.set(f.same, r.n[i], len(r.fields))
		case r.n[i] != r.n[f.same]:
			return &FieldError{Shape: r.shape.Name, Field: f.Path, Given: fmt.Sprint(r.n[i]),
				Want: fmt.Sprintf("%d, which is %s", r.n[f.same], r.fields[f.same].Path), Err: ErrContradiction}
		}
	}
	return nil
}

// settle finds what field i alone counts; the fields within it are settled.
func (r *resolution) settle(i int) error {
	f := &r.fields[i]
	sum := r.sum(f.below)
	all := f.parts != 0 && r.given&f.parts == f.parts
	if !r.has(i) {
		return r.settleAbsent(i, sum, all)
	}
	rest, _ := fixed.FromInt64(r.n[i]).Sub(sum)
	if rest.Sign() < 0 && r.overlap(i, rest) {
		rest = fixed.Int128{}
	}
	exact := f.Class == 0 || f.Partition && all && r.outgrown>>i&1 == 0
	if rest.Sign() < 0 || exact && !rest.IsZero() {
		return r.contradiction(f.Path, r.n[i], f.parts, sum, exact)
	}
	r.own[i], _ = rest.Int64()
	return nil
}

// settleAbsent settles a field that is not given: it is the sum of its parts,
// unless it is required.
func (r *resolution) settleAbsent(i int, sum fixed.Int128, all bool) error {
	f := &r.fields[i]
	if f.Required && !(f.Partition && all) {
		if !r.totalGiven || r.given&f.below != 0 {
			return r.lacks(i)
		}
		r.missing = i
	}
	n, ok := sum.Int64()
	if !ok {
		return fmt.Errorf("%w: tokens: %s: the parts of %s do not fit in 64 bits", metering.ErrOverflow, r.shape.Name, f.Path)
	}
	r.n[i] = n
	return nil
}

func (r *resolution) lacks(i int) error {
	return &FieldError{Shape: r.shape.Name, Field: r.fields[i].Path, Want: "a count", Err: ErrMissing}
}

// sum returns what the fields of a set alone count.
func (r *resolution) sum(set uint64) (n fixed.Int128) {
	for j := range ones(set) {
		n, _ = n.Add(fixed.FromInt64(r.own[j])) // 64 counts of 64 bits fit in 128
	}
	return n
}

// overlap takes the excess of the parts of field i for tokens that one of them
// shares with the others, where the shape says that it may. There is no telling
// which one, if more than one could, unless all of what they count is shared.
func (r *resolution) overlap(i int, rest fixed.Int128) bool {
	var able uint64
	for j := range ones(r.fields[i].parts) {
		f := &r.fields[j]
		if f.Overlaps && r.own[j] > 0 && f.parts&r.given == 0 {
			able |= 1 << j
		}
	}
	excess, _ := rest.Neg()
	shared := r.sum(able)
	switch {
	case able == 0 || fixed.FromInt64(r.n[i]).Less(shared) || shared.Less(excess):
		return false
	case shared != excess && able&(able-1) != 0:
		return false
	}
	for j := range ones(able) {
		if shared == excess {
			r.own[j] = 0
			continue
		}
		n, _ := excess.Int64()
		r.own[j] -= n
	}
	return true
}

// checkTotal holds the fields within no other to the total.
func (r *resolution) checkTotal() error {
	if r.total < 0 || !r.totalGiven {
		return nil
	}
	var sum fixed.Int128
	for j := range ones(r.roots) {
		sum, _ = sum.Add(fixed.FromInt64(r.n[j]))
	}
	total := r.n[r.total]
	switch {
	case sum == fixed.FromInt64(total):
		return nil
	case r.missing >= 0:
		return r.lacks(r.missing)
	}
	return r.contradiction(r.shape.Total, total, r.roots, sum, true)
}

func (r *resolution) contradiction(path string, given int64, parts uint64, sum fixed.Int128, exact bool) error {
	e := &SumError{Shape: r.shape.Name, Field: path, Given: given, Sum: metering.GrainsWide(sum, metering.Token), Exact: exact}
	for j := range ones(parts) {
		if r.n[j] != 0 {
			e.Parts = append(e.Parts, Part{r.fields[j].Path, r.n[j]})
		}
	}
	return e
}
