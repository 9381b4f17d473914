package focus

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func readAll(t testing.TB, file []byte) (header []Repair, records []Record) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	for rec, err := range r.All() {
		require.NoError(t, err)
		records = append(records, rec)
	}
	return r.Header(), records
}

// original returns what a cell was in the file, from the record alone.
func original(r *Record, column string) string {
	for _, x := range r.Repairs {
		if x.Column == column {
			return x.From
		}
	}
	text, _ := r.Text(column)
	return text
}

// TestReader_Sample reads a real export: every cell of the file comes back from
// rows and repairs, and rows written as text read back the same.
func TestReader_Sample(t *testing.T) {
	file, err := os.ReadFile("../../../shared/data/focus_sample_1.0.csv")
	if err != nil {
		t.Skip("no sample here")
	}
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	require.NoError(t, err)
	header, records := readAll(t, file)
	require.Equal(t, []Repair{{RepairUnknown, 1, "Id", "Id", "Id"}}, header)
	require.Len(t, records, len(rows)-1)
	kinds := make(map[string]int)
	again := table{rows[0]}
	for i := range records {
		r := &records[i]
		for at, column := range rows[0] {
			require.Equal(t, rows[i+1][at], original(r, column), "row %d %s", i+1, column)
		}
		for _, x := range r.Repairs {
			kinds[x.Kind.String()]++
		}
		cells := make([]string, len(rows[0]))
		for at, column := range rows[0] {
			cells[at], _ = r.Text(column)
		}
		again = append(again, cells)
	}
	require.Equal(t, map[string]int{"date": 4000, "null": 8973, "word": 7}, kinds)
	_, second := readAll(t, again.bytes())
	for i := range second {
		require.Empty(t, second[i].Repairs)
		first := records[i]
		require.Equal(t, plainRow(first.Row, rowColumns()), plainRow(second[i].Row, rowColumns()))
		require.Equal(t, first.Extra, second[i].Extra)
	}
	t.Logf("%d rows: %v", len(records), kinds)
}

// rowColumns are the columns of all versions.
func rowColumns() (names []string) {
	for c := range columns {
		names = append(names, c.name())
	}
	return names
}

func TestReader_Repairs(t *testing.T) {
	day := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		column, from, to string
		kind             RepairKind
	}{
		{"BilledCost", "1,234.50", "1234.50", RepairNumber},
		{"BilledCost", "+5", "5", RepairNumber},
		{"BilledCost", "$1.5", "1.5", RepairNumber},
		{"BilledCost", "(12.00)", "-12.00", RepairNumber},
		{"BilledCost", "-¥3", "-3", RepairNumber},
		{"BilledCost", "1.5E+3", "1500", RepairNumber},
		{"BilledCost", "5E-7", "0.0000005", RepairNumber},
		{"BilledCost", ".5", "0.5", RepairNumber},
		{"BilledCost", " 7 ", "7", RepairNumber},
		{"BilledCost", "1,5", "", RepairUnread},
		{"BilledCost", "abc", "", RepairUnread},
		{"BilledCost", "1e999", "", RepairUnread},
		{"BilledCost", "NaN", "", RepairNull},
		{"ChargePeriodStart", "2027-01-31 00:00:00", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31T08:00:00+08:00", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31T00:00:00.000Z", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31T08:00:00+0800", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31T05:30+05:30", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31T00:00", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-30 16:00:00-08", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31 08:00:00 +08:00", textOf(&day), RepairDate},
		{"ChargePeriodStart", "2027-01-31 00:00:00 +0000 UTC", textOf(&day), RepairDate},
		{"ChargePeriodStart", "0001-01-01T00:00:00Z", "", RepairUnread}, // else null without a word
		{"ChargePeriodStart", "1/31/27", "", RepairUnread},
		{"ChargePeriodStart", "2027-02-30T00:00:00Z", "", RepairUnread},
		{"ChargeFrequency", "Usage-based", "Usage-Based", RepairWord},
		{"ChargeFrequency", "ONE_TIME", "One-Time", RepairWord},
		{"ChargeCategory", "usage", "Usage", RepairWord},
		{"ServiceCategory", "compute", "Compute", RepairWord},
		{"ResourceId", "N/A", "", RepairNull},
		{"ResourceId", "NULL", "", RepairNull},
		{"ResourceId", "   ", "", RepairNull},
		{"ResourceId", "'=1+1", "=1+1", RepairApostrophe},
		{"ResourceId", "''=1+1", "'=1+1", RepairApostrophe},
		{"PricingUnit", "'-Hours", "-Hours", RepairApostrophe},
		{"PricingCurrency", "'@credits", "@credits", RepairApostrophe},
		{"BillingCurrency", " USD", "USD", RepairSpace},
		{"Tags", "{a:1}", "", RepairUnread},
		{"Tags", ` {"a":"b"}`, `{"a":"b"}`, RepairSpace},
	} {
		_, records := readAll(t, table{{c.column, "x_A"}, {c.from, "1"}}.bytes())
		require.Equal(t, []Repair{{c.kind, 2, c.column, c.from, c.to}}, records[0].Repairs)
		got, ok := records[0].Text(c.column)
		require.True(t, ok)
		require.Equal(t, c.to, got)
	}
	for _, text := range []string{"vm 1 ", "'a", "na", "Not Applicable "} { // as they are
		_, records := readAll(t, table{{"HostProviderName"}, {text}}.bytes())
		require.Empty(t, records[0].Repairs, text)
		require.Equal(t, text, records[0].HostProviderName)
	}
}

