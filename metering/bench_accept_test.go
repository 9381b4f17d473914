package metering_test

import (
	"testing"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// BenchmarkAccept: events of one amount and of two, in series that are there.
func BenchmarkAccept(b *testing.B) {
	one := tokens()
	one.Items = one.Items[:1]
	for name, e := range map[string]metering.Event{"one": one, "two": tokens()} {
		b.Run(name, func(b *testing.B) {
			a := metering.NewAggregator()
			for b.Loop() {
				e.Time = e.Time.Add(time.Microsecond)
				if err := a.Accept(&e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
