//! `metric-not-found`: a name that no source has, and what was probably meant.

use super::view::View;
use crate::code;
use crate::finding::Finding;
use crate::metric::histogram_of;
use crate::source::Span;
use crate::spec::SeenType;
use crate::suggest;

/// A metric of that name exists in another form.
fn other_form(view: &View<'_>, name: &str, place: Span) -> Option<Finding> {
    let stem = histogram_of(name).unwrap_or(name);
    let seen = view.metric(stem).into_iter().find(|seen| seen.kind == SeenType::Histogram)?;
    let (form, hint) = match (seen.is_native, stem == name) {
        (true, false) => (
            "a native histogram, one series without `_bucket` and `_count`",
            format!("declare `{stem}` as `type: exponential_histogram`, or have its classic series kept"),
        ),
        (false, true) => (
            "a classic histogram, and none of its series has this name",
            format!("write `{stem}_count` for its events; a declaration needs `type: histogram`"),
        ),
        _ => return None,
    };
    let message = format!("`{stem}` is {form}");
    Some(Finding::new(&code::TYPE_MISMATCH, place, message).label("selects nothing").hint(hint))
}

/// No source has the name. `None` where that proves nothing.
pub(super) fn metric(view: &View<'_>, name: &str, place: Span) -> Option<Finding> {
    if let Some(finding) = other_form(view, name, place) {
        return Some(finding);
    }
    if view.is_partial() {
        return None;
    }
    let names = view.names();
    let near = spelt(name, &names).or_else(|| suggest::nearest(name, names.iter().map(String::as_str)));
    let hint = near.map(|near| format!("did you mean `{near}`?"));
    Some(
        Finding::new(&code::METRIC_NOT_FOUND, place, format!("nothing exports `{name}`"))
            .label("selects nothing")
            .hint(
                hint.unwrap_or_else(|| {
                    "name a metric that is exported: `emberline observe SOURCE` lists them".to_owned()
                }),
            ),
    )
}

/// The same words with another suffix or other separators: `_total` forgotten, dots kept, a unit left out.
fn spelt<'n>(name: &str, names: &'n [String]) -> Option<&'n str> {
    let plain = crate::model::label_name(name);
    let variants = [
        plain.clone(),
        format!("{plain}_total"),
        plain.strip_suffix("_total").unwrap_or(&plain).to_owned(),
        format!("{plain}_count"),
        format!("{plain}_seconds"),
        format!("{plain}_seconds_count"),
        format!("{plain}_bytes"),
        plain.replace("_count", "_seconds_count"),
        plain.replace("_total", "_seconds_total"),
    ];
    let variants = variants.into_iter().filter(|variant| variant != name);
    variants.into_iter().find_map(|variant| names.iter().find(|known| **known == variant)).map(String::as_str)
}
