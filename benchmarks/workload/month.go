package workload

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// SealedRows is the number of rows of usage in a [Month].
const SealedRows = 50_000

// NewMonth returns a month and rows of usage in it, quarter hours of one tenant's
// cards.
func NewMonth() (metering.Period, []metering.Usage, error) {
	month, err := metering.ParsePeriod("2026-10-01T00:00:00Z/2026-11-01T00:00:00Z")
	if err != nil {
		return month, nil, err
	}
	quantity, err := metering.NewQuantity(90, metering.MustUnit("{card}.s"))
	if err != nil {
		return month, nil, err
	}
	rows := make([]metering.Usage, SealedRows)
	for i := range rows {
		start := month.Start().Add(time.Duration(i) * 15 * time.Minute % (30 * 24 * time.Hour))
		window, err := metering.NewPeriod(start, start.Add(15*time.Minute))
		if err != nil {
			return month, nil, err
		}
		rows[i] = metering.Usage{Period: window, Quantity: quantity, Key: metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime,
			Resource: fmt.Sprint("gpu-", i), SKU: "H100-SXM", Region: "cn-north-1"}}
	}
	return month, rows, nil
}
