//! Where a query is run: over which range, and narrowed down by which variables of a dashboard.

use crate::promql::{Expr, Matcher, Select};
use crate::quantity::Duration;

/// How far back a query looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// A fixed length.
    Fixed(Duration),
    /// As Grafana finds fit for the resolution of a panel.
    Panel,
}

/// Stands for a panel's range while a query is printed; no printed name holds a control character.
const PANEL: &str = "\u{1}";

/// Stands for the `$` of a dashboard's variable while a query is printed.
pub(super) const VARIABLE: &str = "\u{2}";

/// What dashboards narrow their queries down by: variables over labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The variables, in the order in which they are offered.
    pub variables: Vec<Variable>,
}

/// A variable of a dashboard, over the values of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name, which is a word.
    pub name: String,
    /// The label, as series have it.
    pub label: String,
    /// Whether every series has the label, because the policy says so; else those have it of which it is known.
    pub is_everywhere: bool,
    /// The series whose values are offered.
    pub source: String,
}

impl Scope {
    /// A selector's text, narrowed down by the variables whose label the series have.
    pub(crate) fn narrow(&self, select: Select<'_>, has: impl Fn(&str) -> bool) -> String {
        let mut text = select.to_string();
        for variable in self.variables.iter().filter(|it| it.is_everywhere || has(&it.label)) {
            let matcher = variable.matcher();
            match text.pop() {
                Some('}') if text.ends_with('{') => text.push_str(&matcher),
                Some('}') => text.push_str(&format!(",{matcher}")),
                other => {
                    text.extend(other);
                    text.push_str(&format!("{{{matcher}"));
                }
            }
            text.push('}');
        }
        text
    }

    /// A printed query of a service's span metrics, narrowed down by what every series has. Within a printed string, a
    /// quotation mark stands behind a backslash, so only the matcher itself is found.
    pub(super) fn narrow_spans(&self, text: String, service: &str) -> String {
        let own =
            Expr::Select(Select { metric: None, matchers: &[&[Matcher::eq("service_name", service)]] }).to_string();
        let own = in_panel(own.trim_start_matches('{').trim_end_matches('}'));
        let more: Vec<String> = self.variables.iter().filter(|it| it.is_everywhere).map(Variable::matcher).collect();
        if more.is_empty() { text } else { text.replace(&own, &format!("{own},{}", more.join(","))) }
    }
}

impl Variable {
    fn matcher(&self) -> String {
        let any = Expr::Select(Select { metric: None, matchers: &[&[Matcher::re(&self.label, ".*")]] }).to_string();
        let name = any.trim_start_matches('{').trim_end_matches("=~\".*\"}").to_owned();
        format!("{name}=~\"{VARIABLE}{}\"", self.name)
    }
}

impl Range {
    /// The range as text.
    pub(super) fn text(self) -> String {
        match self {
            Self::Fixed(length) => length.to_string(),
            Self::Panel => PANEL.to_owned(),
        }
    }

    /// A query's text as it is run.
    pub(super) fn finish(self, text: String) -> String {
        match self {
            Self::Fixed(_) => text,
            Self::Panel => in_panel(&text),
        }
    }

    pub(super) fn of<'a>(self, select: Select<'a>) -> Expr<'a> {
        match self {
            Self::Fixed(length) => Expr::Range(select, length.millis()),
            Self::Panel => Expr::Within(select, PANEL),
        }
    }

    /// The text of a query. Grafana would fill in what stands behind a `$`, so in a panel's query names have it escaped.
    pub(super) fn print(self, expr: &Expr<'_>) -> String {
        self.finish(expr.to_string())
    }
}

/// A query as a panel has it: PromQL allows `$` in strings only, where `\x24` says the same.
#[must_use]
pub(crate) fn in_panel(text: &str) -> String {
    text.replace('$', "\\x24").replace(PANEL, "$__rate_interval").replace(VARIABLE, "$")
}
