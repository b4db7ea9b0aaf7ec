//! The owners of folders, in a file `CODEOWNERS` that people keep. GitHub and GitLab both let the last line count that
//! matches a path, so the lines stand at the end of the file, outer folders first.

/// How our lines begin.
const BEGIN: &str = "# Begin of what `emberline codeowners` keeps from the policies; lines below the end win.";
/// How they end.
const END: &str = "# End of what `emberline codeowners` keeps.";
/// The section that our lines have, if the file has sections, which GitLab alone knows: otherwise they would be part of the
/// last one, with its rules for approval.
const SECTION: &str = "[emberline]";

/// Who must agree to changes of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The folder from the top of the repository on, `/` between parts.
    pub folder: String,
    /// The owners as `CODEOWNERS` names them; at least one.
    pub owners: Vec<String>,
}

/// The file with these lines in place of those that an earlier run wrote; every other byte stays. Without any, ours go.
///
/// # Errors
/// The number of the line at which one of the comments around our lines stands alone or twice.
pub fn owners(text: &str, owned: &[Owned]) -> Result<String, usize> {
    let (before, after) = around(text)?;
    let mut ours = String::new();
    if !owned.is_empty() {
        ours.push_str(&format!("{BEGIN}\n"));
        if before.lines().chain(after.lines()).any(is_section) {
            ours.push_str(&format!("{SECTION}\n"));
        }
        for Owned { folder, owners } in owned {
            ours.push_str(&format!("{} {}\n", pattern(folder), owners.join(" ")));
        }
        ours.push_str(&format!("{END}\n"));
    }
    let break_before = if before.is_empty() || before.ends_with('\n') || ours.is_empty() { "" } else { "\n" };
    Ok(format!("{before}{break_before}{ours}{after}"))
}

/// What stands before our lines, and what behind them.
fn around(text: &str) -> Result<(&str, &str), usize> {
    let (mut begin, mut end, mut at) = (None, None, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match line.trim_end() {
            BEGIN if begin.is_none() && end.is_none() => begin = Some((at, number)),
            END if begin.is_some() && end.is_none() => end = Some(at + line.len()),
            BEGIN | END => return Err(number + 1),
            _ => {}
        }
        at += line.len();
    }
    match (begin, end) {
        (Some((begin, _)), Some(end)) => {
            Ok((text.get(..begin).unwrap_or_default(), text.get(end..).unwrap_or_default()))
        }
        (Some((_, number)), None) => Err(number + 1),
        _ => Ok((text, "")),
    }
}

/// Whether a line begins a section of GitLab: `[Name]`, `^[Optional]`, `[Name][2] @owner`.
fn is_section(line: &str) -> bool {
    let line = line.trim_start();
    line.strip_prefix('^').unwrap_or(line).starts_with('[') && line.contains(']') && line.trim_end() != SECTION
}

/// A folder with all that is in it, as both read it: from the top of the repository, spaces and `#` escaped.
fn pattern(folder: &str) -> String {
    let mut pattern = String::from("/");
    for character in folder.trim_matches('/').chars() {
        if matches!(character, ' ' | '#' | '\\' | '*' | '?' | '[' | ']') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    if pattern.len() > 1 { pattern + "/" } else { pattern }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn owned(folder: &str, owners: &[&str]) -> Owned {
        Owned { folder: folder.to_owned(), owners: owners.iter().map(|owner| (*owner).to_owned()).collect() }
    }

    #[test]
    fn every_other_byte_stays_and_a_second_run_changes_nothing() {
        let ours = [owned("slos/web", &["@shop/web", "a@b.example"]), owned("generated/teams/web", &["@shop/web"])];
        for theirs in ["", "* @all\n", "* @all", "# a\r\n/slos/ @x\r\n", "[Docs]\n/docs/ @d\n"] {
            let merged = owners(theirs, &ours).unwrap();
            assert!(merged.starts_with(theirs), "{merged}");
            assert!(merged.contains("/slos/web/ @shop/web a@b.example\n/generated/teams/web/ @shop/web\n"), "{merged}");
            assert_eq!(merged.contains("\n[emberline]\n"), theirs.contains("[Docs]"), "{merged}");
            assert_eq!(owners(&merged, &ours).unwrap(), merged);
            let behind = format!("{merged}/slos/web/secret @cto\n");
            let changed = owners(&behind, &ours[..1]).unwrap();
            assert!(changed.ends_with("\n/slos/web/secret @cto\n") && !changed.contains("generated"), "{changed}");
            let gone = owners(&merged, &[]).unwrap();
            assert_eq!(gone.trim_end_matches('\n'), theirs.trim_end_matches('\n'));
        }
    }

    #[test]
    fn comments_that_stand_alone_are_told_of() {
        assert_eq!(owners(&format!("a\n{BEGIN}\n"), &[]), Err(2));
        assert_eq!(owners(&format!("{END}\n"), &[]), Err(1));
        assert_eq!(owners(&format!("{BEGIN}\n{END}\n{BEGIN}\n{END}\n"), &[]), Err(3));
    }

    #[test]
    fn folders_are_what_both_read() {
        assert_eq!(pattern("my slos/web"), "/my\\ slos/web/");
        assert_eq!(pattern(""), "/");
    }
}
