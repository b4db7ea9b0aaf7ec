//! The fifth layer: what was deployed, which lines evidence points to, and which commits wrote these lines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::ask::Ask;
use super::ask::{Asked, Log, ask};
use super::candidates::{self, Candidate};
use super::case::{Case, Symptom};
use super::compare::Difference;
use super::fits::Said;
use super::mechanism::Shown;
use super::mentions::Mentions;
use super::observed::Observed;
use super::place::Place;
use super::profile::Profiled;
use super::refuted::Refuted;
use super::repo::{Repo, within};
use super::revisions::Revisions;
use super::site::{Role, Site};
use super::suspects::{self, Evidence, Suspect};
use super::target::{self, Target};
use emberline_prose::number::{clock, length, many, short};

/// Whether a deployment changed the running revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// The running revision differs from the one before the onset.
    Changed,
    /// The same revision ran before the onset, when requests were healthy.
    Unchanged,
    /// The previous revision is unknown.
    Unknown,
}

/// A line of the function, and the commit that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlameLine {
    /// The line, from 1.
    pub line: usize,
    /// The line's text.
    pub text: String,
    /// The commit that wrote the line.
    pub commit: String,
    /// Whether that commit is one of the candidates.
    pub is_candidate: bool,
    /// Whether evidence points to this line.
    pub is_pointed_to: bool,
}

/// What was deployed, and which commits wrote the lines.
#[derive(Debug, Clone, Serialize)]
pub struct Code {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// Whether there was a deployment.
    pub deployment: Deployment,
    /// The service of both revisions.
    pub service: String,
    /// The deployed revision.
    pub revision: Option<String>,
    /// The last good revision.
    pub good: Option<String>,
    /// Revisions by service.
    pub revisions: Vec<Revisions>,
    /// The number of commits between both revisions.
    pub commits: usize,
    /// Services with a new revision whose own code and dependencies no deployed commit changes.
    pub untouched: Vec<String>,
    /// Bad requests of builds without the last release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refuted: Option<Refuted>,
    /// Places that evidence points to, the most direct first.
    pub sites: Vec<Site>,
    /// The function that is shown.
    pub function: Option<Place>,
    /// The lines of that function.
    pub blame: Vec<BlameLine>,
}

/// The evidence that the fifth layer starts from.
pub(super) struct Given<'g> {
    /// The faulty service.
    pub(super) service: &'g str,
    /// All involved services.
    pub(super) services: BTreeSet<String>,
    pub(super) revisions: Vec<Revisions>,
    pub(super) sites: Vec<Site>,
    pub(super) said: Said,
    /// How bad traces differ from healthy ones, and the profile.
    pub(super) difference: &'g Difference,
    pub(super) profile: Option<&'g Profiled>,
    /// What telemetry shows that lines of a commit may name.
    pub(super) shown: Shown,
    /// The kind of the fault; [`Role::Above`] if the reason for slowness is unknown.
    pub(super) role: Role,
    /// The odds that another cause gains by missing evidence, on top of [`suspects::ELSEWHERE`].
    pub(super) holes: f64,
}

/// The most lines of a function that are shown.
const SHOWN: usize = 80;

/// The service whose deployment is examined: the suspected one, or else an involved one with a new revision. A rollback
/// brings nothing new, so it is examined only if nothing else changed.
pub(super) fn deployed<'r>(service: &str, revisions: &'r [Revisions]) -> Option<&'r Revisions> {
    let own = revisions.iter().find(|it| it.service == service);
    let changed = || own.into_iter().chain(revisions).filter(|it| it.is_changed());
    changed().find(|it| !it.is_return).or_else(|| changed().next()).or(own)
}

/// The commits of a deployment, ranked.
#[derive(Default)]
struct Ranked {
    /// The number of deployed commits.
    commits: usize,
    suspects: Vec<Suspect>,
    /// Services that no deployed commit changes.
    untouched: Vec<String>,
    /// The function that matters most, with its lines.
    shown: Option<(Place, Vec<BlameLine>)>,
}

/// Looks at the code; `repo` is open at the deployed revision.
pub(super) fn look(case: &Case<'_>, given: Given<'_>, repo: Option<&Repo<'_>>) -> Asked<(Code, Vec<Suspect>)> {
    let deployed = deployed(given.service, &given.revisions).cloned().unwrap_or_default();
    let deployment = match (&deployed.now, &deployed.before) {
        (Some(now), Some(before)) if now != before => Deployment::Changed,
        (Some(_), Some(_)) => Deployment::Unchanged,
        _ => Deployment::Unknown,
    };
    let (ranked, log) = match repo {
        Some(repo) if deployment != Deployment::Unchanged => {
            ranked(case, &given, repo, deployed.before.as_deref()).apart()
        }
        _ => Asked::default().apart(),
    };
    let (function, blame) = ranked.shown.unzip();
    let mut code = Code {
        asked: Vec::new(),
        conclusion: String::new(),
        deployment,
        service: if deployed.service.is_empty() { given.service.to_owned() } else { deployed.service.clone() },
        revision: deployed.now.clone(),
        good: deployed.before.clone(),
        revisions: given.revisions,
        commits: ranked.commits,
        untouched: ranked.untouched,
        refuted: None,
        sites: given.sites,
        function,
        blame: blame.unwrap_or_default(),
    };
    code.conclusion = conclusion(case, &code, &deployed, repo.is_some());
    log.with((code, ranked.suspects))
}

