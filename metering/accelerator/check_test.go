package accelerator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/accelerator"
)

func checked(t *testing.T, file string, columns map[string]accelerator.Field) (accelerator.Report, []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Skip("shared data absent: " + file)
	}
	defer f.Close()
	rows, err := accelerator.ReadListing(f, columns)
	require.NoError(t, err)
	r := accelerator.Default().Check(rows)
	var found []string
	for _, one := range r.Findings {
		require.NotEmpty(t, one.Want)
		found = append(found, fmt.Sprintf("%s: %s %s: %v", one.Name, one.Field, one.Value, one.Problem))
	}
	return r, found
}

func TestCatalogue_Check(t *testing.T) {
	r, found := checked(t, "testdata/listing.csv", map[string]accelerator.Field{"part": accelerator.FieldName, "watts": accelerator.FieldTDP,
		"fp32": accelerator.FieldFP32, "fp16": accelerator.FieldFP16, "per watt 32": accelerator.FieldFP32PerWatt, "per watt 16": accelerator.FieldFP16PerWatt, "gigabytes": accelerator.FieldMemory})
	require.Equal(t, []string{
		"H100 SXM: fp16_tflops 1979: sparse as dense",
		"Tesla V100-PCIE-16GB: tdp_w 300: swapped TDP",
		"Tesla V100-PCIE-16GB: fp32_gflops_per_w 4.667: inconsistent",
		"Tesla V100-SXM2-16GB: tdp_w 250: swapped TDP",
		"A10G: columns 7 cells: shifted row",
		"RTX 4090: fp16_tflops 82.6: other format",
		"L40S: fp32_tflops 183: other format",
		"T4: tdp_w 0: not positive",
		"T4: memory_gb sixteen: unreadable",
		"A30: memory_gb 40: differs",
		"A30: fp16_tflops 200: differs",
		"Voodoo 2: fp16_gflops_per_w 80: inconsistent",
	}, found)
	require.Equal(t, []string{"Voodoo 2"}, r.Unknown)
	require.Equal(t, 9, r.Matched)
	swap := r.Findings[1]
	require.Equal(t, accelerator.ModelID("nvidia-v100-pcie-16gb"), swap.Model)
	require.Equal(t, `250 W; swapped with "Tesla V100-SXM2-16GB" in line 5`, swap.Want)
	require.Equal(t, accelerator.High, swap.Confidence)
	require.Equal(t, 4, swap.Line)
}

// The published listing that is known to be wrong.
func TestCatalogue_Check_Published(t *testing.T) {
	_, found := checked(t, shared+"data/mlco2_impact_gpus.csv", map[string]accelerator.Field{"name": accelerator.FieldName, "tdp_watts": accelerator.FieldTDP,
		"TFLOPS32": accelerator.FieldFP32, "TFLOPS16": accelerator.FieldFP16, "GFLOPS32/W": accelerator.FieldFP32PerWatt, "GFLOPS16/W": accelerator.FieldFP16PerWatt, "memory": accelerator.FieldMemory})
	for _, want := range []string{
		"H100 SXM: fp16_tflops 1979: sparse as dense", "H100 NVL: fp16_tflops 1671: sparse as dense",
		"H100 SXM: fp32_tflops 989: other format", "H100 NVL: fp32_tflops 835: other format",
		"Tesla V100-PCIE-16GB: tdp_w 300: swapped TDP", "Tesla V100-SXM2-16GB: tdp_w 250: swapped TDP",
		"A10G: columns 8 cells: shifted row",
		"Tesla V100-PCIE-16GB: fp32_gflops_per_w 4.71: inconsistent", "GTX 750: fp32_gflops_per_w 444.4: inconsistent",
	} {
		require.Contains(t, found, want)
	}
	for _, right := range []string{"A100 PCIe", "A100 SXM4", "T4:"} {
		require.False(t, slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, right) }), right)
	}
}

