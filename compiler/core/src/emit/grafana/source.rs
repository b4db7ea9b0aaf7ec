//! What panels and variables share: a data source, and texts that Grafana leaves alone.

/// Where a panel's data comes from.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The plugin.
    pub(super) kind: &'static str,
    pub(super) uid: String,
}

/// A text that Grafana shows as it is: behind a `$` it would look for a variable. A word joiner is not seen.
pub(super) fn literal(text: &str) -> String {
    text.replace('$', "$\u{2060}")
}
