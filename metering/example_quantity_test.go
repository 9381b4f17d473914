package metering_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

func ExampleNewQuantity() {
	q, err := metering.NewQuantity(90, metering.MustUnit("min"))
	fmt.Println(q, err)
	// Output: 5400000000000 ns <nil>
}

func ExampleParseQuantity() {
	fmt.Println(metering.ParseQuantity("1.5 h"))
	fmt.Println(metering.ParseQuantity("0.3 ns"))
	// Output:
	// 5400000000000 ns <nil>
	// 0 metering: value falls between two grains: 0.3 ns is not whole in ns
}

func ExampleQuantityOf() {
	fmt.Println(metering.QuantityOf(decimal.RequireFromString("0.001"), metering.MustUnit("kW.h")))
	// Output: 3600000000 uJ <nil>
}

func ExampleGrains() {
	fmt.Println(metering.Grains(1200, metering.Token))
	// Output: 1200 {token}
}

// The count of one quantity can be that of another.
func ExampleGrainsWide() {
	energy := metering.MustQuantity("2.5 kW.h")
	fmt.Println(metering.GrainsWide(energy.Grains(), metering.Energy) == energy)
	// Output: true
}

func ExampleQuantity_Add() {
	var sum metering.Quantity
	for _, s := range []string{"1 h", "30 min", "1 ns"} {
		var err error
		sum, err = sum.Add(metering.MustQuantity(s))
		check(err)
	}
	fmt.Println(sum)

	_, err := sum.Add(metering.MustQuantity("1 By"))
	dimension, ok := errors.AsType[*metering.DimensionError](err)
	fmt.Println(dimension.Got, dimension.Want, ok)
	// Output:
	// 5400000000001 ns
	// bytes time true
}

func ExampleQuantity_Sub() {
	fmt.Println(metering.MustQuantity("1 h").Sub(metering.MustQuantity("90 min")))
	// Output: -1800000000000 ns <nil>
}

func ExampleQuantity_Neg() {
	fmt.Println(metering.MustQuantity("350 {token}").Neg())
	// Output: -350 {token} <nil>
}

func ExampleQuantity_Cmp() {
	fmt.Println(metering.MustQuantity("1 GiBy").Cmp(metering.MustQuantity("1 GBy")))
	// Output: 1 <nil>
}

func ExampleQuantity_Split() {
	parts, err := metering.MustQuantity("100 {token}").Split(1, 1, 1)
	fmt.Println(parts, err)
	// Output: [34 {token} 33 {token} 33 {token}] <nil>
}

func ExampleQuantity_In() {
	q := metering.MustQuantity("100 min")
	fmt.Println(q.In(metering.MustUnit("h"), 3))
	fmt.Println(q.In(metering.MustUnit("d"), 0))
	// Output:
	// 1.667 <nil>
	// 0 <nil>
}

func ExampleQuantity_MarshalText() {
	text, err := json.Marshal(metering.MustQuantity("2 kW.h"))
	fmt.Println(string(text), err)
	var back metering.Quantity
	check(json.Unmarshal(text, &back))
	fmt.Println(back == metering.MustQuantity("2 kW.h"))
	// Output:
	// "7200000000000 uJ" <nil>
	// true
}

func ExampleParseUnit() {
	unit, err := metering.ParseUnit("GiBy.h")
	fmt.Println(unit, unit.Dimension(), unit.Grains(), err)
	_, err = metering.ParseUnit("kWh")
	fmt.Println(err)
	// Output:
	// GiBy.h byte-time 3865470566400000000000 <nil>
	// metering: unknown unit: "kWh"; did you mean kW.h?
}

func ExampleUnits() {
	for _, u := range metering.Units() {
		if u.Dimension() == metering.CardTime {
			fmt.Println(u)
		}
	}
	// Output:
	// {share}.ns
	// {millicard}.s
	// {card}.s
	// {card}.min
	// {card}.h
}

func ExampleUnit_Label() {
	for _, code := range []string{"{card}.h", "GiBy.h", "10*6{token}"} {
		fmt.Println(metering.MustUnit(code).Label())
	}
	// Output:
	// card·h
	// GiB·h
	// 10^6 token
}

func ExampleEach() {
	images, err := metering.Each("image")
	check(err)
	q, err := metering.NewQuantity(3, images)
	fmt.Println(images, q, err)
	_, err = metering.Each("token")
	fmt.Println(err)
	// Output:
	// {image} 3 1 <nil>
	// metering: unit name "token": want another: {token} is a unit of token
}

func ExampleDimension_Grain() {
	fmt.Println(metering.CardTime, metering.CardTime.Grain())
	// Output: card-time {share}.ns
}

func ExampleWholeCards() {
	fmt.Println(metering.WholeCards(8).In(metering.MustUnit("{card}"), 0))
	// Output: 8 <nil>
}

func ExampleMilliCards() {
	fmt.Println(metering.MilliCards(250))
	// Output: 18018000 {share} <nil>
}

func ExampleCardShare() {
	slice, err := metering.CardShare(3, 7)
	fmt.Println(slice, err)
	_, err = metering.CardShare(1, 17)
	fmt.Println(err)
	// Output:
	// 30888000 {share} <nil>
	// metering: value falls between two grains: 1/17 of a card in shares of 1/72072000
}