/// Ranks the commits since the last good revision.
fn ranked(case: &Case<'_>, given: &Given<'_>, repo: &Repo<'_>, good: Option<&str>) -> Asked<Ranked> {
    let mut log = Log::default();
    let history = repo.history;
    // A path of another service's repository may exist in this one too.
    let is_here = |service: &str| case.sources.history_of(service).is_none_or(|it| it.name() == history.name());
    // Without a good revision, the range is unknown, so only the latest commits are suspects.
    let from = good.map_or_else(|| format!("{}~10", repo.revision), str::to_owned);
    let answer = history.commits(&from, &repo.revision);
    let query = format!("commits {}..{}", short(&from), short(&repo.revision));
    let words = |commits: &Vec<crate::source::Commit>| many(commits.len(), "commit", "commits");
    let mut commits = log.keep(ask(history.name(), query, answer, words)).unwrap_or_default();
    let deployed = commits.len();
    commits.truncate(candidates::MOST);
    let candidates: Vec<Candidate> = commits.into_iter().map(|commit| Candidate::read(repo, commit)).collect();
    let owned: BTreeMap<String, String> =
        given.services.iter().filter(|it| is_here(it)).filter_map(|it| Some((it.clone(), repo.folder(it)?))).collect();
    let folders: BTreeSet<String> = owned.values().cloned().collect();
    let is_slow = matches!(case.symptom, Symptom::Slow(_));
    let observed = Observed::of(given.difference, given.profile, owned.clone(), is_slow);
    let sites = given.sites.iter().filter(|site| is_here(&site.service));
    let targets: Vec<Target> = sites.filter_map(|site| target::find(repo, site, &folders)).collect();
    // Code that services are built on is theirs, although telemetry names it for all of them.
    let depends: BTreeMap<&String, BTreeSet<String>> =
        folders.iter().map(|folder| (folder, repo.depends(folder))).collect();
    let folders: BTreeSet<String> = folders.iter().cloned().chain(depends.values().flatten().cloned()).collect();
    let untouched = match deployed <= candidates::MOST && good.is_some() {
        true => untouched(given, &owned, &depends, &candidates),
        false => Vec::new(),
    };
    let mentions = Mentions::of(repo, &read(repo, &candidates, &targets, &folders));
    let evidence = Evidence {
        repo,
        targets: &targets,
        mentions: &mentions,
        said: &given.said,
        folders: &folders,
        observed: &observed,
        shown: &given.shown,
        role: given.role,
        elsewhere: suspects::ELSEWHERE + given.holes + if good.is_none() { 0.5 } else { 0.0 },
        is_complete: good.is_some() && deployed <= candidates::MOST,
    };
    let suspects = suspects::rank(&candidates, &evidence);
    let shown = log.keep(show(repo, &suspects, &targets, &candidates));
    log.with(Ranked { commits: deployed, suspects, untouched, shown })
}

/// Services whose own code and dependencies no candidate changes, as far as they have the same two revisions as the
/// candidates.
fn untouched(
    given: &Given<'_>,
    owned: &BTreeMap<String, String>,
    depends: &BTreeMap<&String, BTreeSet<String>>,
    candidates: &[Candidate],
) -> Vec<String> {
    let range = deployed(given.service, &given.revisions).map(|it| (&it.now, &it.before));
    let is_of_range = |service: &String| {
        let own = given.revisions.iter().find(|it| it.service == *service);
        own.is_some_and(|own| range == Some((&own.now, &own.before)))
    };
    let is_touched = |folder: &String| {
        let folders: Vec<&String> = std::iter::once(folder).chain(depends.get(folder).into_iter().flatten()).collect();
        let reaches = |path: &String| folders.iter().any(|folder| within(folder, path));
        candidates.iter().filter(|candidate| candidate.may_matter()).any(|candidate| {
            let mut paths = candidate.items.iter().map(|(path, _)| path).chain(&candidate.settings);
            !candidate.packages.is_empty() || paths.any(reaches)
        })
    };
    let found = owned.iter().filter(|(service, folder)| is_of_range(service) && !is_touched(folder));
    found.map(|(service, _)| service.clone()).collect()
}

/// The files that the call graph covers: changed files, files that evidence points to, and files of the services.
fn read(repo: &Repo<'_>, candidates: &[Candidate], targets: &[Target], folders: &BTreeSet<String>) -> BTreeSet<String> {
    let mut paths: BTreeSet<String> = targets.iter().map(|target| target.file.clone()).collect();
    paths.extend(candidates.iter().flat_map(|candidate| &candidate.items).map(|(path, _)| path.clone()));
    let packages: BTreeSet<String> = targets.iter().map(|target| repo.package(&target.file)).collect();
    for folder in folders.iter().chain(&packages) {
        if paths.len() < 160 {
            paths.extend(repo.neighbours(folder));
        }
    }
    paths
}

