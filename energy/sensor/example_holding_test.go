package sensor_test

import (
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/energy/sensor"
)

// Two pods hold instances of one card: three slices of seven at half their
// time, and one all of it.
func ExampleExporter_Holdings() {
	text := `DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-a1",modelName="NVIDIA H100",GPU_I_PROFILE="3g.40gb",GPU_I_ID="1",namespace="acme",pod="train-0"} 0.5
DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-a1",modelName="NVIDIA H100",GPU_I_PROFILE="1g.10gb",GPU_I_ID="9",namespace="beta",pod="serve-0"} 1
`
	held, err := sensor.DCGM().Holdings(strings.NewReader(text))
	for _, h := range held {
		fmt.Printf("%s %s/%s %d of %d slices, busy %d ppm\n", h.Device, h.Namespace, h.Pod, h.Slices, h.Of, h.Busy)
	}
	fmt.Println(err)
	// Output:
	// GPU-a1 acme/train-0 3 of 7 slices, busy 500000 ppm
	// GPU-a1 beta/serve-0 1 of 7 slices, busy 1000000 ppm
	// <nil>
}
