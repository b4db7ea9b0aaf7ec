//! Where the programs come from: the pinned tools by `ci/tools/get`, and `emberline` from this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::process::run;
use crate::rules::RuleFile;

/// The checkout that this crate was built in.
#[must_use]
pub fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}

/// The absolute path of a pinned tool, built on first use. A tool that cannot be had is a failure, never a skip.
///
/// # Errors
/// With the remedy that `ci/tools/get` prints.
pub fn tool(name: &str) -> Result<PathBuf> {
    let get = workspace().join("ci/tools/get");
    let path = run(Command::new(get).arg(name)).with_context(|| format!("{name} is needed"))?;
    Ok(PathBuf::from(path.trim_end()))
}

/// The `emberline` program: the one that the variable `EMBERLINE` names, or a release build of this checkout, made once.
///
/// # Errors
/// When it does not build.
pub fn emberline() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.clone().map_err(anyhow::Error::msg)
}

/// What `emberline verify` says of captures behind redaction, as its JSON.
///
/// # Errors
/// When it says nothing, with what it printed instead.
pub fn judged(specs: &Path, captures: &[PathBuf]) -> Result<serde_json::Value> {
    let output = Command::new(emberline()?)
        .args(["verify", "--quiet", "--stage", "redacted", "--format", "json", "--specs"])
        .arg(specs)
        .args(captures)
        .output()?;
    serde_json::from_slice(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn build() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("EMBERLINE") {
        return Ok(PathBuf::from(path));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let messages = run(Command::new(cargo)
        .args(["build", "--release", "--quiet", "--bin", "emberline", "--message-format=json-render-diagnostics"])
        .current_dir(workspace()))
    .context("building emberline")?;
    // Asking cargo where it put the program, since CARGO_TARGET_DIR and configuration files can move it.
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "emberline")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.context("cargo built emberline but did not say where")
}

/// Compiles a folder's worth of specs, each a name and its YAML, and gives the rule file of `service`.
///
/// # Errors
/// When the compiler refuses the specs, or its output is not a rule file.
pub fn compile(specs: &[(&str, &str)], service: &str, folder: &Path) -> Result<RuleFile> {
    let input = folder.join("slos");
    let output = folder.join("generated");
    std::fs::create_dir_all(&input).with_context(|| format!("creating {}", input.display()))?;
    for (name, yaml) in specs {
        let path = input.join(name);
        std::fs::write(&path, yaml).with_context(|| format!("writing {}", path.display()))?;
    }
    let mut command = Command::new(emberline()?);
    command.arg("compile").arg("--specs").arg(&input).arg("--out").arg(&output).args(["--only", "rules,tests"]);
    // Findings go to either stream, and `run` shows both when the compiler refuses.
    run(&mut command).context("compiling the specs of a proof")?;
    let path = output.join("prometheus/rules").join(format!("{service}.yaml"));
    ensure!(path.is_file(), "emberline compiled the specs without writing {}", path.display());
    RuleFile::read(&path)
}
