package custody_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/custody"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

func at(text string) time.Time { return must(time.Parse(time.RFC3339, text)) }

func sample(t testing.TB) *custody.Policy {
	p, err := custody.Parse(custody.Example())
	require.NoError(t, err)
	return p
}

// TestExample_Terms: times to keep, worked out by hand from the texts that the
// example names.
func TestExample_Terms(t *testing.T) {
	t.Parallel()
	p := sample(t)
	for name, c := range map[string]struct {
		class             custody.Class
		region, time, now string
		until, rule       string // until is "" for ever
	}{
		"logs for half a year":             {custody.Log, "cn-north-1", "2026-01-15T08:00:00Z", "2026-03-01T00:00:00Z", "2026-07-15T08:00:00Z", "cn-network-log-2026"},
		"logs under the text before":       {custody.Log, "cn-north-1", "2025-08-31T00:00:00Z", "2025-12-31T15:59:59Z", "2026-03-03T00:00:00Z", "cn-network-log"},
		"a ledger for thirty years":        {custody.Ledger, "cn-southwest-2", "2026-10-31T15:59:59Z", "2026-11-26T00:00:00Z", "2056-12-31T16:00:00Z", "cn-accounting"},
		"the year is that of the zone":     {custody.Voucher, "cn-north-1", "2026-12-31T16:00:00Z", "2027-02-01T00:00:00Z", "2057-12-31T16:00:00Z", "cn-accounting"},
		"annual accounts for ever":         {custody.Report, "cn-north-1", "2026-12-31T00:00:00Z", "2027-02-01T00:00:00Z", "", "cn-annual-report"},
		"usage that charges rest on":       {custody.Usage, "cn-north-1", "2026-10-05T00:00:00Z", "2026-11-26T00:00:00Z", "2029-10-05T00:00:00Z", "cn-transaction"},
		"German vouchers, before 2025":     {custody.Voucher, "eu-central-1", "2016-06-01T00:00:00Z", "2024-12-31T22:59:59Z", "2026-12-31T23:00:00Z", "de-voucher"},
		"and since, for the same voucher":  {custody.Voucher, "eu-central-1", "2016-06-01T00:00:00Z", "2024-12-31T23:00:00Z", "2024-12-31T23:00:00Z", "de-voucher-2025"},
		"German books are still ten years": {custody.Ledger, "eu-central-1", "2026-06-01T00:00:00Z", "2026-11-26T00:00:00Z", "2036-12-31T23:00:00Z", "de-ledger"},
		"the EU asks for no least time":    {custody.Log, "eu-west-3", "2026-06-01T00:00:00Z", "2026-11-26T00:00:00Z", "2026-06-01T00:00:00Z", "eu-log"},
	} {
		r := custody.Record{Class: c.class, Account: "acme", Region: c.region, Time: at(c.time)}
		term, err := p.TermOf(r, at(c.now))
		require.NoError(t, err, name)
		require.Equal(t, c.rule, term.Rule.ID, name)
		require.Equal(t, c.until == "", term.Forever, name)
		if c.until == "" {
			require.Error(t, p.MayDelete(r, at("2999-01-01T00:00:00Z")), name)
			continue
		}
		require.Equal(t, at(c.until), term.Until, name)
		if until := at(c.until); at(c.now).Before(until) && term.Rule.Source.Until.IsZero() {
			var keep *custody.KeepError
			require.ErrorAs(t, p.MayDelete(r, until.Add(-1)), &keep, name)
			require.Equal(t, c.rule, keep.Term.Rule.ID, name)
			require.NoError(t, p.MayDelete(r, until), name)
		}
	}
	for name, r := range map[string]custody.Record{
		"no rule for the class": {Class: "photograph", Region: "cn-north-1"}, "no rule in the place": {Class: custody.Voucher, Region: "eu-west-3"},
	} {
		require.ErrorIs(t, p.MayDelete(r, at("2999-01-01T00:00:00Z")), custody.ErrUnclassified, name)
	}
	for _, r := range []custody.Record{{Class: custody.Log, Region: "mars-1"}, {Class: custody.Log, Account: "acme"}} {
		require.ErrorIs(t, p.MayDelete(r, at("2999-01-01T00:00:00Z")), custody.ErrRegion)
	}
}