// TestLaw_Check_FindsWhatIsPlanted: a listing of the catalogue's own figures has
// no findings, and one mistake in it is found, and found alone.
func TestLaw_Check_FindsWhatIsPlanted(t *testing.T) {
	c, r := accelerator.Default(), random(t)
	fields := []accelerator.Field{accelerator.FieldTF32, accelerator.FieldBF16, accelerator.FieldFP16, accelerator.FieldFP8, accelerator.FieldINT8}
	formats := []accelerator.Format{accelerator.TF32, accelerator.BF16, accelerator.FP16, accelerator.FP8, accelerator.INT8}
	text := func(f accelerator.Figure, places int) string {
		n, known := f.Value()
		if !known {
			return "n/a"
		}
		s := fmt.Sprintf("%0*d", places+1, n)
		return s[:len(s)-places] + "." + s[len(s)-places:]
	}
	var rows []accelerator.Row
	var models []accelerator.Model
	for m := range c.All() {
		row := accelerator.Row{Line: len(rows) + 2, Name: m.Name, Vendor: m.Vendor, Cells: map[accelerator.Field]string{accelerator.FieldTDP: text(m.TDP, 6)}}
		for i, f := range fields {
			row.Cells[f] = text(m.Dense.In(formats[i]), 6)
		}
		rows, models = append(rows, row), append(models, m)
	}
	require.Empty(t, c.Check(rows).Findings)
	require.Equal(t, len(rows), c.Check(rows).Matched)
	for range *lawsN / 50 {
		at, i := r.IntN(len(rows)), r.IntN(len(fields))
		keep := rows[at].Cells[fields[i]]
		n, known := models[at].Dense.In(formats[i]).Value()
		if !known {
			continue
		}
		// Twice a rate: with sparsity, whatever format it may be a rate of besides.
		rows[at].Cells[fields[i]] = text(accelerator.Known(2*n), 6)
		found := c.Check(rows).Findings
		require.Len(t, found, 1, rows[at].Name)
		require.Equal(t, accelerator.SparseAsDense, found[0].Problem, found[0])
		require.Equal(t, []any{rows[at].Line, fields[i], models[at].ID}, []any{found[0].Line, found[0].Field, found[0].Model})
		rows[at].Cells[fields[i]] = keep

		rows[at].Want, rows[at].Columns = 9, 8
		found = c.Check(rows).Findings
		require.Len(t, found, 1)
		require.Equal(t, accelerator.Shifted, found[0].Problem)
		rows[at].Want, rows[at].Columns = 0, 0

		other := r.IntN(len(rows))
		a, b := rows[at].Cells[accelerator.FieldTDP], rows[other].Cells[accelerator.FieldTDP]
		if a == b || a == "n/a" || b == "n/a" {
			continue
		}
		rows[at].Cells[accelerator.FieldTDP], rows[other].Cells[accelerator.FieldTDP] = b, a
		want := accelerator.WrongTDP
		if models[at].Family == models[other].Family && models[at].Vendor == models[other].Vendor {
			want = accelerator.SwappedTDP
		}
		found = c.Check(rows).Findings
		require.Len(t, found, 2)
		require.Equal(t, []accelerator.Problem{want, want}, []accelerator.Problem{found[0].Problem, found[1].Problem})
		rows[at].Cells[accelerator.FieldTDP], rows[other].Cells[accelerator.FieldTDP] = a, b
	}
}

func TestReadListing(t *testing.T) {
	columns := map[string]accelerator.Field{"name": accelerator.FieldName, "w": accelerator.FieldTDP}
	rows, err := accelerator.ReadListing(strings.NewReader("\ufeffname, w \n T4 , 70\n\"A\nB\",1\nC\n"), columns)
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, "T4", rows[0].Name)
	require.Equal(t, "70", rows[0].Cells[accelerator.FieldTDP])
	require.Equal(t, []int{2, 3, 5}, []int{rows[0].Line, rows[1].Line, rows[2].Line})
	require.Equal(t, []int{1, 2}, []int{rows[2].Columns, rows[2].Want})
	for text, says := range map[string]string{"": "header", "name\n": `"w"`, "w\n": `"name"`, "name,w\n\"a,1\n": "listing"} {
		_, err := accelerator.ReadListing(strings.NewReader(text), columns)
		require.ErrorIs(t, err, accelerator.ErrData, text)
		require.ErrorContains(t, err, says, text)
	}
	_, err = accelerator.ReadListing(strings.NewReader("w\n"), map[string]accelerator.Field{"w": accelerator.FieldTDP})
	require.ErrorContains(t, err, "FieldName")
	_, err = accelerator.ReadListing(strings.NewReader("name,w\n"), map[string]accelerator.Field{"name": accelerator.FieldName, "w": "colour"})
	require.ErrorContains(t, err, "colour")
	_, err = accelerator.ReadListing(strings.NewReader("name,w\n"+strings.Repeat("a,1\n", 1<<16+1)), columns)
	require.ErrorContains(t, err, "65536")
}

func TestReport_JSON(t *testing.T) {
	r := accelerator.Default().Check([]accelerator.Row{
		{Line: 2, Name: "T4", Cells: map[accelerator.Field]string{accelerator.FieldTDP: "71"}},
		{Line: 3, Name: "Voodoo", Cells: map[accelerator.Field]string{accelerator.FieldTDP: "-1"}},
	})
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, `{"rows":2,"matched":1,"unknown":["Voodoo"],"findings":[
		{"line":2,"name":"T4","field":"tdp_w","problem":"wrong TDP","value":"71","want":"70 W","model":"nvidia-t4","confidence":"high"},
		{"line":3,"name":"Voodoo","field":"tdp_w","problem":"not positive","value":"-1","want":"more than 0, or nothing"}]}`, string(text))
	var again accelerator.Report
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, r, again)
}
