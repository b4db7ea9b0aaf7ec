"""The walk's proof in other languages: a fault in the Go, the Java and the Python service, among changes of logic that do no
harm. `emberline walk` must name the fault's commit first.

    walk.py EMBERLINE OTELCOL PROMETHEUS STORE PROGRAMS FOLDER SEED [LANGUAGE…]
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import observed
from history import History
from system import ITEMS, LANGUAGES, READY_LIMIT, Failure, Services, free_ports

HERE = pathlib.Path(__file__).parent
SPECS = HERE / "slos-walk"
FAULTY = ("go", "java", "python")
WARM = 25  # seconds
HEALTHY = 45  # seconds before the release: longer than the alert's short window and the walk's own
ALERT_LIMIT = 180  # seconds from the release to the alert
SEEN = 5  # seconds that telemetry takes from a service to the stores
WALK_LIMIT = 120  # seconds
BUILD_LIMIT = 1200  # seconds
DRIVERS = 2  # of each service, so that a slow order holds up one of them
PAUSE = 0.8  # seconds between two orders of a driver
# Short, since the hour of an alert takes four minutes here.
OFTEN = {
    "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    "OTEL_BSP_SCHEDULE_DELAY": "500",
    "OTEL_BLRP_SCHEDULE_DELAY": "500",
    # Python's instrumentation keeps the names of old conventions unless it is told otherwise.
    "OTEL_SEMCONV_STABILITY_OPT_IN": "http",
}


class Load:
    """Steady orders from every service. Whether an order is taken is for the objectives to say."""

    def __init__(self, http):
        self.http, self.runs, self.ended = http, threading.Event(), threading.Event()
        self.runs.set()
        self.idle = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self.drive, args=(at, n)) for at in LANGUAGES for n in range(DRIVERS)]
        for thread in self.threads:
            thread.start()

    def drive(self, language, number):
        chance = random.Random(f"{language} {number}")
        while not self.ended.wait(PAUSE * chance.uniform(0.5, 1.5)):
            if not self.runs.is_set():
                self.idle.release()
                self.runs.wait()
            customer = chance.randrange(1000, 9999)
            url = f"http://127.0.0.1:{self.http[language]}/order?item={chance.choice(ITEMS)}&customer={customer}"
            try:
                with urllib.request.urlopen(url, timeout=30) as answer:
                    answer.read()
            except OSError:
                pass

    def pause(self):
        """Waits until no order is under way."""
        self.runs.clear()
        for _ in self.threads:
            if not self.idle.acquire(timeout=60):
                raise Failure("an order took a minute")

    def stop(self):
        self.ended.set()
        self.runs.set()
        for thread in self.threads:
            thread.join()


def version(commit, language):
    return {"OTEL_RESOURCE_ATTRIBUTES": f"service.version={commit},service.instance.id={language}-{commit[:12]}"}


def built(history, programs, folder):
    """Builds the service of the history's head. Returns the folder that holds its program."""
    script = '. ci/polyglot/build.sh && build "$@"'
    sources, home = history.folder / history.language, folder / "programs" / history.language
    command = ["bash", "-c", f"set -euo pipefail; {script}", "build", history.language, "10m", sources, home]
    same = {"VENV": str(programs / "python/venv")}
    done = subprocess.run(
        command, env={**os.environ, **same}, cwd=HERE.parent.parent, capture_output=True, text=True, timeout=BUILD_LIMIT
    )
    if done.returncode:
        raise Failure(f"the head does not build:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return home.parent


class Walked:
    """A run of one language: healthy, then with the fault, until its alert is walked."""

    def __init__(self, tools, programs, folder, language, seed):
        self.tools, self.programs, self.folder, self.language = tools, programs, folder, language
        self.running, self.load = [], None
        folder.mkdir(parents=True)
        self.history = History(folder / "repository", language, seed)
        self.broken = (language, self.history.about["Objective"])

    def start(self, program):
        self.running.append(program)
        return program

    def run(self):
        """Returns the walk as its JSON tells it."""
        head = built(self.history, self.programs, self.folder)
        try:
            return self.observed(head)
        finally:
            if self.load:
                self.load.stop()
            for program in self.running:
                program.ask_to_stop()
            for program in self.running:
                try:
                    program.stop()
                except Failure as failure:
                    print(f"  {failure}", flush=True)
                program.kill()

    def observed(self, head):
        store, at_store = observed.store(self.tools.store, self.folder)
        self.start(store).wait()
        collector, otlp, metrics = observed.collector(self.tools.otelcol, self.folder, at_store)
        self.start(collector).wait()
        services, started = Services(self.programs, self.folder, otlp), {}
        for language in LANGUAGES:
            variables = {**OFTEN, **version(self.history.base, language)}
            started[language] = self.start(services.start(language, variables))
        for service in started.values():
            service.wait()
        self.load = Load(services.http)
        # First requests are slow, and would count against the objectives.
        time.sleep(WARM)
        rules = observed.rules(self.tools.emberline, SPECS, self.folder)
        prometheus, at_prometheus = observed.prometheus(self.tools.prometheus, self.folder, metrics, rules)
        self.start(prometheus).wait()
        time.sleep(HEALTHY)
        # A busy machine may slow services down, so that other alerts fire as well.
        if self.broken in observed.firing(at_prometheus):
            raise Failure(f"{'/'.join(self.broken)} fires before the release")
        # Peers would fail as well while the service is away.
        self.load.pause()
        started[self.language].stop()
        variables = {**OFTEN, **version(self.history.head, self.language)}
        self.start(services.start(self.language, variables, head, 2)).wait()
        self.load.runs.set()
        self.wait(at_prometheus)
        time.sleep(SEEN)
        return self.walk("/".join(self.broken), at_prometheus, at_store)

    def wait(self, prometheus):
        """Waits for the alert of the objective that the fault breaks."""
        began = time.monotonic()
        while time.monotonic() < began + ALERT_LIMIT:
            if self.broken in observed.firing(prometheus):
                print(f"  {'/'.join(self.broken)} fires {time.monotonic() - began:.0f} s after the release", flush=True)
                return
            time.sleep(1)
        raise Failure(f"{'/'.join(self.broken)} did not fire within {ALERT_LIMIT} s")

    def walk(self, alert, prometheus, store):
        command = [self.tools.emberline, "walk", "--specs", SPECS, "--alert", alert, "--prometheus", prometheus]
        command += ["--store", store, "--repository", self.history.folder, "--out", self.folder / "walk"]
        done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=WALK_LIMIT)
        (self.folder / "walk.json").write_text(done.stdout)
        try:
            return json.loads(done.stdout)
        except ValueError as fault:
            raise Failure(f"emberline walk ended with status {done.returncode}:\n{done.stdout}{done.stderr}") from fault