// TestSeveral_Places: what is dealt with as one is kept as long as any of it, and
// goes only where all of it may: a tenant's archive is under the law of each place
// that its cost centres live in, and a file of all accounts under that of each.
func TestSeveral_Places(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Homes = []custody.Home{{Account: "acme", Region: "cn-north-1"}, {Account: "acme/berlin", Region: "eu-central-1"}, {Account: "zeta", Region: "us-east-1"}}
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	one := custody.Record{Class: custody.Usage, Account: "acme", Region: "cn-north-1", Time: month.Start()}
	archive, file := custody.Over(custody.Usage, "acme", "cn-north-1", month), one
	file.Account = ""
	for _, c := range []struct {
		of   custody.Record
		rule string
	}{
		{one, "cn-transaction"}, {archive, "de-voucher-2025"}, {custody.Over(custody.Usage, "acme/berlin", "cn-north-1", month), "de-voucher-2025"},
		{custody.Over(custody.Usage, "acme/hefei", "cn-north-1", month), "cn-transaction"},
	} {
		term, err := p.TermOf(c.of, at("2026-11-26T00:00:00Z"))
		require.NoError(t, err)
		require.Equal(t, c.rule, term.Rule.ID, c.of)
	}
	require.ErrorIs(t, p.MayDelete(file, at("2099-01-01T00:00:00Z")), custody.ErrUnclassified, "no rule in the US, where zeta lives")

	out := func(r custody.Record, to string) error {
		return p.MayExport(custody.Export{Record: r, To: to, Fields: []custody.Field{custody.Count, custody.Pseudonym}}, at("2026-11-26T00:00:00Z"))
	}
	require.NoError(t, out(one, "us-east-1"))
	require.NoError(t, out(one, "cn-north-1"), "it stays")
	var refused *custody.ExportError
	require.ErrorAs(t, out(archive, "us-east-1"), &refused)
	require.Equal(t, []custody.Jurisdiction{"CN", "EU/DE"}, refused.From)
	require.ErrorAs(t, out(archive, "cn-north-1"), &refused, "what lives in Germany is abroad there")
	require.ErrorIs(t, out(custody.Over(custody.Usage, "nobody", "", month), "us-east-1"), custody.ErrRegion)
}

// TestExample_Transfers: what the example lets go, and what not.
func TestExample_Transfers(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Homes = []custody.Home{{Account: "acme", Region: "cn-north-1"}, {Account: "zeta", Region: "eu-west-3"}}
	now := at("2026-11-26T00:00:00Z")
	event, counts := custody.EventFields(), []custody.Field{custody.Count, custody.Technical}
	hidden := []custody.Field{custody.Count, custody.Technical, custody.Pseudonym}
	for name, c := range map[string]struct {
		account, region, to string
		fields              []custody.Field
		given               string
		refused             string // fields
	}{
		"to where it is":                       {"acme", "cn-north-1", "cn-north-1", custody.InvoiceFields(), "", ""},
		"to another region of the mainland":    {"acme", "cn-north-1", "cn-southwest-2", custody.InvoiceFields(), "", ""},
		"accounts abroad":                      {"acme", "cn-north-1", "us-east-1", event, "", "account label"},
		"pseudonyms abroad":                    {"acme", "cn-north-1", "us-east-1", hidden, "", ""},
		"by contract, in part":                 {"acme", "", "us-east-1", event, "standard-contract", "account label"},
		"by contract":                          {"acme", "", "us-east-1", event, "standard-contract impact-assessment separate-consent", ""},
		"important data by contract":           {"acme", "", "us-east-1", []custody.Field{custody.Important}, "standard-contract impact-assessment separate-consent", "important"},
		"important data, assessed":             {"acme", "", "us-east-1", []custody.Field{custody.Important}, "security-assessment", ""},
		"within the EU":                        {"zeta", "eu-central-1", "eu-central-1", custody.InvoiceFields(), "", ""},
		"sums out of the EU":                   {"zeta", "eu-central-1", "us-east-1", counts, "", ""},
		"pseudonyms out of the EU":             {"zeta", "eu-central-1", "us-east-1", hidden, "", "pseudonym"},
		"to a receiver on the list":            {"zeta", "eu-central-1", "us-east-1", hidden, "data-privacy-framework", ""},
		"made in China, living in the EU":      {"zeta", "cn-north-1", "eu-west-3", event, "", "account label"},
		"made in China, going to the US":       {"zeta", "cn-north-1", "us-east-1", hidden, "", "pseudonym"},
		"out of a place that no rule is about": {"none", "us-east-1", "cn-north-1", counts, "", "count technical"},
	} {
		e := custody.Export{Record: custody.Record{Class: custody.Usage, Account: metering.Account(c.account), Region: c.region}, To: c.to, Fields: c.fields, Given: strings.Fields(c.given)}
		err := p.MayExport(e, now)
		if c.refused == "" {
			require.NoError(t, err, name)
			continue
		}
		var refused *custody.ExportError
		require.ErrorAs(t, err, &refused, name)
		require.Equal(t, "["+c.refused+"]", fmt.Sprint(refused.Fields), name)
		require.Contains(t, err.Error(), refused.Export.Record.Class, name)
	}
	e := custody.Export{Record: custody.Record{Class: custody.Usage, Account: "acme"}, To: "us-east-1"}
	require.ErrorIs(t, p.MayExport(e, now), custody.ErrUnclassified, "an export that does not say what it has")
	e.Fields, e.To = counts, "mars-1"
	require.ErrorIs(t, p.MayExport(e, now), custody.ErrRegion)
	e.To, e.Record.Account = "us-east-1", "nobody"
	require.ErrorIs(t, p.MayExport(e, now), custody.ErrRegion)
	require.Error(t, (&custody.Policy{}).MayExport(e, now))
}

