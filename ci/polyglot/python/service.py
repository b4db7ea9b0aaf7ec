"""The Python service, instrumented by `opentelemetry-instrument`. What all four services do is told in ../README.md."""

import logging
import os
import queue
import signal
import threading
import time
from concurrent import futures

import flask
import grpc
import requests
import requests.adapters
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry import metrics, propagate, trace
from werkzeug.serving import make_server

FAULT = os.environ.get("FAULT", "")
CALL_LIMIT = 30  # seconds
SUPPLIER_TAKES = 0.02  # seconds

app = flask.Flask("polyglot")
logger = logging.getLogger("polyglot")
logger.setLevel(logging.INFO)
orders = metrics.get_meter("polyglot").create_counter("polyglot.orders", unit="{order}")
tracer = trace.get_tracer("polyglot.queue")


class AllowList(requests.adapters.HTTPAdapter):
    """An adapter below the instrumentation that passes on only the headers it knows."""

    KNOWN = ("accept", "content-type", "user-agent")

    def send(self, request, **options):
        for name in list(request.headers):
            if name.lower() not in self.KNOWN:
                del request.headers[name]
        return super().send(request, **options)


class Queue:
    """The queue in memory. Its spans are made by hand, as the conventions of messaging say; a consumer begins a trace of
    its own and links to its producer."""

    ABOUT = {"messaging.system": "memory", "messaging.destination.name": "orders"}

    def __init__(self):
        self.messages = queue.Queue()
        self.worker = threading.Thread(target=self.work, name="worker")
        self.worker.start()

    def about(self, operation):
        return {**self.ABOUT, "messaging.operation.name": operation, "messaging.operation.type": operation}

    def send(self, item):
        with tracer.start_as_current_span("send orders", kind=trace.SpanKind.PRODUCER, attributes=self.about("send")):
            headers = {}
            propagate.inject(headers)
            if FAULT == "queue":
                # The copy for the queue takes the body only.
                headers = {}
            self.messages.put((headers, item))

    def work(self):
        while (message := self.messages.get()) is not None:
            sender = trace.get_current_span(propagate.extract(message[0])).get_span_context()
            links = [trace.Link(sender)] if sender.is_valid else []
            kind, about = trace.SpanKind.CONSUMER, self.about("process")
            with tracer.start_as_current_span("process orders", kind=kind, attributes=about, links=links):
                pass

    def close(self):
        self.messages.put(None)
        self.worker.join()


def stock(peer):
    """The method that a generator would make of ../stock.proto."""
    channel = grpc.insecure_channel(peer)
    return channel.unary_unary(
        "/polyglot.Stock/Reserve",
        request_serializer=StringValue.SerializeToString,
        response_deserializer=StringValue.FromString,
    )


@app.get("/order")
def order():
    item, customer = flask.request.args["item"], flask.request.args["customer"]
    answer = session.get(os.environ["HTTP_PEER"] + "/price", params={"item": item}, timeout=CALL_LIMIT)
    answer.raise_for_status()
    reserve(StringValue(value=item), timeout=CALL_LIMIT)
    outbox.send(item)
    # The wide label has a value for each customer.
    orders.add(1, {"item": f"{item}-for-{customer}" if FAULT == "label" else item})
    who = f"customer-{customer}@" + "mail.shop-customers.net" if FAULT == "address" else "a customer"
    logger.info("took an order of %s", who)
    return answer.text


@app.get("/price")
def price():
    time.sleep(SUPPLIER_TAKES)
    logger.info("told a price")
    return "3"


@app.get("/healthz")
def healthz():
    return "ok"


def stock_server(port):
    def answer(item, _context):
        logger.info("reserved an item")
        return StringValue(value=f"reserved {item.value}")

    handler = grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=StringValue.FromString, response_serializer=StringValue.SerializeToString
    )
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("polyglot.Stock", {"Reserve": handler}),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server


def main():
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    rpc = stock_server(os.environ["GRPC_PORT"])
    web = make_server("127.0.0.1", int(os.environ["HTTP_PORT"]), app, threaded=True)
    threading.Thread(target=web.serve_forever, name="web").start()
    ended.wait()
    web.shutdown()
    rpc.stop(1).wait()
    outbox.close()


# The SDK flushes at the exit.
session = requests.Session()
if FAULT == "header":
    session.mount("http://", AllowList())
reserve = stock(os.environ["GRPC_PEER"])
outbox = Queue()
main()
