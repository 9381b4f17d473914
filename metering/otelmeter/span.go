package otelmeter

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
)

// Spans returns a watch that makes a span of each operation it is told of, with
// the times at which that began and ended and as a child of the span in its
// context. An operation that failed is a span with the status Error and no
// message: an error's text can name what a trace is not for.
//
// Without [WithTracerProvider] it returns nil, which stages take for no watch, so
// that nothing is measured. Which operations are slow enough to be told, the stage
// is told, as by journal.WithWatch.
func Spans(opts ...Option) metering.Watch {
	cfg := newConfig(opts)
	if cfg.tracers == nil {
		return nil
	}
	tracer := cfg.tracers.Tracer(ScopeName, trace.WithInstrumentationVersion(ScopeVersion), trace.WithSchemaURL(SchemaURL))
	common := cfg.with()
	return func(ctx context.Context, op metering.Operation) {
		_, span := tracer.Start(ctx, "meterbook."+op.Name, trace.WithTimestamp(op.Start), trace.WithAttributes(common.ToSlice()...))
		if op.Items > 0 {
			span.SetAttributes(attribute.Int("meterbook.items", op.Items))
		}
		if op.Err != nil {
			span.SetStatus(codes.Error, "")
			span.SetAttributes(attribute.String(errorType, kindOf(op.Err)))
		}
		span.End(trace.WithTimestamp(op.Start.Add(op.Took)))
	}
}

// kindOf sorts errors for error.type, whose values are to be few.
func kindOf(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "_OTHER"
}

// Durations returns a watch that records how long operations take, in a
// histogram meterbook.operation.duration of seconds, by the operation's name and
// error.type, and tells next, which may be nil. It fails with what the meter says
// of the instrument.
func Durations(next metering.Watch, opts ...Option) (metering.Watch, error) {
	cfg := newConfig(opts)
	took, err := cfg.meter().Float64Histogram("meterbook.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("How long operations of stages take, as far as they are told."))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, op metering.Operation) {
		if took.Enabled(ctx) {
			kv := []attribute.KeyValue{attribute.String("meterbook.operation", op.Name)}
			if op.Err != nil {
				kv = append(kv, attribute.String(errorType, kindOf(op.Err)))
			}
			took.Record(ctx, op.Took.Seconds(), metric.WithAttributeSet(cfg.with(kv...)))
		}
		if next != nil {
			next(ctx, op)
		}
	}, nil
}
