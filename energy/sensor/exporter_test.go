package sensor_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

func TestDCGM(t *testing.T) {
	readings, err := sensor.DCGM().Parse(open(t, "dcgm.prom"), now)
	require.NoError(t, err)
	require.Len(t, readings, 4, "instances of one card are one reading")
	require.Equal(t, sensor.Reading{Source: "dcgm", Device: "GPU-a1", Model: "NVIDIA H100 80GB HBM3", Time: now, Kind: sensor.Counter, Energy: energy.Joules(17_311_912)}, readings[0])
	require.Equal(t, 68_900*energy.Milliwatt, readings[1].Power, "a sentinel of the counter leaves the power")
	require.Equal(t, 31_250*energy.Milliwatt, readings[2].Power, "a card without a counter")
	require.Equal(t, sensor.Missed, readings[3].Kind)
	require.Equal(t, `NVIDIA "L4"`, readings[3].Model)
	require.ErrorAs(t, readings[3].Why, new(*sensor.SentinelError))
}

func TestAscendNPU(t *testing.T) {
	readings, err := sensor.AscendNPU().Parse(open(t, "npu.prom"), now)
	require.NoError(t, err)
	require.Len(t, readings, 4, "two chips of a 310P repeat the power of their card")
	require.Equal(t, 301_500*energy.Milliwatt, readings[0].Power)
	for _, r := range readings[1:3] {
		require.Equal(t, sensor.Missed, r.Kind, r.Device)
		require.ErrorAs(t, r.Why, new(*sensor.SentinelError))
	}
	require.Equal(t, 72_800*energy.Milliwatt, readings[3].Power)
}

// Hygon's exporters name a card by its serial number, which has the power and
// the pod that holds it.
func TestHygonDCU(t *testing.T) {
	for _, prefix := range []string{"dcu", "hcu"} {
		card := `device_id="T8R1380013061601",minor_number="0",name="K100 AI",node="n1",pcieBus_number="0000:f6:00.0",` + prefix + `_pod_namespace="acme",` + prefix + `_pod_name="p",container="c"`
		text := prefix + `_power_usage{` + card + `} 118.25
` + prefix + `_power_usage{device_id="T8R1380019021101",minor_number="1",name="K100 AI",node="n1",pcieBus_number="0000:6a:00.0"} 97
` + prefix + `_powercap{` + card + `} 400
` + prefix + `_utilizationrate{` + card + `} 42.5`
		readings, err := sensor.HygonDCU().Parse(strings.NewReader(text), now)
		require.NoError(t, err)
		require.Len(t, readings, 2)
		require.Equal(t, sensor.Reading{Source: "hygon-dcu", Device: "T8R1380013061601", Model: "K100 AI", Time: now, Kind: sensor.Power, Power: 118_250 * energy.Milliwatt}, readings[0])
		held, err := sensor.HygonDCU().Holdings(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, []sensor.Holding{{Device: "T8R1380013061601", Namespace: "acme", Pod: "p", Slices: 1, Of: 1, Busy: 425_000}}, held)
	}
	readings, err := sensor.HygonDCU().Parse(open(t, "others.prom"), now)
	require.NoError(t, err)
	require.Len(t, readings, 2, "cards of the exporter that reads sysfs")
	require.Equal(t, "0x5f1b", readings[1].Device)
}

// A card keeps its name while the line that named it gives no value, so that its
// samples stay one series and its holders are found.
func TestAscendNPU_Missed(t *testing.T) {
	const card = `model_name="310P3",pcie_bus_info="0000:81:00.0",namespace="acme",pod_name="p"`
	for _, first := range []string{"70", "-1", "NaN"} {
		text := `npu_chip_info_power{id="3",` + card + `} ` + first + "\n" + `npu_chip_info_power{id="4",` + card + `} 70`
		readings, err := sensor.AscendNPU().Parse(strings.NewReader(text), now)
		require.NoError(t, err)
		require.Len(t, readings, 1)
		require.Equal(t, 70*energy.Watt, readings[0].Power, first)
		held, err := sensor.AscendNPU().Holdings(strings.NewReader(text))
		require.NoError(t, err)
		for _, h := range held {
			require.Equal(t, readings[0].Device, h.Device, first)
		}
	}
}

