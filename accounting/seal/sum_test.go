package seal_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/seal"
)

// TestSums_JSON: sums can be handed out as JSON, and are checked as they are read
// back, those without a meter or an amount too.
func TestSums_JSON(t *testing.T) {
	t.Parallel()
	s := sealed(t, chain(), october, 40)
	text := must(json.Marshal(s.Sums()))
	var back []seal.Sum
	require.NoError(t, json.Unmarshal(text, &back), string(text))
	require.Equal(t, s.Sums(), back)
	require.NoError(t, s.Seal.CheckSums(back))
}
