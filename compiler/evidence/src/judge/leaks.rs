//! Reports personal data and secrets in telemetry.

use emberline_core::code;
use emberline_core::finding::Finding;

use super::context::Judge;
use crate::sensitive::{self, Origin};

pub(super) fn run(judge: &mut Judge<'_>) {
    let capture = judge.capture;
    for ((service, field, kind), (count, trace)) in &capture.leaks {
        let declared = judge.declared(*service).and_then(|service| service.attributes.get(field));
        let code = if kind.is_secret() { &code::SECRET_IN_TELEMETRY } else { &code::PII_IN_TELEMETRY };
        let place = declared.map_or_else(|| judge.place(*service), |attribute| attribute.span);
        let service_name = judge.service(*service);
        judge.report(code, place, format!("{service_name} {field} {kind:?}"), trace.unwrap_or(0), |judge| {
            // The name of a field may hold personal data too.
            let hits = sensitive::scan(field, Origin::Telemetry);
            let field = sensitive::masked(field, &hits);
            // Attributes have no blanks in their names; other fields are described in words.
            let in_words = field.contains(' ');
            let called = if in_words { field.clone() } else { format!("`{field}`") };
            Finding::new(code, place, format!("{called} of {service_name} holds {}", kind.words()))
                .note(match count {
                    1 => "seen once; the value is not shown".to_owned(),
                    _ => format!("seen {count} times; the value is not shown"),
                })
                .hint(match declared.is_some_and(|attribute| attribute.pii.is_some()) {
                    true => "the attribute is declared: check that the capture was taken behind the generated agent"
                        .to_owned(),
                    false if in_words => {
                        "do not record the value; the generated agent masks only values that it recognises".to_owned()
                    }
                    false => {
                        format!(
                            "do not record the value, or declare `{field}` under `attributes` with its kind of data"
                        )
                    }
                })
                .evidence(judge.evidence_of(*service, *trace))
        });
    }
}
