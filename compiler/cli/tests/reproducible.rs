//! Same specs, same bytes: on every run, from any working folder, whatever order the file system lists files in.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `specs` into `out` from the folder `from`; both paths as given.
fn compile(from: &Path, specs: &str, out: &str) {
    let run = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(["compile", "--specs", specs, "--out", out])
        .current_dir(from)
        .env_clear()
        .output()
        .unwrap();
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}

/// Every file below a folder, by its path there.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

#[test]
fn runs_folders_and_file_orders_do_not_show() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../slos");
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let mut names: Vec<_> = fs::read_dir(&specs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    names.sort();
    // The same files created in another order, and in folders whose names sort the other way round.
    for (folder, backwards) in [("forwards/slos", false), ("backwards/deep/er/slos", true)] {
        fs::create_dir_all(root.join(folder)).unwrap();
        if backwards {
            names.reverse();
        }
        for (index, path) in names.iter().enumerate() {
            let name = path.file_name().unwrap().to_str().unwrap();
            let below = match backwards && name != "policy.yaml" {
                true => format!("{folder}/{}", names.len() - index),
                false => folder.to_owned(),
            };
            fs::create_dir_all(root.join(&below)).unwrap();
            fs::copy(path, root.join(below).join(name)).unwrap();
        }
    }
    compile(&root.join("forwards"), "slos", "generated");
    compile(&root.join("forwards"), "slos", "again");
    compile(&root.join("backwards/deep/er"), "slos", "../../generated");
    compile(root, "./forwards/../forwards/slos", "elsewhere");
    let mut first = tree(&root.join("forwards/generated"));
    assert!(first.len() > 10, "{:?}", first.keys());
    assert!(first == tree(&root.join("forwards/again")) && first == tree(&root.join("elsewhere")));
    without_hashes_of_pages(&mut first);
    let mut second = tree(&root.join("backwards/generated"));
    // Pages say where a spec lies, which is all that the deeper folders may change.
    for (path, text) in second.iter_mut().filter(|(path, _)| path.starts_with("runbooks")) {
        let said = String::from_utf8(text.clone()).unwrap();
        let folders = 1..=names.len();
        *text = folders.fold(said, |said, folder| said.replace(&format!("slos/{folder}/"), "slos/")).into_bytes();
        assert!(first.contains_key(path));
    }
    without_hashes_of_pages(&mut second);
    assert!(first == second, "backwards/generated differs");
}

/// Takes the hashes of pages out of the manifest.
fn without_hashes_of_pages(files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let manifest = files.get_mut(Path::new(".emberline-manifest")).unwrap();
    let text = String::from_utf8(manifest.clone()).unwrap();
    let lines = text.lines().map(|line| match line.split_once("  ") {
        Some((_, path)) if path.starts_with("runbooks/") => format!("{path}\n"),
        _ => format!("{line}\n"),
    });
    *manifest = lines.collect::<String>().into_bytes();
}
