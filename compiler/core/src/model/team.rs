//! Teams: the policy of each folder of specs, as it stands together with those above it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drill::Pace;
use super::lock;
use super::policy::{self, Policy};
use crate::code;
use crate::finding::{Finding, Severity};
use crate::scope::Scope;
use crate::source::{SourceId, Span};
use crate::spec::levels::{Level, Levels};
use crate::spec::{self, File, PolicySpec, inherit};
use crate::target::{RETIRED_FOLDERS, Target};
use crate::yaml::{Node, Value};

/// Whose services a policy is for.
#[derive(Debug, Clone)]
pub struct Team {
    /// Its folders below the specs, such as `web` or `web/eu`; also those of its artefacts. Empty for the organisation.
    pub name: String,
    /// What holds for its services.
    pub policy: Arc<Policy>,
    /// Who must agree to changes, as `CODEOWNERS` names them.
    pub code_owners: Vec<String>,
    /// The folder of the policy's file as people are shown it; empty for the working directory.
    pub folder: String,
}

/// The teams, with what stands above what.
pub(super) struct Teams {
    levels: Levels,
    pub(super) code_owners: Vec<String>,
    pub(super) teams: Vec<Team>,
    /// The place in `teams` of a level.
    by_level: BTreeMap<usize, usize>,
}

