package main

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// event is a CloudEvent as a client writes it.
func event(id, account, at, meter, sku, quantity string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"gateway","type":"com.meterbook.usage.amount.v1","subject":%q,"time":%q,"data":{"items":[{"meter":%q,"sku":%q,"quantity":%q}]}}`,
		id, account, at, meter, sku, quantity)
}

// workload returns events of three tenants on the two days before today.
func workload(seed uint64, n int) (events []string) {
	r := rand.New(rand.NewPCG(seed, 1))
	now, _ := time.Parse(time.RFC3339, today)
	for i := range n {
		account := []string{"acme/vision", "acme/chat", "borealis", "极光/训练"}[r.IntN(4)]
		at := now.Add(-time.Duration(r.IntN(40*3600)) * time.Second).Format(time.RFC3339)
		meter, sku, quantity := "ai.tokens.input", "m", fmt.Sprintf("%d {token}", 1+r.IntN(900_000))
		switch r.IntN(4) {
		case 0:
			meter, quantity = "ai.tokens.output", fmt.Sprintf("%d {token}", 1+r.IntN(90_000))
		case 1:
			meter, sku, quantity = "compute.accelerator.time", "H100-SXM5", fmt.Sprintf("%d {card}.min", 1+r.IntN(500))
		case 2:
			meter, sku, quantity = "compute.accelerator.time", "Ascend-910B", fmt.Sprintf("%d {card}.min", 1+r.IntN(500))
		}
		events = append(events, event(fmt.Sprintf("e%05d", i), account, at, meter, sku, quantity))
	}
	return events
}

// batches are what is sent in one request each, with some events in two of them.
func batches(events []string) (out [][]string) {
	for i := 0; i < len(events); i += 9 {
		out = append(out, events[i:min(i+10, len(events))])
	}
	return out
}

// send sends batches from several clients until all are acknowledged or the
// service is gone, and returns which were.
func send(c *child, list [][]string, acked []bool, after int, stop func()) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	for range 4 {
		wg.Go(func() {
			for {
				mu.Lock()
				for next < len(list) && acked[next] {
					next++
				}
				i := next
				next++
				mu.Unlock()
				if i >= len(list) {
					return
				}
				kind, body := batchEvents, "["+strings.Join(list[i], ",")+"]"
				if len(list[i]) == 1 {
					kind, body = oneEvent, list[i][0]
				}
				status, _ := c.call(http.MethodPost, "/events", kind, []byte(body))
				mu.Lock()
				if acked[i] = status == http.StatusAccepted || status == http.StatusOK; acked[i] {
					if done++; done == after {
						stop()
					}
				}
				mu.Unlock()
				if status == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestService_KilledAndRestarted sends events while the service is killed, twice,
// sends what was not acknowledged again, and compares what it says with an oracle.
func TestService_KilledAndRestarted(t *testing.T) {
	dir := t.TempDir()
	events := workload(7, 900)
	list := batches(events)
	acked := make([]bool, len(list))
	for _, after := range []int{len(list) / 4, len(list) / 3} {
		c := start(t, "-out", dir)
		send(c, list, acked, after, func() { _ = c.cmd.Process.Kill() })
		_ = c.cmd.Wait()
	}
	c := start(t, "-out", dir)
	send(c, list, acked, -1, func() {})
	require.NotContains(t, acked, false)
	want := newOracle()
	for _, e := range events {
		want.count([]byte(e))
	}
	agrees(t, c, want)

	// Everything again, which changes nothing.
	again := make([]bool, len(list))
	send(c, list, again, -1, func() {})
	require.NotContains(t, again, false)
	agrees(t, c, want)

	// The same bytes after another kill, and after an orderly end.
	before := said(t, c)
	c.kill(t)
	c = start(t, "-out", dir)
	require.Equal(t, before, said(t, c))
	c.end(t)
	require.Contains(t, c.log.String(), "journal closed")
	c = start(t, "-out", dir)
	require.Equal(t, before, said(t, c))
	require.Contains(t, c.log.String(), "clean=true")
	require.NotContains(t, c.log.String(), "vision", "logs name no account")
}

var tenants = []string{"acme", "borealis", "极光"}

// said returns everything that the service says of the month.
func said(t *testing.T, c *child) string {
	t.Helper()
	var all bytes.Buffer
	all.Write(c.get(t, "/usage?per=hour", nil))
	for _, tenant := range tenants {
		all.Write(c.get(t, "/bill?explain=1&account="+url.QueryEscape(tenant), nil))
		all.Write(c.get(t, "/balance?account="+url.QueryEscape(tenant), nil))
	}
	return all.String()
}

// agrees compares usage, bills and balances with the oracle.
func agrees(t *testing.T, c *child, want *oracle) {
	t.Helper()
	var usage []struct{ Account, Meter, SKU, Quantity string }
	c.get(t, "/usage", &usage)
	require.Len(t, usage, len(want.sums))
	for _, u := range usage {
		grains, _ := new(big.Int).SetString(strings.Fields(u.Quantity)[0], 10)
		sum := want.sums[u.Account+" "+u.Meter+" "+u.SKU]
		if u.Meter == "compute.accelerator.time" { // grains are shares of a card for a nanosecond
			sum = new(big.Int).Mul(sum, big.NewInt(60_000_000_000))
			sum.Mul(sum, big.NewInt(72_072_000))
		}
		require.Zero(t, sum.Cmp(grains), "%+v, want %s", u, sum)
	}
	for _, tenant := range tenants {
		cents := want.bill(tenant)
		var bill struct {
			Total string
			Lines []struct{ Billed string }
		}
		c.get(t, "/bill?account="+url.QueryEscape(tenant), &bill)
		require.Equal(t, yuan(cents), bill.Total, tenant)
		sum := new(big.Int)
		for _, l := range bill.Lines {
			sum.Add(sum, centsOf(t, l.Billed))
		}
		require.Zero(t, sum.Cmp(cents), "lines add up")
		var balance struct{ Paid, Billed, Held, Available string }
		c.get(t, "/balance?account="+url.QueryEscape(tenant), &balance)
		require.Equal(t, yuan(cents), balance.Billed)
		require.Equal(t, "CNY 100000.00", balance.Paid)
		require.Equal(t, yuan(new(big.Int).Sub(big.NewInt(100_000_00), cents)), balance.Available)
	}
}

func yuan(cents *big.Int) string {
	return "CNY " + new(big.Rat).SetFrac(cents, big.NewInt(100)).FloatString(2)
}

func centsOf(t *testing.T, text string) *big.Int {
	t.Helper()
	r, ok := new(big.Rat).SetString(strings.TrimPrefix(text, "CNY "))
	require.True(t, ok, text)
	r.Mul(r, big.NewRat(100, 1))
	require.True(t, r.IsInt(), text)
	return r.Num()
}

// TestService_Refuses shows what a client is told, and that nothing of it counts.
func TestService_Refuses(t *testing.T) {
	c := start(t, "-out", t.TempDir(), "-json")
	good := event("a", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "1000000 {token}")
	status, answer := c.call(http.MethodPost, "/events", oneEvent, []byte(good))
	require.Equal(t, http.StatusAccepted, status, string(answer))
	status, answer = c.call(http.MethodPost, "/events", oneEvent, []byte(good))
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{"accepted":0,"duplicates":1}`, string(answer))

	for _, tt := range []struct {
		name, body    string
		status        int
		reason, field string
	}{
		{"conflict", strings.Replace(good, "1000000 ", "2000000 ", 1), 409, "conflict", "id"},
		{"late", event("b", "acme", "2026-11-17T11:00:00Z", "ai.tokens.input", "m", "1 {token}"), 422, "late", "time"},
		{"too late", event("c", "acme", "2026-09-01T11:00:00Z", "ai.tokens.input", "m", "1 {token}"), 422, "too_late", "time"},
		{"too early", event("d", "acme", "2027-11-17T11:00:00Z", "ai.tokens.input", "m", "1 {token}"), 422, "too_early", "time"},
		{"unknown meter", event("e", "acme", "2026-11-20T11:00:00Z", "ai.dreams", "m", "1 {token}"), 422, "unknown_meter", "data/items/meter"},
		{"dimension", event("f", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "1 By"), 422, "dimension", "data/items/quantity"},
		{"negative", event("g", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "-1 {token}"), 422, "negative", "data/items/quantity"},
		{"half a token", event("h", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "1.5 {token}"), 400, "malformed", "data/items/0/quantity"},
		{"no time", strings.Replace(good, `"time"`, `"tyme"`, 1), 400, "malformed", "time"},
		{"no account", strings.Replace(good, `"subject":"acme",`, ``, 1), 400, "malformed", "subject"},
		{"unknown type", strings.Replace(good, "amount.v1", "amount.v9", 1), 422, "unknown_type", "type"},
		{"cut off", good[:40], 400, "malformed", "source"},
		{"empty", "", 400, "malformed", "body"},
	} {
		p := c.refusedWith(t, tt.status, http.MethodPost, "/events", oneEvent, tt.body)
		require.Equal(t, tt.reason, p.Reason, "%s: %s", tt.name, p.Detail)
		require.Equal(t, tt.field, p.Field, "%s: %s", tt.name, p.Detail)
		require.NotEmpty(t, p.Detail, tt.name)
	}

	// Of a batch that can be read, what is not refused is recorded; of another, nothing.
	late := event("i", "acme", "2026-11-17T11:00:00Z", "ai.tokens.input", "m", "1 {token}")
	fresh := event("j", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "500000 {token}")
	p := c.refusedWith(t, 422, http.MethodPost, "/events", batchEvents, "["+good+","+late+","+fresh+"]")
	require.Equal(t, []int{1, 1, 1}, []int{p.Accepted, p.Duplicates, len(p.Refused)})
	require.Equal(t, 1, p.Refused[0].Index)
	p = c.refusedWith(t, 400, http.MethodPost, "/events", batchEvents, "["+event("k", "acme", "2026-11-20T11:00:00Z", "ai.tokens.input", "m", "1 {token}")+`,{"specversion":"1.0"}]`)
	require.Zero(t, p.Accepted)
	require.Equal(t, 1, p.Refused[0].Index)

	require.Equal(t, "Content-Type", c.refusedWith(t, 415, http.MethodPost, "/events", "text/plain", good).Field)
	require.Equal(t, "body", c.refusedWith(t, 413, http.MethodPost, "/events", batchEvents, "["+strings.Repeat(" ", 5<<20)+"]").Field)
	for path, field := range map[string]string{"/bill": "account", "/bill?account=acme&month=x": "month", "/usage?per=year": "per", "/balance?account=a//b": "account"} {
		require.Equal(t, field, c.refusedWith(t, 400, http.MethodGet, path, "", "").Field, path)
	}
	require.Equal(t, "account", c.refusedWith(t, 404, http.MethodGet, "/balance?account=nobody", "", "").Field)

	require.Equal(t, "unknown_path", c.refusedWith(t, 404, http.MethodGet, "/invoices", "", "").Reason)
	require.Equal(t, "unknown_path", c.refusedWith(t, 404, http.MethodPost, "/events/", oneEvent, good).Reason)
	for _, tt := range [][3]string{{http.MethodPost, "/usage", "want GET, HEAD"}, {http.MethodPut, "/holds", "want DELETE, POST"}, {http.MethodDelete, "/", "want GET, HEAD"}} {
		p := c.refusedWith(t, 405, tt[0], tt[1], "", "")
		require.Equal(t, []string{"unknown_method", tt[2]}, []string{p.Reason, p.Detail}, tt[1])
	}

	var bill struct{ Total string }
	c.get(t, "/bill?account=acme", &bill)
	require.Equal(t, "CNY 3.00", bill.Total)
	require.NotContains(t, c.log.String(), "gateway", "logs name no source")
	require.NotContains(t, c.log.String(), "acme", "logs name no account")
}

