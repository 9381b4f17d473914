package focus

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// goodRow is a row that every version takes.
func goodRow() Row {
	r := benchRow()
	r.ListCost = MustNumber("1107.75")
	return r
}

func write(t *testing.T, v Version, rows []Row, options ...Option) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, v, options...)
	require.NoError(t, err)
	for i := range rows {
		require.NoError(t, w.Write(&rows[i]))
	}
	require.NoError(t, w.Flush())
	return b.Bytes()
}

func readTable(t *testing.T, b []byte) table {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestWriter_Versions(t *testing.T) {
	for _, v := range allVersions {
		file := write(t, v, []Row{goodRow()})
		s, err := Validator{Version: v, WholeTerm: true}.Summarize(bytes.NewReader(file))
		require.NoError(t, err)
		require.Empty(t, s.ByRule, "FOCUS %v", v)
		var want []string
		for _, c := range Columns(v) {
			if !strings.HasPrefix(c.Name, "PricingCurrency") && !strings.HasSuffix(c.Name, "AccountType") {
				want = append(want, c.Name)
			}
		}
		require.Equal(t, want, readTable(t, file)[0])
	}
	_, err := NewWriter(&bytes.Buffer{}, 7)
	require.ErrorIs(t, err, ErrVersion)
}

func TestWriter_AllColumns(t *testing.T) {
	r := goodRow()
	r.BillingAccountType, r.SubAccountType = "Tenant", "Team"
	r.PricingCurrency, r.PricingCurrencyEffectiveCost = "Credits", MustNumber("99.6975")
	r.PricingCurrencyListUnitPrice, r.PricingCurrencyContractedUnitPrice = MustNumber("2.1"), MustNumber("1.89")
	r.EnergyKWh, r.CarbonGrams = MustNumber("36.925"), MustNumber("19201.5")
	r.Custom = []Value{{Text: "=1+1"}, {Number: MustNumber("-5.00")}}
	options := []Option{AccountTypes(), PricingCurrencies(), EnergyAndCarbon(), CustomColumns(Custom{"x_Note", Text}, Custom{"x_Delta", Decimal})}
	for _, v := range allVersions {
		file := readTable(t, write(t, v, []Row{r}, options...))
		require.Equal(t, []string{EnergyColumn, CarbonColumn, "x_Note", "x_Delta"}, file[0][len(file[0])-4:])
		require.Equal(t, []string{"36.925", "19201.5", "'=1+1", "-5.00"}, file[1][len(file[1])-4:])
		require.Equal(t, "Credits", file[1][file.column("PricingCurrency")])
		w, err := NewWriter(&bytes.Buffer{}, v, options...)
		require.NoError(t, err)
		for i, c := range w.Columns() {
			require.Equal(t, file[0][i], c.Name)
			text, ok := r.Text(c.Name)
			if number, is := r.Number(c.Name); is {
				require.Equal(t, number.String(), text)
			} else if at, is := r.Time(c.Name); is {
				require.Equal(t, textOf(&at), text)
			}
			require.Equal(t, ok, c.Name != "x_Note" && c.Name != "x_Delta")
			if ok {
				require.Equal(t, file[1][i], text)
			}
		}
		s, err := Validator{Version: v, WholeTerm: true}.Summarize(bytes.NewReader(file.bytes()))
		require.NoError(t, err)
		require.Empty(t, s.ByRule)
	}
	for _, bad := range [][]Custom{{{"Team", Text}}, {{"x_team", Text}}, {{"x_A", DateTime}}, {{"x_A", Text}, {"x_A", Text}}, {{EnergyColumn, Decimal}}} {
		_, err := NewWriter(&bytes.Buffer{}, V1_2, EnergyAndCarbon(), CustomColumns(bad...))
		require.ErrorIs(t, err, ErrCustom, "%v", bad)
	}
}

// TestWriter_Refuses holds rows with one thing wrong against the rule they
// break, and the file against what it was before.
func TestWriter_Refuses(t *testing.T) {
	for _, c := range []struct {
		rule string
		edit func(*Row)
	}{
		{"Nullability", func(r *Row) { r.BilledCost = Number{} }},
		{"Nullability", func(r *Row) { r.ChargePeriodStart = time.Time{} }},
		{"DateTimeFormat", func(r *Row) { r.ChargePeriodEnd = r.ChargePeriodEnd.Add(1) }},
		{"NumericFormat", func(r *Row) { r.BilledCost.digits.Hi = math.MaxInt64 }},
		{"NullHandling", func(r *Row) { r.ResourceId = "null" }},
		{"NullHandling", func(r *Row) { r.ResourceId = " N/A " }},
		{"NullHandling", func(r *Row) { r.ResourceId = "\u00a0" }},
		{"CSV", func(r *Row) { r.ResourceId = "a\xff" }},
		{"CurrencyFormat", func(r *Row) { r.BillingCurrency = "RMB" }},
		{"AllowedValues", func(r *Row) { r.ChargeCategory = "usage" }},
		{"AllowedValues", func(r *Row) { r.ServiceCategory = "GPUs" }},
		{"ServiceSubcategory.parent", func(r *Row) { r.ServiceCategory = "Storage" }},
		{"KeyValueFormat", func(r *Row) { r.Tags = MustObject(`{"a":[]}`) }},
		{"SkuPriceDetails.keys", func(r *Row) { r.SkuPriceDetails = MustObject(`{"Gpus":8}`) }},
		{"ListCost.product", func(r *Row) { r.ListCost = MustNumber("1107.750000000000000001") }},
		{"ListUnitPrice.nonneg", func(r *Row) { r.ListUnitPrice, r.ListCost = r.ListUnitPrice.Neg(), r.ListCost.Neg() }},
		{"ChargePeriod.order", func(r *Row) { r.ChargePeriodEnd = r.ChargePeriodStart }},
		{"ConsumedQuantity.notnull", func(r *Row) { r.ConsumedQuantity, r.ConsumedUnit = Number{}, "" }},
		{"PricingQuantity.null.tax", func(r *Row) { r.ChargeCategory = Tax }},
		{"EffectiveCost.credit", func(r *Row) { r.ChargeCategory, r.EffectiveCost = Credit, Int(0) }},
		{"Discount.covered.billedzero", func(r *Row) { r.CommitmentDiscountId, r.CommitmentDiscountStatus = "cd-1", Used }},
		{"Alloc.resource.null", func(r *Row) { r.AllocatedResourceId = "a" }},
		{"Alloc.details.schema", func(r *Row) { r.AllocatedMethodId, r.AllocatedMethodDetails = "m", MustObject(`{"Elements":[]}`) }},
		{"Column", func(r *Row) { r.PricingCurrency = "Credits" }},
		{"Column", func(r *Row) { r.EnergyKWh = Int(1) }},
		{"Column", func(r *Row) { r.Custom = []Value{{}} }},
	} {
		var b bytes.Buffer
		w, err := NewWriter(&b, V1_3)
		require.NoError(t, err)
		good, bad := goodRow(), goodRow()
		require.NoError(t, w.Write(&good))
		require.NoError(t, w.Flush())
		before := b.String()
		c.edit(&bad)
		refused, ok := errors.AsType[*RowError](w.Write(&bad))
		require.True(t, ok, c.rule)
		require.Equal(t, int64(2), refused.Row)
		require.True(t, slices.ContainsFunc(refused.Findings, func(f Finding) bool { return f.Rule == c.rule }), "%s: %v", c.rule, refused)
		require.NoError(t, w.Flush())
		require.Equal(t, before, b.String(), c.rule)
		require.NoError(t, w.Write(&good), "after %s", c.rule)
	}
}

type failing struct{ left int }

func (f *failing) Write(b []byte) (int, error) {
	if len(b) > f.left {
		return f.left, errors.New("disk full")
	}
	f.left -= len(b)
	return len(b), nil
}

func TestWriter_DiskFull(t *testing.T) {
	w, err := NewWriter(&failing{100}, V1_2)
	require.NoError(t, err)
	row := goodRow()
	require.NoError(t, w.Write(&row))
	first := w.Flush()
	require.ErrorContains(t, first, "disk full")
	require.Equal(t, first, w.Write(&row))
	require.Equal(t, first, w.Flush())
}

// plainRow writes a row as text without any check or escape, by reflection: an
// oracle that shares no code with the writer.
func plainRow(r Row, header []string) []string {
	out := make([]string, len(header))
	v := reflect.ValueOf(r)
	for i, name := range header {
		f := v.FieldByName(name)
		switch x := f.Interface().(type) {
		case time.Time:
			if !x.IsZero() {
				out[i] = x.UTC().Format("2006-01-02T15:04:05Z")
			}
		case Number:
			if !x.IsNull() {
				out[i] = x.Decimal().StringFixed(int32(x.scale))
			}
		case Object:
			out[i] = x.String()
		default:
			out[i] = f.String()
		}
	}
	return out
}

// mangle changes some fields of a row at random.
func mangle(rnd *rand.Rand, r *Row) {
	texts := []string{"", "x", "Usage", "Purchase", "Tax", "Credit", "Correction", "Used", "Unused", "Committed", "Recurring", "One-Time", "cd-1", "vm-0017", "n/a", "USD", "Compute", "Storage"}
	numbers := []Number{{}, Int(0), Int(1), MustNumber("-2.50"), MustNumber("52.75"), MustNumber("996.975"), MustNumber("18.9")}
	objects := []Object{{}, MustObject(`{"team":"b"}`), MustObject(`{"a":{"b":1}}`), MustObject(`{"Elements":[{"AllocatedRatio":0.5}]}`)}
	v := reflect.ValueOf(r).Elem()
	for range rnd.IntN(5) {
		f := v.Field(rnd.IntN(v.NumField()))
		switch f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(r.BillingPeriodStart.Add(time.Duration(rnd.IntN(5)-2) * time.Hour)))
		case Number:
			f.Set(reflect.ValueOf(numbers[rnd.IntN(len(numbers))]))
		case Object:
			f.Set(reflect.ValueOf(objects[rnd.IntN(len(objects))]))
		default:
			if f.Kind() == reflect.String {
				f.SetString(texts[rnd.IntN(len(texts))])
			}
		}
	}
}

