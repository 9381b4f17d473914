package promtext

import (
	"bytes"
	"fmt"
	"io"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// A Sample is one line of an exposition, as functions that are handed in see it.
// They do not change it.
type Sample struct {
	Metric string
	Labels map[string]string
}

// line is a sample with its value.
type line struct {
	Sample
	value float64
	at    time.Time // the exporter's, the zero Time where it tells none
}

// parse reads an exposition to its end before anything is made of it: one that is
// cut off, garbled or too large is refused whole. Of metrics that no rule asks for
// nothing is kept.
func (s *Scraper) parse(r io.Reader) (map[string][]line, error) {
	text, err := io.ReadAll(io.LimitReader(r, s.bytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	case int64(len(text)) > s.bytes:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, s.bytes)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	found := make(map[string][]line)
	for name := range s.wanted {
		for _, m := range families[name].GetMetric() {
			v, ok := valueOf(m)
			if !ok {
				continue // a histogram or summary, which no rule can mean
			}
			l := line{Sample: Sample{Metric: name, Labels: make(map[string]string, len(m.GetLabel()))}, value: v}
			for _, pair := range m.GetLabel() {
				l.Labels[pair.GetName()] = pair.GetValue()
			}
			if m.TimestampMs != nil {
				l.at = time.UnixMilli(m.GetTimestampMs()).UTC()
			}
			found[name] = append(found[name], l)
		}
	}
	return found, nil
}

func valueOf(m *dto.Metric) (float64, bool) {
	switch {
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue(), true
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue(), true
	case m.GetUntyped() != nil:
		return m.GetUntyped().GetValue(), true
	}
	return 0, false
}
