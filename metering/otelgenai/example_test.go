package otelgenai_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelgenai"
)

func Example() {
	agg := metering.NewAggregator()
	processor, err := otelgenai.New(otelgenai.Aggregator(agg), otelgenai.ByAttribute("tenant.id"))
	if err != nil {
		fmt.Println(err)
		return
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(processor))

	// What an instrumentation of a client does; twice, as a retry of its report would.
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for range 2 {
		_, span := tracers.Tracer("client").Start(context.Background(), "chat gpt-5")
		span.SetAttributes(attribute.String("tenant.id", "acme"), attribute.String("gen_ai.response.id", "chatcmpl-7"), attribute.String("gen_ai.response.model", "gpt-5"),
			attribute.Int("gen_ai.usage.input_tokens", 1200), attribute.Int("gen_ai.usage.cache_read.input_tokens", 1000), attribute.Int("gen_ai.usage.output_tokens", 80))
		span.End(trace.WithTimestamp(noon))
	}
	if err := tracers.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
	day, _ := metering.NewPeriod(noon.Add(-12*time.Hour), noon.Add(12*time.Hour))
	for u := range agg.Usage(day) {
		fmt.Println(u.Key, u.Quantity)
	}
	// Output:
	// acme ai.requests gpt-5 1 1
	// acme ai.tokens.cached gpt-5 1000 {token}
	// acme ai.tokens.input gpt-5 200 {token}
	// acme ai.tokens.output gpt-5 80 {token}
}
