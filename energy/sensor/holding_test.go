package sensor_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/meterbook/meterbook/energy/sensor"
)

func TestExporter_Holdings(t *testing.T) {
	const gpu = `UUID="GPU-a",modelName="NVIDIA H100"`
	for name, tt := range map[string]struct {
		text string
		want []sensor.Holding
	}{
		"nothing": {"", nil},
		"nobody":  {`DCGM_FI_DEV_GPU_UTIL{` + gpu + `} 97`, nil},
		"a whole device": {`DCGM_FI_DEV_GPU_UTIL{` + gpu + `,namespace="acme",pod="train-0"} 97`,
			[]sensor.Holding{{Device: "GPU-a", Namespace: "acme", Pod: "train-0", Slices: 1, Of: 1, Busy: 970_000}}},
		"held and not said how busy": {`DCGM_FI_DEV_POWER_USAGE{` + gpu + `,namespace="acme",pod="train-0"} 412`,
			[]sensor.Holding{{Device: "GPU-a", Namespace: "acme", Pod: "train-0", Slices: 1, Of: 1, Busy: -1}}},
		"the better metric, in any order": {`DCGM_FI_PROF_GR_ENGINE_ACTIVE{` + gpu + `,namespace="acme",pod="p"} 0.25
DCGM_FI_DEV_GPU_UTIL{` + gpu + `,namespace="acme",pod="p"} 100`,
			[]sensor.Holding{{Device: "GPU-a", Namespace: "acme", Pod: "p", Slices: 1, Of: 1, Busy: 250_000}}},
		"sentinels and more than all": {`DCGM_FI_PROF_GR_ENGINE_ACTIVE{` + gpu + `,namespace="acme",pod="p"} 140737488355328
DCGM_FI_DEV_GPU_UTIL{` + gpu + `,namespace="acme",pod="p"} 101`,
			[]sensor.Holding{{Device: "GPU-a", Namespace: "acme", Pod: "p", Slices: 1, Of: 1, Busy: -1}}},
		"instances": {`DCGM_FI_PROF_GR_ENGINE_ACTIVE{` + gpu + `,GPU_I_PROFILE="3g.40gb",GPU_I_ID="1",exported_namespace="acme",exported_pod="p"} 0.5
DCGM_FI_PROF_GR_ENGINE_ACTIVE{` + gpu + `,GPU_I_PROFILE="1g.10gb",GPU_I_ID="9",namespace="beta",pod="q"} 1e0`,
			[]sensor.Holding{{Device: "GPU-a", Namespace: "acme", Pod: "p", Instance: "1 3g.40gb", Slices: 3, Of: 7, Busy: 500_000},
				{Device: "GPU-a", Namespace: "beta", Pod: "q", Instance: "9 1g.10gb", Slices: 1, Of: 7, Busy: 1_000_000}}},
		"an A30": {`DCGM_FI_DEV_GPU_UTIL{UUID="b",modelName="NVIDIA A30",GPU_I_PROFILE="2g.12gb",GPU_I_ID="3",namespace="acme",pod="p"} 1`,
			[]sensor.Holding{{Device: "b", Namespace: "acme", Pod: "p", Instance: "3 2g.12gb", Slices: 2, Of: 4, Busy: 10_000}}},
		"an RTX PRO 6000": {`DCGM_FI_DEV_GPU_UTIL{UUID="c",modelName="NVIDIA RTX PRO 6000 Blackwell Server Edition",GPU_I_PROFILE="4g.96gb",GPU_I_ID="0",namespace="acme",pod="p"} 1`,
			[]sensor.Holding{{Device: "c", Namespace: "acme", Pod: "p", Instance: "0 4g.96gb", Slices: 4, Of: 4, Busy: 10_000}}},
		"an RTX PRO 5000": {`DCGM_FI_DEV_GPU_UTIL{UUID="d",modelName="NVIDIA RTX PRO 5000 Blackwell",GPU_I_PROFILE="1g.24gb",GPU_I_ID="1",namespace="acme",pod="p"} 1`,
			[]sensor.Holding{{Device: "d", Namespace: "acme", Pod: "p", Instance: "1 1g.24gb", Slices: 1, Of: 2, Busy: 10_000}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sensor.DCGM().Holdings(strings.NewReader(tt.text))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
	for name, text := range map[string]string{
		"no slices":       `DCGM_FI_DEV_GPU_UTIL{` + gpu + `,GPU_I_PROFILE="big",namespace="a",pod="p"} 1`,
		"too many slices": `DCGM_FI_DEV_GPU_UTIL{` + gpu + `,GPU_I_PROFILE="8g.80gb",namespace="a",pod="p"} 1`,
		"not the format":  `DCGM_FI_DEV_GPU_UTIL{` + gpu,
	} {
		if _, err := sensor.DCGM().Holdings(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// The recorded fixture: two instances of one device, each a pod's.
	got, err := sensor.DCGM().Holdings(open(t, "dcgm.prom"))
	if err != nil || len(got) != 2 || got[0].Namespace != "acme" || got[1].Pod != "serve-0" {
		t.Errorf("%+v, %v", got, err)
	}
	// Two chips of a 310P are one card, of which a pod holds one.
	const chip = `model_name="310P3",pcie_bus_info="0000:01:00.0"`
	got, err = sensor.AscendNPU().Holdings(strings.NewReader(`npu_chip_info_power{id="0",` + chip + `} 40
npu_chip_info_power{id="1",` + chip + `,namespace="acme",pod_name="p"} 40
npu_chip_info_utilization{id="1",` + chip + `,namespace="acme",pod_name="p"} 50`))
	want := []sensor.Holding{{Device: "0", Namespace: "acme", Pod: "p", Instance: "1", Slices: 1, Of: 2, Busy: 500_000}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	// An exporter that knows no pods.
	if got, err := sensor.OpenTelemetry().Holdings(open(t, "others.prom")); err != nil || got != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
