package otelmeter_test

import (
	"fmt"

	"go.opentelemetry.io/otel/attribute"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// Two aggregators of one program are told apart by an attribute.
func ExampleWithAttributes() {
	for _, name := range []string{"gpu", "tokens"} {
		stop, err := otelmeter.Observe(metering.NewAggregator(), otelmeter.WithAttributes(attribute.String("stage", name)))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer stop()
	}
	fmt.Println("observed")
	// Output: observed
}
