//! Acquittal by observation: code whose spans, counts and profile are as before the onset loses suspicion.
//!
//! Code that nothing shows keeps its suspicion. Spans of a request show whether code takes longer, and not whether it
//! computes another value, so slowness acquits more than failures do.

use std::collections::BTreeMap;

use super::compare::Difference;
use super::kind::Kind;
use super::mentions::Mentions;
use super::profile::Profiled;
use super::program::change::Changed;
use super::repo::{Repo, within};
use super::spot;

/// What telemetry shows to be as before.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// Spans that are as before.
    same: Vec<Kind>,
    /// Functions with the same share of CPU time as before: service, function and file.
    steady: Vec<(String, String, String)>,
    /// Services all of whose spans are as before.
    services: Vec<String>,
    /// Folders of services.
    folders: BTreeMap<String, String>,
    /// Whether requests are slow, rather than failing.
    is_slow: bool,
}

/// Shares of CPU time that differ by less than this are the same.
const STEADY: f64 = 0.03;
/// From this number of samples on, shares of a profile compare.
const SAMPLES: u64 = 50;

/// What remains of the suspicion of code that looks as before.
pub(super) struct Doubt {
    /// The factor, from 0 to 1.
    pub(super) left: f64,
    /// The observation in words.
    pub(super) words: String,
    /// Whether the function itself was observed, rather than code around it.
    pub(super) is_direct: bool,
}

impl Observed {
    /// What a comparison of traces and a profile show; `folders` are the services' folders.
    pub(super) fn of(
        difference: &Difference,
        profiled: Option<&Profiled>,
        folders: BTreeMap<String, String>,
        is_slow: bool,
    ) -> Self {
        let is_unchanged = |service: &&String| {
            let of = |kinds: &[Kind]| kinds.iter().any(|kind| kind.service == **service);
            of(&difference.same) && !of(&difference.changed)
        };
        let services = folders.keys().filter(is_unchanged).cloned().collect();
        let steady = profiled.filter(|profiled| profiled.samples >= SAMPLES).map(|profiled| {
            let hot = profiled
                .functions
                .iter()
                .filter(|hot| hot.before.is_some_and(|before| (hot.now - before).abs() <= STEADY.max(0.2 * before)));
            hot.map(|hot| (profiled.service.clone(), hot.place.function.clone(), hot.place.file.clone())).collect()
        });
        Self { same: difference.same.clone(), steady: steady.unwrap_or_default(), services, folders, is_slow }
    }

    /// What remains of the suspicion of a changed function; `None` if nothing was observed.
    pub(super) fn doubt(&self, repo: &Repo<'_>, mentions: &Mentions, path: &str, changed: &Changed) -> Option<Doubt> {
        let service = self.folders.iter().find(|(_, folder)| within(folder, path)).map(|(service, _)| service)?;
        let name = changed.name.as_str();
        let is_it = |function: &str| {
            let parts = spot::segments(function);
            let qualifier = parts.len().checked_sub(2).and_then(|at| parts.get(at));
            parts.last().is_some_and(|last| last == name)
                && (changed.qualifier.is_empty() || qualifier.is_none_or(|it| *it == changed.qualifier))
        };
        let doubt = |slow: f64, failing: f64, words: String, is_direct: bool| {
            Some(Doubt { left: if self.is_slow { slow } else { failing }, words, is_direct })
        };
        let own: Vec<&Kind> =
            self.same.iter().filter(|kind| kind.service == *service && !kind.function.is_empty()).collect();
        if own.iter().any(|kind| is_it(&kind.function)) {
            return doubt(0.15, 0.5, format!("the spans of `{name}` are as before"), true);
        }
        let is_same_file = |file: &str| repo.path(file).is_some_and(|file| file == path);
        if self.steady.iter().any(|(of, function, file)| of == service && is_it(function) && is_same_file(file)) {
            return doubt(0.15, 0.5, format!("`{name}` takes the same share of CPU time as before"), true);
        }
        let to = (repo.package(path), name.to_owned());
        let around = own.iter().find(|kind| {
            let from = (to.0.clone(), spot::last(&kind.function));
            mentions.down(&from, &to).is_some_and(|steps| steps > 0)
        });
        if let Some(around) = around {
            return doubt(
                0.3,
                0.6,
                format!("the spans of `{}`, which uses it, are as before", spot::last(&around.function)),
                false,
            );
        }
        if self.services.contains(service) {
            return doubt(0.3, 0.6, format!("all spans of {service} are as before"), false);
        }
        None
    }
}
