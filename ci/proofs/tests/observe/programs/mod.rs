//! What is observed, a file for each program: a spec that is right about it, and faults to plant into that spec.

mod alertmanager;
mod capture;
mod cart;
mod collector;
mod node;
mod page;
mod prometheus;
mod shop;

/// A fault: a text of an honest spec and what stands there instead, and how it must be found.
pub(crate) struct Fault {
    /// What somebody did.
    pub(crate) what: &'static str,
    pub(crate) right: &'static str,
    pub(crate) wrong: &'static str,
    /// The policy, where not the usual one.
    pub(crate) policy: Option<&'static str>,
    pub(crate) code: &'static str,
    /// A part of the underlined text.
    pub(crate) place: &'static str,
    /// A part of the remedy.
    pub(crate) remedy: &'static str,
}

const fn fault(
    what: &'static str,
    (right, wrong): (&'static str, &'static str),
    code: &'static str,
    place: &'static str,
    remedy: &'static str,
) -> Fault {
    Fault { what, right, wrong, policy: None, code, place, remedy }
}

const fn with(fault: Fault, policy: &'static str) -> Fault {
    Fault { policy: Some(policy), ..fault }
}

/// A program whose metrics a spec speaks of.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What makes the metrics: a program that anybody can run, or a library that anybody can link.
    pub(crate) exporter: &'static str,
    /// The honest spec.
    pub(crate) spec: &'static str,
    pub(crate) faults: &'static [Fault],
}

/// The policy of every honest spec.
pub(crate) const POLICY: &str = "version: emberline/v1\nscrape_interval: 1s\nservice_label: job\n";
/// Policies that are wrong about the interval.
const SLOW: &str = "version: emberline/v1\nscrape_interval: 200ms\nservice_label: job\n";
const LAZY: &str = "version: emberline/v1\nscrape_interval: 15s\n";

/// Every program.
pub(crate) const PROGRAMS: &[Program] = &[
    program("prometheus", "Prometheus", prometheus::SPEC, prometheus::FAULTS),
    program("alertmanager", "Alertmanager", alertmanager::SPEC, alertmanager::FAULTS),
    program("collector", "OpenTelemetry Collector", collector::SPEC, collector::FAULTS),
    program("node", "node_exporter", node::SPEC, node::FAULTS),
    program("shop", "prometheus-client", shop::SPEC, shop::FAULTS),
    program("page", "prometheus-client", page::SPEC, page::FAULTS),
    program("cart", "OpenTelemetry SDK", cart::SPEC, cart::FAULTS),
    program("capture", "OpenTelemetry SDK", capture::SPEC, capture::FAULTS),
];

const fn program(name: &'static str, exporter: &'static str, spec: &'static str, faults: &'static [Fault]) -> Program {
    Program { name, exporter, spec, faults }
}