func TestReader_Header(t *testing.T) {
	header, records := readAll(t, []byte("\ufeffbilled cost,BILLING_CURRENCY,BilledCost,x_EnergyKWh,x_Team,Foo\n1,USD,2,3.5,a,b\n1,USD\n1,USD,2,3,a,b,c,d\n"))
	require.Equal(t, []Repair{
		{RepairBOM, 1, "", "\ufeff", ""}, {RepairHeader, 1, "BilledCost", "billed cost", "BilledCost"},
		{RepairHeader, 1, "BillingCurrency", "BILLING_CURRENCY", "BillingCurrency"},
		{RepairUnknown, 1, "BilledCost", "BilledCost", "BilledCost"}, {RepairUnknown, 1, "Foo", "Foo", "Foo"},
	}, header)
	require.Equal(t, Int(1), records[0].BilledCost)
	require.Equal(t, MustNumber("3.5"), records[0].EnergyKWh)
	require.Equal(t, []Cell{{"BilledCost", "2"}, {"x_Team", "a"}, {"Foo", "b"}}, records[0].Extra)
	require.Equal(t, []Repair{{RepairFields, 3, "", "", ""}}, records[1].Repairs)
	require.Equal(t, []Repair{{RepairFields, 4, "", "c,d", ""}}, records[2].Repairs)
}

// TestLaw_Writer_Reader: what was written reads back the same, without repairs
// but for the apostrophes of formulas.
func TestLaw_Writer_Reader(t *testing.T) {
	for _, p := range payloads() {
		r := fullRow()
		r.ResourceId, r.BillingAccountName, r.EnergyKWh = p, p, MustNumber("1.50")
		unit := strings.TrimSpace(p) // spaces around a unit are none of it
		r.PricingUnit, r.ConsumedUnit = unit, unit
		file := write(t, V1_4, []Row{r}, EnergyAndCarbon())
		_, records := readAll(t, file)
		for _, x := range records[0].Repairs {
			require.Equal(t, RepairApostrophe, x.Kind)
		}
		r.ProviderName, r.PublisherName = "", "" // 1.4 has neither
		require.Equal(t, plainRow(r, rowColumns()), plainRow(records[0].Row, rowColumns()), "%q", p)
		require.Equal(t, r.EnergyKWh, records[0].EnergyKWh)
	}
}

// FuzzReader_Lossless: whatever the file, every cell comes back from rows and
// repairs; nothing panics.
func FuzzReader_Lossless(f *testing.F) {
	f.Add(cleanTable(V1_3).bytes())
	f.Add([]byte("\ufeffbilled cost,Tags,ChargePeriodStart\r\n\"1,0\",\"{\"\"a\"\":1}\",2027-01-01\r\n"))
	f.Add([]byte("ResourceId,BilledCost\n\"a\"b,1\n'=x,\"\n\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		raw := newRecords(bytes.NewReader(file))
		_, err = raw.next()
		require.NoError(t, err)
		for rec, err := range r.All() {
			if err != nil {
				return
			}
			fields, rawErr := raw.next()
			for rawErr == nil && blank(fields) {
				fields, rawErr = raw.next()
			}
			require.NoError(t, rawErr)
			extra := 0
			for i, s := range r.columns {
				if i >= len(fields) {
					break
				}
				if s.known {
					require.Equal(t, string(fields[i]), original(&rec, s.name), "column %s", s.name)
				} else {
					require.Equal(t, Cell{s.name, string(fields[i])}, rec.Extra[extra])
					extra++
				}
			}
		}
	})
}

