package spelling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/spelling"
)

var codes = []string{"1", "10*6", "{token}", "10*6{token}", "s", "min", "h", "d", "By", "kBy", "GBy", "GiBy", "GiBy.h", "{core}.h",
	"{card}", "{card}.h", "{item}.h", "Mbit/s", "J", "kW.h", "MW.h", "mW", "kW", "MW", "g{CO2e}", "kg{CO2e}"}

func TestUnit(t *testing.T) {
	t.Parallel()
	for give, want := range map[string]string{
		"kWh": "kW.h", "KWH": "kW.h", "kW·h": "kW.h", "kW-hours": "kW.h", "MWh": "MW.h", "mwh": "MW.h", "Mw": "mW",
		"GB": "GBy", "GiB": "GiBy", "gb": "GBy", "KB": "kBy", "bytes": "By", "GiB-hours": "GiBy.h", "GiBh": "GiBy.h",
		"token": "{token}", "tokens": "{token}", "Tokens": "{token}", "10^6{token}": "10*6{token}", "10^6 tokens": "10*6{token}", "{tokens}": "{token}",
		"hours": "h", "hour": "h", "H": "h", "minutes": "min", "seconds": "s", "sec": "s", "days": "d",
		"card.h": "{card}.h", "cards": "{card}", "GPU-hours": "{card}.h", "vcpu.h": "{core}.h", "core-hours": "{core}.h",
		"Mbps": "Mbit/s", "kg": "kg{CO2e}", "kgCO2": "kg{CO2e}", "gCO2e": "g{CO2e}", "joules": "J",
		"{crad}.h": "{card}.h", " h": "h",
		// Nothing is near, and no guess is made.
		"": "", "{}": "", "x": "", "xy": "", "million": "", "furlong": "", "GPU-hours-of-a-whole-month": "",
	} {
		require.Equal(t, want, spelling.Unit(give, codes), "%q", give)
	}
	for _, code := range codes {
		require.Equal(t, code, spelling.Unit(code, codes))
	}
	require.Empty(t, spelling.Unit("kWh", nil))
}

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"per_unit", "graduated", "volume", "unit"}
	for give, want := range map[string]string{
		"per-unit": "per_unit", "unti": "unit", "graduate": "graduated", "volumes": "volume", "": "", "tiers": "", strings.Repeat("u", 65): "",
	} {
		require.Equal(t, want, spelling.Nearest(give, words), "%q", give)
	}
}

// FuzzUnit: whatever is written, the answer is one of the codes or none.
func FuzzUnit(f *testing.F) {
	f.Add("kWh")
	f.Add("\xff·{}")
	f.Fuzz(func(t *testing.T, s string) {
		if got := spelling.Unit(s, codes); got != "" {
			require.True(t, slices.Contains(codes, got), got)
		}
	})
}

func ExampleNearest() {
	fmt.Println(spelling.Nearest("per-unit", []string{"per_unit", "graduated", "volume"}))
	// Output: per_unit
}

func ExampleUnit() {
	fmt.Println(spelling.Unit("kWh", []string{"kW", "kW.h", "MW.h"}))
	// Output: kW.h
}