// TestService_Holds walks a request: its most is held, its event is recorded, its
// price is taken and the rest goes back; a crash on the way loses neither.
func TestService_Holds(t *testing.T) {
	dir := t.TempDir()
	c := start(t, "-out", dir, "-prepaid", "CNY 10")
	most := func(id, tokens string) string {
		return event(id, "acme/chat", "2026-11-20T11:00:00Z", "ai.tokens.output", "m", tokens+" {token}")
	}
	type account struct{ Paid, Billed, Held, Available string }
	left := func() (a account) { c.get(t, "/balance?account=acme", &a); return a }

	status, answer := c.call(http.MethodPost, "/holds?format=json", oneEvent, []byte(most("r1", "1000000"))) // 8 CNY
	require.Equal(t, http.StatusCreated, status, string(answer))
	require.Equal(t, account{"CNY 10.00", "CNY 0.00", "CNY 8.00", "CNY 2.00"}, left())
	require.Equal(t, "insufficient_credit", c.refusedWith(t, 402, http.MethodPost, "/holds", oneEvent, most("r2", "500000")).Reason)

	c.kill(t) // what is held stays held
	c = start(t, "-out", dir, "-prepaid", "CNY 10")
	require.Equal(t, account{"CNY 10.00", "CNY 0.00", "CNY 8.00", "CNY 2.00"}, left())
	status, answer = c.call(http.MethodPost, "/events", oneEvent, []byte(most("r1", "250000"))) // 2 CNY
	require.Equal(t, http.StatusAccepted, status, string(answer))
	require.Equal(t, account{"CNY 10.00", "CNY 2.00", "CNY 0.00", "CNY 8.00"}, left())
	require.Equal(t, "conflict", c.refusedWith(t, 409, http.MethodPost, "/holds", oneEvent, most("r1", "1")).Reason)

	// A request that is not served gives its hold back.
	status, answer = c.call(http.MethodPost, "/holds", oneEvent, []byte(most("r3", "500000")))
	require.Equal(t, http.StatusCreated, status, string(answer))
	require.Equal(t, "CNY 4.00", left().Available)
	status, answer = c.call(http.MethodDelete, "/holds?account=acme&source=gateway&id=r3", "", nil)
	require.Equal(t, http.StatusOK, status, string(answer))
	require.Equal(t, "CNY 8.00", left().Available)

	// A payment counts once; usage may go beyond the credit, holds may not.
	pay := `{"account":"acme","id":"p1","amount":"CNY 5"}`
	for range 2 {
		status, answer = c.call(http.MethodPost, "/credit", "application/json", []byte(pay))
		require.Equal(t, http.StatusOK, status, string(answer))
	}
	require.Equal(t, account{"CNY 15.00", "CNY 2.00", "CNY 0.00", "CNY 13.00"}, left())
	require.Equal(t, "id", c.refusedWith(t, 409, http.MethodPost, "/credit", "application/json", strings.Replace(pay, "5", "6", 1)).Field)
	status, _ = c.call(http.MethodPost, "/events", oneEvent, []byte(most("r4", "2000000"))) // 16 CNY
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, account{"CNY 15.00", "CNY 18.00", "CNY 0.00", "CNY -3.00"}, left())
	require.Equal(t, "insufficient_credit", c.refusedWith(t, 402, http.MethodPost, "/holds", oneEvent, most("r5", "1000")).Reason)

	// What is corrected to less is given back.
	adjust := strings.Replace(most("fix", "-1000000"), "amount.v1", "adjustment.v1", 1)
	adjust = strings.Replace(adjust, `"data":{`, `"data":{"adjusts":"r4","reason":"counted twice",`, 1)
	status, answer = c.call(http.MethodPost, "/events", oneEvent, []byte(adjust))
	require.Equal(t, http.StatusAccepted, status, string(answer))
	want := account{"CNY 15.00", "CNY 10.00", "CNY 0.00", "CNY 5.00"}
	require.Equal(t, want, left())
	c.kill(t)
	c = start(t, "-out", dir, "-prepaid", "CNY 10")
	require.Equal(t, want, left())
}

