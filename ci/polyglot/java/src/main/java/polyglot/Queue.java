package polyglot;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The queue in memory. Its spans are made by hand, as the conventions of messaging say; a consumer continues the trace of
 * its producer.
 */
final class Queue {
  private record Message(Map<String, String> headers, String item) {}

  private static final Message END = new Message(Map.of(), "");

  private static final TextMapGetter<Map<String, String>> GETTER = new TextMapGetter<>() {
    @Override
    public Iterable<String> keys(Map<String, String> headers) {
      return headers.keySet();
    }

    @Override
    public String get(Map<String, String> headers, String key) {
      return headers == null ? null : headers.get(key);
    }
  };

  private final String fault;
  private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
  private final Tracer tracer = GlobalOpenTelemetry.getTracer("polyglot.queue");
  private final TextMapPropagator propagator = GlobalOpenTelemetry.getPropagators().getTextMapPropagator();
  private final Thread worker = new Thread(this::work, "worker");

  Queue(String fault) {
    this.fault = fault;
    worker.start();
  }

  void send(String item) {
    Span span = span("send", SpanKind.PRODUCER).startSpan();
    Map<String, String> headers = new HashMap<>();
    propagator.inject(Context.current().with(span), headers, Map::put);
    // In the faulty copy for the queue there is the body only.
    messages.add(new Message(fault.equals("queue") ? Map.of() : headers, item));
    span.end();
  }

  private void work() {
    try {
      for (Message message = messages.take(); message != END; message = messages.take()) {
        Context sender = propagator.extract(Context.root(), message.headers(), GETTER);
        span("process", SpanKind.CONSUMER).setParent(sender).startSpan().end();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private SpanBuilder span(String operation, SpanKind kind) {
    return tracer.spanBuilder(operation + " orders")
        .setSpanKind(kind)
        .setAttribute("messaging.system", "memory")
        .setAttribute("messaging.destination.name", "orders")
        .setAttribute("messaging.operation.name", operation)
        .setAttribute("messaging.operation.type", operation);
  }

  void close() {
    messages.add(END);
    try {
      worker.join();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
