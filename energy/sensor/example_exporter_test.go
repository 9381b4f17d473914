package sensor_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy/sensor"
)

// What exporters of accelerators say: what stands for no value is told as an
// error of its reading, and never as a power.
func ExampleExporter_Parse() {
	texts := map[string]sensor.Exporter{
		`npu_chip_info_power{id="0",vdie_id="3D5A-01"} 301.5` + "\n" + `npu_chip_info_power{id="1",vdie_id="3D5A-02"} -1`: sensor.AscendNPU(),
		`mlu_power_usage{mlu="0",uuid="MLU-20"} 143`:                            sensor.CambriconMLU(),
		`hygon_power_watts{minor_number="0"} 118.250`:                           sensor.HygonDCU(),
		`DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-7"} 3600001000`: sensor.DCGM(),
		`hw_energy_joules_total{hw_id="gpu-7",hw_type="gpu"} 120345.5`:          sensor.OpenTelemetry(),
	}
	for text, exporter := range texts {
		readings, err := exporter.Parse(strings.NewReader(text+"\n"), time.Unix(0, 0))
		if err != nil {
			fmt.Println(exporter.ID, err)
		}
		for _, r := range readings {
			fmt.Println(r.Source, r.Device, r.Power, r.Energy, r.Why)
		}
	}
	fmt.Println(len(sensor.Exporters()), "are known")
	// Unordered output:
	// dcgm GPU-7 0 W 3600001000000 uJ <nil>
	// otel-hw gpu-7 0 W 120345500000 uJ <nil>
	// ascend-npu 3D5A-01 301.5 W 0 uJ <nil>
	// ascend-npu 3D5A-02 0 W 0 uJ sensor: npu_chip_info_power -1: the device gives no value
	// cambricon-mlu MLU-20 143 W 0 uJ <nil>
	// hygon-dcu 0 118.25 W 0 uJ <nil>
	// 5 are known
}

// A power distribution unit and a chassis, as their controllers answer; on a network
// it is Read that asks them, by the client that is handed in.
func ExampleRedfish_Parse() {
	outlet := sensor.RackPDU(nil, "https://10.0.0.7", "1", "A4")
	chassis := sensor.ChassisPower(nil, "https://10.0.0.8", "1")
	for file, source := range map[string]sensor.Redfish{"outlet.json": outlet, "chassis.json": chassis} {
		body, err := os.Open("testdata/" + file)
		if err != nil {
			panic(err)
		}
		readings, err := source.Parse(body, source.Paths[0], time.Unix(0, 0))
		if err != nil {
			fmt.Println(err)
		}
		for _, r := range readings {
			fmt.Println(r.Source, r.Device, r.Power, r.Energy, r.Why)
		}
		_ = body.Close()
	}
	// Unordered output:
	// pdu /redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A4 0 W 130324050000000000 uJ <nil>
	// redfish /redfish/v1/Chassis/1/Power#0 344 W 0 uJ <nil>
	// redfish /redfish/v1/Chassis/1/Power#1 0 W 0 uJ sensor: /redfish/v1/Chassis/1/Power#1 null: the device gives no value
}
