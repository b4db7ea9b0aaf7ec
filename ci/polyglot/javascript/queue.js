// The queue in memory. Its spans are made by hand, as the conventions of messaging say; a consumer begins a trace of its own
// and links to its producer.
"use strict";

const { ROOT_CONTEXT, SpanKind, context, propagation, trace } = require("@opentelemetry/api");

const tracer = trace.getTracer("polyglot.queue");

const about = (operation) => ({
  "messaging.system": "memory",
  "messaging.destination.name": "orders",
  "messaging.operation.name": operation,
  "messaging.operation.type": operation,
});

class Queue {
  constructor(fault) {
    this.fault = fault;
    this.messages = [];
    this.wake = () => {};
    this.worker = this.work();
  }

  send(item) {
    const span = tracer.startSpan("send orders", { kind: SpanKind.PRODUCER, attributes: about("send") });
    let headers = {};
    propagation.inject(trace.setSpan(context.active(), span), headers);
    // The copy for the queue takes the body only.
    if (this.fault === "queue") headers = {};
    this.messages.push({ headers, item });
    this.wake();
    span.end();
  }

  async work() {
    for (;;) {
      const message = this.messages.shift();
      if (message === null) return;
      if (message === undefined) {
        await new Promise((resolve) => (this.wake = resolve));
        continue;
      }
      const sender = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, message.headers));
      const links = sender ? [{ context: sender }] : [];
      const options = { kind: SpanKind.CONSUMER, attributes: about("process"), links };
      tracer.startSpan("process orders", options, ROOT_CONTEXT).end();
    }
  }

  async close() {
    this.messages.push(null);
    this.wake();
    await this.worker;
  }
}

module.exports = { Queue };
