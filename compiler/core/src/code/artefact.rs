//! Faults in what was generated, and in files that are about to be committed.

use super::Severity::Error;
use super::{Code, Example};

/// A committed artefact is not what the specs compile to.
pub static STALE_ARTEFACT: Code = Code {
    id: "stale-artefact",
    severity: Error,
    summary: "a committed artefact is not what the specs compile to",
    cause: "\
What Prometheus loads is the generated file, not the spec. While the two differ,
the spec that was reviewed is not the one that pages. `compile --check` compares
the output folder with what `compile` would write, and tells four cases apart: a
file is missing, its text differs, its spec is gone, or somebody else's file
stands where it belongs. `compile` itself warns of an edited file that it leaves
although its spec is gone, and of a manifest that lists files which emberline
never writes.",
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
name, a pair of windows and a severity can all be set there. While its spec
exists an edited file is generated again; once the spec is gone it stays until
you remove it or move it elsewhere. A file that emberline did not write is never
replaced unless you say `--force`.",
};

/// A secret stands in a file.
pub static SECRET_IN_FILE: Code = Code {
    id: "secret-in-file",
    severity: Error,
    summary: "a key, a token or a password stands in a file",
    cause: "\
What is committed is copied with every clone and stays in the history when the
line goes. Keys and tokens are known by the prefix that their issuer gives them,
others by what stands around them. What was found is never shown whole.",
    example: Example::Session {
        wrong: "
printf 'key: AKIA%s\\n' Q3EGRIBZT6V5WXYM > config.yaml
emberline scan config.yaml",
        right: "
printf 'key: ${AWS_ACCESS_KEY_ID}\\n' > config.yaml
emberline scan config.yaml",
    },
    remedy: "\
Revoke it first if it has ever been pushed: removing the line is not enough
then. Read it from the environment or from a store of secrets. What only looks
like a secret goes into a baseline: `--baseline FILE --update-baseline`.",
};

/// Personal data stands in a file.
pub static PII_IN_FILE: Code = Code {
    id: "pii-in-file",
    severity: Error,
    summary: "an address, a card or an account number stands in a file",
    cause: "\
Test data and examples are often copied from somewhere real, and stay in the
history for ever. Card and account numbers count where issuer, length and check
digits fit, so published test numbers count too; addresses count unless their
domain is reserved for documentation. What was found is never shown whole.",
    example: Example::Session {
        wrong: "
printf 'mail: jane.doe@%s\\n' contoso.com > users.yaml
emberline scan users.yaml",
        right: "
printf 'mail: jane.doe@%s\\n' example.com > users.yaml
emberline scan users.yaml",
    },
    remedy: "\
Write addresses at `example.com`, which nobody can own, and make card numbers
when a test runs. What must stand there goes into a baseline:
`--baseline FILE --update-baseline`.",
};

pub(super) static CODES: &[&Code] = &[&STALE_ARTEFACT, &SECRET_IN_FILE, &PII_IN_FILE];
