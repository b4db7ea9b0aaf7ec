package main

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Orders is the queue in memory. Its spans are made by hand, as the conventions of messaging say; a consumer continues the
// trace of its producer.
type Orders struct {
	shop     *Shop
	messages chan message
	done     chan struct{}
	tracer   trace.Tracer
}

type message struct {
	headers map[string]string
	item    string
}

func newOrders(shop *Shop) *Orders {
	return &Orders{shop, make(chan message, 1000), make(chan struct{}), otel.Tracer("polyglot.queue")}
}

func (orders *Orders) send(ctx context.Context, item string) {
	ctx, span := orders.tracer.Start(ctx, "send orders", trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		attribute.String("messaging.system", "memory"),
		attribute.String("messaging.destination.name", "orders"),
		attribute.String("messaging.operation.name", "send"),
		attribute.String("messaging.operation.type", "send"),
	))
	defer span.End()
	sent := message{map[string]string{}, item}
	otel.GetTextMapPropagator().Inject(ctx, propagation.MapCarrier(sent.headers))
	if orders.shop.fault == "queue" {
		// The copy for the queue takes the body only.
		sent = message{nil, sent.item}
	}
	orders.messages <- sent
}

// work takes messages until the queue is closed.
func (orders *Orders) work() {
	defer close(orders.done)
	for taken := range orders.messages {
		ctx := otel.GetTextMapPropagator().Extract(context.Background(), propagation.MapCarrier(taken.headers))
		_, span := orders.tracer.Start(ctx, "process orders", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
			attribute.String("messaging.system", "memory"),
			attribute.String("messaging.destination.name", "orders"),
			attribute.String("messaging.operation.name", "process"),
			attribute.String("messaging.operation.type", "process"),
		))
		span.End()
	}
}

func (orders *Orders) close() {
	close(orders.messages)
	<-orders.done
}
