package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/examples/internal/program"
)

// play runs the program and returns what it prints.
func play(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), args, &stdout, &stderr)
	return stdout.String(), err
}

// write makes a file of its own for a test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestRun_Sample(t *testing.T) {
	dir := t.TempDir()
	text, err := play(t, "-out", dir)
	require.NoError(t, err)
	for _, want := range []string{
		"CNY 1,000,000.00 of cost in 7 centres; 4 of them serve others and keep nothing.",
		"ai/training  499,999.99 635,558.44 635,569.93 636,867.81",
		"reciprocal 1,000,000.00 1,000,000.00     0.00                         -0.01",
	} {
		require.Contains(t, text, want)
	}
	drawing, err := os.ReadFile(filepath.Join(dir, "allocation.svg"))
	require.NoError(t, err)
	for d := xml.NewDecoder(bytes.NewReader(drawing)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.Contains(t, string(drawing), "platform/storage → ai/training: CNY")
	require.NotContains(t, string(drawing), "NaN")
}

func TestRun_Chinese(t *testing.T) {
	dir := t.TempDir()
	text, err := play(t, "-lang", "zh", "-out", dir)
	require.NoError(t, err)
	for _, want := range []string{"成本 CNY 1,000,000.00，共 7 个中心", "交互法 1,000,000.00", "已写入 " + filepath.Join(dir, "allocation.svg")} {
		require.Contains(t, text, want)
	}
	drawing, err := os.ReadFile(filepath.Join(dir, "allocation.svg"))
	require.NoError(t, err)
	require.Contains(t, string(drawing), "<title>成本流向</title>")
	_, err = play(t, "-lang", "de")
	require.ErrorIs(t, err, program.ErrUsage)
}

func TestRun_JSON(t *testing.T) {
	costs, err := play(t, "-out", "", "-print-costs")
	require.NoError(t, err)
	drivers, err := play(t, "-out", "", "-print-drivers")
	require.NoError(t, err)
	text, err := play(t, "-out", "", "-json", "-costs", write(t, "costs.csv", costs), "-drivers", write(t, "drivers.csv", drivers))
	require.NoError(t, err)
	var all struct {
		Methods []struct {
			Method, Residual string
			Production       []struct{ Centre, Amount string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &all))
	require.Len(t, all.Methods, 3)
	for _, m := range all.Methods {
		require.Equal(t, "CNY 0", m.Residual)
		require.Len(t, m.Production, 3)
	}
	same, err := play(t, "-out", "", "-json")
	require.NoError(t, err)
	require.Equal(t, text, same, "the sample is what is printed of it")

	// Rows in another order give the same bytes.
	lines := strings.Split(strings.TrimSpace(drivers), "\n")
	for i, j := 1, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	same, err = play(t, "-out", "", "-json", "-costs", write(t, "costs.csv", costs), "-drivers", write(t, "drivers.csv", strings.Join(lines, "\n")))
	require.NoError(t, err)
	require.Equal(t, text, same)
}

func TestRun_Refuses(t *testing.T) {
	costs := "centre,cost\ns,CNY 1\np,CNY 2\n"
	for name, tt := range map[string]struct{ costs, drivers, want string }{
		"weight":   {costs, "service,driver,centre,value\ns,weighted,p,NaN\n", `drivers.csv:2: allocation: weight of "p" is "NaN": not a weight; write a plain decimal number such as 12.5`},
		"driver":   {costs, "service,driver,centre,value\ns,likely,p,1\n", `drivers.csv:2: driver "likely": want even, weighted, proportional or fixed`},
		"two":      {costs, "service,driver,centre,value\ns,weighted,p,1\ns,even,p,\n", `drivers.csv:3: driver "even" after "weighted": a service has one driver`},
		"quantity": {costs, "service,driver,centre,value\ns,proportional,p,7 bananas\n", `drivers.csv:2: `},
		"unknown":  {costs, "service,driver,centre,value\ns,even,q,\n", `allocation: centre "s": weight of "q": unknown centre; add it to the model`},
		"no cost":  {costs, "service,driver,centre,value\nx,even,p,\n", `give it a row there, of 0 if it has none`},
		"head":     {costs, "service,driver\n", `drivers.csv: record on line 1: wrong number of fields, want ["service" "driver" "centre" "value"]`},
		"empty":    {"", "service,driver,centre,value\ns,even,p,\n", `want a first line of ["centre" "cost"]`},
		"currency": {costs + "q,USD 1\n", "service,driver,centre,value\ns,even,p,\n", `allocation: centre "q": cost: `},
		"money":    {"centre,cost\ns,1.5\n", "service,driver,centre,value\n", `costs.csv:2: money: `},
		"loop":     {costs + "r,CNY 1\n", "service,driver,centre,value\ns,even,r,\nr,even,s,\n", `no weight is left when others are closed`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := play(t, "-out", t.TempDir(), "-costs", write(t, "costs.csv", tt.costs), "-drivers", write(t, "drivers.csv", tt.drivers))
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := play(t, "-costs", "x")
	require.ErrorIs(t, err, program.ErrUsage)
	_, err = play(t, "-order", "platform/network")
	require.ErrorIs(t, err, allocation.ErrOrder)
}

// A company that is made up is the same for one seed and closes, whatever it is;
// what was written of it is allocated to the same.
func TestRun_Seed(t *testing.T) {
	for seed := range 200 {
		text, err := play(t, "-seed", strconv.Itoa(seed), "-out", "", "-json")
		require.NoError(t, err, seed)
		require.Equal(t, 3, strings.Count(text, `"residual": "CNY 0"`), seed)
	}
	dir := t.TempDir()
	text, err := play(t, "-seed", "7", "-out", dir)
	require.NoError(t, err)
	text, _, _ = strings.Cut(text, "wrote")
	again, err := play(t, "-costs", filepath.Join(dir, "costs.csv"), "-drivers", filepath.Join(dir, "drivers.csv"), "-out", "")
	require.NoError(t, err)
	require.Equal(t, text, again)
	other, err := play(t, "-seed", "8", "-out", "")
	require.NoError(t, err)
	require.NotEqual(t, again, other)
	_, err = play(t, "-seed", "7", "-costs", "a", "-drivers", "b")
	require.ErrorIs(t, err, program.ErrUsage)
}