// FuzzValidator_Hostile: whatever the file, a validator ends without a panic,
// and what it finds does not depend on how the bytes arrive.
func FuzzValidator_Hostile(f *testing.F) {
	for _, v := range allVersions {
		f.Add(cleanTable(v).bytes())
	}
	f.Add([]byte("AllocatedMethodDetails,AllocatedMethodId,Tags,AllocatedTags\n\"{\"\"Elements\"\":[{\"\"AllocatedRatio\"\":1e-36}]}\",m,{},[]\n"))
	f.Add([]byte("BilledCost,EffectiveCost\n99999999999999999999999999999999999999,1E-36\n-.5,5.\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		run := func(at int) (out []string) {
			in := &pieces{file, at}
			for x, err := range (Validator{Version: V1_4, WholeTerm: true, MaxKeys: 1000}).Validate(in) {
				out = append(out, fmt.Sprint(x, err))
			}
			return out
		}
		require.Equal(t, run(len(file)), run(3))
	})
}

// pieces gives a file in pieces of n bytes.
type pieces struct {
	rest []byte
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), max(p.n, 1))], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// FuzzNumber_String_Parse: the text of a number reads back to it.
func FuzzNumber_String_Parse(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "1.50", "5E-7", ".5", "5.", "1e5", "12345678901234567890123456789012345678", "-0.000000000000000000000000000000000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		again, err := ParseNumber(n.String())
		require.NoError(t, err)
		require.Equal(t, n, again, s)
		d, err := FromDecimal(n.Decimal())
		require.NoError(t, err)
		require.True(t, n.Equal(d))
	})
}

func TestRecords_Bounded(t *testing.T) {
	endless := bytes.NewReader(append([]byte("BilledCost\n\""), bytes.Repeat([]byte("a"), 3*MaxRecord)...))
	var last error
	for _, err := range (Validator{Version: V1_2}).Validate(endless) {
		last = err
	}
	require.ErrorIs(t, last, ErrRecordSize)
	keys := Validator{Version: V1_2, MaxKeys: 10}
	var b strings.Builder
	b.WriteString("SkuPriceId,SkuId\n")
	for i := range 100 {
		fmt.Fprintf(&b, "p%d,s\n", i)
	}
	_, err := keys.Summarize(strings.NewReader(b.String()))
	require.ErrorIs(t, err, ErrKeys)
	_, err = keys.Summarize(strings.NewReader("A\n\xff\n"))
	require.ErrorIs(t, err, ErrEncoding)
	_, err = keys.Summarize(strings.NewReader(""))
	require.ErrorIs(t, err, ErrHeader)
	_, err = keys.Summarize(strings.NewReader(strings.Repeat(",", MaxFields) + "\n"))
	require.ErrorIs(t, err, ErrRecordSize)
	_, err = keys.Summarize(strings.NewReader("SkuPriceId,SkuId\n" + strings.Repeat("p", 10*256) + ",s\n"))
	require.ErrorIs(t, err, ErrKeys)
	n := 0
	for range keys.Validate(bytes.NewReader(cleanTable(V1_3).bytes())) {
		if n++; n == 2 {
			break
		}
	}
	require.Equal(t, 2, n, "a caller may stop")
	_, err = (Validator{Version: 9}).Summarize(strings.NewReader("A\n"))
	require.ErrorIs(t, err, ErrVersion)
}

func TestRules(t *testing.T) {
	rules := Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) }))
	seen := make(map[string]bool)
	for _, r := range rules {
		require.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
	}
	require.Len(t, seen, 119+3, "those of the reference checker, and Presence.recommended, CSV and NumberLimit")
}

// endless is a file of n rows of few keys, made as it is read.
type endless struct {
	header, row []byte
	n           int
	rest        []byte
}

func (e *endless) Read(b []byte) (int, error) {
	if len(e.rest) == 0 {
		switch {
		case e.header != nil:
			e.rest, e.header = e.header, nil
		case e.n == 0:
			return 0, io.EOF
		default:
			e.rest, e.n = e.row, e.n-1
		}
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// TestValidator_Memory: memory does not grow with rows.
func TestValidator_Memory(t *testing.T) {
	file := cleanTable(V1_4)
	header, row := file[:1].bytes(), file[rowPlain:rowPlain+1].bytes()
	allocated := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := Validator{Version: V1_4}.Summarize(&endless{header: header, row: row, n: n})
		require.NoError(t, err)
		require.Equal(t, int64(n), s.Rows)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(10)
	few, many := allocated(1000), allocated(50_000)
	require.Less(t, many, few+few/2+64<<10, "bytes allocated for 50,000 rows, against %d for 1,000", few)
}

// TestWriter_Allocates nothing for a row like the one before.
func TestWriter_Allocates(t *testing.T) {
	w, err := NewWriter(io.Discard, V1_4)
	require.NoError(t, err)
	row, ids, i := benchRow(), benchIDs(), 0
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		vary(&row, i, ids)
		i++
		if err := w.Write(&row); err != nil {
			panic(err)
		}
	}))
}
