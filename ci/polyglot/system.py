"""The system under proof: a collector and the four services, on loopback addresses, with a driver that orders."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

READY_LIMIT = 120  # seconds until a program answers; a Java agent on a busy machine takes twenty
STOP_LIMIT = 60  # seconds from SIGTERM to the end
REQUEST_LIMIT = 60  # seconds for an order
# The kernel takes the ports of clients from 32768 on, so that none of them takes one before its server does.
PORTS = range(20_000, 32_000)

# Each service calls the next one over HTTP and the one after that over gRPC.
LANGUAGES = ("go", "java", "javascript", "python")
ITEMS = ("book", "lamp", "pen")
SIGNALS = ("traces", "metrics", "logs")


class Failure(Exception):
    """The system did not do its part, so that nothing can be judged."""


def after(language, steps):
    """The language so many steps further in the ring."""
    return LANGUAGES[(LANGUAGES.index(language) + steps) % len(LANGUAGES)]


def free_ports(count):
    """Ports that are free now, on the loopback address."""
    free = []
    for port in random.sample(PORTS, len(PORTS)):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        free.append(port)
        if len(free) == count:
            return free
    raise Failure(f"{count} ports of {PORTS} are not free")


class Program:
    """A program in the background, whose output is kept in a file."""

    def __init__(self, name, command, environment, health, log):
        self.name, self.health, self.log = name, health, log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    def fail(self, what):
        said = self.log.read_text(errors="replace")[-4000:]
        raise Failure(f"{self.name} {what}; it printed:\n{said}")

    def wait(self):
        """Waits until the program answers."""
        end = time.monotonic() + READY_LIMIT
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.fail(f"ended with status {self.process.returncode}")
            try:
                with urllib.request.urlopen(self.health, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.fail(f"did not answer within {READY_LIMIT} s")

    def ask_to_stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self):
        """Ends the program, which flushes its telemetry before."""
        self.ask_to_stop()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.fail(f"did not end within {STOP_LIMIT} s")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def collector(otelcol, folder):
    """Starts a collector that writes each signal to a file of `folder`. Returns it and its address for OTLP over HTTP."""
    receiver, health = free_ports(2)
    pipelines = {name: {"receivers": ["otlp"], "exporters": [f"file/{name}"]} for name in SIGNALS}
    config = {
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{receiver}"}}}},
        "exporters": {f"file/{name}": {"path": str(folder / f"{name}.jsonl")} for name in SIGNALS},
        "service": {"extensions": ["health_check"], "telemetry": {"metrics": {"level": "none"}}, "pipelines": pipelines},
    }
    path = folder / "collector.yaml"
    path.write_text(json.dumps(config))
    command = [otelcol, "--config", path]
    url = f"http://127.0.0.1:{health}/"
    return Program("the collector", command, os.environ, url, folder / "collector.log"), f"http://127.0.0.1:{receiver}"


def command_of(language, programs):
    """How a service is started, and what its language needs in the environment."""
    home = programs / language
    match language:
        case "go":
            return [home / "service"], {}
        case "java":
            agent = next((home / "target/lib").glob("opentelemetry-javaagent-*.jar"))
            path = f"{home}/target/classes:{home}/target/lib/*"
            quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"]
            return ["java", *quick, f"-javaagent:{agent}", "-cp", path, "polyglot.Service"], {}
        case "javascript":
            return ["node", home / "service.js"], {}
        case "python":
            variables = {"OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": "true"}
            return [home / "venv/bin/opentelemetry-instrument", home / "venv/bin/python", home / "service.py"], variables


class Services:
    """The four services and their addresses, which stay when one of them is started again."""

    def __init__(self, programs, folder, otlp):
        self.programs, self.folder, self.otlp = programs, folder, otlp
        ports = free_ports(2 * len(LANGUAGES))
        self.http = dict(zip(LANGUAGES, ports[: len(LANGUAGES)]))
        self.grpc = dict(zip(LANGUAGES, ports[len(LANGUAGES) :]))

    def start(self, language, variables, programs=None, run=1):
        """Starts one of them with more variables, and perhaps from another folder of programs."""
        command, own = command_of(language, programs or self.programs)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.otlp,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            **{f"OTEL_{signal.upper()}_EXPORTER": "otlp" for signal in SIGNALS},
            # Nothing is asked of clouds and orchestrators.
            "OTEL_NODE_RESOURCE_DETECTORS": "env",
            **own,
            "OTEL_SERVICE_NAME": language,
            "HTTP_PORT": str(self.http[language]),
            "GRPC_PORT": str(self.grpc[language]),
            "HTTP_PEER": f"http://127.0.0.1:{self.http[after(language, 1)]}",
            "GRPC_PEER": f"127.0.0.1:{self.grpc[after(language, 2)]}",
            **variables,
        }
        url = f"http://127.0.0.1:{self.http[language]}/healthz"
        log = self.folder / f"{language}{'' if run == 1 else f'-{run}'}.log"
        return Program(language, command, environment, url, log)


def order(http, rounds):
    """Orders from each service in turn, as a browser without tracing would. Returns the number of orders."""
    for number in range(rounds):
        for place, language in enumerate(LANGUAGES):
            customer = 1000 + number * len(LANGUAGES) + place
            url = f"http://127.0.0.1:{http[language]}/order?item={ITEMS[number % len(ITEMS)]}&customer={customer}"
            try:
                with urllib.request.urlopen(url, timeout=REQUEST_LIMIT) as answer:
                    answer.read()
            except OSError as fault:
                detail = fault.read().decode(errors="replace") if isinstance(fault, urllib.error.HTTPError) else ""
                raise Failure(f"{language} took no order: {fault} {detail}") from fault
    return rounds * len(LANGUAGES)


def capture(otelcol, programs, folder, fault="", faulty=(), variables=lambda _: {}, rounds=12):
    """Runs the system once. Returns the files of its capture."""
    folder.mkdir(parents=True)
    sink, otlp = collector(otelcol, folder)
    running = [sink]
    try:
        sink.wait()
        services, started = Services(programs, folder, otlp), {}
        for language in LANGUAGES:
            of_fault = {"FAULT": fault} if language in faulty else {}
            started[language] = services.start(language, {**of_fault, **variables(language)})
            running.append(started[language])
        for service in started.values():
            service.wait()
        order(services.http, rounds)
        for service in started.values():
            service.ask_to_stop()
        for service in started.values():
            service.stop()
        sink.stop()
    finally:
        for program in running:
            program.kill()
    files = [folder / f"{name}.jsonl" for name in SIGNALS]
    for file in files:
        if not file.exists() or file.stat().st_size == 0:
            raise Failure(f"the collector wrote nothing to {file.name}")
    return files


def resources(files):
    """The `telemetry.sdk.version` and agent of each service, as its resource says."""
    told = {}
    for line in pathlib.Path(files[0]).read_text().splitlines():
        for each in json.loads(line)["resourceSpans"]:
            pairs = {pair["key"]: pair["value"].get("stringValue") for pair in each["resource"]["attributes"]}
            agent = pairs.get("telemetry.distro.version")
            told[pairs["service.name"]] = (pairs["telemetry.sdk.language"], pairs["telemetry.sdk.version"], agent)
    return told
