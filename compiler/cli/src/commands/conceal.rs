//! What a report quotes is shown without secrets: a spec can hold one beside its fault, and telemetry can hold anything.

use emberline_core::finding::{Evidence, Finding};
use emberline_core::source::{SourceId, Sources};
use emberline_evidence::sensitive::{self, Hit, Origin, Values};

use crate::failure::Failure;

/// A text that is to be shown, such as a path, without what is sensitive by itself and without copies of values.
pub(super) fn text(text: &str, values: &[&Values]) -> String {
    let hits = sensitive::scan(text, Origin::File);
    let mut masked = if hits.is_empty() { text.to_owned() } else { sensitive::masked(text, &hits) };
    for values in values {
        masked = values.hide(&masked).unwrap_or(masked);
    }
    masked
}

/// Why something failed, without secrets: libraries quote what they could not read.
pub(crate) fn failure(failure: Failure) -> Failure {
    Failure { what: secrets(&failure.what), help: failure.help.map(|help| secrets(&help)) }
}

/// A text from elsewhere without secrets; people's data stays, since it may be what the text is about.
pub(super) fn secrets(text: &str) -> String {
    let mut hits = sensitive::scan(text, Origin::Telemetry);
    hits.retain(|hit| hit.kind.is_secret());
    sensitive::masked(text, &hits)
}

/// What a library says of telemetry that it could not read.
pub(super) fn cause(cause: &str) -> String {
    sensitive::masked(cause, &sensitive::scan(cause, Origin::Telemetry))
}

/// Hides every secret in the texts that findings point into, and in the findings. Of people, specs name those who own
/// something: personal data is hidden only in what telemetry brought (`Origin::Telemetry`), and there in the findings alone.
pub(super) fn report(sources: &mut Sources, findings: &mut [Finding], origin: Origin) {
    if findings.is_empty() {
        return;
    }
    blot(sources, findings);
    let (mut values, mut telling) = (Values::default(), Values::default());
    let secrets = |text: &str, origin: Origin| -> Vec<Hit> {
        let mut hits = sensitive::scan(text, origin);
        hits.retain(|hit| origin == Origin::Telemetry || hit.kind.is_secret());
        hits
    };
    for source in sources.iter_mut() {
        let hits = secrets(&source.text, Origin::File);
        if !hits.is_empty() {
            let mut own = Values::default();
            own.add(&source.text, &hits);
            values.add(&source.text, &hits);
            telling.take_telling(&own);
            source.text = sensitive::masked(&source.text, &hits);
            source.text = own.hide(&source.text).unwrap_or_else(|| std::mem::take(&mut source.text));
        }
    }
    let hide = |text: &mut String| {
        let hits = secrets(text, origin);
        if !hits.is_empty() {
            *text = sensitive::masked(text, &hits);
        }
        if let Some(hidden) = values.hide(text) {
            *text = hidden;
        }
    };
    for source in sources.iter_mut() {
        if let Some(hidden) = telling.hide(&source.text) {
            source.text = hidden;
        }
        source.path = self::text(&source.path, &[&telling]);
    }
    for finding in findings {
        hide(&mut finding.message);
        hide(&mut finding.label.text);
        finding.related.iter_mut().for_each(|label| hide(&mut label.text));
        finding.notes.iter_mut().for_each(hide);
        finding.hint.iter_mut().for_each(hide);
        if let Some(evidence) = finding.evidence.as_deref_mut() {
            let Evidence { service, edge, .. } = evidence;
            hide(service);
            edge.iter_mut().for_each(hide);
        }
    }
}

/// Hides what findings themselves call a secret, whatever it looks like. Lengths and line breaks stay, so that places do.
fn blot(sources: &mut Sources, findings: &[Finding]) {
    let ids: Vec<SourceId> = sources.iter().map(|(id, _)| id).collect();
    for (id, source) in ids.into_iter().zip(sources.iter_mut()) {
        for span in findings.iter().filter(|it| it.hides && it.label.span.source == id).map(|it| it.label.span) {
            let Some(secret) = source.text.get(span.range()) else { continue };
            let kept = |byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { '*' };
            let blotted: String = secret.bytes().map(kept).collect();
            source.text.replace_range(span.range(), &blotted);
        }
    }
}