impl Teams {
    /// Resolves every policy, and gives that of the organisation beside those of teams. `nowhere` stands for the place of what nobody wrote.
    pub(super) fn resolve(
        files: &[(SourceId, Arc<File>)],
        unread: bool,
        nowhere: Span,
        (pace, only): (Pace, Option<&[Target]>),
        scope: &mut Scope<'_>,
    ) -> (Self, Policy) {
        let written = || files.iter().flat_map(|(id, file)| file.policy_nodes.iter().map(|node| (*id, node)));
        let levels = Levels::of(scope.sources, written());
        refuse_twins(&levels, files, scope);
        let spec = |level: &Level| spec::policy(&level.effective);
        let top = levels.organisation().and_then(|number| levels.get(number));
        // Some targets read less than others, so each policy is held against its own.
        let resolve = |spec: Option<PolicySpec>, scope: &mut Scope<'_>| {
            let targets = only.map_or_else(|| policy::targets(spec.as_ref()), <[Target]>::to_vec);
            let mut own = Scope { sources: scope.sources, targets: &targets, findings: Vec::new() };
            let policy = Policy::resolve(spec.as_ref(), unread, nowhere, pace, &mut own);
            // What is wrong with a value from above is said once.
            for finding in own.findings {
                if !scope.findings.contains(&finding) {
                    scope.report(finding);
                }
            }
            policy
        };
        let organisation = resolve(top.and_then(spec), scope);
        let mut resolved: BTreeMap<usize, Arc<Policy>> = BTreeMap::new();
        let (mut teams, mut by_level) = (Vec::new(), BTreeMap::new());
        let shared = Arc::new(organisation.clone());
        for (number, level) in levels.iter().filter(|(_, level)| !level.team.is_empty()) {
            let mut policy = resolve(spec(level), scope);
            let above = level.above.and_then(|above| resolved.get(&above)).unwrap_or(&shared);
            let outer = level.above.and_then(|above| levels.get(above)).map_or("", |above| above.team.as_str());
            inside(&mut policy, above, level, level.team.get(outer.len()..).unwrap_or_default().trim_matches('/'));
            let policy = Arc::new(policy);
            resolved.insert(number, Arc::clone(&policy));
            by_level.insert(number, teams.len());
            let path = &scope.sources.get(level.id).path;
            teams.push(Team {
                name: level.team.clone(),
                policy,
                code_owners: code_owners(&level.own),
                folder: path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
            });
        }
        let teams =
            Self { code_owners: top.map(|level| code_owners(&level.own)).unwrap_or_default(), levels, teams, by_level };
        teams.refuse_names(scope);
        teams.refuse_owners(scope);
        teams.refuse_shared(scope);
        lock::hold(&teams.levels, files, scope);
        (teams, organisation)
    }

    /// Gives every team what is not said in policies: registries and prices.
    pub(super) fn share(&mut self, organisation: &Policy) {
        for team in &mut self.teams {
            let policy = Policy::clone(&team.policy);
            let (registry, prices) = (organisation.registry.clone(), organisation.prices.clone());
            team.policy = Arc::new(Policy { registry, prices, ..policy });
        }
    }

    /// What holds for a team; `None` for the organisation.
    pub(super) fn policy(&self, team: Option<usize>) -> Option<&Policy> {
        Some(&self.teams.get(team?)?.policy)
    }

    /// The place in `teams` of the team that a file belongs to; `None` for the organisation's.
    pub(super) fn of_file(&self, id: SourceId, scope: &Scope<'_>) -> Option<usize> {
        self.by_level.get(&self.levels.of_file(scope.sources, id)?).copied()
    }

    /// Refuses waivers of files that belong to somebody else, and warns of a policy that holds for nothing. `used` says of
    /// each team whether it has a service.
    pub(super) fn refuse_unused(&mut self, used: &[bool], scope: &mut Scope<'_>) {
        let named: Vec<(String, bool)> =
            self.teams.iter().zip(used).map(|(team, used)| (format!("{}/", team.name), *used)).collect();
        for (level, place) in &self.by_level {
            let (Some(level), Some(team)) = (self.levels.get(*level), self.teams.get_mut(*place)) else { continue };
            let inner = format!("{}/", team.name);
            if !named.iter().any(|(name, used)| *used && name.starts_with(&inner)) {
                let mut finding = Finding::new(
                    &code::INVALID_VALUE,
                    Span::new(level.id, 0..0),
                    "this policy holds for no service: none stands in its folder or below",
                )
                .hint("move it to the folder of the services that it is for, or remove it");
                finding.severity = Severity::Warning;
                scope.report(finding);
            }
            let prefix = format!("{}/", team.folder);
            let mut policy = Policy::clone(&team.policy);
            policy.waivers.retain(|waiver| {
                let is_own = team.folder.is_empty() || waiver.path.starts_with(&prefix);
                if !is_own {
                    let message = format!("a waiver of {} in the policy of `{}`", waiver.path, team.name);
                    scope.report(
                        Finding::new(&code::INVALID_VALUE, waiver.span, message)
                            .label(format!("a team waives findings below `{prefix}` only"))
                            .hint("move it to the policy of the folder that the file is in"),
                    );
                }
                is_own
            });
            if policy.waivers.len() != team.policy.waivers.len() {
                team.policy = Arc::new(policy);
            }
        }
    }

    /// Refuses teams whose name cannot be a folder everywhere, or would be another folder of the output.
    fn refuse_names(&self, scope: &mut Scope<'_>) {
        let folders = Target::ALL.iter().map(|target| target.folder()).chain(RETIRED_FOLDERS.iter().copied());
        let taken: Vec<&str> = folders.filter_map(|folder| folder.split('/').next()).collect();
        let mut seen: BTreeMap<String, &Level> = BTreeMap::new();
        for (_, level) in self.levels.iter().filter(|(_, level)| !level.team.is_empty()) {
            let place = Span::new(level.id, 0..0);
            let mut refuse = |message: String, hint: &str| {
                scope.report(Finding::new(&code::INVALID_VALUE, place, message).hint(hint));
            };
            if let Some(part) = level.team.split('/').find(|part| !is_portable(part)) {
                refuse(
                    format!("the folder `{part}` cannot name a team"),
                    "use letters, digits, `-`, `_` and `.`: the name is a folder of the output on every system",
                );
            } else if let Some(part) = level.team.split('/').find(|part| taken.contains(part)) {
                refuse(
                    format!("a team cannot be called `{part}`: a folder of the output has this name"),
                    "rename the folder",
                );
            }
            if let Some(other) = seen.insert(level.team.to_lowercase(), level) {
                let finding = Finding::new(&code::DUPLICATE_NAME, place, format!("a second team `{}`", level.team));
                scope.report(
                    finding
                        .related(Span::new(other.id, 0..0), format!("the first is `{}`", other.team))
                        .hint("give its folder another name: some systems do not tell upper from lower case"),
                );
            }
        }
    }

    /// Refuses owners that code hosts would not read.
    fn refuse_owners(&self, scope: &mut Scope<'_>) {
        for (_, level) in self.levels.iter() {
            let Some(Value::Sequence(items)) = entry(&level.own, "code_owners").map(|node| &node.value) else {
                continue;
            };
            for (item, text) in items.iter().filter_map(|item| Some((item, &item.scalar()?.text))) {
                if !is_owner(text.trim()) {
                    scope.report(
                        Finding::new(
                            &code::INVALID_VALUE,
                            item.span,
                            format!("expected an owner as `CODEOWNERS` names it, found `{text}`"),
                        )
                        .hint("write `@name`, `@group/team` or a mail address"),
                    );
                }
            }
        }
    }

    /// Refuses fields of teams that are about what everybody shares.
    fn refuse_shared(&self, scope: &mut Scope<'_>) {
        let top = self.levels.organisation().and_then(|number| self.levels.get(number));
        for (_, level) in self.levels.iter().filter(|(_, level)| !level.team.is_empty()) {
            for (field, key) in inherit::shared("PolicySpec", &level.own) {
                let message = format!("`{field}` is for the organisation's policy alone");
                let mut finding = Finding::new(&code::INVALID_VALUE, key.span, message)
                    .label("teams share what it is about")
                    .hint("move it to the `policy.yaml` of the folder of specs");
                if let Some(top) = top {
                    finding = finding.related(Span::new(top.id, 0..0), "the organisation's policy");
                }
                scope.report(finding);
            }
        }
    }
}

