package digits

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGroup(t *testing.T) {
	for number, want := range map[string]string{
		"": "", "0": "0", "-0.00": "0.00", "999": "999", "1000": "1,000", "-1234567.891": "−1,234,567.891", "0.5": "0.5", "100000": "100,000", "-123": "−123", "-0.01": "−0.01",
	} {
		require.Equal(t, want, Group(number), number)
	}
}
