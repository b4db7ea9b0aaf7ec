//! What people learned, kept as Markdown beside the specs: `notes/SERVICE.md` stands on every page of a service,
//! `notes/SERVICE/SLO.md` on those of an objective. Files are named as pages are.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::names;
use pulldown_cmark::{Event, Options, Parser, html::push_html};

/// Notes by their path below `notes/`, without the ending.
#[derive(Debug, Default, Clone)]
pub struct Notes(BTreeMap<String, String>);

/// Notes that stand on no page.
#[derive(Debug, PartialEq, Eq)]
pub struct Unclaimed {
    /// Their path below `notes/`, without the ending.
    pub path: String,
    /// What they could have been called.
    pub known: Vec<String>,
}

impl Notes {
    /// Adds a file: its path below `notes/` without the ending, with `/` between parts.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    pub(crate) fn of_service(&self, service: &str) -> String {
        self.0.get(service).cloned().unwrap_or_default()
    }

    /// The objective's, then the service's.
    pub(crate) fn of_slo(&self, service: &str, slo: &str) -> String {
        let own = self.0.get(&format!("{service}/{slo}"));
        own.into_iter().chain(self.0.get(service)).map(|text| text.trim()).collect::<Vec<_>>().join("\n\n")
    }

    /// Files that no page takes: of a service or an objective that is gone, or under a name that is not quite theirs.
    /// `services` are names, each with those of its objectives.
    pub fn unclaimed<'n, S>(&self, services: impl Iterator<Item = (&'n str, S)>) -> Vec<Unclaimed>
    where
        S: Iterator<Item = &'n str>,
    {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut known = BTreeSet::new();
        for (service, slos) in services {
            let service = names::stem(service);
            known.extend(slos.map(|slo| format!("{service}/{}", names::stem(slo))));
            known.insert(service);
        }
        let gone = self.0.keys().filter(|path| !known.contains(*path));
        gone.map(|path| Unclaimed { path: path.clone(), known: known.iter().cloned().collect() }).collect()
    }
}

/// Markdown as HTML. Tags that people wrote are shown and do nothing, and so are addresses that are none.
pub(crate) fn html(markdown: &str) -> String {
    let events =
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(pulldown_cmark::Tag::Link { link_type, dest_url, title, id }) if !is_safe(&dest_url) => {
                let dest_url = format!("#not-an-address-{}", dest_url.len()).into();
                Event::Start(pulldown_cmark::Tag::Link { link_type, dest_url, title, id })
            }
            // A page that works offline asks nobody for an image.
            Event::Start(pulldown_cmark::Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = if is_safe(&dest_url) { dest_url } else { "#".into() };
                Event::Start(pulldown_cmark::Tag::Link { link_type, dest_url, title, id })
            }
            Event::End(pulldown_cmark::TagEnd::Image) => Event::End(pulldown_cmark::TagEnd::Link),
            Event::Start(pulldown_cmark::Tag::Heading { id, classes, attrs, .. }) => {
                Event::Start(pulldown_cmark::Tag::Heading {
                    level: pulldown_cmark::HeadingLevel::H3,
                    id,
                    classes,
                    attrs,
                })
            }
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => {
                Event::End(pulldown_cmark::TagEnd::Heading(pulldown_cmark::HeadingLevel::H3))
            }
            other => other,
        });
    let mut out = String::new();
    push_html(&mut out, events);
    out
}

fn is_safe(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(scheme, _)| scheme);
    scheme.is_none_or(|scheme| ["http", "https", "mailto"].contains(&scheme.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_text_and_never_code() {
        let page =
            html("# T\n<script>alert(1)</script>\n\n**b** [x](javascript:alert(1)) ![i](https://x.example/p.png)\n");
        assert!(page.contains("<h3>T</h3>") && page.contains("<strong>b</strong>"), "{page}");
        assert!(page.contains("&lt;script&gt;") && !page.contains("javascript:") && !page.contains("<img"), "{page}");
    }
}
