package accelerator_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
)

func TestCatalogue_Demands_Vectors(t *testing.T) {
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var vectors []struct {
		ID                  string
		Request             map[string]int64
		Device              accelerator.Device
		Count               int64
		Core, Memory, Share string
		Cards               string
		Inexact             bool
	}
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			demands, err := accelerator.Default().Demands(v.Request, v.Device)
			require.NoError(t, err)
			require.Len(t, demands, 1)
			d := demands[0]
			require.Equal(t, v.Count, d.Count)
			for field, pair := range map[string][2]string{"core": {v.Core, d.Reservation.Core.String()}, "memory": {v.Memory, d.Reservation.Memory.String()}} {
				if pair[0] != "" {
					require.Equal(t, pair[0], pair[1], field)
				}
			}
			s, err := d.Share(accelerator.LargerShare)
			require.NoError(t, err)
			require.Equal(t, v.Share, s.String())
			q, err := d.Cards(accelerator.LargerShare)
			if v.Inexact {
				require.ErrorIs(t, err, metering.ErrInexact)
				return
			}
			require.NoError(t, err)
			require.Equal(t, metering.MustQuantity(v.Cards), q)
		})
	}
}

// A template is a part of the memory that a model has: a node that shows less of it,
// as HAMi's 21,527 of 24,576 MiB for an Ascend 310P, makes none smaller.
func TestCatalogue_Demands_TemplateOfAllMemory(t *testing.T) {
	for _, c := range []struct {
		mib, shows int64
		partition  string
	}{
		{3072, 0, "vir01"}, {3072, 21527, "vir01"}, {3072, 24576, "vir01"},
		{3073, 0, "vir02"}, {3073, 21527, "vir02"},
		{6144, 21527, "vir02"}, {12288, 21527, "vir04"}, {12289, 21527, ""}, {21527, 21527, ""},
		{3073, 24577, "vir02"}, {12289, 49152, "vir04"}, // more than the sheet says
	} {
		demands, err := accelerator.Default().Demands(map[string]int64{"huawei.com/Ascend310P": 1, "huawei.com/Ascend310P-memory": c.mib},
			accelerator.Device{Model: "310P", Memory: c.shows << 20})
		require.NoError(t, err)
		require.Equal(t, c.partition, demands[0].Partition, "%d of %d MiB", c.mib, c.shows)
	}
	_, err := accelerator.Default().Demands(map[string]int64{"huawei.com/Ascend310P": 1, "huawei.com/Ascend310P-memory": 21528},
		accelerator.Device{Model: "310P", Memory: 21527 << 20})
	require.ErrorIs(t, err, accelerator.ErrShare, "more than there is")
}

func TestCatalogue_Demands_Several(t *testing.T) {
	demands, err := accelerator.Default().Demands(map[string]int64{
		"nvidia.com/mig-1g.10gb": 2, "nvidia.com/mig-3g.40gb": 1, "nvidia.com/gpu": 0, "nvidia.com/priority": 1,
	}, accelerator.Device{Model: "H100 SXM"})
	require.NoError(t, err)
	require.Len(t, demands, 2)
	require.Equal(t, []string{"nvidia.com/mig-1g.10gb"}, demands[0].Resources)
	require.Equal(t, "3g.40gb", demands[1].Partition)
	demands, err = accelerator.Default().Demands(nil, accelerator.Device{})
	require.NoError(t, err)
	require.Empty(t, demands)
}

