package focus

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	update = flag.Bool("update", false, "write the frozen figures anew, from the reference checker")
	lawsN  = flag.Int("laws.n", 300, "cases of each law")
	seed   = flag.Uint64("laws.seed", 1, "seed of the laws")
)

// A mutation is a clean file with one thing wrong.
type mutation struct {
	name string
	v    Version
	edit func(table) table
}

// cellEdit writes one cell.
func cellEdit(v Version, row int, column, value string) mutation {
	return mutation{fmt.Sprintf("%v row %d %s=%s", v, row, column, value), v, func(t table) table {
		t.set(row, column, value)
		return t
	}}
}

// columnEdit writes a column of that name, or adds it, with one value.
func columnEdit(v Version, column, value string) mutation {
	return mutation{fmt.Sprintf("%v column %s=%s", v, column, value), v, func(t table) table {
		at := t.column(column)
		for i := range t {
			if at < 0 {
				t[i] = append(t[i], value)
			} else {
				t[i][at] = value
			}
		}
		t[0][max(at, len(t[0])-1)] = column
		if at >= 0 {
			t[0] = slices.Clone(cleanTable(v)[0])
		}
		return t
	}}
}

// extra adds columns that are not there, null but in one row.
func extra(v Version, row int, pairs ...string) mutation {
	return mutation{fmt.Sprintf("%v row %d with %s", v, row, strings.Join(pairs, " ")), v, func(t table) table {
		for i := 0; i < len(pairs); i += 2 {
			if t.column(pairs[i]) < 0 {
				for j := range t {
					t[j] = append(t[j], "")
				}
				t[0][len(t[0])-1] = pairs[i]
			}
			t.set(row, pairs[i], pairs[i+1])
		}
		return t
	}}
}

// companions are columns that come with another, missing or alone.
func companions() (out []mutation) {
	for _, p := range [][2]string{{"RegionId", "RegionName"}, {"SubAccountId", "SubAccountName"}, {"SubAccountId", "SubAccountType"}, {"ResourceId", "ResourceName"},
		{"CapacityReservationId", "CapacityReservationStatus"}, {"BillingAccountId", "BillingAccountType"}} {
		out = append(out, extra(V1_2, rowPlain, p[0], "a", p[1], ""), extra(V1_2, 18, p[0], "", p[1], "Used"), extra(V1_2, rowPlain, p[0], "a", p[1], "Used"))
	}
	pricing := []string{"PricingCurrency", "Credits", "PricingCurrencyEffectiveCost", "1", "PricingCurrencyListUnitPrice", "-1", "PricingCurrencyContractedUnitPrice", "-2"}
	for _, row := range []int{rowPlain, rowBought, 17, 18, 19} {
		out = append(out, extra(V1_2, row, pricing...))
	}
	same := slices.Clone(pricing)
	same[1] = "USD"
	return append(out, extra(V1_2, rowPlain, same...), extra(V1_2, rowPlain, "CapacityReservationStatus", "Unused", "CapacityReservationId", ""),
		extra(V1_2, rowPlain, "SkuPriceId", "", "SkuPriceDetails", "{}"), extra(V1_2, rowPlain, "SkuId", "", "SkuMeter", "m"),
		extra(V1_2, 18, "PricingUnit", "Hours", "ConsumedUnit", "Hours", "CommitmentDiscountUnit", "Hours"),
		extra(V1_2, 18, "CommitmentDiscountCategory", "Usage", "CommitmentDiscountType", "t", "CommitmentDiscountName", "n"),
		extra(V1_2, 17, "PricingCategory", "Standard", "SkuPriceId", "p", "ContractedUnitPrice", "1"), extra(V1_2, 18, "ResourceType", "VM"),
		extra(V1_3, 1, "AllocatedResourceId", "a"), extra(V1_3, 1, "AllocatedMethodDetails", "{}", "AllocatedTags", "{}", "AllocatedResourceName", "n"),
		extra(V1_2, rowPlain, "ServiceSubcategory", "Containers"), extra(V1_2, rowPlain, "SkuMeter", "other"), extra(V1_2, rowPlain, "SkuPriceDetails", "{}"),
		extra(V1_2, rowUsed, "CommitmentDiscountUnit", "Days"), extra(V1_2, rowPlain, "SubAccountId", "a", "SubAccountName", "b"),
		extra(V1_2, rowPlain, "ChargePeriodEnd", "2027-01-01T00:00:00Z", "BillingPeriodEnd", "2026-01-01T00:00:00Z"),
		subAccounts(), extra(V1_3, rowPlain, "ContractApplied", "{}"), extra(V1_2, 18, "CommitmentDiscountQuantity", "1"))
}

