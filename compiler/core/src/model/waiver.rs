//! Findings that the organisation accepts for a while: each has an owner, a reason and a last day.

use crate::code::{self, Code};
use crate::finding::Finding;
use crate::quantity::Date;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::PolicySpec;
use crate::suggest;

/// A finding that is accepted until a day.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// What is accepted, and where that is said.
    pub code: Spanned<&'static Code>,
    /// The path of the finding's file, as findings show it.
    pub path: String,
    /// The text at fault, where only that is accepted.
    pub text: Option<String>,
    /// The owner of the waiver.
    pub owner: String,
    /// The last day on which it holds, and where that is said.
    pub expires: Spanned<Date>,
    /// Where the waiver stands.
    pub span: Span,
}

impl Waiver {
    /// The waivers of a policy. One that is at fault is reported and waives nothing.
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Vec<Self> {
        let written = spec.and_then(|spec| spec.waivers.as_ref());
        written
            .into_iter()
            .flatten()
            .filter_map(|waiver| {
                let (span, waiver) = (waiver.span, &waiver.value);
                let code = waiver.code.0.as_ref().and_then(|said| known(said, scope));
                let place = &waiver.place.0.as_ref()?.value;
                let (path, text) =
                    place.split_once('#').map_or((place.as_str(), None), |(path, text)| (path, Some(text)));
                waiver.reason.0.as_ref()?;
                Some(Self {
                    code: code?,
                    path: path.trim_start_matches("./").to_owned(),
                    text: text.map(str::to_owned),
                    owner: waiver.owner.0.as_ref()?.value.0.clone(),
                    expires: waiver.expires.0?,
                    span,
                })
            })
            .collect()
    }
}

/// The code of that name.
fn known(said: &Spanned<String>, scope: &mut Scope<'_>) -> Option<Spanned<&'static Code>> {
    let Some(code) = code::find(&said.value) else {
        scope.report(
            Finding::new(&code::UNKNOWN_REFERENCE, said.span, format!("there is no finding `{}`", said.value))
                .label("no such code")
                .hint(
                    suggest::did_you_mean(&said.value, code::all().into_iter().map(|code| code.id))
                        .unwrap_or_else(|| "`emberline explain` lists every code".to_owned()),
                ),
        );
        return None;
    };
    Some(Spanned::new(code, said.span))
}
