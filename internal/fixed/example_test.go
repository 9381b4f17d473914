package fixed_test

import (
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
)

func Example() {
	price, _ := fixed.ParseDecimal("18.90", 18)
	hours, _ := fixed.ParseDecimal("52.75", 6)
	perHour, _ := fixed.Pow10(6)

	amount, exact, ok := fixed.MulDiv(price, hours, perHour, fixed.HalfEven)
	fmt.Println(string(fixed.AppendDecimal(nil, amount, 18, 2)), exact, ok)

	cents, _ := fixed.Pow10(16)
	rounded, exact, ok := amount.Div(cents, fixed.HalfEven)
	fmt.Println(string(fixed.AppendDecimal(nil, rounded, 2, 2)), exact, ok)
	// Output:
	// 996.975 true true
	// 996.98 false true
}

func ExampleSplit() {
	cents := fixed.FromInt64(100_00)
	weights := []fixed.Int128{fixed.FromInt64(1), fixed.FromInt64(1), fixed.FromInt64(1)}

	parts, err := fixed.Split(nil, cents, weights)
	fmt.Println(parts, err)
	// Output: [3334 3333 3333] <nil>
}

func ExampleInt256_Div() {
	// Two products summed before the one rounding: 1.5 · 0.333 + 2.5 · 0.333,
	// all at three places.
	a := fixed.FromInt64(1500).MulWide(fixed.FromInt64(333))
	b := fixed.FromInt64(2500).MulWide(fixed.FromInt64(333))
	sum, _ := a.Add(b)

	q, exact, ok := sum.Div(fixed.FromInt64(1000), fixed.HalfEven)
	fmt.Println(string(fixed.AppendDecimal(nil, q, 3, 0)), exact, ok)
	// Output: 1.332 true true
}
