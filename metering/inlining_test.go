package metering_test

import (
	"math/bits"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInlining holds what the hot path is made of to the compiler's budget: a
// call costs about as much as an atomic addition.
func TestInlining(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the compiler")
	}
	if bits.UintSize < 64 {
		t.Skip("the hot path is tuned for 64 bits; with 32, atomic additions are calls")
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
		"Grains", "GrainsWide", "Quantity.Grains",
		"(*lanes).mine", "(*lanes).at", "(*stripe).at", "(*stripe).runAt", "(*keyHash).names", "(*Key).isUsual", "windowAt", "tagOf", "laneOf", "sumOf", "windowOf", "bucketOf", "tagByte", "(*directory).segment", "mix", "first8", "last8", "lengths", "(*segment).bucket", "(*bucket).equal", "(*bucket).slot", "(*Series).is", "ends.hash", "divider.of", "roomy",
	} {
		require.True(t, slices.Contains(inlined, name), "%s is no longer inlined", name)
	}
}
