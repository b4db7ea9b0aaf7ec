"""What observes the services of the walk: the demo's store, a collector, and a Prometheus with the compiled rules."""

import json
import os
import subprocess
import urllib.request

from system import Failure, Program, free_ports

COMPILE_LIMIT = 60  # seconds


def store(program, folder):
    """Starts the store of traces and logs. Returns it and its address."""
    http, grpc = free_ports(2)
    command = [program, "--listen", f"127.0.0.1:{http}", "--grpc", f"127.0.0.1:{grpc}", "--data", folder / "store.db"]
    url = f"http://127.0.0.1:{http}"
    return Program("the store", command, os.environ, f"{url}/healthz", folder / "store.log"), url


def collector(otelcol, folder, store):
    """Starts a collector that sends traces and logs to the store, and makes metrics of all spans as a compiled gateway does.
    Returns it, its address for OTLP over HTTP, and where Prometheus finds metrics."""
    receiver, health, metrics = free_ports(3)
    buckets = [f"{bound}ms" for bound in (5, 10, 25, 50, 100, 250, 500, 1000, 2500)]
    of_service = 'set(datapoint.attributes["service.name"], resource.attributes["service.name"])'
    config = {
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{receiver}"}}}},
        "processors": {
            "transform/metrics": {"metric_statements": [{"context": "datapoint", "statements": [of_service]}]},
        },
        "connectors": {
            "span_metrics": {
                "histogram": {"unit": "s", "explicit": {"buckets": buckets}},
                "dimensions": [{"name": "http.route"}, {"name": "rpc.method"}],
                "metrics_flush_interval": "1s",
                "resource_metrics_key_attributes": ["service.name"],
            },
        },
        "exporters": {
            "otlp_http": {"endpoint": store, "sending_queue": {"batch": {"flush_timeout": "200ms", "min_size": 64}}},
            "prometheus": {"endpoint": f"127.0.0.1:{metrics}", "without_scope_info": True, "metric_expiration": "10s"},
        },
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {
                "traces": {"receivers": ["otlp"], "exporters": ["otlp_http", "span_metrics"]},
                "logs": {"receivers": ["otlp"], "exporters": ["otlp_http"]},
                "metrics": {
                    "receivers": ["otlp", "span_metrics"],
                    "processors": ["transform/metrics"],
                    "exporters": ["prometheus"],
                },
            },
        },
    }
    path = folder / "collector.yaml"
    path.write_text(json.dumps(config))
    url = f"http://127.0.0.1:{health}/"
    program = Program("the collector", [otelcol, "--config", path], os.environ, url, folder / "collector.log")
    return program, f"http://127.0.0.1:{receiver}", f"127.0.0.1:{metrics}"


def rules(emberline, specs, folder):
    """Compiles the rules. Returns their files."""
    command = [emberline, "compile", "--specs", specs, "--out", folder / "generated", "--only", "rules"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_LIMIT)
    if done.returncode:
        raise Failure(f"emberline compile ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return sorted((folder / "generated/prometheus/rules").glob("*.yaml"))


def prometheus(program, folder, metrics, rules):
    """Starts a Prometheus; its intervals are the policy's divided by its time scale. Returns it and its address."""
    (port,) = free_ports(1)
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "2s"},
        "rule_files": [str(rule) for rule in rules],
        # The collector speaks for the services.
        "scrape_configs": [
            {"job_name": "telemetry", "honor_labels": True, "static_configs": [{"targets": [metrics]}]},
        ],
    }
    path = folder / "prometheus.yaml"
    path.write_text(json.dumps(config))
    url = f"http://127.0.0.1:{port}"
    command = [program, f"--config.file={path}", f"--storage.tsdb.path={folder / 'prometheus'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    return Program("Prometheus", command, os.environ, f"{url}/-/ready", folder / "prometheus.log"), url


def firing(prometheus):
    """The services and objectives whose alerts fire."""
    with urllib.request.urlopen(f"{prometheus}/api/v1/alerts", timeout=10) as answer:
        alerts = json.load(answer)["data"]["alerts"]
    labels = [alert["labels"] for alert in alerts if alert["state"] == "firing"]
    return sorted({(each["service"], each["slo"]) for each in labels if "slo" in each})