// subAccounts has two names of one account in one period.
func subAccounts() mutation {
	return mutation{"1.2 two names of a sub account", V1_2, func(t table) table {
		t = extra(V1_2, rowUsed, "SubAccountId", "a", "SubAccountName", "b").edit(t)
		return extra(V1_2, rowPlain, "SubAccountId", "a", "SubAccountName", "c").edit(t)
	}}
}

// drop takes out a column.
func drop(v Version, column string) mutation {
	return mutation{fmt.Sprintf("%v without %s", v, column), v, func(t table) table {
		at := t.column(column)
		for i := range t {
			t[i] = slices.Delete(t[i], at, at+1)
		}
		return t
	}}
}

func mutations() (out []mutation) {
	cell := func(v Version, row int, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, cellEdit(v, row, pairs[i], pairs[i+1]))
		}
	}
	cell(V1_2, rowPlain,
		"PricingQuantity", "", "PricingCategory", "", "SkuId", "", "SkuPriceId", "", "ListUnitPrice", "", "ContractedUnitPrice", "NULL",
		"PricingUnit", "", "ConsumedUnit", "", "ConsumedQuantity", "", "ResourceType", "", "SkuMeter", "", "ListUnitPrice", "-3",
		"ContractedUnitPrice", "-1", "ListCost", "6.01", "ContractedCost", "5.5000000001", "ChargeClass", "Corrected", "ChargeCategory", "usage",
		"ChargeFrequency", "Usage-based", "BillingCurrency", "US$", "BillingCurrency", "ZWL", "BillingCurrency", "XXX", "ChargePeriodStart", "2027-01-01T02:00:00Z",
		"ChargePeriodEnd", "2027-02-30T00:00:00Z", "BillingPeriodEnd", "2027-01-01", "BilledCost", "1,000", "BilledCost", "+5.5", "BilledCost", "55E-1",
		"BilledCost", "", "Tags", "{", "Tags", `{"a":1,"a":2}`, "Tags", `{"a":[1]}`, "Tags", `["a"]`, "SkuPriceDetails", `{"Gpus":8}`,
		"SkuPriceDetails", `{"GpuCount":"8"}`, "ServiceCategory", "Storage", "ServiceSubcategory", "VMs", "PricingUnit", "vCPU-Hours", "PricingUnit", "hours",
		"PricingUnit", "1000 Tokens", "PricingUnit", "GB-Hour", "PricingUnit", "GBs", "ResourceId", "  ", "ResourceId", "n/a", "BillingAccountName", "null",
		"CommitmentDiscountName", "left over", "CommitmentDiscountId", "cd-9", "CommitmentDiscountStatus", "Used", "InvoiceIssuerName", "Other",
		"InvoiceId", "inv-2", "BillingAccountId", "ba-2", "SkuId", "h200", "ServiceName", "GPUs", "ChargeClass", "Correction")
	cell(V1_2, rowBought, "EffectiveCost", "1", "ChargeFrequency", "Usage-Based", "PricingCategory", "Committed", "ResourceId", "cd-2",
		"CommitmentDiscountQuantity", "", "CommitmentDiscountQuantity", "11", "BilledCost", "16", "CommitmentDiscountType", "", "CommitmentDiscountCategory", "")
	cell(V1_2, rowUsed, "BilledCost", "1", "PricingCategory", "Standard", "CommitmentDiscountStatus", "", "CommitmentDiscountUnit", "Minutes",
		"EffectiveCost", "10.4", "CommitmentDiscountCategory", "Spend", "CommitmentDiscountUnit", "")
	cell(V1_2, rowUnused, "ResourceId", "vm-1", "ConsumedQuantity", "1", "CommitmentDiscountQuantity", "0", "CommitmentDiscountQuantity", "-3")
	tax, credit, correction := 17, 18, 19
	cell(V1_2, tax, "PricingQuantity", "1", "SkuId", "tax", "ListUnitPrice", "1.1", "CommitmentDiscountQuantity", "1", "CommitmentDiscountStatus", "Used")
	cell(V1_2, credit, "EffectiveCost", "-1", "ListCost", "2", "ContractedCost", "0")
	cell(V1_2, correction, "ChargePeriodEnd", "2027-01-02T00:00:00Z")
	cell(V1_3, rowSplit, "AllocatedMethodId", "", "AllocatedMethodDetails", "", "AllocatedResourceName", "", "AllocatedTags", `{"team":"b"}`,
		"AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":0.3}]}`, "AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":"0.25"}]}`,
		"AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":1.25},{"AllocatedRatio":-1}]}`, "AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":0.25,"Owner":1}]}`,
		"AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":0.25,"UsageQuantity":1}]}`, "AllocatedMethodDetails", "{}", "ListUnitPrice", "3.0",
		"AllocatedResourceId", "", "HostProviderName", "", "SubAccountless", "")
	out = slices.DeleteFunc(out, func(m mutation) bool { return strings.Contains(m.name, "SubAccountless") })
	cell(V1_4, rowPlain, "EffectiveCost", "5.4", "BilledCost", "5.6")
	cell(V1_4, rowSplit+1, "ServiceName", "GPU", "AllocatedMethodDetails", `{"Elements":[{"AllocatedRatio":0.5,"x_Why":"weights"}],"x_Note":1}`)
	for _, v := range allVersions {
		out = append(out, drop(v, "ListCost"), drop(v, "CommitmentDiscountStatus"), drop(v, "InvoiceId"), columnEdit(v, "x_Team", "a"), columnEdit(v, "Team", "a"),
			columnEdit(v, "RegionId", "eu"), columnEdit(v, "SubAccountName", "n"), columnEdit(v, "PricingCurrency", "USD"), columnEdit(v, "PricingCurrency", "Credits"),
			columnEdit(v, "PricingCurrency", "ABC"), columnEdit(v, "ProviderName", "Lab"), columnEdit(v, "CapacityReservationStatus", "Unused"),
			columnEdit(v, "ContractApplied", `{"Elements":[{"ContractCommitmentId":"c","ContractCommitmentAppliedCost":1}]}`),
			columnEdit(v, "ContractApplied", `[{"ContractCommitmentID":"c"}]`), columnEdit(v, "BillingAccountType", ""))
	}
	out = append(out, companions()...)
	return append(out, mutation{"1.2 row cut short", V1_2, func(t table) table { t[3] = t[3][:40]; return t }},
		mutation{"1.2 column twice", V1_2, func(t table) table { t[0][3] = "BilledCost"; return t }},
		mutation{"1.2 custom first", V1_2, func(t table) table { t[0][0] = "x_Billed"; return t }},
		mutation{"1.2 purchase gone", V1_2, func(t table) table { return slices.Delete(t, rowBought, rowBought+1) }},
		mutation{"1.3 part gone", V1_3, func(t table) table { return slices.Delete(t, rowSplit, rowSplit+1) }},
		mutation{"1.2 blank line", V1_2, func(t table) table { return slices.Insert(t, 2, []string{""}) }})
}

// tally is how often each rule was broken, and on which lines.
type tally map[string][]int64

func (t tally) counts() map[string]int {
	out := make(map[string]int)
	for rule, lines := range t {
		out[rule] = len(lines)
	}
	return out
}

// ours validates a file as the checker's --whole-term --tol 0 does.
func ours(t *testing.T, v Version, file []byte) tally {
	t.Helper()
	out := tally{}
	for f, err := range (Validator{Version: v, WholeTerm: true}).Validate(bytes.NewReader(file)) {
		require.NoError(t, err)
		out[f.Rule] = append(out[f.Rule], f.Line)
	}
	for _, lines := range out {
		slices.Sort(lines)
	}
	return out
}

// driver runs the reference checker on many files in one process.
const driver = `
import sys,json,argparse,io,contextlib
sys.path.insert(0,sys.argv[1])
import focus_check as f
for line in sys.stdin:
    version,path=line.split('\t'); path=path.strip()
    a=argparse.Namespace(file=path,version=version,columns=f.HERE+'/focus_columns.json',rules=f.HERE+'/focus_rules.json',null='NULL,null,',tol='0',reltol='0',
        require=sys.argv[2],whole_term=True,no_warn=False,max=10**9,json=True)
    out=io.StringIO()
    try:
        with contextlib.redirect_stdout(out): f.Checker(a).run(path)
    except TypeError: # it takes objects that are numbers for objects
        print('null'); continue
    print(json.dumps({k:sorted(l for l,_ in v['examples']) for k,v in json.loads(out.getvalue())['violations'].items()}))
