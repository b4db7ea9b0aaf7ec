//! How the stores of a walk are called, so that no file names their hosts or folders.

use crate::source::{Deployments, History, Logs, Profiles, Sources, Traces};

/// Texts that would tell where evidence came from, each with the words that are written instead. The longest come
/// first.
#[derive(Debug, Default)]
pub(super) struct Stores {
    hidden: Vec<(String, String)>,
}

impl Stores {
    /// The stores of a walk.
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let repositories = sources.repositories.into_iter().flatten().map(|(_, it)| it.name());
        let names = [
            Some(sources.metrics.name()),
            sources.traces.map(Traces::name),
            sources.logs.map(Logs::name),
            sources.profiles.map(Profiles::name),
            sources.history.map(History::name),
            sources.deployments.map(Deployments::name),
        ];
        let mut stores = Self::default();
        names.into_iter().flatten().chain(repositories).for_each(|name| stores.add(&name));
        stores.hidden.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
        stores.hidden.dedup();
        stores
    }

    /// Adds a store by its name, such as `Tempo at http://tempo.example:3200`, `git in /src` or `the log /var/log/x`.
    fn add(&mut self, name: &str) {
        let mut put = |text: &str, words: &str| {
            if text.len() > 1 {
                self.hidden.push((text.to_owned(), words.to_owned()));
            }
        };
        if let Some((product, address)) = name.split_once(" at ") {
            put(name, product);
            put(address, "<store>");
            let host = address.split_once("://").map_or(address, |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or(host);
            put(host, "<store>");
            let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
            // A word such as `prometheus` tells nothing, and stands in many other places.
            let is_telling = bare.contains('.') && !bare.starts_with("127.") && bare != "0.0.0.0";
            put(if is_telling { bare } else { "" }, "<store>");
        } else if let Some((program, folder)) = name.split_once(" in ") {
            put(name, program);
            put(if folder.len() > 3 { folder } else { "" }, "<folder>");
        } else if let Some(path) = name.strip_prefix("the log ") {
            put(name, "the log of deployments");
            put(if path.len() > 3 { path } else { "" }, "<folder>");
        }
    }

    /// A text without these names, and without the names of people in paths of their homes.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (hidden, words) in &self.hidden {
            if out.contains(hidden.as_str()) {
                out = out.replace(hidden.as_str(), words);
            }
        }
        ["/home/", "/Users/", "\\Users\\"].iter().fold(out, |out, head| without_homes(&out, head))
    }
}

/// A text with `user` for the folder behind each `head`.
fn without_homes(text: &str, head: &str) -> String {
    let mut parts = text.split(head);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(head);
        match part.find(['/', '\\']) {
            Some(end) if end > 0 && part.get(..end).is_some_and(|name| !name.contains(char::is_whitespace)) => {
                out.push_str("user");
                out.push_str(part.get(end..).unwrap_or_default());
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// A message of a store without addresses. A ruler or a proxy has no name of its own in a walk.
pub(super) fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, address) = rest.split_at(at);
        out.push_str(before);
        out.push_str("<store>");
        let ends = |c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | ')' | ';' | ',');
        rest = address.find(ends).map_or("", |end| address.get(end..).unwrap_or_default());
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_stores_lose_their_places() {
        let mut stores = Stores::default();
        for name in ["Tempo at http://tempo.shop.internal:3200/x", "git in /srv/shop", "the log /var/deploys.jsonl"] {
            stores.add(name);
        }
        let told = "Tempo at http://tempo.shop.internal:3200/x cannot be reached: tempo.shop.internal:3200 refused";
        assert_eq!(stores.hide(told), "Tempo cannot be reached: <store> refused");
        assert_eq!(stores.hide("git in /srv/shop fails: /srv/shop/x"), "git fails: <folder>/x");
        assert_eq!(stores.hide("the log /var/deploys.jsonl"), "the log of deployments");
        assert_eq!(stores.hide("/home/ann/x.rs and C:\\Users\\bo\\y"), "/home/user/x.rs and C:\\Users\\user\\y");
    }

    #[test]
    fn words_stay_words() {
        let mut stores = Stores::default();
        stores.add("Prometheus at http://prometheus:9090");
        stores.add("git in .");
        assert_eq!(
            stores.hide("up{job=\"prometheus\"} of /home/ and git in ."),
            "up{job=\"prometheus\"} of /home/ and git"
        );
    }

    #[test]
    fn addresses_in_messages() {
        assert_eq!(
            without_addresses("the ruler at https://r.x:1/a, not `http://b`"),
            "the ruler at <store>, not `<store>`"
        );
    }
}
