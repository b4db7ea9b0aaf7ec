"""The proof: `emberline verify` finds nothing in the honest system, and each fault at its hop, in each language.

    prove.py EMBERLINE OTELCOL PROGRAMS FOLDER [FAULT…]
"""

import json
import pathlib
import subprocess
import sys
import time
from collections import Counter

import system
from system import LANGUAGES, Failure, after

SPECS = pathlib.Path(__file__).parent / "slos"
VERIFY_LIMIT = 120  # seconds
ROUNDS = 30  # orders from each service in a run

# What a request is, by the kinds of OTLP: for an order, a price and a reservation, each with its call; the message's ends.
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
SPANS = {SERVER: 3 * ROUNDS, CLIENT: 2 * ROUNDS, PRODUCER: ROUNDS, CONSUMER: ROUNDS}


def sampler(name, ratio):
    return {"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": str(ratio)}


# A sampler without `parentbased_` decides anew on every request. A hop whose thirty requests are all sampled comes once in a
# thousand million.
CONTRADICTS = sampler("traceidratio", 0.5)
AGREES = sampler("parentbased_traceidratio", 0.5)

# What must be found for each fault in a service, and nothing else: codes with the hop or the service.
FAULTS = {
    "header": lambda at: {
        ("broken-propagation", f"{at} -> {after(at, 1)}"),
        ("missing-hop", f"{at} -> {after(at, 1)}"),
    },
    "queue": lambda at: {("broken-propagation", at)},
    "sampler": lambda at: {
        ("missing-hop", f"{after(at, -1)} -> {at}"),
        ("missing-hop", f"{after(at, -2)} -> {at}"),
        ("sampling-mismatch", at),
    },
    "label": lambda at: {("undeclared-value", at)},
    "address": lambda at: {("pii-in-telemetry", at)},
}
# These findings name a trace that shows the fault.
IN_A_TRACE = {"broken-propagation", "missing-hop", "sampling-mismatch", "pii-in-telemetry"}


def verify(emberline, files):
    """The findings of a capture."""
    command = [emberline, "verify", "--specs", SPECS, "--format", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=VERIFY_LIMIT)
    if done.returncode not in (0, 1):
        raise Failure(f"emberline verify ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)["findings"]


def told(finding):
    return f"{finding['severity']}[{finding['code']}] at {place(finding)}: {finding['message']}"


def is_told_only(finding):
    """Notes; and late ends of requests: a busy machine may stop a server between its answer and the end of its span."""
    return finding["severity"] == "note" or finding["code"] == "span-outside-parent"


def place(finding):
    return finding.get("edge") or finding.get("service") or ""


def judged(findings, wanted):
    """What is wrong with the findings: those that are missing, and those that nobody asked for."""
    found = [each for each in findings if not is_told_only(each)]
    pairs = {(each["code"], place(each)) for each in found}
    wrong = [f"not found: {code} at {at}" for code, at in sorted(wanted - pairs)]
    wrong += [f"found besides: {told(each)}" for each in found if (each["code"], place(each)) not in wanted]
    wrong += [f"names no trace: {told(each)}" for each in found if each["code"] in IN_A_TRACE and not each.get("trace_id")]
    return wrong


def complete(files):
    """What lacks in the capture of an honest run: spans of each kind, records and points of each service."""
    spans, others = Counter(), set()
    for file, resources, scopes, records in (
        (files[0], "resourceSpans", "scopeSpans", "spans"),
        (files[1], "resourceMetrics", "scopeMetrics", "metrics"),
        (files[2], "resourceLogs", "scopeLogs", "logRecords"),
    ):
        for line in file.read_text().splitlines():
            for resource in json.loads(line)[resources]:
                attributes = {each["key"]: each["value"] for each in resource["resource"]["attributes"]}
                service = attributes["service.name"]["stringValue"]
                for scope in resource[scopes]:
                    if records == "spans":
                        spans.update((service, span["kind"]) for span in scope[records])
                    else:
                        others.add((service, records))
    wrong = [
        f"{spans[service, kind]} spans of kind {kind} of {service}, not {count}"
        for service in LANGUAGES
        for kind, count in SPANS.items()
        # Probes are SERVER spans too.
        if (spans[service, kind] < count if kind == SERVER else spans[service, kind] != count)
    ]
    wrong += [f"no {kind} of {at}" for at in LANGUAGES for kind in ("metrics", "logRecords") if (at, kind) not in others]
    return wrong


class Proof:
    def __init__(self, emberline, otelcol, programs, folder):
        self.emberline, self.otelcol = emberline, otelcol
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        self.failed = self.runs = 0

    def run(self, name, wanted, check=lambda _: [], **options):
        """Runs the system once and judges what it captured. Returns the files, or none if anything is wrong."""
        began = time.monotonic()
        folder = self.folder / name
        try:
            files = system.capture(self.otelcol, self.programs, folder, rounds=ROUNDS, **options)
            findings = verify(self.emberline, files)
            wrong = check(files) + judged(findings, wanted)
            notes = [told(each) for each in findings if is_told_only(each)]
        except Failure as failure:
            files, wrong, notes = [], [str(failure)], []
        for line in wrong + notes:
            print(f"  {name}: {line}", flush=True)
        print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
        self.runs += 1
        self.failed += len(wrong) > 0
        if wrong:
            print(f"  {name}: all of it is in {folder}", flush=True)
        return None if wrong else files

    def honest(self):
        files = self.run("honest", set(), complete)
        print(f"| honest: {'0 findings' if files else 'FAILED'}")
        for service, (language, version, distro) in sorted(system.resources(files).items() if files else ()):
            print(f"| {service}: OpenTelemetry SDK for {language} {version}{f', agent {distro}' if distro else ''}")
        files = self.run("sampled", set(), variables=lambda _: AGREES)
        print(f"| honest, half of the traces sampled at their roots: {'0 findings' if files else 'FAILED'}", flush=True)

    def broken(self, fault):
        """A fault in every service at once; but a sampler in one service would hide another's."""
        for faulty in [[each] for each in LANGUAGES] if fault == "sampler" else [LANGUAGES]:
            wanted = set().union(*map(FAULTS[fault], faulty))
            variables = lambda of: CONTRADICTS if fault == "sampler" and of in faulty else {}
            name = "-".join([fault, *faulty])
            files = self.run(name, wanted, fault=fault, faulty=faulty, variables=variables)
            for at in faulty:
                found = ", ".join(f"{code} at {hop}" for code, hop in sorted(FAULTS[fault](at)))
                print(f"| {fault} in {at}: {found if files else 'FAILED'}", flush=True)


def main():
    emberline, otelcol, programs, folder, *faults = sys.argv[1:]
    proof = Proof(emberline, otelcol, programs, folder)
    began = time.monotonic()
    proof.honest()
    for fault in faults or FAULTS:
        proof.broken(fault)
    print(f"| {proof.runs - proof.failed} of {proof.runs} runs as they must be, in {time.monotonic() - began:.0f} s")
    return proof.failed > 0


if __name__ == "__main__":
    sys.exit(main())