func TestCatalogue_Demands_Errors(t *testing.T) {
	for name, c := range map[string]struct {
		request map[string]int64
		on      accelerator.Device
		is      error
		says    string
	}{
		"unknown resource":         {map[string]int64{"nvidia.com/gpus": 1}, accelerator.Device{}, accelerator.ErrUnknownResource, "nvidia.com/gpu,"},
		"unknown domain":           {map[string]int64{strings.Repeat("x", 1<<20): 1}, accelerator.Device{}, accelerator.ErrUnknownResource, "WithResources"},
		"unknown profile":          {map[string]int64{"nvidia.com/mig-9g.9gb": 1}, accelerator.Device{}, accelerator.ErrUnknownResource, "mig-9g.9gb"},
		"unknown model":            {map[string]int64{"nvidia.com/gpu": 1}, accelerator.Device{Model: "Voodoo"}, accelerator.ErrUnknownModel, "Voodoo"},
		"another vendor's model":   {map[string]int64{"nvidia.com/gpu": 1}, accelerator.Device{Model: "MI300X"}, accelerator.ErrUnknownModel, "does not offer nvidia.com/gpu"},
		"profile of another":       {map[string]int64{"nvidia.com/mig-1g.6gb": 1}, accelerator.Device{Model: "H100 SXM"}, accelerator.ErrUnknownModel, "nvidia-a30"},
		"one profile, two shares":  {map[string]int64{"nvidia.com/mig-1g.10gb": 1}, accelerator.Device{}, accelerator.ErrUnknownModel, "Device.Model"},
		"devices that differ":      {map[string]int64{"amd.com/gpu": 1}, accelerator.Device{}, accelerator.ErrUnknownModel, "Device.Model"},
		"memory of what":           {map[string]int64{"nvidia.com/gpumem": 1}, accelerator.Device{}, accelerator.ErrUnknownModel, "Device.Memory"},
		"memory unknown":           {map[string]int64{"iluvatar.ai/MR-V100.vMem": 1}, accelerator.Device{}, accelerator.ErrUnknownFigure, "iluvatar-mr-v100"},
		"unit unknown":             {map[string]int64{"enflame.com/gcu-memory": 1}, accelerator.Device{}, accelerator.ErrUnknownFigure, "Device.MemoryUnit"},
		"cores unknown":            {map[string]int64{"enflame.com/gcu-core": 1}, accelerator.Device{}, accelerator.ErrUnknownFigure, "Device.Cores"},
		"cores of no model":        {map[string]int64{"huawei.com/npu-core": 1}, accelerator.Device{Model: "910B"}, accelerator.ErrUnknownFigure, "huawei-ascend-910b"},
		"slots unknown":            {map[string]int64{"nvidia.com/gpu.shared": 1}, accelerator.Device{}, accelerator.ErrUnknownFigure, "Device.Slots"},
		"more memory than a card":  {map[string]int64{"nvidia.com/gpumem": 16385}, accelerator.Device{Model: "T4"}, accelerator.ErrShare, "nvidia.com/gpumem"},
		"more memory than numbers": {map[string]int64{"aliyun.com/gpu-mem": 1 << 40, "aliyun.com/gpu-count": 1 << 40}, accelerator.Device{Memory: 1 << 50}, accelerator.ErrShare, "aliyun.com/gpu-mem"},
		"more cores than a card":   {map[string]int64{"nvidia.com/gpucores": 101}, accelerator.Device{}, accelerator.ErrShare, "101 of 100"},
		"negative":                 {map[string]int64{"nvidia.com/gpu": -1}, accelerator.Device{}, accelerator.ErrData, "-1"},
		"too many":                 {map[string]int64{"nvidia.com/gpu": 1<<40 + 1}, accelerator.Device{}, accelerator.ErrData, "2^40"},
		"one thing twice":          {map[string]int64{"cambricon.com/mlu": 1, "cambricon.com/vmlu": 1}, accelerator.Device{}, accelerator.ErrData, "cambricon.com/mlu,"},
		"a negative device":        {map[string]int64{"nvidia.com/gpu": 1}, accelerator.Device{Slots: -1}, accelerator.ErrData, "device slots"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := accelerator.Default().Demands(c.request, c.on)
			require.ErrorIs(t, err, c.is)
			require.ErrorContains(t, err, c.says)
			require.True(t, strings.HasPrefix(err.Error(), "accelerator: "), err)
			require.Less(t, len(err.Error()), 700)
		})
	}
}

