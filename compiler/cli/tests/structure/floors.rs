//! Floors: the order in which the parts of a crate stand on each other.
//!
//! `floors.txt` beside a crate's `Cargo.toml` lists them, the highest first, as one reads a house from the street:
//!
//! ```text
//! stages: check emit
//! base:   quantity source
//! ```
//!
//! A word is a module: a file, or a folder with all that is in it unless a longer word names a part. A file may import its own
//! floor and any below it, and none above.

use std::collections::BTreeSet;

use super::imports::Imports;

/// The floors of a crate, highest first: its name and its modules.
#[derive(Debug)]
pub(crate) struct Floors(Vec<(String, Vec<String>)>);

impl Floors {
    /// Reads `floors.txt`. Lines that begin with `#` say why.
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let floors = lines.map(|line| {
            let (name, modules) = line.split_once(':').unwrap_or_else(|| panic!("`{line}`: expected `floor: modules`"));
            (name.trim().to_owned(), modules.split_whitespace().map(str::to_owned).collect())
        });
        Self(floors.collect())
    }

    /// What is wrong with the list itself or with an import, a line each.
    pub(crate) fn faults(&self, imports: &Imports) -> Vec<String> {
        let mut faults = Vec::new();
        let mut used = BTreeSet::new();
        for (file, imported) in imports {
            let Some((floor, word)) = self.of(file) else {
                faults.push(format!("{file} stands on no floor"));
                continue;
            };
            used.insert(word);
            for other in imported {
                if let Some((above, _)) = self.of(other)
                    && above < floor
                {
                    let (from, to) = (&self.0[floor].0, &self.0[above].0);
                    faults.push(format!("{file} ({from}) imports {other} ({to}), which stands above it"));
                }
            }
        }
        let words: Vec<&str> = self.0.iter().flat_map(|(_, modules)| modules).map(String::as_str).collect();
        for (at, word) in words.iter().enumerate() {
            if words[..at].contains(word) {
                faults.push(format!("`{word}` stands on two floors"));
            }
            if !used.contains(word) {
                faults.push(format!("`{word}` is no module"));
            }
        }
        faults
    }

    /// Index of a file's floor, and the word that says so: the longest.
    fn of(&self, file: &str) -> Option<(usize, &str)> {
        let module = file.strip_suffix("/mod.rs").or_else(|| file.strip_suffix(".rs")).unwrap_or(file);
        let words =
            self.0.iter().enumerate().flat_map(|(at, (_, words))| words.iter().map(move |word| (at, word.as_str())));
        let holds = |word: &str| module.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        words.filter(|(_, word)| holds(word)).max_by_key(|(_, word)| word.len())
    }
}