`

// theirs runs the reference checker on files, and has it require groups of
// columns; ok is false where it cannot.
func theirs(t *testing.T, groups string, versions []Version, files [][]byte) (out []tally, ok bool) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if _, missing := os.Stat(toolPath + "focus_check.py"); err != nil || missing != nil {
		return nil, false
	}
	dir, input := t.TempDir(), strings.Builder{}
	for i, f := range files {
		path := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
		require.NoError(t, os.WriteFile(path, f, 0o600))
		fmt.Fprintf(&input, "%v\t%s\n", versions[i], path)
	}
	cmd := exec.Command(python, "-c", driver, toolPath, groups)
	cmd.Stdin, cmd.Env = strings.NewReader(input.String()), append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	d := json.NewDecoder(bytes.NewReader(stdout))
	for range files {
		var one tally
		require.NoError(t, d.Decode(&one))
		out = append(out, one)
	}
	return out, true
}

// TestAgreement_Mutations holds the validator against the reference checker on
// mutations of the clean files: the same rules on the same lines. Where the
// checker is not at hand, counts that it gave are in testdata.
func TestAgreement_Mutations(t *testing.T) {
	all := mutations()
	require.GreaterOrEqual(t, len(all), 40)
	var versions []Version
	var files [][]byte
	for _, m := range all {
		versions, files = append(versions, m.v), append(files, m.edit(cleanTable(m.v)).bytes())
	}
	const frozenPath = "testdata/agreement.json"
	want, live := theirs(t, "", versions, files)
	if *update {
		require.True(t, live, "no reference checker to take figures from")
		figures := make(map[string]map[string]int)
		for i, m := range all {
			figures[m.name] = want[i].counts()
		}
		b, err := json.MarshalIndent(figures, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(frozenPath, append(b, '\n'), 0o644))
	}
	b, err := os.ReadFile(frozenPath)
	require.NoError(t, err)
	var frozen map[string]map[string]int
	require.NoError(t, json.Unmarshal(b, &frozen))
	require.Len(t, frozen, len(all), "names of mutations differ; run with -update")
	broken := make(map[string]bool)
	for i, m := range all {
		got := ours(t, m.v, files[i])
		require.Equal(t, frozen[m.name], got.counts(), m.name)
		if live {
			require.Equal(t, want[i], got, m.name)
		}
		for rule := range got {
			broken[rule] = true
		}
	}
	for _, r := range Rules() {
		if !broken[r.ID] && r.ID != numberLimit.id { // that one is ours alone
			t.Errorf("no mutation breaks %s", r.ID)
		}
	}
	t.Logf("%d mutations break %d of %d rules; checker at hand: %v", len(all), len(broken), len(Rules()), live)
}

// TestAgreement_Random holds the two against one another on clean files with
// random cells changed, where the checker is at hand.
func TestAgreement_Random(t *testing.T) {
	rnd := rand.New(rand.NewPCG(*seed, 8))
	words := []string{"", "NULL", "x", "-1", "0", "1e1", " ", "n/a", "Usage", "Purchase", "Tax", "Credit", "Adjustment", "Correction", "Used", "Unused",
		"Recurring", "Committed", "2027-01-01T00:00:00Z", "2027-01-01T01:00:00Z", "cd-1", "vm-1", "USD", `{"a":"b"}`, "Hours", "10", "3", "15.0", "h100",
		`{"Elements":[{"AllocatedRatio":0.5}]}`}
	var versions []Version
	var files [][]byte
	for i := range *lawsN / 8 {
		v := allVersions[i%len(allVersions)]
		t := cleanTable(v)
		for range 1 + rnd.IntN(6) {
			row := t[1+rnd.IntN(len(t)-1)]
			at := rnd.IntN(len(row))
			if rnd.IntN(3) == 0 {
				row[at] = t[1+rnd.IntN(len(t)-1)][at]
			} else {
				row[at] = words[rnd.IntN(len(words))]
			}
		}
		versions, files = append(versions, v), append(files, t.bytes())
	}
	want, live := theirs(t, "", versions, files)
	if !live {
		t.Skip("no reference checker here")
	}
	for i := range files {
		if want[i] == nil {
			continue // the checker fell over it
		}
		require.Equal(t, want[i], ours(t, versions[i], files[i]), "seed %d, file %d, FOCUS %v:\n%s", *seed, i, versions[i], files[i])
	}
}

// TestAgreement_Sample holds the two against one another on a real export.
func TestAgreement_Sample(t *testing.T) {
	file, err := os.ReadFile("../../../shared/data/focus_sample_1.0.csv")
	if err != nil {
		t.Skip("no sample here")
	}
	// The counts of the checker for 1.2, for where it is not at hand.
	got := ours(t, V1_2, file).counts()
	require.Equal(t, 4000, got["DateTimeFormat"])
	require.Equal(t, 752, got["ResourceType.notnull.ResourceId"])
	require.Equal(t, 132, got["ServiceName.one_category"])
	want, live := theirs(t, "", allVersions, [][]byte{file, file, file})
	if !live {
		t.Skip("no reference checker here")
	}
	for i, v := range allVersions {
		require.Equal(t, want[i], ours(t, v, file), "FOCUS %v", v)
	}
}
