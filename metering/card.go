package metering

import (
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
)

// WholeCards returns n accelerator cards as a capacity.
func WholeCards(n int32) Quantity { return Grains(int64(n)*SharesPerCard, Cards) }

// MilliCards returns n thousandths of a card as a capacity. It fails with a
// *[FieldError] when n is negative.
func MilliCards(n int64) (Quantity, error) {
	if n < 0 {
		return Quantity{}, &FieldError{"share", fmt.Sprintf("%d/1000", n), "want 0 or more"}
	}
	return NewQuantity(n, milliCard)
}

// CardShare returns num/den of a card as a capacity: CardShare(3, 7) is three
// slices of seven. It fails with a *[FieldError] unless 0 ≤ num and 0 < den,
// and with [ErrInexact] when the share is not whole in [SharesPerCard] shares.
// Shares off that grid, such as seventeenths, are placed once, where the card
// is cut: [Quantity.Split] of one card gives parts that sum to the card.
func CardShare(num, den int64) (Quantity, error) {
	if num < 0 || den <= 0 {
		return Quantity{}, &FieldError{"share", fmt.Sprintf("%d/%d", num, den), "want 0 ≤ numerator and 0 < denominator"}
	}
	n, exact, ok := fixed.MulDiv(fixed.FromInt64(num), fixed.FromInt64(SharesPerCard), fixed.FromInt64(den), fixed.Down)
	if !ok || !exact {
		return Quantity{}, fmt.Errorf("%w: %d/%d of a card in shares of 1/%d", ErrInexact, num, den, SharesPerCard)
	}
	return Quantity{n, Cards}, nil
}

var milliCard = MustUnit("{millicard}")