// TestPolicy_Guard: a journal keeps what a hold is on, and drops it once it is
// released.
func TestPolicy_Guard(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Homes = []custody.Home{{Account: "acme", Region: "eu-west-3"}}
	p.Holds = []custody.Hold{{ID: "case-7", Reason: "dispute", Account: "acme/vision", Placed: at("2026-01-01T00:00:00Z")}}
	now := at("2026-10-01T00:00:00Z")
	j, _, err := journal.OpenFiles(meteringtest.NewDisk(), journal.WithSegmentSize(4096), journal.WithWindow(1),
		journal.WithClock(func() time.Time { return now }), journal.WithRetention(func(e *metering.Event) error { return p.Guard(custody.Log, func() time.Time { return now })(e) }))
	require.NoError(t, err)
	record := func(day int) {
		for i := range 90 {
			_, err := j.Append(t.Context(), metering.Event{Account: "acme/vision", Source: "node", ID: fmt.Sprint(day, "/", i), Kind: metering.Amount, Time: now,
				Items: []metering.Item{{Meter: metering.AcceleratorTime, Quantity: metering.MustQuantity("90 {card}.s")}}})
			require.NoError(t, err)
		}
	}
	record(0)
	old := j.Durable()
	now = now.AddDate(0, 0, 9)
	record(9)
	require.NoError(t, j.Exported(t.Context(), old))
	var keep *custody.KeepError
	require.Eventually(t, func() bool { // the window moves by itself
		_, err = j.Drop(t.Context(), old)
		require.Error(t, err)
		return strings.Contains(err.Error(), "under hold")
	}, 10*time.Second, time.Millisecond)
	require.ErrorAs(t, err, &keep)
	require.Equal(t, "case-7", keep.Hold.ID)
	p.Holds[0].Released = now
	files, err := j.Drop(t.Context(), old)
	require.NoError(t, err)
	require.Positive(t, files)
	require.NoError(t, j.Close())
}

