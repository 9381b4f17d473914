package sensor_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sys is a machine of two sockets, one of two dies, whose first package is
// mapped into memory besides.
func sys() fstest.MapFS {
	files := fstest.MapFS{}
	zone := func(dir, name, value, modulus string) {
		files["class/powercap/"+dir+"/name"] = &fstest.MapFile{Data: []byte(name + "\n")}
		files["class/powercap/"+dir+"/energy_uj"] = &fstest.MapFile{Data: []byte(value + "\n")}
		if modulus != "" {
			files["class/powercap/"+dir+"/max_energy_range_uj"] = &fstest.MapFile{Data: []byte(modulus + "\n")}
		}
	}
	zone("intel-rapl:0", "package-0", "100000000000", "262143328850")
	zone("intel-rapl:0:0", "core", "60000000000", "262143328850")
	zone("intel-rapl:0:1", "dram", "7000000000", "65712999613")
	zone("intel-rapl:1", "package-1-die-0", "5", "262143328850")
	zone("intel-rapl:2", "package-1-die-1", "6", "")
	zone("intel-rapl-mmio:0", "package-0", "100000000001", "262143328850")
	files["class/powercap/intel-rapl/enabled"] = &fstest.MapFile{Data: []byte("1\n")}
	return files
}

func TestRAPL(t *testing.T) {
	readings, err := sensor.RAPL{FS: sys()}.Read(t.Context(), now)
	require.NoError(t, err)
	var zones []energy.Zone
	byDevice := map[string]sensor.Reading{}
	for _, r := range readings {
		require.Equal(t, sensor.Counter, r.Kind, r.Device)
		zones = append(zones, r.Zone)
		byDevice[r.Device] = r
	}
	places, err := energy.Place(zones)
	require.NoError(t, err)
	counted := map[string]energy.Placement{}
	for i, r := range readings {
		counted[r.Device] = places[i]
	}
	require.Equal(t, map[string]energy.Placement{
		"intel-rapl-mmio:0": energy.Counted, "intel-rapl:0": energy.Mirrored, "intel-rapl:0:0": energy.Contained,
		"intel-rapl:0:1": energy.Counted, "intel-rapl:1": energy.Counted, "intel-rapl:2": energy.Counted,
	}, counted)
	require.Equal(t, energy.Microjoules(262143328850), byDevice["intel-rapl:0"].Range)
	require.True(t, byDevice["intel-rapl:2"].Range.IsZero(), "a range that is not told is unknown")
	require.Equal(t, 1, byDevice["intel-rapl:2"].Zone.Socket)
}

// forbidden is a file system in which the files of a name cannot be read.
type forbidden struct {
	fs.FS
	name string
	err  error
}

func (f forbidden) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, f.name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: f.err}
	}
	return f.FS.Open(name)
}

func TestRAPL_Unavailable(t *testing.T) {
	_, err := sensor.RAPL{FS: fstest.MapFS{}}.Read(t.Context(), now)
	require.ErrorIs(t, err, sensor.ErrUnavailable)
	_, err = sensor.RAPL{FS: forbidden{sys(), "energy_uj", fs.ErrPermission}}.Read(t.Context(), now)
	require.ErrorIs(t, err, sensor.ErrUnavailable)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.Contains(t, err.Error(), "no permission")

	// One file vanishes between two reads: that zone is missed, and its counter
	// goes on when it is back.
	readings, err := sensor.RAPL{FS: forbidden{sys(), "rapl:0/energy_uj", fs.ErrNotExist}}.Read(t.Context(), now)
	require.NoError(t, err)
	missed := 0
	for _, r := range readings {
		if r.Kind == sensor.Missed {
			missed++
			require.Equal(t, "intel-rapl:0", r.Device)
			require.ErrorIs(t, r.Why, fs.ErrNotExist)
		}
	}
	require.Equal(t, 1, missed)
	for _, bad := range []string{"-1", "NaN", "", "12 J", strings.Repeat("9", 100)} {
		files := fstest.MapFS{"class/powercap/intel-rapl:0/name": {Data: []byte("package-0")}, "class/powercap/intel-rapl:0/energy_uj": {Data: []byte(bad)}}
		_, err = sensor.RAPL{FS: files}.Read(t.Context(), now)
		require.ErrorIs(t, err, sensor.ErrUnavailable, bad)
		require.ErrorAs(t, err, new(*sensor.FieldError), bad)
	}
}

