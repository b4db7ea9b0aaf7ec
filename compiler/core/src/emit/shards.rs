//! Rule files by the ruler that loads them: one folder a shard, if there are several.

use super::Artefact;
use crate::plan::{ServicePlan, SloPlan};

/// The files of a service below a folder, each with the objectives of one shard as `text` writes them.
pub(super) fn files<'p>(
    service: &'p ServicePlan,
    shards: u32,
    folder: &str,
    text: impl Fn(&[&'p SloPlan]) -> String,
) -> Vec<Artefact> {
    parts(service, shards)
        .into_iter()
        .map(|part| Artefact { path: format!("{folder}/{}{}.yaml", part.folder, service.stem), text: text(&part.slos) })
        .collect()
}

/// A service's objectives that one ruler evaluates.
pub(super) struct Part<'p> {
    /// The shard; `None` if there is one ruler for all.
    pub(super) shard: Option<u32>,
    /// The folder of the shard with a `/` behind it; empty if there is one ruler for all.
    pub(super) folder: String,
    /// The objectives, in the order written.
    pub(super) slos: Vec<&'p SloPlan>,
}

/// The shards that evaluate any of a service's objectives. A service without objectives has one empty file where there is one
/// ruler, as its other files are there as well.
pub(super) fn parts(service: &ServicePlan, shards: u32) -> Vec<Part<'_>> {
    if shards < 2 {
        return vec![Part { shard: None, folder: String::new(), slos: service.slos.iter().collect() }];
    }
    let of = |shard| Part {
        shard: Some(shard),
        folder: folder(shard),
        slos: service.slos.iter().filter(|slo| slo.shard == shard).collect(),
    };
    (0..shards).map(of).filter(|part: &Part<'_>| !part.slos.is_empty()).collect()
}

/// The folder of each shard with a `/` behind it; one that is empty if there is one ruler for all.
pub(super) fn folders(shards: u32) -> Vec<String> {
    if shards < 2 { vec![String::new()] } else { (0..shards).map(folder).collect() }
}

fn folder(shard: u32) -> String {
    format!("shard-{shard}/")
}
