"""Services with plain metrics, specs as a newcomer writes them, and every query of every panel and page asked of a real Prometheus.

    python3 ci/plain/prove.py BUILT SCRATCH      BUILT: what ci/plain/run built

Each of three programs has a Prometheus of its own: client_golang's metrics, Spring Boot's with histograms, and Spring Boot's as
they are without a setting. `emberline init --against` writes the spec from the program's own page of metrics. Every query must
return a number; one that returns nothing belongs to a panel or a step that should not be there.
"""

import glob
import json
import math
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

BUILT, SCRATCH = (os.path.realpath(folder) for folder in sys.argv[1:3])
EMBERLINE = os.environ["EMBERLINE"]
PROMETHEUS = os.environ["PROMETHEUS"]
# Seconds until sums over days have a value, with time fifteen times as fast.
PATIENCE = 110
# Everything is fifteen times shorter: five-minute counts take twenty seconds.
POLICY = "version: emberline/v1\nscrape_interval: 15s\nevaluation_interval: 30s\ntime_scale: 15\n"
# What nobody here sends: panels and steps of it must be empty, or this judge sees nothing.
BOASTING = POLICY + "targets: [rules, grafana, runbooks, collector]\ngrafana: {tempo: {}, loki: {}}\n"
SPRING = ["java", "-Xmx160m", "-XX:TieredStopAtLevel=1", "-jar", f"{BUILT}/spring/target/plain-1.jar"]
HISTOGRAM = "--management.metrics.distribution.percentiles-histogram.http.server.requests"
PROGRAMS = {
    "orders": (lambda at: [f"{BUILT}/go/service", at], "/metrics"),
    "stock": (lambda at: [*SPRING, f"--server.port={at.split(':')[1]}", f"{HISTOGRAM}=true"], "/actuator/prometheus"),
    "catalog": (lambda at: [*SPRING, f"--server.port={at.split(':')[1]}", f"{HISTOGRAM}=false"], "/actuator/prometheus"),
}
started = []


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


def start(command, log):
    process = subprocess.Popen(command, stdout=open(log, "w"), stderr=subprocess.STDOUT)
    started.append(process)
    return process


def get(url, **query):
    url += "?" + urllib.parse.urlencode(query) if query else ""
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def waits(what, seconds, done):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if done():
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"{what}: not within {seconds} s")


def load(at, stop):
    """Some twenty requests a second, of which those for orders fail now and then."""
    count = 0
    while not stop.is_set():
        count += 1
        # Ids are of one route: Spring counts them under its template.
        path = "/basket" if count % 2 else ("/orders/7" if "java" in stop.kind else "/orders")
        try:
            get(f"http://{at}{path}")
        except OSError:
            pass
        stop.wait(0.05)


