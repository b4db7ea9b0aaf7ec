//! Reads `keys.txt`, which says how.

/// The whole table.
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    /// Keys that name no program, in lower case.
    innocent: Vec<String>,
}

/// A way to plant a program, and the keys that name it.
pub(crate) struct Row {
    /// As git's documentation spells them.
    pub(crate) keys: Vec<String>,
    /// Lines of shell that plant the program.
    pub(crate) plant: String,
    /// Lines of shell that make git run it; `None` where a reason stands instead.
    pub(crate) runs: Option<String>,
}

impl Table {
    pub(crate) fn read() -> Self {
        let mut table = Self { rows: Vec::new(), innocent: Vec::new() };
        for block in include_str!("keys.txt").split("\n\n") {
            let lines: Vec<(&str, &str)> =
                block.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect();
            let of = |word: &str| -> Vec<String> {
                lines.iter().filter(|(first, _)| *first == word).map(|(_, rest)| (*rest).to_owned()).collect()
            };
            let known = ["key", "plant", "runs", "unrun", "none"];
            assert!(lines.iter().all(|(word, _)| known.contains(word)), "{block}");
            for key in of("none") {
                let (key, why) = key.split_once(' ').unwrap_or_default();
                assert!(!why.is_empty(), "{key} has no reason");
                table.innocent.push(key.to_lowercase());
            }
            if of("key").is_empty() {
                continue;
            }
            let runs = of("runs");
            assert!(runs.is_empty() != of("unrun").is_empty(), "a proof or a reason, and not both: {block}");
            table.rows.push(Row {
                keys: of("key"),
                plant: format!("set -e\n{}", of("plant").join("\n")),
                runs: (!runs.is_empty()).then(|| runs.join("\n")),
            });
        }
        assert!(table.rows.len() > 50);
        table
    }

    /// Whether the table speaks of a key.
    pub(crate) fn knows(&self, key: &str) -> bool {
        let key = key.to_lowercase();
        let is_innocent =
            |known: &String| known.strip_suffix('*').map_or(key == *known, |start| key.starts_with(start));
        self.rows.iter().flat_map(|row| &row.keys).any(|known| known.to_lowercase() == key)
            || self.innocent.iter().any(is_innocent)
    }
}

/// Whether the last word of a key sounds as if the key named a program, or the key ends in a name of any kind.
pub(crate) fn may_name_a_program(key: &str) -> bool {
    const ENDS: &[&str] = &[
        "cmd",
        "command",
        "program",
        "pager",
        "editor",
        "helper",
        "hook",
        "hookspath",
        "textconv",
        "clean",
        "smudge",
        "process",
        "driver",
        "askpass",
        "proxy",
        "tool",
        "viewer",
        "browser",
        "httpd",
        "external",
        "uploadpack",
        "receivepack",
        "vcs",
        "tunnel",
        "smtpserver",
        "update",
        "fsmonitor",
        "path",
        "templatedir",
        "insteadof",
        ">",
    ];
    let key = key.to_lowercase();
    ENDS.iter().any(|end| key.ends_with(end))
}
