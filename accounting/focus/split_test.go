package focus

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSplit_NoProduct: costs that are not the product of price and quantity, as a
// provider that rounds each line to cents has them, add up to those of the row, too.
func TestSplit_NoProduct(t *testing.T) {
	row := goodRow()
	row.PricingQuantity, row.ListUnitPrice, row.ListCost = MustNumber("1"), MustNumber("0.333"), MustNumber("0.33")
	row.ContractedUnitPrice, row.ContractedCost = MustNumber("0.3"), MustNumber("0.3")
	parts := []Part{{ResourceId: "pod-a", Weight: Int(1)}, {ResourceId: "pod-b", Weight: Int(2)}}
	rows, err := Split(row, "m-1", parts...)
	require.NoError(t, err)
	require.Equal(t, []Number{MustNumber("0.11"), MustNumber("0.22")}, []Number{rows[0].ListCost, rows[1].ListCost})
	for _, r := range rows {
		product, ok := r.ContractedUnitPrice.mul(r.PricingQuantity)
		require.True(t, ok)
		require.True(t, product.Equal(r.ContractedCost), "what was a product stays one")
	}
	contracted := sumOf(rows, func(r Row) Number { return r.ContractedCost })
	require.Zero(t, contracted.Cmp(row.ContractedCost.rat()))
}
