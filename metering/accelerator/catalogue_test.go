package accelerator_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/accelerator"
)

const shared = "../../../shared/"

// part returns a small model that is valid.
func part(id accelerator.ModelID) accelerator.Model {
	return accelerator.Model{ID: id, Name: "Part " + string(id), Vendor: "Acme", Family: "Parts", Kind: accelerator.NPU, FiguresOf: "card", Devices: 1,
		Source: "Acme data sheet", Confidence: accelerator.Medium}
}

func lookup(t *testing.T, name string) accelerator.Model {
	t.Helper()
	m, err := accelerator.Default().Lookup(name)
	require.NoError(t, err)
	return m
}

func TestDefault_Vendors(t *testing.T) {
	c, vendors := accelerator.Default(), map[string]int{}
	require.GreaterOrEqual(t, c.Len(), 60)
	for m := range c.All() {
		vendors[m.Vendor]++
		require.NotEmpty(t, m.Source, m.ID)
		require.NotZero(t, m.Confidence, m.ID)
	}
	for _, v := range []string{"NVIDIA", "AMD", "Intel", "Google", "AWS", "Huawei", "Cambricon", "Hygon", "Kunlunxin", "Moore Threads", "Iluvatar CoreX", "MetaX", "Enflame", "Biren", "T-Head (Alibaba)", "AMD (Xilinx)"} {
		require.Positive(t, vendors[v], v)
	}
}

// Figures that a data sheet of each has, written here by hand.
func TestDefault_Figures(t *testing.T) {
	h := lookup(t, "H100-SXM5")
	require.Equal(t, accelerator.Known(989_400_000), h.Dense.FP16)
	require.Equal(t, accelerator.Known(1_979_000_000), h.Sparse.FP16, "dense and sparse are told apart")
	require.Equal(t, accelerator.Known(80<<30), h.Memory)
	require.Equal(t, accelerator.Known(3_350_000_000_000), h.Bandwidth)
	require.Equal(t, accelerator.Known(700_000_000), h.TDP)
	require.Equal(t, accelerator.Known(250_000_000), lookup(t, "Tesla V100-PCIE-16GB").TDP)
	require.Equal(t, accelerator.Known(300_000_000), lookup(t, "Tesla V100-SXM2-16GB").TDP)
	require.Equal(t, accelerator.Figure{}, lookup(t, "TPU v6e").TDP, "not published, and not 0")
	require.Equal(t, accelerator.Figure{}, lookup(t, "910B").Dense.FP16, "sources disagree")
	_, known := lookup(t, "K100").Bandwidth.Value()
	require.False(t, known)
	for name, devices := range map[string]int{"MI250X": 2, "910C": 2, "Atlas 300I Duo": 2, "MLU370-X8": 2, "BI-V150": 2, "B200": 1, "MI300X": 1, "910A": 1} {
		require.Equal(t, devices, lookup(t, name).Devices, name)
	}
	c := lookup(t, "Ascend 910C")
	require.Equal(t, accelerator.Known(64<<30), c.DeviceMemory(), "of a die; the card has twice as much")
	require.Equal(t, "1/2", c.DeviceShare().String())
}

