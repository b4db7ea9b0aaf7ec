//! The Emberline compiler as a pure function of its input.
//!
//! ```text
//! Sources ──spec──▶ Spec ──model──▶ Model ──plan──▶ Plan ──emit──▶ Artefacts
//!                     └────findings────┴──check──┘
//! ```
//!
//! No stage does I/O, reads a clock or looks at the environment (clippy's `disallowed-methods` sees to it): the same
//! specs give the same bytes.

pub mod check;
pub mod code;
pub mod emit;
pub mod finding;
pub mod model;
pub mod oracle;
pub mod plan;
pub mod promql;
mod proof;
pub mod quantity;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod yaml;

pub use spec::schema::{Kind as SchemaKind, text as schema};

use rayon::prelude::*;

use finding::{Finding, Severity};

/// What is known of a set of specs: all that is wrong, and the plan where nothing is an error.
#[derive(Debug)]
pub struct Analysis {
    /// Sorted findings of every stage that could run.
    pub findings: Vec<Finding>,
    /// Absent while any finding is an error.
    pub plan: Option<plan::Plan>,
}

/// Reads, resolves, plans and checks the specs of one folder.
///
/// Each stage reports all it finds, and the next one works on what could be built; only emitting asks for sound input.
#[must_use]
pub fn analyse(sources: &source::Sources) -> Analysis {
    let all: Vec<_> = sources.iter().collect();
    let mut files: Vec<_> = all.into_par_iter().map(|(id, source)| (id, spec::parse(id, source))).collect();
    let mut findings: Vec<Finding> =
        files.iter_mut().flat_map(|(_, file)| std::mem::take(&mut file.findings)).collect();
    let (model, mut resolved) = model::resolve(sources, &files);
    drop(files);
    findings.append(&mut resolved);
    let plan = plan::plan(&model);
    findings.append(&mut check::run(sources, &model, &plan));
    finding::sort(&mut findings);
    let sound = findings.iter().all(|finding| finding.severity < Severity::Error);
    Analysis { findings, plan: sound.then_some(plan) }
}

/// Generates one unit's files of the given targets. Units are independent, so callers may run them side by side.
#[must_use]
pub fn emit_unit(plan: &plan::Plan, unit: usize, targets: &[emit::Target]) -> Vec<emit::Artefact> {
    emit::emit(plan, unit, targets)
}
