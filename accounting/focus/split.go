package focus

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Part is who gets a share of a charge that is split, and by what weight.
type Part struct {
	// ResourceId is that of the pod, job or other that shares a resource; empty
	// for what is left to nobody. ResourceName is the id if empty.
	ResourceId, ResourceName string
	Tags                     Object // those that the resource itself does not have
	Weight                   Number // 0 or more
	// Usage and UsageUnit say what the weight came of; null to say nothing.
	Usage     Number
	UsageUnit string
}

// ErrSplit: parts by which a charge cannot be split.
var ErrSplit = errors.New("focus: cannot split the charge")

// Split splits a row over parts, one row for each, by a method that the
// provider documents under its id. Ratios add up to exactly 1; quantities,
// costs, energy and carbon add up to those of the row; unit prices and all else
// stay, and costs that are the product of price and quantity stay it. What does not divide
// goes to the largest remainders, ties to the earlier part, so that the result
// is the same every time. A ratio has 18 digits behind the point.
//
// It fails with [ErrSplit] on a row that was split before, on no parts, and on
// weights below 0 or all 0, and with [ErrNumberRange].
func Split(row Row, method string, parts ...Part) ([]Row, error) {
	if row.AllocatedMethodId != "" || method == "" {
		return nil, fmt.Errorf("%w: want a method, and a row that is not split yet", ErrSplit)
	}
	weights, err := partWeights(parts)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(parts))
	for i, p := range parts {
		rows[i] = row
		rows[i].AllocatedMethodId = method
		if p.ResourceId != "" {
			rows[i].AllocatedResourceId, rows[i].AllocatedResourceName = p.ResourceId, or(p.ResourceName, p.ResourceId)
			rows[i].AllocatedTags = p.Tags
		}
	}
	if err := splitRatios(rows, parts, weights); err != nil {
		return nil, err
	}
	return rows, splitAmounts(row, rows, weights)
}

func partWeights(parts []Part) ([]fixed.Int128, error) {
	scale := uint8(0)
	for _, p := range parts {
		scale = max(scale, p.Weight.scale)
	}
	weights := make([]fixed.Int128, len(parts))
	for i, p := range parts {
		w, ok := times10(p.Weight.digits, int(scale-p.Weight.scale))
		if !ok {
			return nil, fmt.Errorf("%w: weight %v", ErrNumberRange, p.Weight)
		}
		weights[i] = w
	}
	return weights, nil
}

// splitNumber cuts n by weights, at scale digits behind the point at least.
func splitNumber(n Number, scale uint8, weights []fixed.Int128) ([]Number, error) {
	parts := make([]Number, len(weights))
	if !n.set {
		return parts, nil
	}
	n = n.trim(0)
	scale = max(n.scale, scale)
	whole, ok := times10(n.digits, int(scale-n.scale))
	if !ok {
		return nil, fmt.Errorf("%w: %v", ErrNumberRange, n)
	}
	cut, err := fixed.Split(nil, whole, weights)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSplit, err)
	}
	for i, v := range cut {
		parts[i] = Number{v, scale, true}.trim(0)
	}
	return parts, nil
}

// Digits behind the point that parts have at least, where they need them.
const (
	splitRatioPlaces    = 18
	splitQuantityPlaces = 9
	splitCostPlaces     = 6
)

func splitRatios(rows []Row, parts []Part, weights []fixed.Int128) error {
	ratios, err := splitNumber(Int(1), splitRatioPlaces, weights)
	if err != nil {
		return err
	}
	for i := range rows {
		element := []Property{{"AllocatedRatio", ratios[i]}}
		if parts[i].Usage.set {
			element = append(element, Property{"UsageUnit", parts[i].UsageUnit}, Property{"UsageQuantity", parts[i].Usage})
		}
		o, err := NewObject(element...)
		if err != nil {
			return err
		}
		if rows[i].AllocatedMethodDetails, err = ParseObject(`{"Elements":[` + o.String() + `]}`); err != nil {
			return err
		}
	}
	return nil
}

func splitAmounts(row Row, rows []Row, weights []fixed.Int128) error {
	for _, x := range []struct {
		of     func(*Row) *Number
		places uint8
	}{
		{func(r *Row) *Number { return &r.BilledCost }, splitCostPlaces},
		{func(r *Row) *Number { return &r.EffectiveCost }, splitCostPlaces},
		{func(r *Row) *Number { return &r.ListCost }, splitCostPlaces},
		{func(r *Row) *Number { return &r.ContractedCost }, splitCostPlaces},
		{func(r *Row) *Number { return &r.PricingCurrencyEffectiveCost }, splitCostPlaces},
		{func(r *Row) *Number { return &r.PricingQuantity }, splitQuantityPlaces},
		{func(r *Row) *Number { return &r.ConsumedQuantity }, splitQuantityPlaces},
		{func(r *Row) *Number { return &r.CommitmentDiscountQuantity }, splitQuantityPlaces},
		{func(r *Row) *Number { return &r.EnergyKWh }, splitQuantityPlaces},
		{func(r *Row) *Number { return &r.CarbonGrams }, splitQuantityPlaces},
	} {
		parts, err := splitNumber(*x.of(&row), x.places, weights)
		if err != nil {
			return err
		}
		for i := range rows {
			*x.of(&rows[i]) = parts[i]
		}
	}
	return splitProducts(row, rows)
}

// splitProducts keeps costs that are the product of price and quantity products of
// those, and then they sum up as quantities do. A cost that is another one, as a
// bill that was rounded by line has, stays what it was split into.
func splitProducts(row Row, rows []Row) error {
	for _, of := range [...]func(*Row) (price, cost *Number){
		func(r *Row) (price, cost *Number) { return &r.ListUnitPrice, &r.ListCost },
		func(r *Row) (price, cost *Number) { return &r.ContractedUnitPrice, &r.ContractedCost },
	} {
		price, cost := of(&row)
		if !price.set || !row.PricingQuantity.set || row.ChargeClass == Correction {
			continue
		}
		if whole, ok := price.mul(row.PricingQuantity); !ok || cost.set && !whole.Equal(*cost) {
			continue
		}
		for i := range rows {
			price, cost := of(&rows[i])
			product, ok := price.mul(rows[i].PricingQuantity)
			if !ok {
				return fmt.Errorf("%w: %v × %v", ErrNumberRange, *price, rows[i].PricingQuantity)
			}
			*cost = product.trim(0)
		}
	}
	return nil
}