// TestService_Report shows the page in both languages, under a policy that allows
// nothing from elsewhere; its figures are those of the bills.
func TestService_Report(t *testing.T) {
	dir := t.TempDir()
	c := start(t, "-out", dir, "-seed", "3")
	require.Contains(t, c.log.String(), "duplicates=0")
	for lang, words := range map[string][]string{"en": {`lang="en"`, "Cost by day", "Available"}, "zh": {`lang="zh"`, "每日费用", "可用"}} {
		status, body := c.call(http.MethodGet, "/?lang="+lang, "", nil)
		require.Equal(t, http.StatusOK, status)
		for _, word := range words {
			require.True(t, bytes.Contains(body, []byte(word)), word)
		}
		for _, tenant := range tenants {
			var bill struct{ Total string }
			c.get(t, "/bill?account="+url.QueryEscape(tenant), &bill)
			require.True(t, bytes.Contains(body, []byte(grouped(strings.TrimPrefix(bill.Total, "CNY ")))), tenant)
		}
	}
	status, body := c.call(http.MethodGet, "/?month=2026-08", "", nil)
	require.Equal(t, http.StatusOK, status)
	require.True(t, bytes.Contains(body, []byte("POST /events")), "an empty month says what to do")

	// The sample is the same once more, and counts once.
	before := said(t, c)
	c.kill(t)
	c = start(t, "-out", dir, "-seed", "3")
	require.Equal(t, before, said(t, c))
	require.Contains(t, c.log.String(), "accepted=0")
}

