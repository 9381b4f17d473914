package sensor_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

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

// What controllers say besides what they should.
func TestRedfish_Parse(t *testing.T) {
	parse := func(text string) ([]sensor.Reading, error) {
		return sensor.Redfish{}.Parse(strings.NewReader(text), "/p", now)
	}
	readings, err := parse(`{"PowerControl":[{"MemberId":"0","PowerConsumedWatts":1},{"MemberId":"0","PowerConsumedWatts":"2"},{"PowerConsumedWatts":3},{"MemberId":"2","PowerConsumedWatts":4}]}`)
	require.NoError(t, err)
	devices := map[string]bool{}
	for i, r := range readings {
		devices[r.Device] = true
		require.Equal(t, energy.Power(i+1)*energy.Watt, r.Power)
	}
	require.Len(t, devices, 4, "a device each: %v", devices)

	readings, err = parse(`{"EnergykWh":{"Reading":null}}`)
	require.NoError(t, err)
	require.Equal(t, sensor.Missed, readings[0].Kind)
	require.ErrorAs(t, readings[0].Why, new(*sensor.SentinelError), "null is no reading")
	readings, err = parse(`{"EnergykWh":{"Reading":null},"PowerWatts":{"Reading":7}}`)
	require.NoError(t, err)
	require.Equal(t, 7*energy.Watt, readings[0].Power)

	for _, bad := range []string{"", "{", "<html>", `{"PowerWatts":12}`, `{"PowerWatts":{"Reading":"x"}}`, `{"Name":"` + strings.Repeat("x", 4<<20) + `","PowerWatts":{"Reading":1}}`} {
		_, err := parse(bad)
		require.ErrorAs(t, err, new(*sensor.FieldError), bad[:min(len(bad), 40)])
	}
	cut := errors.New("connection cut")
	_, err = sensor.Redfish{}.Parse(io.MultiReader(strings.NewReader(`{"PowerWatts":`), iotest.ErrReader(cut)), "/p", now)
	require.ErrorIs(t, err, cut)
}
