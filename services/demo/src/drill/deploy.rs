//! A deployment: what a checkout builds is put beside what was deployed before, and the running system takes it over.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::control::{Change, ask};
use super::{SERVICES, Setting};
use crate::programs;

/// Builds the services of `checkout` and runs them; gives the names of those whose program changed.
///
/// # Errors
/// When they do not build, or do not serve.
pub fn deploy(checkout: &Path, setting: &Setting) -> Result<Vec<String>> {
    let built = programs::services(checkout)?;
    let release = setting.data.join("releases").join(&setting.revision);
    fs::create_dir_all(&release).with_context(|| format!("creating {}", release.display()))?;
    let mut programs = BTreeMap::new();
    for service in SERVICES {
        let from = built.get(service).with_context(|| format!("{service} was not built"))?;
        let to = release.join(service);
        // A program that runs cannot be written to; the same release may be deployed again.
        if to.exists() {
            fs::remove_file(&to).with_context(|| format!("replacing {}", to.display()))?;
        }
        fs::copy(from, &to).with_context(|| format!("copying {}", from.display()))?;
        programs.insert(service.to_owned(), to);
    }
    ask(&setting.data, &Change::Deploy { revision: setting.revision.clone(), programs })
}