// The catalogue has every part and every figure of the collected vectors, nulls
// as unknown.
func TestDefault_IsTheVectors(t *testing.T) {
	text, err := os.ReadFile(shared + "vectors/accelerators.json")
	if err != nil {
		t.Skip("shared vectors absent")
	}
	var parts []struct {
		Vendor, Model, Source, Confidence string
		MemoryGB                          json.Number            `json:"memory_gb"`
		Bandwidth                         json.Number            `json:"mem_bw_GBs"`
		TDP                               json.Number            `json:"tdp_w"`
		Dense                             map[string]json.Number `json:"dense_tflops"`
		MIG                               json.Number            `json:"mig_max_instances"`
	}
	require.NoError(t, json.Unmarshal(text, &parts))
	require.GreaterOrEqual(t, len(parts), 60)
	same := func(what string, printed json.Number, times int64, got accelerator.Figure) {
		n, known := got.Value()
		require.Equal(t, printed != "", known, what)
		if known {
			want, ok := new(big.Rat).SetString(string(printed))
			require.True(t, ok)
			require.Zero(t, want.Mul(want, new(big.Rat).SetInt64(times)).Cmp(new(big.Rat).SetInt64(n)), "%s: %s", what, printed)
		}
	}
	for _, p := range parts {
		m := lookup(t, p.Model)
		require.Equal(t, []string{p.Vendor, p.Model, p.Source, p.Confidence}, []string{m.Vendor, m.Name, m.Source, m.Confidence.String()})
		same(p.Model+" memory", p.MemoryGB, 1<<30, m.Memory)
		same(p.Model+" bandwidth", p.Bandwidth, 1e9, m.Bandwidth)
		same(p.Model+" power", p.TDP, 1e6, m.TDP)
		same(p.Model+" partitions", p.MIG, 1, m.MaxPartitions)
		require.Len(t, p.Dense, len(accelerator.Formats()))
		for _, f := range accelerator.Formats() {
			same(p.Model+" "+f.String(), p.Dense[f.String()], 1e6, m.Dense.In(f))
		}
	}
}

func TestCatalogue_Lookup(t *testing.T) {
	for name, id := range map[string]accelerator.ModelID{
		"nvidia-h100-sxm5": "nvidia-h100-sxm5", "NVIDIA H100 80GB HBM3": "nvidia-h100-sxm5", "NVIDIA-H100-80GB-HBM3": "nvidia-h100-sxm5", "h100_sxm": "nvidia-h100-sxm5",
		"NVIDIA-A100-SXM4-80GB": "nvidia-a100-sxm4-80gb", "Tesla-T4": "nvidia-t4", "Ascend910B3": "huawei-ascend-910b3", "910b4-1": "huawei-ascend-910b4-1",
		"NVIDIA GeForce RTX 4090": "nvidia-rtx-4090", "tpu-v5-lite-podslice": "google-tpu-v5e", "AMD Instinct MI300X": "amd-mi300x",
	} {
		require.Equal(t, id, lookup(t, name).ID, name)
	}
	for _, name := range []string{"", "H100", "V100", "Voodoo 2", "-", strings.Repeat("H100 SXM", 1<<16)} {
		_, err := accelerator.Default().Lookup(name)
		require.ErrorIs(t, err, accelerator.ErrUnknownModel, "%.20q", name)
		var unknown *accelerator.UnknownError
		require.ErrorAs(t, err, &unknown)
		require.True(t, strings.HasPrefix(name, strings.TrimSuffix(unknown.Given, "…")))
		require.Less(t, len(err.Error()), 600)
	}
	_, err := accelerator.Default().Lookup("H100")
	var unknown *accelerator.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"nvidia-h100-nvl", "nvidia-h100-pcie", "nvidia-h100-sxm5"}, unknown.Want)
}

func TestCatalogue_IsImmutable(t *testing.T) {
	m := lookup(t, "910A")
	m.Partitions[0].Name, m.Aliases[0] = "changed", "changed"
	require.Equal(t, "vir02", lookup(t, "910A").Partitions[0].Name)
	for m := range accelerator.Default().All() {
		if len(m.Partitions) > 0 {
			m.Partitions[0].Name = "changed"
			break
		}
	}
	require.Equal(t, "1g.10gb", lookup(t, "H100 SXM").Partitions[0].Name)
}

func TestCatalogue_With(t *testing.T) {
	c, err := accelerator.Default().With("2026.11+acme.1", part("acme-1"))
	require.NoError(t, err)
	require.Equal(t, "2026.11+acme.1", c.Version())
	require.Equal(t, accelerator.Default().Len()+1, c.Len())
	_, err = c.Lookup("Acme Part acme-1")
	require.NoError(t, err)
	_, err = accelerator.Default().Lookup("acme-1")
	require.ErrorIs(t, err, accelerator.ErrUnknownModel)

	_, err = c.With("3", part("acme-1"))
	require.ErrorIs(t, err, accelerator.ErrData, "no model is defined anew")
	other := part("acme-2")
	other.Aliases = []string{"h100 sxm"}
	_, err = c.With("3", other)
	var field *accelerator.FieldError
	require.ErrorAs(t, err, &field)
	require.Contains(t, err.Error(), "nvidia-h100-sxm5")
	_, err = c.With("", part("acme-2"))
	require.ErrorIs(t, err, accelerator.ErrData)
}

