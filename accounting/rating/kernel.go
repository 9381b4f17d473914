package rating

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A kernel is a staged price compiled: every number a ratio, so that a line is
// worked out in place and allocates nothing. What it does is what
// accounting.Price does with big.Rat, stage by stage; the explanations of the
// lines are computed there, so that one proves the other.
type kernel struct {
	model  modelKind
	meters []kernelMeter
	price  ratio // for a unit, of a package, the factor of a dynamic price
	tiers  []kernelTier
	above  bool // a bound is in the tier above
	atZero bool // the first flat amount is due at nothing
	label  string
	event  kernelEvent
	spot   []kernelSpot
	size   ratio // of a package
	waived bool  // a part of a package
	stairs []kernelStair

	prorate  accounting.Proration
	peaks    bool
	convert  *kernelConversion
	free     *ratio
	factor   *ratio
	power    []kernelPower
	reactive metering.MeterID
	percent  *ratio // what is left of the amount, as a factor
	off      *ratio
	maximum  *ratio
	minimum  *ratio
	overage  ratio
	// committed is the amount that each scope is committed to; nil for none.
	committed *ratio
	trueUp    bool
	shared    bool // the commitment is for the share of the billing period
	unused    bool // a scope that nothing has come to may owe something
}

type modelKind uint8

const (
	modelPerUnit modelKind = iota + 1
	modelGraduated
	modelProrated // graduated, of rows taken in part
	modelVolume
	modelSized
	modelPackage
	modelStairstep
	modelPercentage
	modelDynamic
	modelSpot
)

type kernelMeter struct {
	id     metering.MeterID
	dim    metering.Dimension
	factor ratio // units of the price for each grain
}

type kernelTier struct {
	upTo        *ratio // nil for the last
	price, flat ratio
	block       *ratio
}

type kernelEvent struct {
	rate, fixed, freeUnits ratio
	freeEvents             int64
	minimum, maximum       *ratio
}

type kernelSpot struct {
	from  time.Time
	price ratio
}

type kernelStair struct {
	amount ratio
	limits []kernelLimit
}

type kernelLimit struct {
	meter int
	upTo  ratio
}

type kernelConversion struct {
	by      ratio
	rounded bool
	mode    money.RoundingMode
	places  int
	restart bool
}

type kernelPower struct {
	ratio *ratio // nil for the last
	by    ratio  // a factor
}

// compileKernel returns a staged price as a kernel, nil where it keeps more
// than totals.
func compileKernel(src *accounting.Price) *kernel {
	if src.Terms != nil && src.Terms.Gather == accounting.GatherPercentile {
		return nil // every row is kept
	}
	k := &kernel{}
	for _, m := range src.Meters() {
		unit, factor := src.UnitOf(m)
		of := kernelMeter{id: m, dim: unit.Dimension()}
		if unit.Grains().Sign() > 0 {
			of.factor.setRat(new(big.Rat).Quo(factor.Rat(), new(big.Rat).SetInt(unit.Grains().Big())))
		} else {
			of.factor.setInt(0)
		}
		k.meters = append(k.meters, of)
	}
	k.unused = src.Terms == nil
	if src.Terms != nil {
		k.terms(src, src.Terms)
	}
	if !k.compile(src.Model) {
		return nil
	}
	return k
}

// meter returns the index of a meter, -1 for none.
func (k *kernel) meter(id metering.MeterID) int {
	for i := range k.meters {
		if k.meters[i].id == id {
			return i
		}
	}
	return -1
}

func ratioOf(d decimal.Decimal) *ratio {
	z := new(ratio)
	z.setDecimal(d)
	return z
}

// maybe returns a number that is set, nil for nil.
func maybe(d *decimal.Decimal) *ratio {
	if d == nil {
		return nil
	}
	return ratioOf(*d)
}

// unless returns a number that is not 0.
func unless0(d decimal.Decimal) *ratio {
	if d.IsZero() {
		return nil
	}
	return ratioOf(d)
}

