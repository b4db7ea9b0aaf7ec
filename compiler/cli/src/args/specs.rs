//! Where the specs are: what nearly every command takes.

use std::path::{Component, Path, PathBuf};

use clap::Args;

use crate::failure::{Failure, Result};
use crate::shown::shown;

/// Where the specs are.
#[derive(Debug, Clone, Args)]
pub(crate) struct Specs {
    /// Folder of specs (every .yaml and .yml below it, hidden ones excepted), or one file; may be given several times
    #[arg(long, value_name = "PATH", default_value = "slos")]
    pub(crate) specs: Vec<PathBuf>,
    /// Policy above those of the folders of specs, such as a file of the organisation's repository
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

impl Specs {
    /// One folder without a policy above it.
    pub(crate) fn of(specs: &Path) -> Self {
        Self { specs: vec![specs.to_owned()], policy: None }
    }

    /// The first folder: where a command writes that writes beside specs.
    pub(crate) fn first(&self) -> &Path {
        self.specs.first().map_or(Path::new("slos"), PathBuf::as_path)
    }

    /// Whether nobody named a folder of specs, and there is none where they usually lie.
    pub(crate) fn are_missing(&self) -> bool {
        self.specs.as_slice() == [PathBuf::from("slos")] && !self.first().exists()
    }

    /// The folders as people are shown them.
    pub(crate) fn shown(&self) -> String {
        self.specs.iter().map(|folder| shown(folder)).collect::<Vec<_>>().join(", ")
    }

    /// Every folder with its team: the name of the folder around `slos`, if there are several folders of specs.
    ///
    /// # Errors
    /// When two folders would be of one team.
    pub(crate) fn folders(&self) -> Result<Vec<(&Path, String)>> {
        let [_, _, ..] = self.specs.as_slice() else {
            return Ok(self.specs.iter().map(|folder| (folder.as_path(), String::new())).collect());
        };
        let mut folders: Vec<(&Path, String)> = Vec::new();
        for folder in &self.specs {
            let team = team(folder);
            if let Some((other, _)) = folders.iter().find(|(_, known)| *known == team) {
                let what = format!("{} and {} would be one team", shown(other), shown(folder));
                return Err(Failure::new(what).help(
                    "name folders such as `shop/slos` and `bank/slos`: what stands before `slos` tells them apart",
                ));
            }
            folders.push((folder, team));
        }
        Ok(folders)
    }
}

/// The last folder of a path that is not called `slos`.
fn team(folder: &Path) -> String {
    let mut named = folder.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    named.rfind(|name| name != "slos").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn teams(folders: &[&str]) -> Option<Vec<String>> {
        let specs = Specs { specs: folders.iter().map(PathBuf::from).collect(), policy: None };
        let folders = specs.folders().ok()?;
        Some(folders.into_iter().map(|(_, team)| team).collect())
    }

    #[test]
    fn several_folders_are_told_apart_by_what_is_around_them() {
        assert_eq!(teams(&["shop/slos"]).unwrap(), [""]);
        assert_eq!(teams(&["../shop/slos", "/x/bank/slos/", "slos"]).unwrap(), ["shop", "bank", ""]);
        assert_eq!(teams(&["a/shop/slos", "b/shop"]), None);
    }
}