func TestModel_Validate(t *testing.T) {
	for want, spoil := range map[string]func(*accelerator.Model){
		"model id":                   func(m *accelerator.Model) { m.ID = "Not An Id" },
		"acme-1 name":                func(m *accelerator.Model) { m.Name = "" },
		"acme-1 vendor":              func(m *accelerator.Model) { m.Vendor = "a\x00b" },
		"acme-1 source":              func(m *accelerator.Model) { m.Source = "" },
		"acme-1 notes":               func(m *accelerator.Model) { m.Notes = strings.Repeat("a", 2000) },
		"acme-1 alias":               func(m *accelerator.Model) { m.Aliases = []string{"\xff"} },
		"acme-1 aliases":             func(m *accelerator.Model) { m.Aliases = strings.Split(strings.Repeat("a,", 20)+"a", ",") },
		"acme-1 kind":                func(m *accelerator.Model) { m.Kind = 99 },
		"acme-1 confidence":          func(m *accelerator.Model) { m.Confidence = 0 },
		"acme-1 devices":             func(m *accelerator.Model) { m.Devices = 0 },
		"acme-1 memory_bytes":        func(m *accelerator.Model) { m.Memory = accelerator.Known(0) },
		"acme-1 tdp_microwatts":      func(m *accelerator.Model) { m.TDP = accelerator.Known(-1) },
		"acme-1 fp16 rate":           func(m *accelerator.Model) { m.Dense.FP16 = accelerator.Known(0) },
		"acme-1 fp8 rate with spars": func(m *accelerator.Model) { m.Dense.FP8, m.Sparse.FP8 = accelerator.Known(2), accelerator.Known(1) },
		"acme-1 partition scheme":    func(m *accelerator.Model) { m.Partitions = []accelerator.Partition{{Name: "a", Scheme: "b"}} },
		"acme-1 partition":           func(m *accelerator.Model) { m.Partitions = []accelerator.Partition{{Name: "a", Scheme: "mig"}} },
	} {
		m := part("acme-1")
		require.NoError(t, m.Validate())
		spoil(&m)
		err := m.Validate()
		var field *accelerator.FieldError
		require.ErrorAs(t, err, &field, want)
		require.True(t, strings.HasPrefix(field.Field, want), "%s: %v", want, err)
		require.Less(t, len(err.Error()), 300)
		_, err = accelerator.NewCatalogue("1", []accelerator.Model{m}, nil)
		require.True(t, errors.Is(err, accelerator.ErrData), want)
	}
}

func TestCatalogue_JSON(t *testing.T) {
	text, err := json.Marshal(accelerator.Default())
	require.NoError(t, err)
	require.Contains(t, string(text), `"tdp_microwatts":null`, "nulls are kept")
	again, err := accelerator.ParseCatalogue(text)
	require.NoError(t, err)
	require.Equal(t, accelerator.Default(), again)
	second, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(second))

	for _, bad := range []string{"", "{", "[]", `{"version":"1"}{}`, `{"version":"1","model":[]}`, `{"version":"1","models":[{"tdp_microwatts":1.5}]}`,
		`{"version":"1","models":[{"kind":"cpu"}]}`, `{"version":"1","models":[{"memory_bytes":-1}]}`, `{"version":"1","models":[{"memory_bytes":9223372036854775808}]}`} {
		_, err := accelerator.ParseCatalogue([]byte(bad))
		require.ErrorIs(t, err, accelerator.ErrData, bad)
	}
	_, err = accelerator.ParseCatalogue(make([]byte, 17<<20))
	require.ErrorIs(t, err, accelerator.ErrData)
}
