package model_test

import (
	"fmt"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/model"
)

func ExampleCalibrate() {
	c, err := model.Calibrate(
		model.Point{Load: 0, Power: 40 * energy.Watt},
		model.Point{Load: 10 * model.PercentLoad, Power: 90 * energy.Watt},
		model.Point{Load: 50 * model.PercentLoad, Power: 160 * energy.Watt},
		model.Point{Load: model.FullLoad, Power: 230 * energy.Watt})
	if err != nil {
		panic(err)
	}
	e, err := c.At(45 * model.PercentLoad)
	fmt.Println(e.Power, e.Claimed, err)
	idle, _ := c.At(model.PercentLoad)
	fmt.Println(idle.Power, idle.Claimed)
	// Output:
	// 151.25 W true <nil>
	// 45 W false
}

func ExampleCloudCompute() {
	aws := model.CloudCompute{Min: d("0.74"), Max: d("3.5"), PUE: d("1.135"), Replication: d("1")}
	a, err := aws.Amount(d("50"), d("1"))
	fmt.Println(a.KWh().FloatString(7), "kWh", err)
	// Output: 0.0024062 kWh <nil>
}
