package focus

// splits are the charges of a file that were split over those who share a
// resource, by the charge they came of.
type splits struct {
	ratioSum, ratioRange, dimensions bool // which rules the file can be held to
	compared                         []col
	byOrigin                         map[string]*origin
	order                            []string
	key, dims                        []byte // scratch
	interned                         map[string]string
}

// An origin is a charge that was split.
type origin struct {
	line  int64 // of its first part
	sum   total
	exact bool   // all ratios were numbers
	dims  string // of its first part
}

func (x *splits) init(f *file) {
	x.ratioSum, x.ratioRange, x.dimensions = f.sums(ruleRatioSum), f.sums(ruleRatioRange), f.sums(ruleDimensions)
	x.byOrigin, x.interned = make(map[string]*origin), make(map[string]string)
	inKey := setOf(originKey[:]...)
	for _, c := range f.order {
		switch c {
		case colAllocatedMethodId, colAllocatedResourceId, colAllocatedResourceName, colAllocatedTags, colAllocatedMethodDetails:
			continue
		case colListUnitPrice, colContractedUnitPrice, colPricingCurrencyListUnitPrice, colPricingCurrencyContractedUnitPrice:
		default:
			// ids may be null in two ways, so that their texts can differ yet
			if !columnTable[c].dimension || inKey.has(c) && columnTable[c].typ == DateTime {
				continue
			}
		}
		x.compared = append(x.compared, c)
	}
}

// originKey is what parts of one charge have in common.
var originKey = [...]col{colResourceId, colChargePeriodStart, colChargePeriodEnd, colSkuPriceId, colChargeCategory,
	colAllocatedMethodId, colCommitmentDiscountId}

func (x *splits) row(f *file, s shape) {
	if !s.has(colAllocatedMethodId) {
		return
	}
	x.key = x.key[:0]
	for _, c := range originKey {
		text := f.text(c)
		if columnTable[c].typ != DateTime && isNull(text) {
			text = nil // null in any form
		}
		x.key = append(append(x.key, text...), 0)
	}
	o, known := x.byOrigin[string(x.key)]
	if !known {
		o = &origin{line: f.line, exact: true, dims: x.intern(f)}
		key := string(x.key)
		x.byOrigin[key] = o
		x.order = append(x.order, key)
		f.remember(len(key))
	} else if x.dimensions {
		x.compare(f, o)
	}
	d := f.cell.object[colAllocatedMethodDetails]
	if d == nil {
		return
	}
	o.exact = o.exact && d.ratios
	o.sum.addTotal(&d.ratio)
	if x.ratioRange && d.beyondRange {
		f.sum(ruleRatioRange, Warning, f.line, colAllocatedMethodDetails, d.text, "a ratio beyond 0 to 1")
	}
}

// gather puts the dimensions of the row into x.dims.
func (x *splits) gather(f *file) {
	x.dims = x.dims[:0]
	for _, c := range x.compared {
		x.dims = append(append(x.dims, f.text(c)...), 0)
	}
}

func (x *splits) intern(f *file) string {
	x.gather(f)
	if s, ok := x.interned[string(x.dims)]; ok {
		return s
	}
	s := string(x.dims)
	x.interned[s] = s
	f.remember(len(s))
	return s
}

// compare holds the dimensions of a part against those of the first.
func (x *splits) compare(f *file, o *origin) {
	if x.gather(f); string(x.dims) == o.dims {
		return
	}
	rest, at := o.dims, col(0)
	for _, c := range x.compared {
		text := string(f.text(c))
		if len(rest) <= len(text) || rest[:len(text)] != text || rest[len(text)] != 0 {
			at = c
			break
		}
		rest = rest[len(text)+1:]
	}
	f.sum(ruleDimensions, Warning, f.line, at, string(f.text(at)), "differs from line "+Int(o.line).String())
}

func (x *splits) finish(f *file) {
	var one total
	one.add(Int(1))
	for _, key := range x.order {
		o := x.byOrigin[key]
		if x.ratioSum && o.exact && !o.sum.near(&one, f.Tolerance) {
			f.sum(ruleRatioSum, Error, o.line, colAllocatedMethodDetails, o.sum.String(), "sum of the ratios of "+clip(key))
		}
	}
}
