//! An incident's evidence, and the page that links it.

use emberline_walk::source::Answer;
use serde_json::json;

use super::template;
use super::view::Incident;
use crate::record::Page;

impl Incident<'_> {
    /// The evidence: file names below the incident's folder, and contents. `incident.md` links them.
    ///
    /// # Errors
    /// When no alert fired, so that there is no incident; or a template is faulty.
    pub fn files(&self) -> Answer<Vec<(String, String)>> {
        let view = self.view()?;
        let json = |value: &dyn erased::Json| value.pretty();
        let mut files = vec![
            ("incident.md".to_owned(), template::render("incident.md", &view)?),
            ("drill.json".to_owned(), json(self.record)),
            ("fire.json".to_owned(), json(&self.evidence.fired)),
            ("clear.json".to_owned(), json(&self.exports())),
        ];
        files.push(("alert.yaml".to_owned(), definition(self.rules, view.page)));
        if !self.change.is_empty() {
            files.push(("change.patch".to_owned(), self.change.to_owned()));
        }
        files.extend(view.plots.iter().map(|plot| (plot.file.to_owned(), plot.svg.clone())));
        files.extend(self.artefacts.iter().map(|(name, text)| (format!("walk/{name}"), text.clone())));
        Ok(files)
    }

    fn exports(&self) -> serde_json::Value {
        let burns: Vec<_> = self.evidence.burns.iter().map(|(asked, _)| asked).collect();
        json!({"alerts": self.evidence.alerts, "burn_rates": burns, "base": self.evidence.base})
    }
}

/// The rule of an alert, cut out of the rule file that the compiler wrote.
#[must_use]
pub fn definition(rules: &str, page: &Page) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    let wanted = |block: &[&str]| {
        let has = |line: String| block.iter().any(|it| it.trim() == line);
        let window = |key: &str, value: &str| value.is_empty() || has(format!("{key}: {value}"));
        block.first().is_some_and(|line| line.trim() == format!("- alert: {}", page.alert))
            && has(format!("slo: {}", page.slo))
            && window("long_window", &page.long_window)
            && window("short_window", &page.short_window)
    };
    for line in rules.lines().chain(["- end"]) {
        if line.trim_start().starts_with("- ") {
            if found.is_empty() && wanted(&block) {
                found = std::mem::take(&mut block);
            }
            block.clear();
        }
        block.push(line);
    }
    found.join("\n") + "\n"
}

/// Anything that serde writes, behind one reference.
mod erased {
    use serde::Serialize;

    pub(super) trait Json {
        fn pretty(&self) -> String;
    }

    impl<T: Serialize> Json for T {
        fn pretty(&self) -> String {
            serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
        }
    }
}
