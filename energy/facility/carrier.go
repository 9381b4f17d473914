package facility

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Carrier is a form in which energy enters a site.
type Carrier string

// The carriers of the tables here; a table of the caller's may have others.
const (
	Electricity    Carrier = "electricity"
	Diesel         Carrier = "diesel"
	NaturalGas     Carrier = "natural gas"
	Hydrogen       Carrier = "hydrogen"
	Bioethanol     Carrier = "bioethanol"
	FuelOil        Carrier = "fuel oil"
	OtherFuel      Carrier = "other fuel"
	ChilledWater   Carrier = "district chilled water"
	HotWater       Carrier = "district hot water"
	Steam          Carrier = "district steam"
	CondenserWater Carrier = "condenser water"
)

// An Amount is so much of a carrier, in a unit such as "L", "m3", "kg" or
// "kWh".
type Amount struct {
	Carrier Carrier
	Value   decimal.Decimal
	Unit    string
}

// A Weight says how many kilowatt-hours a unit of a carrier counts as.
type Weight struct {
	Carrier Carrier
	Unit    string
	KWh     decimal.Decimal
}

// A WeightTable converts carriers other than electricity. Tables of different
// standards are not compatible, so the caller names one, and every result
// carries its id.
type WeightTable struct {
	ID, Version, Source string
	Weights             []Weight
	// Unverified says that the weights were not found in a text of the
	// standard; results then have the warning [UnverifiedTable].
	Unverified bool
}

// EN50600 returns the conversion to site energy that goes with EN 50600-4:
// the energy content of fuels as they are delivered
// (https://www.ictfootprint.eu, factsheet of EN 50600-4-2).
func EN50600() WeightTable {
	return WeightTable{
		ID: "EN 50600-4 site energy", Version: "2016", Source: "EN 50600-4-2 factsheet, ictfootprint.eu",
		Weights: []Weight{
			{Electricity, "kWh", decimal.New(1, 0)},
			{Diesel, "L", decimal.New(99, -1)},
			{NaturalGas, "m3", decimal.New(105, -1)},
			{Hydrogen, "kg", decimal.New(389, -1)},
			{Bioethanol, "L", decimal.New(6, 0)},
		},
	}
}

// GreenGrid returns the weights of source energy relative to electricity that
// The Green Grid's task force gives for the world. They are quoted from
// memory: [UnverifiedTable].
func GreenGrid() WeightTable {
	return greenGrid("TGG source weights, global", 35, 35, 35, 40, 40, 40, 3)
}

// GreenGridUS is [GreenGrid] for the United States.
func GreenGridUS() WeightTable {
	return greenGrid("TGG source weights, US", 31, 30, 30, 31, 40, 43, 3)
}

// greenGrid takes the weights in hundredths.
func greenGrid(id string, gas, oil, other, chilled, hot, steam, condenser int64) WeightTable {
	t := WeightTable{ID: id, Version: "2014", Source: "The Green Grid, harmonised PUE task force", Unverified: true,
		Weights: []Weight{{Electricity, "kWh", decimal.New(1, 0)}}}
	for _, w := range []struct {
		c Carrier
		n int64
	}{{NaturalGas, gas}, {FuelOil, oil}, {OtherFuel, other}, {ChilledWater, chilled}, {HotWater, hot}, {Steam, steam}, {CondenserWater, condenser}} {
		t.Weights = append(t.Weights, Weight{w.c, "kWh", decimal.New(w.n, -2)})
	}
	return t
}

// fromMemory reports whether weights that were not found in a text converted a
// measurement: those of a table that says so, or of one here that a caller names
// without [WeightTable.Convert].
func (m Measured) fromMemory() bool {
	return m.unverified || m.Table != "" && (m.Table == GreenGrid().ID || m.Table == GreenGridUS().ID)
}

// Convert adds carriers other than electricity to what the site's electricity
// meter gave. The result is rounded half-even to the microjoule once, and
// names the table.
//
// Without a table a carrier is refused (*[CarrierError]), as is one that the
// table does not have; an amount in another unit than the table's is a
// *[UnitError], a negative or unwieldy one a *[FieldError]. What another table
// has converted already is a *[TableMismatchError].
func (t WeightTable) Convert(electricity Measured, amounts ...Amount) (Measured, error) {
	sum := new(big.Rat)
	for _, a := range amounts {
		kwh, err := t.convert(a)
		if err != nil {
			return Measured{}, err
		}
		sum.Add(sum, kwh)
	}
	if len(amounts) == 0 {
		return electricity, nil
	}
	sum.Mul(sum, big.NewRat(3_600_000_000_000, 1))
	n, ok := fixed.FromBig(rounded(sum, 0).BigInt())
	if !ok {
		return Measured{}, &FieldError{"energy of carriers", "beyond 128 bits", "less"}
	}
	if was := electricity.Table; was != "" && was != t.ID {
		return Measured{}, &TableMismatchError{Got: t.ID, Want: was}
	}
	out := electricity
	out.Table, out.unverified = t.ID, out.unverified || t.Unverified
	var err error
	if out.Energy, err = out.Energy.Add(energy.MicrojoulesWide(n)); err != nil {
		return Measured{}, err
	}
	return out, nil
}

func (t WeightTable) convert(a Amount) (*big.Rat, error) {
	value, err := factorOf("amount of "+clip(string(a.Carrier)), a.Value)
	if err != nil {
		return nil, err
	}
	if t.ID == "" {
		return nil, &CarrierError{Carrier: a.Carrier}
	}
	for _, w := range t.Weights {
		if w.Carrier != a.Carrier {
			continue
		}
		if w.Unit != a.Unit {
			return nil, &UnitError{string(a.Carrier), strconv.Quote(clip(a.Unit)), w.Unit}
		}
		weight, err := factorOf("weight of "+clip(string(a.Carrier)), w.KWh)
		if err != nil {
			return nil, err
		}
		return value.Mul(value, weight), nil
	}
	return nil, &CarrierError{Carrier: a.Carrier, Table: t.ID}
}
