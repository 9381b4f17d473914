package model

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"
)

// A Coefficient is the energy of so much of a component over an hour, as
// somebody published it. Coefficients age: each has its date.
type Coefficient struct {
	ID     string
	Wh     decimal.Decimal // for one unit
	Per    string          // "GB·h", "TB·h", "GB" of traffic
	Source string
	Date   string // of the publication, as far as it says: "2021", "2024-05"
}

// Coefficients returns what is known here.
func Coefficients() []Coefficient {
	return []Coefficient{
		{"memory/ccf", decimal.New(392, -3), "GB·h", "Cloud Carbon Footprint, methodology: memory", "2021"},
		{"memory/boavizta", decimal.New(284, -3), "GB·h", "Boavizta API, RAM at load", "2022"},
		{"ssd/ccf", decimal.New(12, -1), "TB·h", "Cloud Carbon Footprint, methodology: storage", "2021"},
		{"hdd/ccf", decimal.New(65, -2), "TB·h", "Cloud Carbon Footprint, methodology: storage", "2021"},
		{"network/ccf", decimal.New(1, 0), "GB", "Cloud Carbon Footprint, methodology: networking", "2021"},
	}
}

// CoefficientOf returns the coefficient of an id, such as "ssd/ccf". It fails
// with a *[FieldError] that lists them.
func CoefficientOf(id string) (Coefficient, error) {
	known := ""
	for _, c := range Coefficients() {
		if c.ID == id {
			return c, nil
		}
		known += " " + c.ID
	}
	if len(id) > 64 {
		id = id[:64]
	}
	return Coefficient{}, &FieldError{"coefficient", strconv.Quote(id), "one of" + known}
}

// Amount returns the energy of so many units at a PUE, 1 for the component
// alone. It fails with a *[FieldError] on an input that is negative or not
// plain, or a PUE below 1.
func (c Coefficient) Amount(units, pue decimal.Decimal) (Amount, error) {
	p, err := scaled(pue, input{"units", units}, input{"coefficient " + c.ID, c.Wh})
	if err != nil {
		return Amount{}, err
	}
	return Amount{p}, nil
}

// Cubic returns the part of the thermal design power that CodeCarbon's cubic
// model has at a load in percent: 0.1 + 0.9·u³. On machines that were measured
// it is 15 to 55 % off. Errors are those of [Interpolate] about the load.
func Cubic(percent decimal.Decimal) (*big.Rat, error) {
	u, err := plain("load", percent)
	if err != nil {
		return nil, err
	}
	if u.Cmp(big.NewRat(100, 1)) > 0 {
		return nil, &FieldError{"load", percent.String() + " %", "at most 100 %"}
	}
	u.Quo(u, big.NewRat(100, 1))
	cube := new(big.Rat).Mul(u, u)
	cube.Mul(cube, u)
	cube.Mul(cube, big.NewRat(9, 10))
	return cube.Add(cube, big.NewRat(1, 10)), nil
}