class Tools:
    def __init__(self, emberline, otelcol, prometheus, store):
        self.emberline, self.otelcol, self.prometheus, self.store = emberline, otelcol, prometheus, store


def told(history, walk):
    """What is wrong with a walk, and its row of the table."""
    suspects = walk["suspects"]
    first = suspects[0]["commit"]["id"] if suspects else ""
    is_right = first == history.commit
    ranks = [at for at, suspect in enumerate(suspects, 1) if suspect["commit"]["id"] == history.commit]
    confidence = f"{suspects[0]['confidence']:.0%}" if suspects else "-"
    function = (walk.get("function") or {}).get("function") or "-"
    certain = "yes" if walk["verdict"] == "commit" else "no"
    rank = "first" if is_right else f"{ranks[0]} of {len(suspects)}" if ranks else "not named"
    row = [history.language, history.about["Kind"], f"{history.commit[:10]} {history.fault}", rank, certain, confidence]
    return is_right, [*row, function, f"{walk['seconds']:.1f}"]


def main():
    *tools, programs, folder, seed = sys.argv[1:8]
    tools, programs, folder = Tools(*tools), pathlib.Path(programs), pathlib.Path(folder)
    languages = sys.argv[8:] or FAULTY
    rows, failed = [], 0
    for language in languages:
        began = time.monotonic()
        try:
            walked = Walked(tools, programs, folder / language, language, seed)
            walk = walked.run()
            is_right, row = told(walked.history, walk)
            print(f"  {walk['headline']}", flush=True)
        except Failure as failure:
            is_right, row = False, [language, "FAILED", *["-"] * 6]
            print(f"  {language}: {failure}", flush=True)
        if not is_right:
            failed += 1
            print(f"  {language}: all of it is in {folder / language}", flush=True)
        rows.append(row)
        print(f"{language}: {time.monotonic() - began:.0f} s", flush=True)
    print("| language | fault | commit | suspect | certain | confidence | function | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