// compile takes the model's numbers, and reports whether it is one to rate
// usage with.
func (k *kernel) compile(model accounting.Model) bool {
	switch m := model.(type) {
	case accounting.PerUnit:
		k.model = modelPerUnit
		k.price.setDecimal(m.Price)
	case accounting.Graduated:
		k.model = modelGraduated
		if k.prorate != accounting.ProrateNone {
			k.model = modelProrated
		}
		k.tier(m.Tiers, m.Bounds, m.OnZero)
	case accounting.Volume:
		k.model = modelVolume
		if m.SizedBy != "" {
			k.model, k.label = modelSized, m.SizedBy
		}
		k.tier(m.Tiers, m.Bounds, m.OnZero)
	case accounting.Package:
		k.model, k.waived = modelPackage, m.Parts == accounting.PartWaived
		k.size.setDecimal(m.Size)
		k.price.setDecimal(m.Price)
	case accounting.Stairstep:
		k.model, k.atZero = modelStairstep, m.OnZero == accounting.ZeroCharged
		k.stair(m.Stairs)
	case accounting.Percentage:
		k.model = modelPercentage
		k.percentage(m)
	case accounting.Dynamic:
		k.model, k.label = modelDynamic, m.Label
		k.price.setDecimal(m.Factor)
	case accounting.Spot:
		k.model = modelSpot
		k.spot = make([]kernelSpot, len(m.Prices))
		for i, s := range m.Prices {
			k.spot[i].from = s.From
			k.spot[i].price.setDecimal(s.Price)
		}
	default:
		return false
	}
	return true
}

func (k *kernel) tier(tiers []accounting.Tier, bounds accounting.BoundPolicy, zero accounting.ZeroPolicy) {
	k.above, k.atZero = bounds == accounting.BoundExclusive, zero == accounting.ZeroCharged
	k.tiers = make([]kernelTier, len(tiers))
	for i, t := range tiers {
		to := &k.tiers[i]
		to.upTo, to.block = maybe(t.UpTo), unless0(t.Block)
		to.price.setDecimal(t.Price)
		to.flat.setDecimal(t.Flat)
	}
}

func (k *kernel) stair(stairs []accounting.Stair) {
	k.stairs = make([]kernelStair, len(stairs))
	for i, s := range stairs {
		to := &k.stairs[i]
		to.amount.setDecimal(s.Amount)
		to.limits = make([]kernelLimit, len(s.Limits))
		for j, l := range s.Limits {
			to.limits[j].meter = k.meter(l.Meter)
			to.limits[j].upTo.setDecimal(l.UpTo)
		}
	}
}

func (k *kernel) percentage(m accounting.Percentage) {
	e := &k.event
	e.rate.setRat(new(big.Rat).Quo(m.Rate.Rat(), big.NewRat(100, 1)))
	e.fixed.setDecimal(m.Fixed)
	e.freeUnits.setDecimal(m.FreeUnits)
	e.freeEvents, e.minimum, e.maximum = m.FreeEvents, maybe(m.Minimum), maybe(m.Maximum)
}

// terms takes what is around the model.
func (k *kernel) terms(src *accounting.Price, t *accounting.Terms) {
	k.prorate, k.peaks = t.Prorate, t.Gather == accounting.GatherPeak
	by, idle := t.Scope, t.Commitment != nil && t.Commitment.Idle
	by.Window = accounting.WholePeriod
	k.unused = by == accounting.Scope{} && (t.Scope.Window == accounting.WholePeriod || idle && t.Scope.Window != accounting.PerRow)
	if c := t.Convert; c != nil {
		k.convert = &kernelConversion{rounded: c.Rounded, mode: c.Mode, places: c.Places, restart: c.Restart}
		by := big.NewRat(1, 1)
		if !c.Multiply.IsZero() {
			by.Mul(by, c.Multiply.Rat())
		}
		if !c.Divide.IsZero() {
			by.Quo(by, c.Divide.Rat())
		}
		k.convert.by.setRat(by)
	}
	if t.Free.Sign() > 0 {
		k.free = ratioOf(t.Free)
	}
	if t.Off.Sign() > 0 {
		k.off = ratioOf(t.Off)
	}
	k.factor, k.maximum, k.minimum = maybe(t.Factor), maybe(t.Maximum), maybe(t.Minimum)
	if !t.Percent.IsZero() {
		k.percent = hundredth(decimal.NewFromInt(100).Sub(t.Percent))
	}
	if f := t.PowerFactor; f != nil {
		k.reactive = f.Reactive
		for _, s := range f.Steps {
			k.power = append(k.power, kernelPower{maybe(s.Ratio), *hundredth(decimal.NewFromInt(100).Add(s.Percent))})
		}
	}
	if c := t.Commitment; c != nil {
		k.commit(src, t, c)
	}
}

func hundredth(d decimal.Decimal) *ratio {
	z := new(ratio)
	z.setRat(new(big.Rat).Quo(d.Rat(), big.NewRat(100, 1)))
	return z
}

// commit takes a commitment.
func (k *kernel) commit(src *accounting.Price, t *accounting.Terms, c *accounting.Commitment) {
	k.committed, k.trueUp, k.shared = new(ratio), c.TrueUp, t.Scope.Window == accounting.WholePeriod
	k.committed.setRat(committed(src))
	k.overage.setDecimal(c.Overage)
}
