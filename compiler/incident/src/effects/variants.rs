//! Values that an enumeration, or a field with a closed set of values, has newly.

use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use crate::words;

/// Words of fields with a closed set of values.
const CLOSED: &[&str] = &["enum", "status", "state", "kind", "variant", "reason", "phase"];

/// What a hunk does to sets of values.
pub(super) fn effects(hunk: &Hunk, doing: &mut Doing) {
    let lower = |text: &str| text.to_lowercase();
    let place = format!("{} {}", hunk.file, hunk.header);
    let enumerates = |text: &str| lower(text).contains("enum") || lower(text).contains("add value");
    let around = hunk.before.iter().chain(&hunk.after).any(|(_, line)| enumerates(line)) || enumerates(&hunk.header);
    let known: Vec<String> = hunk.before.iter().flat_map(|(_, line)| values(code(&hunk.file, line))).collect();
    for line in &hunk.added {
        let text = code(&hunk.file, line);
        if values(text).iter().all(|value| known.contains(value)) {
            continue;
        }
        let about = |text: &str| words::parts(text).iter().any(|part| CLOSED.contains(&&**part));
        let strength = match (enumerates(text) || around, about(text), about(&place)) {
            (true, _, _) => 0.9,
            (false, true, _) => 0.75,
            (false, false, true) => 0.5,
            _ => continue,
        };
        doing.note(Effect::VariantAdded, strength, line);
    }
}

/// Values of a line, as `ON_HOLD` or `"on-hold"`. A setting's name looks alike, but stands in front of a colon.
fn values(line: &str) -> Vec<String> {
    let shouted = words::identifiers(line, &[])
        .into_iter()
        .filter(|word| word.len() > 2 && word.contains(char::is_uppercase) && !word.contains(char::is_lowercase));
    let quoted = line.split(['"', '\'', '`']).skip(1).step_by(2).filter(|text| {
        !text.is_empty()
            && text.len() < 40
            && text.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter))
    });
    let quoted = quoted.filter(|text| !text.chars().all(|letter| letter.is_ascii_digit()));
    shouted.chain(quoted).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::doing;
    use crate::read::Commit;

    fn strength(diff: &str) -> f64 {
        let commit =
            Commit { sha: "a".to_owned(), at: None, files: vec!["a/b.kt".to_owned()], diff: Some(diff.to_owned()) };
        doing(&commit).strength(Effect::VariantAdded)
    }

    #[test]
    fn a_new_value_of_an_enumeration_is_seen() {
        assert!(strength("@@ a @@\n-enum class S { OPEN, PAID }\n+enum class S { OPEN, PARKED, PAID }") > 0.8);
        assert!(strength("@@ a @@\n \tShipped Status = \"SHIPPED\"\n+\tLost Status = \"LOST\"") > 0.7);
        assert_eq!(strength("@@ a @@\n-val a = b.title\n+val a = b.name"), 0.0);
        assert_eq!(strength("@@ a @@\n-status = \"OPEN\"\n+state = \"OPEN\""), 0.0);
    }
}