/// Refuses a second policy in a folder.
fn refuse_twins(levels: &Levels, files: &[(SourceId, Arc<File>)], scope: &mut Scope<'_>) {
    let place = |node: &Node, policy: Option<&PolicySpec>| {
        policy.and_then(|policy| policy.version.0).map_or(Span::new(node.span.source, 0..0), |said| said.span)
    };
    let all = || files.iter().flat_map(|(id, file)| file.policy_nodes.iter().zip(&file.policies).map(|it| (*id, it)));
    for (id, (node, policy)) in all() {
        let Some(first) = levels.of_file(scope.sources, id).and_then(|number| levels.get(number)) else { continue };
        if first.own.span == node.span {
            continue;
        }
        let earlier = all().find(|(_, (node, _))| node.span == first.own.span).map(|(_, (_, policy))| policy);
        scope.report(
            Finding::new(&code::DUPLICATE_NAME, place(node, Some(policy)), "a second policy")
                .related(place(&first.own, earlier), "the first is here")
                .hint("keep one `policy.yaml` in the specs folder"),
        );
    }
}

/// Where the pages and dashboards of a team are, unless its policy says so: within those of the policy above.
fn inside(policy: &mut Policy, above: &Policy, level: &Level, name: &str) {
    let says = |path: &[&str]| path.iter().try_fold(&level.own, |node, field| entry(node, field)).is_some();
    if !says(&["runbook_url"]) {
        policy.console.runbooks = above.console.runbooks.as_ref().map(|base| format!("{base}/{name}"));
    }
    let below = |folder: &str| format!("{folder} {}", name.replace('/', " "));
    if !says(&["grafana", "folder"]) {
        policy.console.folder = below(&above.console.folder);
    }
    if !says(&["rulers", "grafana", "folder"]) {
        // Rules stand in the folder of the dashboards, unless the policy says otherwise.
        let is_said = above.rulers.grafana.folder != above.console.folder;
        let folder = if is_said { below(&above.rulers.grafana.folder) } else { policy.console.folder.clone() };
        policy.rulers.grafana.folder = folder;
    }
}

fn entry<'n>(node: &'n Node, field: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| &*key.value.text == field).map(|(_, value)| value)
}

/// The owners that a policy itself names.
fn code_owners(own: &Node) -> Vec<String> {
    let Some(Value::Sequence(items)) = entry(own, "code_owners").map(|node| &node.value) else { return Vec::new() };
    items.iter().filter_map(Node::scalar).map(|scalar| scalar.text.trim().to_owned()).collect()
}

/// Whether a text is an owner as both read it: `@name`, `@group/team`, `@@role` or a mail address.
fn is_owner(text: &str) -> bool {
    let is_word = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#');
    let name = text.trim_start_matches('@');
    is_word && !name.is_empty() && text.contains('@') && !name.ends_with('@')
}

/// Whether every file system takes a name, and no tool reads more into it.
fn is_portable(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let lower = name.to_ascii_lowercase();
    let base = lower.split('.').next().unwrap_or_default();
    let numbered = |device: &str| base.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest != "0");
    !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && !DEVICES.contains(&base)
        && !numbered("com")
        && !numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_what_code_hosts_read() {
        for owner in ["@a", "@org/team-1", "@@developers", "a.b@c.example"] {
            assert!(is_owner(owner), "{owner}");
        }
        for owner in ["", "team-web", "@", "@a b", "a@", "@a#b"] {
            assert!(!is_owner(owner), "{owner}");
        }
    }

    #[test]
    fn names_are_folders_on_every_system() {
        for name in ["web", "Web_2.eu", "a-b", "console", "company1"] {
            assert!(is_portable(name), "{name}");
        }
        for name in ["", "..", ".", "a b", "é", "con", "NUL.x", "com1", "a.", "-a", "a:b", "a\\b"] {
            assert!(!is_portable(name), "{name}");
        }
    }
}
