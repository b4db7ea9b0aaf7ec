//! Lists in notes.

/// What there is, cut where the list becomes long.
pub(super) fn listed(what: &str, all: &[impl AsRef<str>]) -> String {
    let mut shown: Vec<String> = all.iter().take(12).map(|one| format!("`{}`", one.as_ref())).collect();
    if all.len() > shown.len() {
        shown.push(format!("{} more", all.len() - shown.len()));
    }
    if shown.is_empty() { format!("{what} none") } else { format!("{what} {}", shown.join(", ")) }
}
