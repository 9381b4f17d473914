package meterbook_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

const quickStartCard = `
card: demo
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: h100
    service: accelerated-compute
    match: {meter: compute.accelerator.time, sku: H100-SXM5}
    unit: "{card}.h"
    per_unit: 18.90
`

// quickStart is the README's quick start, line for line.
func quickStart(src []byte) error {
	agg := metering.NewAggregator()
	gpu, _ := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
	start := time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)
	run, _ := gpu.Start(metering.WholeCards(8), start)
	_ = run.Stop(start.Add(6*time.Hour + 35*time.Minute + 37*time.Second + 500*time.Millisecond))

	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return err
	}
	month, _ := metering.Month(metering.Zone{}, 2026, time.October)
	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: card}, month, agg.Usage(month, metering.Of("acme")), rating.State{})
	if err == nil {
		fmt.Println(bill.Total(), "=", bill.Charges[0].Explain())
	}
	return err
}

func Example() {
	if err := quickStart([]byte(quickStartCard)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// CNY 996.98 = 52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)
}

// The README shows the code above and the card above.
func TestReadme_QuickStart(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("quickstart_test.go")
	require.NoError(t, err)
	_, body, found := bytes.Cut(source, []byte("func quickStart(src []byte) error {\n"))
	require.True(t, found)
	body, _, _ = bytes.Cut(body, []byte("\n}\n"))
	var lines []string
	for line := range strings.Lines(string(body)) {
		line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "\t")
		if line != "" {
			require.Contains(t, string(readme), line+"\n")
			lines = append(lines, line)
		}
	}
	require.LessOrEqual(t, len(lines), 15, "the quick start is at most 15 lines")
	require.Contains(t, string(readme), strings.TrimSpace(quickStartCard))
}
