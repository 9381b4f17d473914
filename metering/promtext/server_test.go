package promtext_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

const devices = 3

// An exporter is a server of devices. What it answers is decided before it is
// asked, so that what it said is known.
type exporter struct {
	mu     sync.Mutex
	mode   string
	body   string
	boot   time.Time
	energy [devices]int64 // mJ since boot
	sent   [devices]int64 // bytes since boot, of which a start is told
	cores  [devices]int64 // percent of a card
	power  [devices]int64 // mW
}

func (e *exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	mode, body := e.mode, e.body
	e.mu.Unlock()
	switch mode {
	case "good":
		_, _ = w.Write([]byte(body))
	case "status":
		http.Error(w, body, http.StatusServiceUnavailable)
	case "garbage":
		_, _ = w.Write([]byte("<html><body>504 gateway timeout</body></html>"))
	case "binary":
		_, _ = w.Write([]byte{0x1f, 0x8b, 0, 0xff, '\n', 0xc3, 0x28})
	case "large":
		_, _ = w.Write([]byte(strings.Repeat("# padding\n", 20_000) + body))
	case "cut": // in the middle, where the length was promised
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write([]byte(body[:len(body)/2]))
	case "cut-quietly": // in the middle of the last line, with nothing that tells
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = buf.WriteString("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body[:len(body)-2])
			_ = buf.Flush()
			_ = conn.Close()
		}
	case "gone":
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close()
		}
	case "stall":
		<-r.Context().Done()
	case "stall-within":
		_, _ = w.Write([]byte(body[:len(body)/2]))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

// step lets time pass for the devices, which a restart sets to 0.
func (e *exporter) step(rng *rand.Rand, now time.Time, passed time.Duration) {
	if rng.IntN(40) == 0 {
		e.boot = now.Add(-time.Duration(rng.Int64N(int64(passed))))
		if e.boot = e.boot.Truncate(time.Second); !e.boot.After(now.Add(-passed)) {
			e.boot = now.Add(-passed).Truncate(time.Second).Add(time.Second)
		}
		e.energy, e.sent = [devices]int64{}, [devices]int64{}
	}
	for i := range devices {
		e.energy[i] += rng.Int64N(1 + 300*passed.Milliseconds()) // below 300 W
		e.sent[i] += rng.Int64N(1 + 1_000_000*int64(passed.Seconds()))
		if rng.IntN(5) == 0 {
			e.cores[i] = rng.Int64N(101)
		}
		e.power[i] = rng.Int64N(700_000)
	}
}

// say writes an exposition, and returns what it says of each series.
func (e *exporter) say(rng *rand.Rand) map[string]seen {
	said := map[string]seen{}
	var b strings.Builder
	fmt.Fprintf(&b, "# TYPE boot gauge\nboot %d\n", e.boot.Unix())
	metric := func(name, kind string, values [devices]int64, show func(int64) string, blanks []string, start time.Time) {
		fmt.Fprintf(&b, "# HELP %s what a device shows\n# TYPE %s %s\n", name, name, kind)
		for i, v := range values {
			id := fmt.Sprintf("%s %d", name, i)
			line := fmt.Sprintf(`%s{device="d%d",pod="p\"%d"} `, name, i, i)
			switch rng.IntN(30) {
			case 0: // it is not there
				continue
			case 1:
				said[id] = seen{blank: true}
				fmt.Fprintln(&b, line+blanks[rng.IntN(len(blanks))])
				continue
			case 2: // twice, and the first one stands
				fmt.Fprintln(&b, line+show(v)+"\n"+line+"1")
			default:
				fmt.Fprintln(&b, line+show(v))
			}
			said[id] = seen{value: v, start: start}
		}
	}
	whole := func(v int64) string { return fmt.Sprint(v) }
	blanks := []string{"NaN", "-1", "+Inf", "9223372036854775794", "1 1000"}
	metric("energy_mj", "counter", e.energy, whole, blanks, time.Time{})
	metric("sent_bytes", "untyped", e.sent, whole, blanks, e.boot)
	metric("cores_percent", "gauge", e.cores, whole, blanks, time.Time{})
	metric("power_watts", "gauge", e.power, func(v int64) string { return fmt.Sprintf("%d.%03d", v/1000, v%1000) }, blanks, time.Time{})
	b.WriteString("other_total 7\n")
	e.body = b.String()
	return said
}
