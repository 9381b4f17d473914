package invoice_test

import (
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

func TestCapitals_Vectors(t *testing.T) {
	text, err := os.ReadFile("testdata/capitals.txt")
	require.NoError(t, err)
	n := 0
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 3)
		require.Equal(t, fields[1], must(invoice.Capitals(money.MustParse("CNY "+fields[0]))), fields[0])
		n++
	}
	require.Equal(t, 41, n)
}

func TestCapitals_Refuses(t *testing.T) {
	for _, m := range []money.Money{{}, money.MustParse("USD 1"), money.MustParse("CNY 1.001"), must(money.FromScaled(fixed.Min(), money.CNY))} {
		_, err := invoice.Capitals(m)
		require.ErrorIs(t, err, invoice.ErrCapitals, "%v", m)
	}
	most := money.MustParse("CNY 170141183460469231731.68")
	require.Equal(t, "人民币壹万柒仟零壹拾肆亿壹仟壹佰捌拾叁万肆仟陆佰零肆亿陆仟玖佰贰拾叁万壹仟柒佰叁拾壹元陆角捌分", must(invoice.Capitals(most)))
}

// TestLaw_Capitals_Read: capital letters read back to the amount, never hold two
// zeros in a row, and begin no amount with one.
func TestLaw_Capitals_Read(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(seedOf(t), 0))
	for range 10 * cases() {
		fen := g.Int64() >> g.IntN(63)
		if g.IntN(2) == 0 { // many zeros
			fen = 0
			for range 1 + g.IntN(17) {
				fen *= 10
				if g.IntN(3) == 0 {
					fen += g.Int64N(10)
				}
			}
		}
		if g.IntN(4) == 0 {
			fen = -fen
		}
		text := must(invoice.Capitals(must(money.FromMinor(fen, money.CNY))))
		got, ok := slowCapitals(text)
		require.True(t, ok, text)
		require.Zero(t, got.Cmp(big.NewInt(fen)), "%d is %s", fen, text)
		require.NotContains(t, text, "零零")
		require.Equal(t, fen%10 == 0 && fen/10%10 == 0, strings.HasSuffix(text, "整"), text)
		require.Equal(t, fen == 0, strings.Contains(text, "币零"), text)
		require.NotRegexp(t, "零[元万亿拾佰仟]", strings.ReplaceAll(text, "币零元", ""))
	}
}
