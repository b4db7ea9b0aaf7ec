//! `emberline codeowners`: who must agree to changes of a team, in the file that code
//! hosts read.

use std::path::{Path, PathBuf};

use emberline_core::finding::Severity;
use emberline_core::merge::owners::{Owned, owners};
use emberline_core::model::Model;

use crate::args::{Codeowners, FailOn, Format, Reporting};
use crate::failure::{Failure, Result};
use crate::render::Report;
use crate::status::Status;
use crate::terminal;
use crate::world::{diff, read, replaced, resolved, shown, tree, write_file};

use super::gate::show;

/// Where GitHub and GitLab look for the file, the first one first.
const PLACES: [&str; 4] = [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Shows how the file would change, or writes it.
pub(crate) fn run(codeowners: &Codeowners, quiet: bool) -> Result<Status> {
    let read::Specs { sources, cut } = read::read(&codeowners.specs)?;
    let mut meaning = emberline_core::resolve(&sources);
    read::replace_cut(&mut meaning.findings, cut);
    if meaning.findings.iter().any(|finding| finding.severity == Severity::Error) {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        show(&Report { sources: &sources, findings: &meaning.findings, waived: 0 }, &reporting, true)?;
        return Ok(Status::Findings);
    }
    let top = top()?;
    let owned = owned(codeowners, &meaning.model, &top)?;
    let file = codeowners.file.clone().unwrap_or_else(|| {
        let found = PLACES.iter().map(|place| top.join(place)).find(|place| place.exists());
        found.unwrap_or_else(|| top.join("CODEOWNERS"))
    });
    let before = if file.symlink_metadata().is_ok() { replaced::read(&file)? } else { String::new() };
    let after = owners(&before, &owned).map_err(|line| {
        Failure::new(format!("{}:{line}: a comment of `emberline codeowners` stands alone or twice", shown(&file)))
            .help("remove the two comments and the lines between them; nothing was written")
    })?;
    let say = |what: &str| {
        if !quiet {
            terminal::say(&format!("{}: {what}", shown(&file)));
        }
    };
    if after == before {
        say("nothing to change");
        return Ok(Status::Clean);
    }
    let change = diff::unified(&shown(&file), &before, &after);
    terminal::print(|out| diff::print_lines(&change, out))?;
    if codeowners.check {
        say("not what the policies ask for; `--write` instead of `--check` writes it");
        return Ok(Status::Findings);
    }
    if !codeowners.write {
        say("nothing was written; `--write` writes it");
        return Ok(Status::Clean);
    }
    if file.exists() {
        replaced::replace(&file, &before, &after)?;
    } else {
        write_file(&file, after.as_bytes())?;
    }
    say("written");
    Ok(Status::Clean)
}

/// The top of the work tree, or this folder outside of any.
fn top() -> Result<PathBuf> {
    let here = resolved(Path::new("."))?;
    Ok(here.ancestors().find(|folder| folder.join(".git").exists()).map_or(here.clone(), Path::to_owned))
}

/// The folders with owners, outer ones first. Folders outside of the work tree are other people's to own.
fn owned(codeowners: &Codeowners, model: &Model, top: &Path) -> Result<Vec<Owned>> {
    let mut folders: Vec<(PathBuf, &[String])> = Vec::new();
    for specs in &codeowners.specs.specs {
        folders.push((specs.clone(), &model.code_owners));
    }
    folders.push((codeowners.out.clone(), &model.code_owners));
    for team in &model.teams {
        folders.push((PathBuf::from(&team.folder), &team.code_owners));
        folders.push((codeowners.out.join(tree::TEAMS).join(&team.name), &team.code_owners));
    }
    let mut owned = Vec::new();
    for (folder, owners) in folders.into_iter().filter(|(_, owners)| !owners.is_empty()) {
        let real = resolved(&folder)?;
        let Ok(below) = real.strip_prefix(top) else { continue };
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        owned.push(Owned { folder: parts.join("/"), owners: owners.to_vec() });
    }
    owned.sort_by_key(|owned| owned.folder.matches('/').count());
    Ok(owned)
}