/// The lines of the function that matters most. The first suspect's function comes before one that evidence points
/// to.
fn show(
    repo: &Repo<'_>,
    suspects: &[Suspect],
    targets: &[Target],
    candidates: &[Candidate],
) -> Asked<Option<(Place, Vec<BlameLine>)>> {
    let of_suspect = suspects.first().filter(|suspect| suspect.score >= 0.25).and_then(|suspect| {
        let place = suspect.function.as_ref()?;
        let program = repo.now(&place.file)?;
        let item = program.items.iter().find(|item| item.first == place.line)?;
        Some((place.file.clone(), item.clone()))
    });
    let of_site = || targets.first().map(|target| (target.file.clone(), target.item.clone()));
    let Some((file, item)) = of_suspect.or_else(of_site) else { return Asked::default() };
    let Some(program) = repo.now(&file) else { return Asked::default() };
    let last = item.last.min(item.first + SHOWN - 1);
    let answer = repo.history.blame(&repo.revision, &file, item.first, last);
    let query = format!("blame -L {},{last} {} -- {file}", item.first, short(&repo.revision));
    let words = |lines: &Vec<crate::source::BlamedLine>| {
        let commits: BTreeSet<&String> = lines.iter().map(|line| &line.commit).collect();
        format!("{} by {}", many(lines.len(), "line", "lines"), many(commits.len(), "commit", "commits"))
    };
    let (blamed, log) = ask(repo.history.name(), query, answer, words).apart();
    let of_function = |target: &&Target| target.file == file && target.item.first == item.first;
    let pointed: BTreeSet<usize> =
        targets.iter().filter(of_function).flat_map(|target| &target.site.lines).map(|(line, _)| *line).collect();
    let texts: Vec<&str> = program.text.lines().collect();
    let lines = blamed
        .unwrap_or_default()
        .into_iter()
        .map(|blamed| BlameLine {
            line: blamed.line,
            text: texts.get(blamed.line.saturating_sub(1)).copied().unwrap_or_default().to_owned(),
            is_candidate: candidates.iter().any(|candidate| candidate.commit.id == blamed.commit),
            is_pointed_to: pointed.contains(&blamed.line),
            commit: blamed.commit,
        })
        .collect();
    let function = if item.qualifier.is_empty() { item.name } else { format!("{}::{}", item.qualifier, item.name) };
    log.with(Some((Place { function, file, line: item.first }, lines)))
}

fn conclusion(case: &Case<'_>, code: &Code, deployed: &Revisions, has_history: bool) -> String {
    let service = &code.service;
    let quoted = |revision: &Option<String>| revision.as_deref().map_or("an unknown revision", short).to_owned();
    let seen = deployed.first_seen.map_or_else(String::new, |time| {
        let after = case.onset.time - time;
        let relation = if after >= 0.0 { "before" } else { "after" };
        format!(", first seen at {}, {} {relation} the onset", clock(time), length(after.abs()))
    });
    let ran = match code.deployment {
        Deployment::Changed => format!(
            "{service} runs {}{seen}; the last good revision is {}. {} between them",
            quoted(&code.revision),
            quoted(&code.good),
            many(code.commits, "commit lies", "commits lie")
        ),
        Deployment::Unchanged => {
            format!("{service} runs {}, which served well before: no deployment caused this", quoted(&code.revision))
        }
        Deployment::Unknown => match &code.revision {
            Some(_) => format!("{service} runs {}{seen}; the revision before it is unknown", quoted(&code.revision)),
            None => format!("The running revision of {service} is unknown: no span, metric or deployment names it"),
        },
    };
    let function =
        code.function.as_ref().map_or_else(String::new, |place| format!("; suspected place: {}", place.words()));
    let history = if has_history || code.deployment == Deployment::Unchanged {
        String::new()
    } else {
        ". The git history is missing, or lacks this revision".to_owned()
    };
    format!("{ran}{function}{history}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_examined_before_what_came_back() {
        let of = |service: &str, now: &str, before: &str, is_return: bool| Revisions {
            service: service.to_owned(),
            now: Some(now.to_owned()),
            before: Some(before.to_owned()),
            is_return,
            ..Revisions::default()
        };
        let all = [of("web", "c1", "c1", false), of("shop", "c1", "c2", true), of("pay", "c3", "c1", false)];
        let named = |service: &str, all: &[Revisions]| deployed(service, all).map(|it| it.service.clone());
        assert_eq!(named("shop", &all).as_deref(), Some("pay"));
        assert_eq!(named("web", &all[..2]).as_deref(), Some("shop"));
        assert_eq!(named("web", &all[..1]).as_deref(), Some("web"));
        assert_eq!(named("pay", &[of("shop", "c3", "c1", false), all[2].clone()]).as_deref(), Some("pay"));
    }
}
