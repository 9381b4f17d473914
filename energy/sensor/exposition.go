package sensor

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Limits of what an exporter can say.
const (
	maxExpositionBytes = 64 << 20
	maxLineBytes       = 1 << 20
	maxLabels          = 128
	maxDeviceBytes     = 256 // as of a resource of usage
)

// A metric is one line of the Prometheus text format.
type metric struct {
	name   string
	labels map[string]string
	value  string
}

// exposition reads the lines of the text format whose metric is wanted and
// hands each to take. Others are passed over unread.
func exposition(r io.Reader, wanted func(name string) bool, take func(metric) error) error {
	limited := &io.LimitedReader{R: r, N: maxExpositionBytes + 1}
	in := bufio.NewScanner(limited)
	in.Buffer(make([]byte, 0, 64<<10), maxLineBytes)
	for n := 1; in.Scan(); n++ {
		if limited.N == 0 {
			return &FieldError{"exposition", fmt.Sprintf("more than %d bytes", maxExpositionBytes), "less"}
		}
		text := strings.TrimSpace(in.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		end := strings.IndexAny(text, "{ \t")
		if end < 0 || !wanted(text[:end]) {
			continue
		}
		m, err := parseMetric(text, end)
		if err != nil {
			return fmt.Errorf("sensor: line %d: %w", n, err)
		}
		if err := take(m); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("sensor: exposition: %w", err)
	}
	return nil
}

// parseMetric parts a line whose name ends at end. A time stamp behind the
// value is left out: exporters give the time of their scrape by answering.
func parseMetric(text string, end int) (metric, error) {
	m := metric{name: text[:end]}
	rest := strings.TrimLeft(text[end:], " \t") // the format has blanks between any two parts
	if strings.HasPrefix(rest, "{") {
		var err error
		if m.labels, rest, err = parseLabels(rest[1:]); err != nil {
			return m, err
		}
	}
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return m, &FieldError{"metric " + clip(m.name), "", "a value"}
	}
	m.value = fields[0]
	return m, nil
}

// parseLabels reads name="value" pairs up to the closing brace.
func parseLabels(s string) (map[string]string, string, error) {
	labels := map[string]string{}
	for {
		s = strings.TrimLeft(s, " ,\t")
		if strings.HasPrefix(s, "}") {
			return labels, s[1:], nil
		}
		name, rest, ok := strings.Cut(s, "=")
		rest, quoted := strings.CutPrefix(strings.TrimLeft(rest, " \t"), "\"")
		if !ok || !quoted || len(labels) >= maxLabels {
			return nil, "", &FieldError{"labels", clip(s), `name="value" pairs and a closing brace`}
		}
		var b strings.Builder
		i := 0
		for ; i < len(rest) && rest[i] != '"'; i++ {
			if rest[i] == '\\' && i+1 < len(rest) {
				i++
				if rest[i] == 'n' {
					b.WriteByte('\n')
					continue
				}
			}
			b.WriteByte(rest[i])
		}
		if i == len(rest) {
			return nil, "", &FieldError{"labels", clip(s), "a closing quote"}
		}
		labels[strings.TrimSpace(name)] = b.String()
		s = rest[i+1:]
	}
}
