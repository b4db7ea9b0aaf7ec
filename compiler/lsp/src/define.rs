//! Where things are defined: the generated rules of an objective, the spec of a called service.

use emberline_core::model::Common;
use emberline_core::source::Span;
use emberline_core::yaml::Node;
use lsp_types::{Location, Position, Range};

use crate::at::{self, Step};
use crate::hover;
use crate::uri;
use crate::world::World;

/// A definition.
#[derive(Debug)]
pub enum Definition {
    /// In a generated file.
    Generated(Location),
    /// In a spec.
    Spec(Span),
}

/// What a place leads to. `stems` gives the name of a service's files.
#[must_use]
pub fn at(
    documents: &[Node],
    byte: usize,
    common: Option<&Common>,
    world: &dyn World,
    stem: impl FnOnce(&str) -> Option<(String, String)>,
) -> Option<Definition> {
    let at = documents.iter().find_map(|document| at::at(document, byte))?;
    if let Some((service, slo)) = hover::objective(&at) {
        let (team, stem) = stem(service)?;
        return rules(world, &team, &stem, &format!("{service}/{slo}")).map(Definition::Generated);
    }
    if let [Step::Key(calls), Step::Item(_), Step::Key(field)] = at.steps.as_slice()
        && calls == "calls"
        && field == "service"
    {
        let name = at.nodes.last()?.scalar()?;
        return common?.index.service(&name.text).map(Definition::Spec);
    }
    None
}

/// The most rulers whose folders are looked into.
const MOST_SHARDS: u32 = 64;

/// The rule group of an objective, in the file of whichever ruler evaluates it.
fn rules(world: &dyn World, team: &str, stem: &str, group: &str) -> Option<Location> {
    let team = if team.is_empty() { String::new() } else { format!("{team}/") };
    let one = std::iter::once(format!("{team}prometheus/rules/{stem}.yaml"));
    let sharded = (0..MOST_SHARDS).map(|shard| format!("{team}prometheus/rules/shard-{shard}/{stem}.yaml"));
    one.chain(sharded).find_map(|path| {
        let (path, text) = world.generated(&path)?;
        let is_group = |line: &str| {
            let name = line.trim_start().strip_prefix("- name: ");
            name.is_some_and(|name| name.trim().trim_matches(['"', '\'']) == group)
        };
        let line = u32::try_from(text.lines().position(is_group)?).ok()?;
        let place = Position::new(line, 0);
        Some(Location { uri: uri::of(&path)?, range: Range::new(place, place) })
    })
}
