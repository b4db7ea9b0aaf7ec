//! Faults in what was generated.

use super::{Code, Example};
use crate::finding::Severity::Error;

/// A committed artefact is not what the specs compile to.
pub static STALE_ARTEFACT: Code = Code {
    id: "stale-artefact",
    severity: Error,
    summary: "a committed artefact is not what the specs compile to",
    cause: "\
What Prometheus loads is the generated file, not the spec. While the two differ,
the spec that was reviewed is not the one that pages. Only `compile --check`
reports this: it compares the output folder with what `compile` would write, and
tells four cases apart: a file is missing, its text differs, its spec is gone,
or somebody else's file stands where it belongs.",
    example: Example::Session {
        wrong: "
emberline init checkout
emberline compile
sed 's/99.9%/99.5%/' slos/checkout.yaml > new
mv new slos/checkout.yaml
emberline compile --check",
        right: "
emberline init checkout
emberline compile
sed 's/99.9%/99.5%/' slos/checkout.yaml > new
mv new slos/checkout.yaml
emberline compile
emberline compile --check",
    },
    remedy: "\
Run `emberline compile` and commit what it wrote and removed together with the
spec. Where a file was edited by hand, put the change into the spec: a label, a
name, a pair of windows and a severity can all be set there. A file that
emberline did not write is never replaced unless you say `--force`.",
};

pub(super) static CODES: &[&Code] = &[&STALE_ARTEFACT];