func TestHwmon(t *testing.T) {
	files := fstest.MapFS{
		"class/hwmon/hwmon0/name":           {Data: []byte("acpitz\n")},
		"class/hwmon/hwmon0/temp1_input":    {Data: []byte("42000\n")},
		"class/hwmon/hwmon1/name":           {Data: []byte("power_meter\n")},
		"class/hwmon/hwmon1/power1_average": {Data: []byte("187500000\n")},
		"class/hwmon/hwmon1/power1_input":   {Data: []byte("190000000\n")},
		"class/hwmon/hwmon1/power1_cap":     {Data: []byte("400000000\n")},
		"class/hwmon/hwmon2/name":           {Data: []byte("amd_energy\n")},
		"class/hwmon/hwmon2/energy1_input":  {Data: []byte("123456789\n")},
		"class/hwmon/hwmon2/energy1_label":  {Data: []byte("Esocket0\n")},
		"class/hwmon/hwmon3/power1_input":   {Data: []byte("broken\n")},
	}
	readings, err := sensor.Hwmon{FS: files}.Read(t.Context(), now)
	require.NoError(t, err)
	require.Len(t, readings, 3)
	require.Equal(t, sensor.Reading{Source: "hwmon", Device: "hwmon1/power1", Model: "power_meter", Time: now, Kind: sensor.Power, Power: 187500 * energy.Milliwatt}, readings[0])
	require.Equal(t, energy.Microjoules(123456789), readings[1].Energy)
	require.Equal(t, "amd_energy Esocket0", readings[1].Model)
	require.Equal(t, sensor.Missed, readings[2].Kind)
	_, err = sensor.Hwmon{FS: fstest.MapFS{}}.Read(t.Context(), now)
	require.ErrorIs(t, err, sensor.ErrUnavailable)
}

func open(t *testing.T, name string) io.Reader {
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

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

func TestRedfish(t *testing.T) {
	mux := http.NewServeMux()
	serve := func(path, file string) {
		b, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) })
	}
	serve("/redfish/v1/Chassis/1/Power", "chassis.json")
	serve("/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A4", "outlet.json")
	serve("/metrics", "dcgm.prom")
	server := httptest.NewServer(mux)
	defer server.Close()

	readings, err := sensor.ChassisPower(server.Client(), server.URL, "1", "2").Read(t.Context(), now)
	require.NoError(t, err)
	require.Len(t, readings, 3)
	require.Equal(t, 344*energy.Watt, readings[0].Power)
	require.ErrorAs(t, readings[1].Why, new(*sensor.SentinelError), "null is no reading")
	require.ErrorAs(t, readings[2].Why, new(*sensor.StatusError))

	readings, err = sensor.RackPDU(server.Client(), server.URL+"/", "1", "A4").Read(t.Context(), now)
	require.NoError(t, err)
	require.Equal(t, "pdu", readings[0].Source)
	require.Equal(t, energy.MustParse("36201.125 kW.h"), readings[0].Energy)

	readings, err = sensor.DCGM().At(server.Client(), server.URL+"/metrics").Read(t.Context(), now)
	require.NoError(t, err)
	require.Len(t, readings, 4)
	_, err = sensor.DCGM().At(server.Client(), server.URL+"/nothing").Read(t.Context(), now)
	require.ErrorAs(t, err, new(*sensor.StatusError))
	_, err = sensor.DCGM().At(server.Client(), ":").Read(t.Context(), now)
	require.ErrorAs(t, err, new(*sensor.FieldError))
	url := server.URL
	server.Close()
	_, err = sensor.ChassisPower(http.DefaultClient, url, "1").Read(t.Context(), now)
	require.ErrorIs(t, err, sensor.ErrUnavailable)
	for _, bad := range []string{"", "{", "{}", `{"PowerWatts":{"Reading":"x"}}`} {
		_, err := sensor.Redfish{}.Parse(strings.NewReader(bad), "/p", now)
		require.Error(t, err, bad)
		require.True(t, strings.HasPrefix(err.Error(), "sensor: "), err)
	}
}

