package money_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

func Example() {
	usage, err := money.Parse("CNY 996.975")
	if err != nil {
		fmt.Println(err)
		return
	}
	line, _ := usage.Round(money.Rounding{Mode: money.HalfUp, Places: money.CNY.Digits()})
	var total money.Money // the zero Money starts any sum
	total, _ = total.Add(line)
	parts, _ := total.Split(2, 1, 1, 1)
	sum, _ := money.Sum(parts...)
	fmt.Println(total, parts, sum == total)
	// Output: CNY 996.98 [CNY 332.33 CNY 332.33 CNY 332.32] true
}

func ExampleParseCurrency() {
	c, err := money.ParseCurrency("KWD")
	fmt.Println(c, c.Digits(), c.Numeric(), c.Name(), err)
	_, err = money.ParseCurrency("kwd")
	fmt.Println(errors.Is(err, money.ErrUnknownCurrency))
	// Output:
	// KWD 3 414 Kuwaiti Dinar <nil>
	// true
}

func ExampleNew() {
	m, err := money.New(decimal.RequireFromString("0.0025"), money.USD)
	fmt.Println(m, err)
	_, err = money.New(decimal.New(1, -19), money.USD)
	fmt.Println(errors.Is(err, money.ErrInexact))
	// Output:
	// USD 0.0025 <nil>
	// true
}

func ExampleFromMinor() {
	yuan, _ := money.FromMinor(12345, money.CNY)
	yen, _ := money.FromMinor(12345, money.JPY)
	fmt.Println(yuan, yen)
	// Output: CNY 123.45 JPY 12345
}

func ExampleFromScaled() {
	m, _ := money.FromScaled(fixed.FromInt64(1_500_000_000_000_000_000), money.CNY)
	fmt.Println(m, m.Scaled())
	// Output: CNY 1.50 1500000000000000000
}

func ExampleParse() {
	m, err := money.Parse("CNY 1234.5")
	fmt.Println(m, err)
	_, err = money.Parse("CNY 1,234.50")
	fmt.Println(err)
	// Output:
	// CNY 1234.50 <nil>
	// money: amount "CNY 1,234.50": invalid amount; write a code, a space and at most 18 decimals, such as "CNY 1234.56"
}

func ExampleMoney_Add() {
	sum, _ := money.MustParse("CNY 0.10").Add(money.MustParse("CNY 0.20"))
	fmt.Println(sum, sum == money.MustParse("CNY 0.3"))
	// Output: CNY 0.30 true
}

func ExampleMoney_Sub() {
	rest, _ := money.MustParse("CNY 1.00").Sub(money.MustParse("CNY 1.25"))
	fmt.Println(rest)
	// Output: CNY -0.25
}

func ExampleMoney_Neg() {
	refund, _ := money.MustParse("CNY 19.99").Neg()
	fmt.Println(refund)
	// Output: CNY -19.99
}

func ExampleMoney_Abs() {
	m, _ := money.MustParse("CNY -19.99").Abs()
	fmt.Println(m)
	// Output: CNY 19.99
}

func ExampleMoney_Cmp() {
	order, _ := money.MustParse("CNY 2.00").Cmp(money.MustParse("CNY 10.00"))
	fmt.Println(order)
	// Output: -1
}

func ExampleMoney_Sign() {
	m := money.MustParse("CNY -0.01")
	fmt.Println(m.Sign(), m.IsZero())
	// Output: -1 false
}

func ExampleSum() {
	total, _ := money.Sum(money.MustParse("CNY 0.1"), money.MustParse("CNY 0.2"), money.MustParse("CNY 0.3"))
	fmt.Println(total)
	// Output: CNY 0.60
}

func ExampleMoney_Round() {
	m := money.MustParse("USD 10.275")
	even, _ := m.Round(money.Rounding{Places: 2})
	down, _ := m.Round(money.Rounding{Mode: money.Down, Places: 2})
	fmt.Println(even, down)
	// Output: USD 10.28 USD 10.27
}

func ExampleMoney_Split() {
	charge := money.MustParse("USD 100.00")
	refund, _ := charge.Neg()
	parts, _ := charge.Split(2, 1, 1, 1)
	back, _ := refund.Split(2, 1, 1, 1)
	fmt.Println(parts)
	fmt.Println(back)
	// Output:
	// [USD 33.34 USD 33.33 USD 33.33]
	// [USD -33.34 USD -33.33 USD -33.33]
}

func ExampleMoney_SplitBy() {
	energy := []fixed.Int128{fixed.FromInt64(3_600_000_000_000), fixed.FromInt64(7_200_000_000_000)} // µJ
	parts, _ := money.MustParse("CNY 1.00").SplitBy(2, energy)
	fmt.Println(parts)
	// Output: [CNY 0.33 CNY 0.67]
}

func ExampleMoney_String() {
	fmt.Println(money.MustParse("CNY 5"), money.MustParse("CNY 0.00125"), money.MustParse("JPY 602"), money.Money{})
	// Output: CNY 5.00 CNY 0.00125 JPY 602 0
}

func ExampleMoney_Display() {
	fmt.Println(money.MustParse("CNY 1234567.891").Display())
	// Output: 1,234,567.89
}

func ExampleMoney_Decimal() {
	fmt.Println(money.MustParse("CNY 1234.56").Decimal())
	// Output: 1234.56
}

func ExampleMoney_MarshalText() {
	data, _ := json.Marshal(map[string]money.Money{"total": money.MustParse("CNY 1234.5")})
	fmt.Println(string(data))
	// Output: {"total":"CNY 1234.50"}
}

func ExampleMoney_Scan() {
	stored, _ := money.MustParse("CNY 1234.56").Value()
	var m money.Money
	err := m.Scan(stored)
	fmt.Println(m, err)
	// Output: CNY 1234.56 <nil>
}

func ExampleParseRoundingMode() {
	mode, err := money.ParseRoundingMode("half-up")
	fmt.Println(mode == money.HalfUp, err)
	// Output: true <nil>
}

func ExampleRounding_Apply() {
	// 17 of 31 days of USD 20.00, as one exact rational: 340/31.
	num := money.MustParse("USD 20.00").Scaled().MulWide(fixed.FromInt64(17))
	m, exact, _ := money.Rounding{Mode: money.HalfUp, Places: 2}.Apply(num, fixed.FromInt64(31), money.USD)
	fmt.Println(m, exact)
	// Output: USD 10.97 false
}

func ExampleCurrencyMismatchError() {
	_, err := money.MustParse("CNY 1.00").Add(money.MustParse("USD 1.00"))
	if mismatch, ok := errors.AsType[money.CurrencyMismatchError](err); ok {
		fmt.Println("got", mismatch.Got, "want", mismatch.Want)
	}
	// Output: got USD want CNY
}
