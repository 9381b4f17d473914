package accelerator_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
)

func dense(t *testing.T) *accelerator.Table {
	t.Helper()
	table, err := accelerator.Default().DenseCompute(accelerator.FP16, accelerator.BF16)
	require.NoError(t, err)
	return table
}

func TestDenseCompute(t *testing.T) {
	table := dense(t)
	require.Equal(t, accelerator.Basis{Table: "dense-fp16,bf16", Version: accelerator.Default().Version(), Unit: "PFLOPS.h", Per: 1e9}, table.Basis())
	for model, want := range map[accelerator.ModelID]string{
		"nvidia-h100-sxm5": "9.894 dense fp16", "nvidia-v100-pcie-32gb": "1.12 dense fp16", "huawei-ascend-910a": "2.56 dense fp16",
		"google-tpu-v5p": "4.59 dense bf16", "intel-gaudi3-oam": "4.59 dense fp16", "biren-br104": "5.12 dense bf16",
	} {
		s, err := table.Standard(model, metering.MustQuantity("10 {card}.h"))
		require.NoError(t, err, model)
		v, err := s.In(18)
		require.NoError(t, err)
		c, err := table.Coefficient(model)
		require.NoError(t, err)
		require.Equal(t, want, v.String()+" "+c.Origin, model)
	}
	other, err := accelerator.Default().DenseCompute(accelerator.BF16, accelerator.FP16)
	require.NoError(t, err)
	s, err := other.Standard("intel-gaudi3-oam", metering.MustQuantity("10 {card}.h"))
	require.NoError(t, err)
	require.Equal(t, "18.35 PFLOPS·h (dense-bf16,fp16 2026.11)", s.String())

	for _, bad := range [][]accelerator.Format{nil, {0}, {99}, {accelerator.FP8, accelerator.FP8}} {
		_, err := accelerator.Default().DenseCompute(bad...)
		require.ErrorIs(t, err, accelerator.ErrData)
	}
}

func TestTable_Standard_Unknown(t *testing.T) {
	hour := metering.MustQuantity("1 {card}.h")
	_, err := dense(t).Standard("huawei-ascend-910b", hour)
	require.ErrorIs(t, err, accelerator.ErrUnknownFigure, "its rate is not known, and not 0")
	var figure *accelerator.FigureError
	require.ErrorAs(t, err, &figure)
	require.Equal(t, "huawei-ascend-910b", figure.Of)
	_, err = dense(t).Standard("h100", hour)
	require.ErrorIs(t, err, accelerator.ErrUnknownModel)
	require.ErrorContains(t, err, "nvidia-h100-sxm5")
	_, err = dense(t).Standard("nvidia-t4", metering.WholeCards(1))
	var dimension *metering.DimensionError
	require.ErrorAs(t, err, &dimension)
	s, err := dense(t).Standard("nvidia-t4", metering.Quantity{})
	require.NoError(t, err)
	require.Zero(t, s.Sign())
}

func TestMemoryBandwidth(t *testing.T) {
	table, err := accelerator.Default().MemoryBandwidth()
	require.NoError(t, err)
	s, err := table.Standard("huawei-ascend-310p", metering.MustQuantity("2 {card}.h"))
	require.NoError(t, err)
	require.Equal(t, "0.4096 TB/s·h (memory-bandwidth 2026.11)", s.String())
	_, err = table.Standard("kunlunxin-p800", metering.MustQuantity("2 {card}.h"))
	require.ErrorIs(t, err, accelerator.ErrUnknownFigure)
}

func TestTable_RelativeTo(t *testing.T) {
	table, err := dense(t).RelativeTo("nvidia-a100-sxm4-80gb")
	require.NoError(t, err)
	s, err := table.Standard("nvidia-v100-sxm2-32gb", metering.MustQuantity("312 {card}.h"))
	require.NoError(t, err)
	require.Equal(t, "125/1", s.Rat().String(), "125/312 of an A100, exactly")
	require.Equal(t, "nvidia-a100-sxm4-80gb.h", s.Basis().Unit)
	_, err = dense(t).RelativeTo("huawei-ascend-910b")
	require.ErrorIs(t, err, accelerator.ErrUnknownFigure)
	zero, err := accelerator.NewTable(accelerator.Basis{Table: "t", Version: "1", Unit: "u", Per: 1}, coefficient("a", 0))
	require.NoError(t, err)
	_, err = zero.RelativeTo("a")
	require.ErrorIs(t, err, accelerator.ErrData)
}

func TestStandard_Add(t *testing.T) {
	hour := metering.MustQuantity("1 {card}.h")
	a, err := dense(t).Standard("nvidia-t4", hour)
	require.NoError(t, err)
	other, err := accelerator.NewTable(accelerator.Basis{Table: "dense-fp16,bf16", Version: "2027.1", Unit: "PFLOPS.h", Per: 1e9}, coefficient("nvidia-t4", 1))
	require.NoError(t, err)
	b, err := other.Standard("nvidia-t4", hour)
	require.NoError(t, err)
	_, err = a.Add(b)
	require.ErrorIs(t, err, accelerator.ErrTable, "two versions")
	require.ErrorContains(t, err, "2027.1")
	sum, err := accelerator.Standard{}.Add(a)
	require.NoError(t, err)
	require.Equal(t, a, sum)
	require.Equal(t, "0", accelerator.Standard{}.String())

	// The largest amounts there are: 256 bits hold their sum and 128-bit card
	// time is not changed by it.
	big, err := accelerator.NewTable(accelerator.Basis{Table: "t", Version: "1", Unit: "u", Per: 1}, coefficient("a", 1e18))
	require.NoError(t, err)
	s, err := big.Standard("a", metering.GrainsWide(fixed.Max(), metering.CardTime))
	require.NoError(t, err)
	for i := 0; i < 200 && err == nil; i++ {
		s, err = s.Add(s)
	}
	require.ErrorIs(t, err, metering.ErrOverflow)
	for _, places := range []int{-1, 37, math.MaxInt} {
		_, err := s.In(places)
		require.ErrorIs(t, err, accelerator.ErrData)
	}
}

func TestTable_JSON(t *testing.T) {
	text, err := json.Marshal(dense(t))
	require.NoError(t, err)
	require.Contains(t, string(text), `{"model":"huawei-ascend-910b","value":null,`)
	again, err := accelerator.ParseTable(text)
	require.NoError(t, err)
	require.Equal(t, dense(t), again)
	for _, bad := range []string{"", "{}", `{"table":"t","version":"1","unit":"u","per":0}`, `{"table":"t","version":"1","unit":"u","per":1,"coefficients":[{"model":"a","value":0.5,"confidence":"high"}]}`,
		`{"table":"t","version":"1","unit":"u","per":1,"coefficients":[{"model":"A","value":1,"confidence":"high"}]}`,
		`{"table":"t","version":"1","unit":"u","per":1,"coefficients":[{"model":"a","value":1,"confidence":"high"},{"model":"a","value":1,"confidence":"high"}]}`,
		`{"table":"t","version":"1","unit":"u","per":1,"coefficients":[{"model":"a","value":1000000000000000001,"confidence":"high"}]}`} {
		_, err := accelerator.ParseTable([]byte(bad))
		require.ErrorIs(t, err, accelerator.ErrData, bad)
	}
}