func TestFirst(t *testing.T) {
	broken := errors.New("out of order")
	source := sensor.First(sensor.RAPL{FS: fstest.MapFS{}}, sensor.Hwmon{FS: fstest.MapFS{}},
		sensor.Estimate{Model: "nameplate", Power: func(at time.Time) (energy.Power, error) {
			if at.After(now) {
				return 0, broken
			}
			return 75 * energy.Watt, nil
		}})
	readings, err := source.Read(context.Background(), now)
	require.NoError(t, err)
	require.Equal(t, "estimate", source.Name())
	require.Len(t, source.Reasons(), 2)
	require.True(t, readings[0].Estimated)
	_, err = source.Read(context.Background(), now.Add(time.Second))
	require.ErrorIs(t, err, broken)

	none := sensor.First(sensor.Estimate{})
	_, err = none.Read(context.Background(), now)
	require.ErrorIs(t, err, sensor.ErrUnavailable)
	require.Equal(t, "none", none.Name())

	// An only source that is away for a while is read again when it is back.
	away := true
	client := doer(func(*http.Request) (*http.Response, error) {
		if away {
			return nil, errors.New("refused")
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`DCGM_FI_DEV_POWER_USAGE{UUID="a"} 5`))}, nil
	})
	only := sensor.First(sensor.RAPL{FS: fstest.MapFS{}}, sensor.DCGM().At(client, "http://node/metrics"))
	for range 3 {
		_, err = only.Read(t.Context(), now)
		require.ErrorIs(t, err, sensor.ErrUnavailable)
		require.Len(t, only.Reasons(), 2, "those of the last read")
	}
	away = false
	readings, err = only.Read(t.Context(), now)
	require.NoError(t, err)
	require.Equal(t, 5*energy.Watt, readings[0].Power)
	require.Equal(t, "dcgm", only.Name())
	require.Len(t, only.Reasons(), 1)
	require.Equal(t, "missed invalid", sensor.Missed.String()+" "+sensor.Kind(9).String())
}

// doer is a client that answers by itself.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// parseBounded is what any text must keep to.
func parseBounded(t *testing.T, text string) {
	for _, e := range sensor.Exporters() {
		held, err := e.Holdings(strings.NewReader(text))
		require.True(t, err == nil || strings.HasPrefix(err.Error(), "sensor: "), "%v", err)
		for _, h := range held {
			require.True(t, h.Device != "" && 1 <= h.Slices && h.Slices <= h.Of && -1 <= h.Busy && h.Busy <= 1_000_000, "%+v", h)
		}
		readings, err := e.Parse(strings.NewReader(text), now)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "sensor: "), "%v", err)
			require.Empty(t, readings)
			continue
		}
		for _, r := range readings {
			require.GreaterOrEqual(t, r.Power, energy.Power(0))
			require.GreaterOrEqual(t, r.Energy.Sign(), 0)
			require.Equal(t, r.Kind == sensor.Missed, r.Why != nil)
			require.NotEmpty(t, r.Device)
		}
	}
	_, _ = sensor.Redfish{}.Parse(strings.NewReader(text), "/p", now)
}

func FuzzParse_Bounded(f *testing.F) {
	for _, name := range []string{"dcgm.prom", "npu.prom", "others.prom", "chassis.json", "outlet.json"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(string(b))
	}
	f.Fuzz(parseBounded)
}

// Every prefix of what was recorded, and every byte of it put wrong.
func TestLaw_Parse_Bounded(t *testing.T) {
	for _, name := range []string{"dcgm.prom", "npu.prom", "others.prom", "chassis.json"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		for i := range b {
			parseBounded(t, string(b[:i]))
			broken := []byte(string(b))
			broken[i] ^= 0x55
			parseBounded(t, string(broken))
		}
	}
}
