package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy/sensor"
)

// maxExporterBytes bounds what is taken of an exporter's text.
const maxExporterBytes = 16 << 20

// A gpuExporter reads what an exporter of accelerators says: what its devices
// draw, and whose they are. Both are of one text, so that they belong together.
type gpuExporter struct {
	fetch    func(ctx context.Context) ([]byte, error)
	exporter sensor.Exporter // the one that understood the text, once there is one
	held     []sensor.Holding
}

// newGPUExporter reads a URL, or a file as node_exporter's text collectors
// leave it.
func newGPUExporter(from string) *gpuExporter {
	g := &gpuExporter{fetch: func(context.Context) ([]byte, error) {
		f, err := os.Open(from)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, maxExporterBytes))
	}}
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		client := &http.Client{Timeout: 5 * time.Second}
		g.fetch = func(ctx context.Context) ([]byte, error) { return scrape(ctx, client, from) }
	}
	return g
}

func scrape(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxExporterBytes))
}

func (g *gpuExporter) Name() string {
	if g.exporter.ID == "" {
		return "exporter"
	}
	return g.exporter.ID
}

// Read asks once, and notes the holdings with the readings.
func (g *gpuExporter) Read(ctx context.Context, now time.Time) ([]sensor.Reading, error) {
	text, err := g.fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", sensor.ErrUnavailable, err)
	}
	known := sensor.Exporters()
	if g.exporter.ID != "" {
		known = []sensor.Exporter{g.exporter}
	}
	var failed error
	for _, e := range known {
		readings, err := e.Parse(bytes.NewReader(text), now)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if g.held, err = e.Holdings(bytes.NewReader(text)); err != nil {
			return nil, err
		}
		g.exporter = e
		return readings, nil
	}
	return nil, failed
}

// holdings are those of the last reading.
func (g *gpuExporter) holdings() []sensor.Holding { return g.held }
