//! Where the programs come from: the services from this workspace, the tools by `ci/tools/get`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The programs that are ours, by package.
const SERVICES: [&str; 5] = ["store", "payments", "checkout", "frontend", "loadgen"];

/// The checkout that this program was built in.
#[must_use]
pub fn checkout() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}

/// Every program of the system, by name.
#[derive(Clone)]
pub struct Programs {
    paths: BTreeMap<String, PathBuf>,
}

impl Programs {
    /// Builds the services of `checkout` and finds or builds the tools; `say` is told what is being done.
    ///
    /// # Errors
    /// When something does not build; with what cargo or `ci/tools/get` printed.
    pub fn find(checkout: &Path, mut say: impl FnMut(&str)) -> Result<Self> {
        say("building the services");
        let mut paths = services(checkout)?;
        for tool in ["otelcol", "prometheus", "alertmanager"] {
            say(&format!("looking for {tool} (built once, for minutes, where it is missing)"));
            paths.insert(tool.to_owned(), Self::tool(checkout, tool)?);
        }
        Ok(Self { paths })
    }

    /// The same with copies of the services in `folder`, which later builds leave alone.
    ///
    /// # Errors
    /// When they cannot be copied.
    pub fn kept_in(mut self, folder: &Path) -> Result<Self> {
        for service in SERVICES {
            let to = keep(&self.path(service)?, folder, service)?;
            self.paths.insert(service.to_owned(), to);
        }
        Ok(self)
    }

    /// Where a tool is, which is built where it is missing.
    ///
    /// # Errors
    /// When it is neither there nor builds.
    pub fn tool(checkout: &Path, tool: &str) -> Result<PathBuf> {
        let path = output(Command::new(checkout.join("ci/tools/get")).arg(tool))
            .with_context(|| format!("{tool} is needed"))?;
        Ok(PathBuf::from(path.trim_end()))
    }

    /// The program of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        self.paths.get(name).cloned().with_context(|| format!("no program is called {name}"))
    }
}

/// Copies a program into a folder, and gives where it is then.
///
/// # Errors
/// When it cannot be copied.
pub fn keep(program: &Path, folder: &Path, name: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let to = folder.join(name);
    // A program that runs cannot be written to, but its name can be given to another.
    if to.exists() {
        fs::remove_file(&to).with_context(|| format!("replacing {}", to.display()))?;
    }
    fs::copy(program, &to).with_context(|| format!("copying {}", program.display()))?;
    Ok(to)
}

/// Builds the services and asks cargo where it put them, since variables and configuration files can move them.
///
/// Cargo runs within `services/`, whose configuration builds with frame pointers.
///
/// # Errors
/// When something does not build.
pub fn services(checkout: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--profile=services", "--locked", "--message-format=json-render-diagnostics"]);
    command.args(SERVICES.iter().flat_map(|package| ["-p", package])).current_dir(checkout.join("services"));
    let messages = output(&mut command).context("building the services")?;
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let paths: BTreeMap<_, _> = built
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        })
        .collect();
    for service in SERVICES {
        if !paths.contains_key(service) {
            bail!("cargo built {service} but did not say where");
        }
    }
    Ok(paths)
}

/// Runs a command to its end and gives its standard output; what it says on standard error goes to ours.
fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", command.get_program().display()))?;
    if !output.status.success() {
        bail!("{} failed ({})", command.get_program().display(), output.status);
    }
    String::from_utf8(output.stdout).context("it printed something else than text")
}