// TestService_SampleElsewhere: books whose windows are sealed take no sample, and
// nothing of it.
func TestService_SampleElsewhere(t *testing.T) {
	dir := t.TempDir()
	start(t, "-out", dir).end(t)
	out, err := command(t, "-addr", "127.0.0.1:0", "-now", today, "-out", dir, "-seed", "3").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "give another -out for a sample of its own")
	c := start(t, "-out", dir)
	require.Contains(t, c.log.String(), "events=0")
	c.end(t)
}

// grouped puts commas between thousands.
func grouped(digits string) string {
	whole, rest, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + rest
}

// TestService_Text shows that texts align, with Chinese in them, and say what JSON says.
func TestService_Text(t *testing.T) {
	c := start(t, "-out", t.TempDir(), "-lang", "zh")
	status, answer := c.call(http.MethodPost, "/events", oneEvent, []byte(event("a", "极光/训练", "2026-11-20T11:00:00Z", "ai.tokens.output", "m", "1500000 {token}")))
	require.Equal(t, http.StatusAccepted, status, string(answer))
	path := "?account=" + url.QueryEscape("极光")
	for _, tt := range []struct{ path, want string }{
		{"/bill" + path + "&explain=1", "12.00"}, {"/usage", "1.5"}, {"/balance" + path, "99,988.00"}, {"/health", "journal.events"},
	} {
		status, body := c.call(http.MethodGet, tt.path, "", nil)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, string(body), tt.want)
		require.Contains(t, string(body), "───")
	}
	_, bill := c.call(http.MethodGet, "/bill"+path, "", nil)
	require.Equal(t, `极光 的账单，2026-11
账户       价格        规格            用量       金额
────────────────────────────────────────────────────────
极光/训练  tokens-out  m     1.5 百万 token      12.00
────────────────────────────────────────────────────────
合计                                         CNY 12.00
`, string(bill))
}

// TestService_OneAtATime shows that two services do not share a journal, and what
// bad flags are told.
func TestService_OneAtATime(t *testing.T) {
	dir := t.TempDir()
	start(t, "-out", dir)
	for _, tt := range []struct{ args, want string }{
		{"-addr 127.0.0.1:0 -out " + dir, "give this one another -out"},
		{"-addr 127.0.0.1:99999 -out " + t.TempDir(), "give another -addr"},
		{"-lang fr", "want en or zh"},
		{"-prepaid EUR", "-prepaid"},
		{"-now today", "RFC 3339"},
		{"x", "unexpected argument"},
	} {
		out, err := command(t, strings.Fields(tt.args)...).CombinedOutput()
		require.Error(t, err, tt.args)
		require.Contains(t, string(out), tt.want, tt.args)
	}
}
