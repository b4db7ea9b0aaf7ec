//! The artefacts of a walk: a page, the data and a picture for each layer, and the walk as a whole.

use emberline_prose::template::{Value, context, typed};
use serde::Serialize;

use super::pictures;
use super::template::render;
use crate::report::Walk;
use crate::runtime::Shift;

/// The files of a walk: name and content, in the order of the layers. `walk.md` and `walk.json` hold the whole walk.
#[must_use]
pub fn artefacts(walk: &Walk) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut put = |name: &str, template: &str, layer: Value, json: Option<String>, picture: Option<String>| {
        let has_picture = picture.is_some();
        let values = context! {
            layer => layer, name => name, has_picture => has_picture, trace_id => walk.trace_id.as_deref(),
            walk => typed(walk), verdict => walk.verdict.words(),
        };
        files.push((format!("{name}.md"), render(template, values)));
        files.extend(json.map(|json| (format!("{name}.json"), json)));
        files.extend(picture.map(|picture| (format!("{name}.svg"), picture)));
    };
    if let Some(layer) = &walk.objective {
        put("1-slo", "slo.md", typed(layer), json(walk, layer), Some(pictures::ratio(layer)));
    }
    if let Some(layer) = &walk.requests {
        put("2-red", "red.md", typed(layer), json(walk, layer), pictures::requests(layer));
    }
    if let Some(layer) = &walk.trace {
        put("3-trace", "trace.md", typed(layer), json(walk, layer), pictures::waterfall(layer));
    }
    if let Some(layer) = &walk.profile {
        put("4-profile", "profile.md", typed(layer), json(walk, layer), pictures::profile(layer));
    }
    if let Some(layer) = &walk.errors {
        put("4-error", "error.md", typed(layer), json(walk, layer), pictures::errors(layer));
    }
    if let Some(layer) = &walk.code {
        put("5-code", "code.md", typed(layer), json(walk, layer), pictures::code(layer));
    }
    files.push(("walk.md".to_owned(), markdown(walk)));
    files.extend(serde_json::to_string_pretty(walk).ok().map(|json| ("walk.json".to_owned(), json + "\n")));
    files
}

/// Names of files that this walk did not write. Files of these names from an earlier walk are outdated.
#[must_use]
pub fn superseded(artefacts: &[(String, String)]) -> Vec<String> {
    let layers = ["1-slo", "2-red", "3-trace", "4-profile", "4-error", "5-code"];
    let all = layers.iter().flat_map(|layer| ["md", "json", "svg"].map(|ending| format!("{layer}.{ending}")));
    all.filter(|file| artefacts.iter().all(|(name, _)| name != file)).collect()
}

/// A layer as JSON, with the trace that all layers share.
fn json(walk: &Walk, layer: &impl Serialize) -> Option<String> {
    #[derive(Serialize)]
    struct Artefact<'a, T> {
        trace_id: Option<&'a str>,
        layer: &'a T,
    }
    let text = serde_json::to_string_pretty(&Artefact { trace_id: walk.trace_id.as_deref(), layer });
    text.ok().map(|text| text + "\n")
}

/// The whole walk as one page. Its pictures are separate artefacts.
#[must_use]
pub fn markdown(walk: &Walk) -> String {
    let pictures = context! {
        requests => walk.requests.as_ref().and_then(pictures::requests).is_some(),
        trace => walk.trace.as_ref().and_then(pictures::waterfall).is_some(),
        profile => walk.profile.as_ref().and_then(pictures::profile).is_some(),
        errors => walk.errors.as_ref().and_then(pictures::errors).is_some(),
        code => walk.code.as_ref().and_then(pictures::code).is_some(),
    };
    let hows: Vec<&str> =
        walk.suspects.iter().map(|suspect| suspect.how.map_or("", crate::program::change::How::words)).collect();
    let shifts: Vec<Value> = walk.runtime.iter().flat_map(|runtime| &runtime.shifts).map(shift).collect();
    render(
        "walk.md",
        context! {
            walk => typed(walk), verdict => walk.verdict.words(), pictures => pictures, hows => hows, shifts => shifts,
        },
    )
}

/// A changed runtime metric as a row of a table.
fn shift(shift: &Shift) -> Value {
    context! {
        what => shift.resource.words(), service => shift.service.as_str(), metric => shift.called(),
        before => shift.value(shift.before), now => shift.value(shift.now),
    }
}
