//! A deployment: what a checkout builds is put beside what was deployed before, and the running system takes it over.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::control::{Change, ask};
use super::{SERVICES, Setting, artifacts};
use crate::programs;

/// Builds the services of `checkout`, unless its tree was built before, and runs them; gives the names of those whose program changed.
///
/// # Errors
/// When they do not build, or do not serve.
pub fn deploy(checkout: &Path, setting: &Setting) -> Result<Vec<String>> {
    let built = artifacts::of(checkout, setting)?;
    let release = setting.release();
    let mut programs = BTreeMap::new();
    for service in SERVICES {
        let from = built.get(service).with_context(|| format!("{service} was not built"))?;
        programs.insert(service.to_owned(), programs::keep(from, &release, service)?);
    }
    ask(&setting.data, &Change::Deploy { revision: setting.revision.clone(), programs })
}
