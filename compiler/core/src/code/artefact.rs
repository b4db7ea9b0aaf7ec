//! Faults in what was generated, and in files that are about to be committed.

use super::Severity::Error;
use super::{Code, Example};

/// A committed artefact is not what the specs compile to.
pub static STALE_ARTEFACT: Code = Code {
    id: "stale-artefact",
    severity: Error,
    summary: "a committed artefact is not what the specs compile to",
    cause: "\
Prometheus loads the generated file and not the spec. While the two differ, the
reviewed spec is not the one that is in force. `compile --check` compares the
output folder with the output of `compile`. It tells four cases apart: a file is
missing, its text differs, its spec is gone, or a file that emberline did not
write has its place. `compile` itself warns of an edited file that it leaves
although its spec is gone, and of a manifest that lists other files.",
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
Run `emberline compile`, and commit the written and removed files with the spec.
If a file was edited by hand, put the change into the spec: labels, names, pairs
of windows and severities can be set there. While its spec exists, an edited
file is generated again. Once the spec is gone, the file stays until you remove
it. Only `--force` replaces a file that emberline did not write.",
};

/// A secret stands in a file.
pub static SECRET_IN_FILE: Code = Code {
    id: "secret-in-file",
    severity: Error,
    summary: "a key, a token or a password is in a file",
    cause: "\
Every clone copies a committed secret, and the history keeps it after the line
is gone. The scan knows keys and tokens by the form that their issuer gives
them, and other secrets by the names and the files that they stand in. Words,
references and placeholders do not count. It never shows a secret whole.",
    example: Example::Session {
        wrong: "
printf 'key: AKIA%s\\n' Q3EGRIBZT6V5WXYM > config.yaml
emberline scan config.yaml",
        right: "
printf 'key: ${AWS_ACCESS_KEY_ID}\\n' > config.yaml
emberline scan config.yaml",
    },
    remedy: "\
If the secret has ever been pushed, revoke it first: removing the line is not
enough. Read secrets from the environment or from a secret store. If the text
only looks like a secret, add it to a baseline:
`--baseline FILE --update-baseline`.",
};

/// Personal data stands in a file.
pub static PII_IN_FILE: Code = Code {
    id: "pii-in-file",
    severity: Error,
    summary: "an e-mail address, a card or an account number is in a file",
    cause: "\
Test data and examples are often copied from real data, and the history keeps
them for ever. A card or account number counts if its issuer, length and check
digits fit; a number that a network publishes for tests is only a note. An
address counts unless its domain is reserved for documentation, or its line
names an author or a contact. The scan never shows a finding whole.",
    example: Example::Session {
        wrong: "
printf 'mail: jane.doe@%s\\n' contoso.com > users.yaml
emberline scan users.yaml",
        right: "
printf 'mail: jane.doe@%s\\n' example.com > users.yaml
emberline scan users.yaml",
    },
    remedy: "\
Use addresses at `example.com`, which nobody can own, and generate card numbers
while a test runs. If the text must stay, add it to a baseline:
`--baseline FILE --update-baseline`.",
};

pub(super) static CODES: &[&Code] = &[&STALE_ARTEFACT, &SECRET_IN_FILE, &PII_IN_FILE];