class Service:
    def __init__(self, name):
        self.name, self.folder, self.at, self.prometheus = name, f"{SCRATCH}/{name}", free(), free()
        self.command, self.path = PROGRAMS[name][0](self.at), PROGRAMS[name][1]
        os.makedirs(self.folder)

    def run(self, *arguments):
        done = subprocess.run([EMBERLINE, *arguments], cwd=self.folder, text=True, capture_output=True, timeout=120)
        if done.returncode:
            raise SystemExit(f"{self.name}: emberline {' '.join(arguments)}\n{done.stdout}{done.stderr}")

    def begin(self, stop):
        start(self.command, f"{self.folder}/program.log")
        waits(f"{self.name} to serve", 90, lambda: get(f"http://{self.at}{self.path}"))
        stop.kind = self.command[0]
        threading.Thread(target=load, args=(self.at, stop), daemon=True).start()

    def specify(self):
        page = f"http://{self.at}{self.path}"
        waits(f"{self.name}: a failed request", 60, lambda: b'"500"' in get(page))
        self.run("init", self.name, "--against", page)
        with open(f"{self.folder}/slos/policy.yaml", "w") as policy:
            policy.write(POLICY)
        # What is exported decides as well: whether the histogram has buckets at all.
        self.run("observe", page, "--snapshot", self.name)
        self.run("compile")
        with open(f"{self.folder}/prometheus.yml", "w") as config:
            json.dump({
                "global": {"scrape_interval": "1s", "evaluation_interval": "2s"},
                "rule_files": [f"{self.folder}/generated/prometheus/rules/*.yaml"],
                "scrape_configs": [{
                    "job_name": self.name, "metrics_path": self.path, "static_configs": [{"targets": [self.at]}],
                }],
            }, config)
        start([
            PROMETHEUS, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address={self.prometheus}",
        ], f"{self.folder}/prometheus.log")

    def queries(self, generated):
        """Every PromQL query of panels and pages, by where it stands; any other language is a fault here."""
        found, others = {}, []
        for path in sorted(glob.glob(f"{generated}/grafana/dashboards/*.json")):
            board = json.load(open(path))
            for panel in board["panels"]:
                for target in panel.get("targets", []):
                    place = f"{board['uid']}, {panel['title']} {target['refId']}"
                    if panel["datasource"]["type"] != "prometheus":
                        others.append(place)
                        continue
                    found[place] = target["expr"].replace("$__rate_interval", "20s")
        for path in sorted(glob.glob(f"{generated}/runbooks/*/*/*.md")):
            page = os.path.relpath(path, f"{generated}/runbooks")
            for at, (tag, text) in enumerate(re.findall(r"^```(\w+)\n(.*?)\n```$", open(path).read(), re.M | re.S)):
                if tag == "promql":
                    found[f"{page}, query {at}"] = text
                elif tag != "sh":
                    others.append(f"{page}: {tag}")
        return found, others

    def is_empty(self, expr):
        answer = json.loads(get(f"http://{self.prometheus}/api/v1/query", query=expr))
        assert answer["status"] == "success", answer
        return not any(math.isfinite(float(one["value"][1])) for one in answer["data"]["result"] if "value" in one)

    def judge(self):
        found, others = self.queries(f"{self.folder}/generated")
        waiting, began = dict(found), time.monotonic()
        while waiting and time.monotonic() - began < PATIENCE:
            time.sleep(2)
            waiting = {place: expr for place, expr in waiting.items() if self.is_empty(expr)}
        panels = sum(" query " not in place for place in found)
        print(f"plain: {self.name}: {panels} queries of panels and {len(found) - panels} of pages, {len(waiting)} empty, "
              f"{time.monotonic() - began:.0f} s")
        faults = [f"{self.name}: {place} returns nothing: {expr}" for place, expr in waiting.items()]
        faults += [f"{self.name}: {place} asks what nobody sends" for place in others]
        if panels < 20 or len(found) - panels < 20:
            faults.append(f"{self.name}: too few queries were found to judge")
        return faults

    def boast(self):
        """The judge must find the panels of what nobody sends."""
        with open(f"{self.folder}/slos/policy.yaml", "w") as policy:
            policy.write(BOASTING)
        self.run("compile", "--out", "boasting")
        found, others = self.queries(f"{self.folder}/boasting")
        empty = [place for place, expr in found.items() if self.is_empty(expr)]
        with open(f"{self.folder}/slos/policy.yaml", "w") as policy:
            policy.write(POLICY)
        return [] if len(empty) >= 5 and len(others) >= 5 else [f"{self.name}: the judge finds {empty} and {others} only"]


def main():
    services, stop = [Service(name) for name in PROGRAMS], {}
    for service in services:
        stop[service.name] = threading.Event()
        service.begin(stop[service.name])
    for service in services:
        service.specify()
    faults = []
    for service in services:
        faults += service.judge()
    faults += services[0].boast()
    if os.environ.get("PREVIEW"):
        first = services[0]
        preview = [*os.environ["PREVIEW"].split(), EMBERLINE, f"{first.folder}/slos", f"http://{first.prometheus}"]
        if subprocess.run(preview, timeout=240).returncode:
            faults.append("the preview has faults")
    for event in stop.values():
        event.set()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


try:
    code = main()
finally:
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=30)
sys.exit(code)
