package csvbatch_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// Batches of two rows; a column may have no more than one different value.
func ExampleWithMaxValues() {
	meter, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
	check(err)
	r, err := csvbatch.NewReader(strings.NewReader(export), csvbatch.Layout{
		Meter: meter, Unit: metering.MustUnit("10*3{token}"),
		Account: "tenant", SKU: "model", Region: "region", Time: "time", Amount: "kilotokens",
	}, csvbatch.WithBatchRows(2), csvbatch.WithMaxValues(1))
	check(err)
	for batch, err := range r.Batches() {
		var full *csvbatch.DictionaryError
		if errors.As(err, &full) {
			fmt.Println(err)
			continue
		}
		check(err)
		fmt.Println(len(batch.Times), "rows")
	}
	// Output:
	// 2 rows
	// csvbatch: line 4: account "umbra, inc" in column "tenant": csvbatch: want at most 1 different values in a column
}