func TestExporters(t *testing.T) {
	want := map[string]string{"cambricon-mlu": "143 W", "hygon-dcu": "118.25 W", "otel-hw": "120345500000 uJ"}
	for _, e := range sensor.Exporters() {
		readings, err := e.Parse(open(t, "others.prom"), now)
		if want[e.ID] == "" {
			require.ErrorIs(t, err, sensor.ErrUnavailable, e.ID)
			continue
		}
		require.NoError(t, err, e.ID)
		got := readings[0].Power.String()
		if readings[0].Kind == sensor.Counter {
			got = readings[0].Energy.String()
		}
		require.Equal(t, want[e.ID], got)
	}
	for _, bad := range []string{`DCGM_FI_DEV_POWER_USAGE{UUID="a"`, `DCGM_FI_DEV_POWER_USAGE{UUID="a} 1`, `DCGM_FI_DEV_POWER_USAGE{gpu=0} 1`, `DCGM_FI_DEV_POWER_USAGE{UUID="a"} `, `DCGM_FI_DEV_POWER_USAGE 7`} {
		_, err := sensor.DCGM().Parse(strings.NewReader(bad), now)
		require.ErrorAs(t, err, new(*sensor.FieldError), bad)
	}
	for _, value := range []string{"NaN", "+Inf", "-5", "1e400", "2e12", "0x10"} {
		_, err := sensor.DCGM().Parse(strings.NewReader(`DCGM_FI_DEV_POWER_USAGE{UUID="a"} `+value), now)
		require.ErrorIs(t, err, sensor.ErrUnavailable, value)
		require.ErrorAs(t, err, new(*sensor.FieldError), value)
	}
}

// Blanks are as the text format has them, and the name of a device is all of it
// or refused: a part of it could be another's.
func TestExporter_Parse_Names(t *testing.T) {
	for _, text := range []string{`hw_power_watts {hw_id="a"} 5`, "hw_power_watts\t{ hw_id = \"a\" , hw_model= \"m=\\\"\" , }\t5 1700000000000\r\n", `hw_power_watts{hw_id="a"}5`} {
		readings, err := sensor.OpenTelemetry().Parse(strings.NewReader(text), now)
		require.NoError(t, err, text)
		require.Equal(t, "a 5 W", readings[0].Device+" "+readings[0].Power.String())
	}
	long := strings.Repeat("卡", 80)
	readings, err := sensor.OpenTelemetry().Parse(strings.NewReader(`hw_power_watts{hw_id="`+long+`1",hw_model="x`+long+`"} 1
hw_power_watts{hw_id="`+long+`2"} 2`), now)
	require.NoError(t, err)
	require.Equal(t, long+"1", readings[0].Device)
	require.Equal(t, long+"2", readings[1].Device)
	require.True(t, utf8.ValidString(readings[0].Model), readings[0].Model)
	held, err := sensor.DCGM().Holdings(strings.NewReader(`DCGM_FI_DEV_GPU_UTIL{UUID="` + long + `",pod="p"} 1`))
	require.NoError(t, err)
	require.Equal(t, long, held[0].Device)

	long += long
	_, err = sensor.OpenTelemetry().Parse(strings.NewReader(`hw_power_watts{hw_id="`+long+`"} 1`), now)
	require.ErrorAs(t, err, new(*sensor.FieldError))
	_, err = sensor.DCGM().Holdings(strings.NewReader(`DCGM_FI_DEV_GPU_UTIL{UUID="` + long + `",pod="p"} 1`))
	require.ErrorAs(t, err, new(*sensor.FieldError))
}
