//! The text of an expression for a rule.

use super::tree::{Edit, PromqlQuery};
use crate::quantity::Duration;

impl PromqlQuery {
    /// Its author's text on one line, with `window` where the range was left open, and read `delay` later.
    #[must_use]
    pub fn print(&self, window: Duration, delay: Duration) -> String {
        let mut text = String::with_capacity(self.text.len() + 16);
        let mut at = 0;
        for (range, edit) in &self.edits {
            line(&mut text, self.text.get(at..range.start).unwrap_or_default());
            let written = self.text.get(range.clone()).unwrap_or_default();
            let is_late = delay > Duration::ZERO;
            match edit {
                Edit::Window => text.push_str(&window.to_string()),
                Edit::Comment => line(&mut text, " "),
                Edit::Selector if is_late => text.push_str(&format!(" offset {delay}")),
                Edit::Offset(own) if is_late => text.push_str(&(*own + delay).to_string()),
                Edit::Time if is_late => text.push('('),
                Edit::TimeEnd if is_late => text.push_str(&format!(" - {})", delay.exact_seconds())),
                Edit::Selector | Edit::Offset(_) | Edit::Time | Edit::TimeEnd => text.push_str(written),
            }
            at = range.end;
        }
        line(&mut text, self.text.get(at..).unwrap_or_default());
        text.trim().to_owned()
    }
}

/// Blanks and line breaks between strings, as one blank. Strings between backticks keep theirs.
fn line(out: &mut String, text: &str) {
    let mut quote = None;
    let mut is_escaped = false;
    for c in text.chars() {
        match quote {
            None if matches!(c, ' ' | '\n' | '\r' | '\t') => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            Some(open) if c == open && !is_escaped => quote = None,
            _ => {}
        }
        is_escaped = quote.is_some_and(|open| open != '`') && c == '\\' && !is_escaped;
        out.push(c);
    }
}
