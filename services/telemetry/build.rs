//! Tells the library which commit it is built from, for the resource attribute `vcs.ref.head.revision`.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=EMBERLINE_COMMIT");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(&root).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let given = std::env::var("EMBERLINE_COMMIT").ok().filter(|commit| !commit.is_empty());
    if given.is_none() {
        // A new commit changes one of these; without git there is nothing to watch. Who names the commit builds again only
        // what a commit touches.
        for name in ["HEAD", "logs/HEAD"] {
            if let Some(path) = git(&["rev-parse", "--git-path", name]) {
                println!("cargo::rerun-if-changed={}", root.join(path).display());
            }
        }
    } else {
        println!("cargo::rerun-if-changed=build.rs");
    }
    let commit = given.or_else(|| git(&["rev-parse", "HEAD"])).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=EMBERLINE_COMMIT={commit}");
}
