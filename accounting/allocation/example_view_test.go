package allocation_test

import (
	"fmt"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// One sheet, seen by tenant, account, label, pool and workload.
func ExampleView() {
	hour := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")
	sheet, err := allocation.NewSheet(hour, 0)
	if err != nil {
		panic(err)
	}
	cards := func(n int64) metering.Quantity {
		q, _ := metering.NewQuantity(n, metering.MustUnit("{card}.h"))
		return q
	}
	if err := sheet.Supply(allocation.Supply{Pool: "h100", Resource: "gpu", Cost: money.MustParse("CNY 160"), Capacity: cards(8)}); err != nil {
		panic(err)
	}
	for i, account := range []metering.Account{"acme/vision", "acme/chat"} {
		key := metering.Key{Account: account, Resource: fmt.Sprintf("job-%d", i), Labels: metering.MustLabels("stage", []string{"train", "serve"}[i])}
		if err := sheet.Add(allocation.Sample{Key: key, Pool: "h100", Resource: "gpu", Period: hour, Request: cards(4), Usage: cards(3)}); err != nil {
			panic(err)
		}
	}
	for _, by := range []func(allocation.Item) (string, bool){
		allocation.ByTenant, allocation.ByAccount, allocation.ByLabelOf("stage"), allocation.ByPool, allocation.ByWorkload,
	} {
		report, err := sheet.Report(allocation.View{By: by})
		if err != nil {
			panic(err)
		}
		for _, line := range report.Lines {
			fmt.Println(line.Group, line.Total)
		}
	}
	total, err := allocation.TotalEfficiency(sheet.Efficiency()...)
	fmt.Println("used of requested:", total, err)
	// Output:
	// acme CNY 160
	// acme/chat CNY 80
	// acme/vision CNY 80
	// serve CNY 80
	// train CNY 80
	// h100 CNY 160
	// acme/chat/job-1 CNY 80
	// acme/vision/job-0 CNY 80
	// used of requested: 3/4 <nil>
}