// TestOver: the archive of a month is as old as its last record, and under a hold
// of any of its accounts and times.
func TestOver(t *testing.T) {
	t.Parallel()
	p := sample(t)
	month := metering.MustPeriod("2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z")
	r := custody.Over(custody.Usage, "acme", "cn-north-1", month)
	later := at("2029-10-31T16:00:00Z")
	require.Error(t, p.MayDelete(r, later.Add(-2)))
	require.NoError(t, p.MayDelete(r, later))
	for name, h := range map[string]custody.Hold{
		"a cost centre": {Account: "acme/vision"}, "the end": {From: month.End().Add(-1)}, "the beginning": {Until: month.Start().Add(1)},
	} {
		h.ID, h.Reason, h.Placed = name, "audit", month.End()
		p.Holds = []custody.Hold{h}
		require.NoError(t, p.Validate())
		require.Error(t, p.MayDelete(r, later), name)
	}
	for name, h := range map[string]custody.Hold{
		"another tenant": {Account: "acmeter"}, "after it": {From: month.End()}, "before it": {Until: month.Start()}, "another class": {Classes: []custody.Class{custody.Log}},
	} {
		h.ID, h.Reason, h.Placed = name, "audit", month.End()
		p.Holds = []custody.Hold{h}
		require.NoError(t, p.MayDelete(r, later), name)
	}
	p.Holds = []custody.Hold{{ID: "a", Reason: "b", Account: "zeta", Placed: month.End()}}
	r.Account = ""
	require.Error(t, p.MayDelete(r, later), "a file of all accounts together")
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	const region = `"id": "p", "version": "1", "regions": [{"id": "r", "in": "CN"}], `
	rule := func(more string) string {
		return `{` + region + `"retention": [{"id": "k", "in": "CN", "classes": ["log"], "keep": {"months": 6}, "source": {"law": "l", "version": "1"}` + more + `}]}`
	}
	_, err := custody.Parse([]byte(rule("")))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"nothing": "", "no object": "[]", "behind it": rule("") + "{}", "unknown member": rule(`, "keeps": 1`), "member twice": rule(`, "keep": {"months": 1}`),
		"member twice in another case": rule(`, "KEEP": {"months": 1}`), "member twice above": `{"version": "0", ` + rule("")[1:], "no version": `{"id": "p"}`,
		"deep": strings.Repeat(`{"a":`, 40), "large": strings.Repeat(" ", 1<<20+1), "two rules of one id": strings.Replace(rule(""), "]}", `, {"id": "k", "in": "CN", "classes": ["log"], "keep": {}, "source": {"law": "l", "version": "1"}}]}`, 1),
		"no classes": strings.Replace(rule(""), `["log"]`, `[]`, 1), "no law": strings.Replace(rule(""), `"law": "l", `, "", 1), "below zero": strings.Replace(rule(""), `6`, `-6`, 1),
		"too long": strings.Replace(rule(""), `6`, `1001`, 1), "for ever and six months": strings.Replace(rule(""), `"months": 6`, `"months": 6, "forever": true`, 1),
		"zone":             strings.Replace(rule(""), `"months": 6`, `"months": 6, "zone": "Local"`, 1),
		"region twice":     strings.Replace(rule(""), `[{"id": "r", "in": "CN"}]`, `[{"id": "r", "in": "CN"}, {"id": "r", "in": "EU"}]`, 1),
		"region nowhere":   strings.Replace(rule(""), `"in": "CN"}]`, `"in": "*"}]`, 1),
		"home elsewhere":   `{` + region + `"homes": [{"account": "a", "region": "x"}]}`,
		"home twice":       `{` + region + `"homes": [{"account": "a", "region": "r"}, {"account": "a", "region": "r"}]}`,
		"transfer of none": `{` + region + `"transfers": [{"id": "t", "from": "CN", "to": "*", "fields": [], "source": {"law": "l", "version": "1"}}]}`,
		"from anywhere":    `{` + region + `"transfers": [{"id": "t", "from": "*", "to": "*", "fields": ["count"], "source": {"law": "l", "version": "1"}}]}`,
		"hold of no time":  `{` + region + `"holds": [{"id": "h", "reason": "r"}]}`,
		"never in force":   strings.Replace(rule(""), `"law"`, `"from": "2026-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z", "law"`, 1),
	} {
		_, err := custody.Parse([]byte(text))
		require.ErrorIs(t, err, custody.ErrPolicy, name)
	}
}

func TestPseudonyms_Refuses(t *testing.T) {
	t.Parallel()
	_, err := custody.NewPseudonyms(make([]byte, 31))
	require.ErrorIs(t, err, custody.ErrKey)
	p := must(custody.NewPseudonyms([]byte("a key of thirty-two bytes, a key")))
	for _, bad := range []metering.Account{"", "/", "a//b", "a/", metering.Account(strings.Repeat("a", 300))} {
		_, err := p.Account(bad)
		require.Error(t, err)
	}
	require.Equal(t, "custody.Pseudonyms custody.Pseudonyms", fmt.Sprintf("%v %#v", p, p))
	hidden := must(p.Account("a/b/c/d/e/f/g/h"))
	require.NoError(t, hidden.Validate(), "the deepest account has a pseudonym")
	u := metering.Usage{Key: metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, Resource: "vm-1", SKU: "H100", Labels: metering.MustLabels("user", "li")}}
	got, err := p.Usage(u)
	require.NoError(t, err)
	require.Equal(t, metering.Key{Account: must(p.Account("acme/vision")), Meter: metering.AcceleratorTime, SKU: "H100"}, got.Key)
}

// TestPolicy_RoundTrip: a policy as JSON is read back as it was.
func TestPolicy_RoundTrip(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Homes = []custody.Home{{Account: "acme", Region: "eu-west-3"}}
	p.Holds = []custody.Hold{{ID: "case-7", Reason: "dispute", Classes: []custody.Class{custody.Log}, Placed: at("2026-01-01T00:00:00Z")}}
	again, err := custody.Parse(must(json.Marshal(p)))
	require.NoError(t, err)
	require.Equal(t, p, again)
}

// TestPolicy_ByHand: the longest rule counts, also in a policy that was made
// without ids.
func TestPolicy_ByHand(t *testing.T) {
	t.Parallel()
	keep := func(years int) custody.Retention {
		return custody.Retention{In: "CN", Classes: []custody.Class{custody.Log}, Keep: custody.Duration{Years: years}}
	}
	p := &custody.Policy{Regions: []custody.Region{{ID: "r", In: "CN"}}, Retention: []custody.Retention{keep(3), keep(1), keep(2)}}
	term, err := p.TermOf(custody.Record{Class: custody.Log, Region: "r", Time: at("2026-01-01T00:00:00Z")}, at("2026-02-01T00:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, at("2029-01-01T00:00:00Z"), term.Until)
}
