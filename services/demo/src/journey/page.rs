//! The page of a journey, in Markdown: the four signals one below the other, each with the same trace id.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Journey, Span};

/// Lines of a profile that are shown.
const SHOWN: usize = 5;
/// A tree that is deeper than this has a loop in it.
const DEEPEST: usize = 30;

impl Journey {
    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = format!("# One request, four signals\n\nTrace `{}`.\n", self.trace_id);
        // Writing to a string cannot fail.
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        let exemplar = &self.exemplar;
        writeln!(page, "\n## Metric: an exemplar in Prometheus\n\n```text\n{}", exemplar.series)?;
        writeln!(
            page,
            "    value {:.3} s  trace_id=\"{}\" span_id=\"{}\"\n```",
            exemplar.value, exemplar.trace_id, exemplar.span_id
        )?;
        writeln!(page, "\n## Trace: its tree of spans\n\n```text\ntrace_id {}", self.trace_id)?;
        let roots = self.spans.iter().filter(|span| !self.spans.iter().any(|other| other.id == span.parent));
        for root in roots {
            self.tree(page, root, 0)?;
        }
        writeln!(page, "```\n\n## Logs: what was written meanwhile\n\n```text")?;
        let began = self.spans.first().map_or(0, |span| span.start);
        for line in &self.logs {
            let after = line.time.saturating_sub(began) / 1_000_000;
            let (severity, service) = (&line.severity, &line.service);
            writeln!(page, "+{after:>4} ms {severity:<5} {service:<9} trace_id={} {}", line.trace_id, line.body)?;
        }
        writeln!(page, "```\n\n## Profile: where the processor was\n\n```text\ntrace_id {}", self.trace_id)?;
        let mut places: BTreeMap<(String, String), (u64, f64)> = BTreeMap::new();
        for stack in &self.stacks {
            let place = stack.own().or(stack.frames.first()).cloned().unwrap_or_default();
            let place = (format!("{} {}", stack.service, place.0), format!("{}:{}", place.1, place.2));
            let sum = places.entry(place).or_default();
            *sum = (sum.0 + stack.count, sum.1 + stack.millis);
        }
        let all: u64 = self.stacks.iter().map(|stack| stack.count).sum();
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for ((function, file), (count, millis)) in places.iter().take(SHOWN) {
            writeln!(page, "{count:>4} of {all} samples {millis:>7.0} ms  {function}  {file}")?;
        }
        writeln!(page, "```")
    }

    fn tree(&self, page: &mut String, span: &Span, depth: usize) -> std::fmt::Result {
        let kind = match span.kind {
            2 => "server",
            3 => "client",
            _ => "",
        };
        let name = format!("{:width$}{} {}", "", span.service, span.name, width = depth * 2);
        let failed = if span.failed { "  failed" } else { "" };
        writeln!(page, "{name:<52} {kind:<6} {:>8.1} ms{failed}", span.millis())?;
        for child in self.spans.iter().filter(|child| child.parent == span.id && child.id != span.id) {
            if depth < DEEPEST {
                self.tree(page, child, depth + 1)?;
            }
        }
        Ok(())
    }
}
