package sensor_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
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
