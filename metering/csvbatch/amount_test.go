package csvbatch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// amountsIn returns a file of amounts at one time, and a layout for it.
func amountsIn(unit metering.Unit, amounts ...string) (string, csvbatch.Layout) {
	file := "amount,time\n"
	for _, amount := range amounts {
		file += amount + ",2026-03-01T05:17:42Z\n"
	}
	return file, csvbatch.Layout{
		Meter: meterIn(unit), Unit: unit, Time: "time", Amount: "amount", Fixed: metering.Key{Account: "acme"},
	}
}

// TestReader_Amounts: steps are whole and of 64 bits, whatever the unit has.
func TestReader_Amounts(t *testing.T) {
	const nine = " of a batch: want at most 9 decimal places of "
	for _, tt := range []struct {
		unit, amount string
		grains       string
		is           error
		text         string // behind the error
	}{
		{unit: "s", amount: "9223372036.854775807", grains: "9223372036854775807"},
		{unit: "s", amount: "-9223372036.854775808", grains: "-9223372036854775808"},
		{unit: "s", amount: "-9223372036.854775809", is: csvbatch.ErrAmountRange},
		{unit: "s", amount: "0.000000001000000000", grains: "1"},
		{unit: "s", amount: "-0.0", grains: "0"},
		{unit: "{token}", amount: "9223372036854775807.00", grains: "9223372036854775807"},
		{unit: "{token}", amount: "999999999999999999", grains: "999999999999999999"},
		{unit: "{token}", amount: "0.5", is: metering.ErrInexact, text: ": 0.5 {token} is not whole in {token}"},
		{unit: "{core}", amount: "1.125", grains: "1125"},
		{unit: "GiBy", amount: "0.000000000931322574615478515625", grains: "1"},
		{unit: "GiBy", amount: "0.5", grains: "536870912"},
		{unit: "GiBy", amount: "0.1", is: metering.ErrInexact, text: ": 0.1 GiBy is not whole in By"},
		{unit: "W.h", amount: "0.25", grains: "900000000"},

		// The two units nearest to where a step is a billionth.
		{unit: "h", amount: "0.00000000025", grains: "900"},
		{unit: "h", amount: "2562047.75", grains: "9223371900000000000"},
		{unit: "h", amount: "2562048", is: csvbatch.ErrAmountRange},
		{unit: "{millicard}.s", amount: "9223372036.854775807", grains: "664746869440197401962104"},
		{unit: "{millicard}.s", amount: "0.00000000025", is: metering.ErrInexact, text: nine + "{millicard}.s"},

		{unit: "{card}.h", amount: "0.000000001", grains: "259459200000"},
		{unit: "{card}.h", amount: "1.5", grains: "389188800000000000000"},
		{unit: "{card}.h", amount: "-1.500000000000000000000000", grains: "-389188800000000000000"},
		{unit: "{card}.h", amount: "9223372036.854775807", grains: "2393088729984710647063574400000"},
		{unit: "{card}.h", amount: "-9223372036.854775808", grains: "-2393088729984710647323033600000"},
		{unit: "{card}.h", amount: "9223372036.854775808", is: csvbatch.ErrAmountRange},
		{unit: "{card}.h", amount: "-9223372036.854775809", is: csvbatch.ErrAmountRange},
		{unit: "{card}.h", amount: "0.0000000010", grains: "259459200000"},
		{unit: "{card}.h", amount: "0.0000000015", is: metering.ErrInexact, text: nine + "{card}.h"},          // whole in grains
		{unit: "{card}.h", amount: "1.3333333333333333", is: metering.ErrInexact, text: nine + "{card}.h"},    // not whole
		{unit: "{card}.h", amount: "1.0000000000000000001", is: metering.ErrInexact, text: nine + "{card}.h"}, // too long for a word
		{unit: "{card}.h", amount: "9999999999.0000000001", is: metering.ErrInexact, text: nine + "{card}.h"}, // too much as well
		{unit: "{card}.h", amount: strings.Repeat("9", 30), is: csvbatch.ErrAmountRange},
		{unit: "TiBy.h", amount: "1", grains: "3958241859993600000000000"},
		{unit: "TiBy.h", amount: "0.000001", grains: "3958241859993600000"},
	} {
		t.Run(tt.amount+" "+tt.unit, func(t *testing.T) {
			file, layout := amountsIn(metering.MustUnit(tt.unit), "0", tt.amount)
			rows, err := read(strings.NewReader(file), layout)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
				require.True(t, strings.HasSuffix(err.Error(), ": "+tt.is.Error()+tt.text), "%v", err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.grains, rows[1].grains)
		})
	}
}

// TestReader_AmountsOfEveryUnit: a million of any unit can be read, and a
// billionth where that is whole; both are recorded as what they are.
func TestReader_AmountsOfEveryUnit(t *testing.T) {
	march, err := metering.Month(metering.Zone{}, 2026, time.March)
	require.NoError(t, err)
	for _, unit := range metering.Units() {
		t.Run(unit.Code(), func(t *testing.T) {
			little := "0.000000001"
			if _, err := metering.ParseQuantity(little + " " + unit.Code()); err != nil {
				little = "1"
			}
			file, layout := amountsIn(unit, "1000000", little)
			catalogue, err := metering.NewCatalogue(layout.Meter)
			require.NoError(t, err)
			agg := metering.NewAggregator(metering.WithCatalogue(catalogue))
			r, err := csvbatch.NewReader(strings.NewReader(file), layout)
			require.NoError(t, err)
			for batch, err := range r.Batches() {
				require.NoError(t, err)
				require.NoError(t, agg.RecordBatch(*batch))
			}
			want, err := metering.MustQuantity("1000000 " + unit.Code()).Add(metering.MustQuantity(little + " " + unit.Code()))
			require.NoError(t, err)
			for usage, err := range agg.Usage(march) {
				require.NoError(t, err)
				require.Equal(t, want, usage.Quantity)
				want = metering.Quantity{} // it is there, once
			}
			require.Zero(t, want)
		})
	}
}
