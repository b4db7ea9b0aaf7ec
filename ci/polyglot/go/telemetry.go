package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type telemetry struct {
	logger *slog.Logger
	orders metric.Int64Counter
	stop   func(context.Context) error
}

// start sets up the SDK of the three signals. Endpoint, sampler, service name and delays come from OTEL_* variables.
func start(ctx context.Context) (telemetry, error) {
	spans, err := otlptracehttp.New(ctx)
	if err != nil {
		return telemetry{}, err
	}
	points, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return telemetry{}, err
	}
	records, err := otlploghttp.New(ctx)
	if err != nil {
		return telemetry{}, err
	}
	traces := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points)))
	logs := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(records)))
	otel.SetTracerProvider(traces)
	otel.SetMeterProvider(metrics)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	orders, err := otel.Meter("polyglot").Int64Counter("polyglot.orders", metric.WithUnit("{order}"))
	if err != nil {
		return telemetry{}, err
	}
	stop := func(ctx context.Context) error {
		return errors.Join(traces.Shutdown(ctx), metrics.Shutdown(ctx), logs.Shutdown(ctx))
	}
	logger := otelslog.NewLogger("polyglot", otelslog.WithLoggerProvider(logs))
	return telemetry{logger, orders, stop}, nil
}

// count counts an order by its item. The wide label has a value for each customer.
func (shop *Shop) count(ctx context.Context, item, customer string) {
	if shop.fault == "label" {
		item = fmt.Sprintf("%s-for-%s", item, customer)
	}
	shop.telemetry.orders.Add(ctx, 1, metric.WithAttributes(attribute.String("item", item)))
}

// tell logs an order. Who ordered must not be in the record.
func (shop *Shop) tell(ctx context.Context, customer string) {
	who := "a customer"
	if shop.fault == "address" {
		who = "customer-" + customer + "@" + "mail.shop-customers.net"
	}
	shop.logger.InfoContext(ctx, "took an order of "+who)
}
