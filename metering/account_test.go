package metering_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func TestAccount_Path(t *testing.T) {
	for _, tt := range []struct {
		account, tenant metering.Account
		costCentre      string
	}{
		{"acme", "acme", ""},
		{"acme/vision", "acme", "vision"},
		{"acme/vision/训练", "acme", "vision/训练"},
	} {
		require.NoError(t, tt.account.Validate())
		require.Equal(t, tt.tenant, tt.account.Tenant())
		require.Equal(t, tt.costCentre, tt.account.CostCentre())
	}
}

func TestAccount_Contains(t *testing.T) {
	for _, tt := range []struct {
		a, b metering.Account
		want bool
	}{
		{"acme", "acme", true},
		{"acme", "acme/vision", true},
		{"acme", "acme2", false},
		{"acme", "acme-x/y", false},
		{"acme/vision", "acme", false},
		{"acme/vision", "acme/vision/a", true},
		{"acme/vision", "acme/vision2", false},
		{"acme", "", false},
	} {
		require.Equal(t, tt.want, tt.a.Contains(tt.b), "%s contains %s", tt.a, tt.b)
	}
}

// badText has what no name, id, account or label may hold.
var badText = map[string]string{
	"NUL": "a\x00b", "tab": "a\tb", "newline": "a\nb", "escape": "a\x1b[31mb", "DEL": "a\x7f", "C1": "a\u0085b",
	"a lone byte": "a\xff", "half a rune": "a\xe6\xb5", "a surrogate": "a\xed\xa0\x80", "overlong": "a\xc0\xaf",
}

func TestAccount_Refused(t *testing.T) {
	segments := func(n int) metering.Account { return metering.Account(strings.Repeat("a/", n-1) + "a") }
	require.NoError(t, segments(metering.MaxAccountSegments).Validate())
	require.NoError(t, metering.Account(strings.Repeat("a", metering.MaxAccountBytes)).Validate())
	bad := map[string]metering.Account{
		"empty": "", "a slash": "/", "slash first": "/a", "slash last": "a/", "empty segment": "a//b",
		"too deep": segments(metering.MaxAccountSegments + 1), "too long": metering.Account(strings.Repeat("a", metering.MaxAccountBytes+1)),
	}
	for name, s := range badText {
		bad[name] = metering.Account(s)
	}
	for name, a := range bad {
		var field *metering.FieldError
		require.ErrorAs(t, a.Validate(), &field, name)
		require.Equal(t, "account", field.Field)
		require.LessOrEqual(t, len(field.Value), 64+len("…"), name)
	}
}
