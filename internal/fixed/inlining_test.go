package fixed_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInlining holds the methods of the hot paths to the compiler's budget. A
// call costs more than the addition it would make.
func TestInlining(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the compiler")
	}
	if strconv.IntSize < 64 {
		t.Skip("math/bits has instructions for 64-bit words on 64-bit machines only")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command: ", err)
	}
	out, err := exec.Command(goTool, "build", "-gcflags=-m", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	var inlined []string
	for _, m := range regexp.MustCompile(`can inline (\S+)`).FindAllStringSubmatch(string(out), -1) {
		inlined = append(inlined, m[1])
	}
	for _, name := range []string{
		"FromInt64", "Int128.Add", "Int128.Sub", "Int128.Neg", "Int128.Cmp", "Int128.Less", "Int128.Sign",
		"Int128.IsZero", "Int128.Int64", "Pow10", "Wide", "Int256.Add", "Int256.Sub", "Int256.Cmp", "Int256.Int128",
		// Without these the division would call where it should shift.
		"Int128.abs", "uint128.signed", "uint128.less", "uint128.sub", "uint128.quoRemWord",
	} {
		require.True(t, slices.Contains(inlined, name), "%s is no longer inlined", name)
	}
}
