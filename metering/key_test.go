package metering_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

var fullKey = metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, Resource: "gpu-1", SKU: "H100", Region: "cn-north-1",
	Labels: metering.MustLabels("team", "a")}

func TestKey_Validate(t *testing.T) {
	require.NoError(t, fullKey.Validate())
	require.NoError(t, metering.Key{Account: "a", Meter: "m"}.Validate())
	long := strings.Repeat("é", metering.MaxNameBytes/2)
	require.NoError(t, metering.Key{Account: "a", Meter: "m", Resource: long, SKU: long, Region: long}.Validate())

	set := map[string]func(*metering.Key, string){
		"account":  func(k *metering.Key, s string) { k.Account = metering.Account(s) },
		"meter":    func(k *metering.Key, s string) { k.Meter = metering.MeterID(s) },
		"resource": func(k *metering.Key, s string) { k.Resource = s },
		"SKU":      func(k *metering.Key, s string) { k.SKU = s },
		"region":   func(k *metering.Key, s string) { k.Region = s },
	}
	refused := func(field string, k metering.Key) {
		var e *metering.FieldError
		require.ErrorAs(t, k.Validate(), &e)
		require.Equal(t, field, e.Field)
	}
	refused("account", metering.Key{})
	refused("meter", metering.Key{Account: "a"})
	for field, set := range set {
		for _, bad := range append([]string{long + "x"}, valuesOf(badText)...) {
			k := fullKey
			set(&k, bad)
			refused(field, k)
		}
	}
	for _, id := range []metering.MeterID{"A", "a b", "a.", ".a", "a..b", "é"} {
		refused("meter", metering.Key{Account: "a", Meter: id})
	}
}

func valuesOf(m map[string]string) (values []string) {
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

// TestKey_Compare: keys are ordered by every field, the resource last.
func TestKey_Compare(t *testing.T) {
	sorted := []metering.Key{
		{Account: "a", Meter: "m"},
		{Account: "a", Meter: "m", Resource: "r"},
		{Account: "a", Meter: "m", Labels: metering.MustLabels("l", "1")},
		{Account: "a", Meter: "m", Region: "r"},
		{Account: "a", Meter: "m", SKU: "s"},
		{Account: "a", Meter: "n"},
		{Account: "a/b", Meter: "m"},
		{Account: "b", Meter: "m"},
	}
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i != j {
				want = map[bool]int{true: -1, false: 1}[i < j]
			}
			require.Equal(t, want, a.Compare(b), "%v and %v", a, b)
		}
	}
	require.True(t, slices.IsSortedFunc(sorted, metering.Key.Compare))
}

func TestKey_String(t *testing.T) {
	require.Equal(t, `acme/vision compute.accelerator.time H100@cn-north-1 gpu-1 {team="a"}`, fullKey.String())
	require.Equal(t, "acme/vision compute.accelerator.time H100@cn-north-1 gpu-1 {team}", fullKey.Redacted())
	require.Equal(t, "a m", metering.Key{Account: "a", Meter: "m"}.String())
}

func TestKey_JSON(t *testing.T) {
	text, err := json.Marshal(fullKey)
	require.NoError(t, err)
	var back metering.Key
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, fullKey, back)
}