// Every resource leads to models of the catalogue, and every model with
// partitions of MIG to resources.
func TestCatalogue_Resources(t *testing.T) {
	c := accelerator.Default()
	for _, r := range c.Resources() {
		require.NotEmpty(t, c.ModelsOf(r), r.Name)
		same, err := c.Resource(r.Name)
		require.NoError(t, err)
		require.Equal(t, r, same)
	}
	for m := range c.All() {
		for _, p := range m.Partitions {
			if p.Scheme == accelerator.SchemeMIG {
				r, err := c.Resource("nvidia.com/mig-" + strings.ReplaceAll(p.Name, "+", "."))
				require.NoError(t, err)
				require.Contains(t, c.ModelsOf(r), m.ID)
			}
		}
	}
	for name, id := range map[string]accelerator.ModelID{"huawei.com/Ascend910B3": "huawei-ascend-910b3", "iluvatar.ai/BI-V150.vMem": "iluvatar-bi-v150", "vastaitech.com/va": "vastai-va"} {
		r, err := c.Resource(name)
		require.NoError(t, err)
		require.Equal(t, []accelerator.ModelID{id}, c.ModelsOf(r))
	}
}

func TestCatalogue_WithResources(t *testing.T) {
	mine := accelerator.Resource{Name: "acme.example/gpu", Vendor: "NVIDIA", Group: "acme.example", Measure: accelerator.Slots, UnitsPerDevice: 3, Source: "values.yaml", Confidence: accelerator.High}
	c, err := accelerator.Default().WithResources("2026.11+acme", mine)
	require.NoError(t, err)
	d, err := c.Demands(map[string]int64{"acme.example/gpu": 2}, accelerator.Device{})
	require.NoError(t, err)
	q, err := d[0].Cards(accelerator.LargerShare)
	require.NoError(t, err)
	require.Equal(t, metering.Grains(2*metering.SharesPerCard/3, metering.Cards), q)
	_, err = c.WithResources("3", mine)
	require.ErrorIs(t, err, accelerator.ErrData)
	mine.Name, mine.Models = "acme.example/other", []accelerator.ModelID{"no-such"}
	_, err = c.WithResources("3", mine)
	require.ErrorIs(t, err, accelerator.ErrData)
}

// A cluster's trace, TR-03: the milli-card·seconds of all pods, of those that
// share a card, and by class of service.
func TestShare_Trace(t *testing.T) {
	f, err := os.Open(shared + "data/alibaba_gpu2023_openb_pod_list_default.csv")
	if err != nil {
		t.Skip("shared data absent")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	sums := map[string]metering.Quantity{}
	pods, unscheduled, sharing := 0, 0, 0
	for _, row := range rows[1:] {
		number := func(name string) int64 {
			n, err := strconv.ParseInt(row[column[name]], 10, 64)
			require.NoError(t, err)
			return n
		}
		pods++
		if row[column["scheduled_time"]] == "" {
			unscheduled++
			continue
		}
		if number("num_gpu") == 0 {
			continue
		}
		s := share(t, number("gpu_milli"), 1000)
		q, err := s.Cards()
		require.NoError(t, err)
		seconds := number("deletion_time") - number("scheduled_time")
		grains, ok := q.Grains().MulInt64(number("num_gpu") * seconds)
		require.True(t, ok)
		grains, ok = grains.MulInt64(int64(time.Second))
		require.True(t, ok)
		held := metering.GrainsWide(grains, metering.CardTime)
		of := []string{"all", row[column["qos"]]}
		if number("num_gpu") == 1 && s.Cmp(accelerator.Whole()) < 0 {
			sharing++
			of = append(of, "sharing")
		}
		for _, name := range of {
			sums[name] = add(t, sums[name], held)
		}
	}
	require.Equal(t, []int{8152, 897, 2573}, []int{pods, unscheduled, sharing})
	for name, want := range map[string]int64{"all": 185294426970, "sharing": 25478952970, "LS": 149088096090, "Burstable": 26853122000, "BE": 4721888880, "Guaranteed": 4631320000} {
		unit := metering.MustUnit("{millicard}.s").Grains()
		grains, ok := unit.Mul(fixed.FromInt64(want))
		require.True(t, ok)
		require.Equal(t, metering.GrainsWide(grains, metering.CardTime), sums[name], name)
	}
}