// TestLaw_Writer_Validator: a writer takes a row exactly where a validator has
// no error to report of it.
func TestLaw_Writer_Validator(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 1))
	taken := 0
	for i := range *lawsN * 10 {
		v := allVersions[i%len(allVersions)]
		r := goodRow()
		mangle(rnd, &r)
		r.EnergyKWh, r.CarbonGrams = Number{}, Number{}
		r.PricingCurrency, r.PricingCurrencyEffectiveCost, r.PricingCurrencyListUnitPrice, r.PricingCurrencyContractedUnitPrice = "", Number{}, Number{}, Number{}
		r.BillingAccountType, r.SubAccountType = "", ""
		for c := range columns { // what the version does not have cannot be compared
			if !c.in(v) && !perVersion(c) {
				reflect.ValueOf(&r).Elem().FieldByName(c.name()).SetZero()
			}
		}
		var b bytes.Buffer
		w, err := NewWriter(&b, v)
		require.NoError(t, err)
		werr := w.Write(&r)
		require.NoError(t, w.Flush())
		header := readTable(t, b.Bytes())[0]
		plain := table{header, plainRow(r, header)}
		var problems []string
		for f, err := range (Validator{Version: v}).Validate(bytes.NewReader(plain.bytes())) {
			require.NoError(t, err)
			if f.Severity == Error && f.Rule != "Commitment.conservation" && f.Rule != "Commitment.statussum" && f.Rule != "Alloc.ratio.sum" {
				problems = append(problems, f.Rule)
			}
		}
		if werr == nil {
			taken++
			require.Empty(t, problems, "seed %d case %d: %+v", *seed, i, r)
			require.Equal(t, plain, readTable(t, b.Bytes()))
			continue
		}
		refused, ok := errors.AsType[*RowError](werr)
		require.True(t, ok)
		for _, f := range refused.Findings { // the first fault of a cell stands for all of it
			require.Contains(t, problems, f.Rule, "seed %d case %d FOCUS %v", *seed, i, v)
		}
	}
	require.Greater(t, taken, *lawsN/2)
}
