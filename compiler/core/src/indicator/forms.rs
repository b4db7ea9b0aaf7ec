//! A record that has several forms: each is known by one field, and some others go with it.

use serde_json::{Value, json};

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Span;
use crate::spec::decode::Flawed;

/// One form of a record.
#[derive(Debug)]
pub(super) struct Form {
    /// The field that makes it.
    pub(super) field: &'static str,
    /// What it needs beside: all fields of one of these lists.
    pub(super) needs: &'static [&'static [&'static str]],
    /// What it may have.
    pub(super) may: &'static [&'static str],
}

/// Every form of a record.
#[derive(Debug)]
pub(super) struct Forms<const N: usize>(pub(super) [Form; N]);

impl Form {
    fn has(&self, field: &str) -> bool {
        self.field == field || self.may.contains(&field) || self.needs.iter().any(|needs| needs.contains(&field))
    }
}

impl<const N: usize> Forms<N> {
    /// The alternatives for a JSON Schema: what each form needs, and that it has nothing of another.
    pub(super) fn schema(&self) -> Value {
        let mut fields: Vec<&str> = Vec::new();
        for form in &self.0 {
            fields.push(form.field);
            fields.extend(form.needs.iter().copied().flatten().chain(form.may));
        }
        let alternative = |form: &Form, needs: &[&str]| {
            let refused = fields
                .iter()
                .filter(|field| !(form.field == **field || needs.contains(field) || form.may.contains(field)));
            let refused: serde_json::Map<String, Value> =
                refused.map(|field| ((*field).to_owned(), Value::Bool(false))).collect();
            let required: Vec<&str> = [form.field].into_iter().chain(needs.iter().copied()).collect();
            json!({"required": required, "properties": refused})
        };
        self.0.iter().flat_map(|form| form.needs.iter().map(|needs| alternative(form, needs))).collect()
    }

    /// Reports it where a record (`of`, as messages call it) at `at` has none of the forms, or something of two of them.
    pub(super) fn only_one(
        &self,
        at: Span,
        written: &[(&'static str, Option<Span>)],
        flawed: &Flawed,
        of: &str,
        scope: &mut Scope<'_>,
    ) -> Option<()> {
        let is_written = |field: &str| written.iter().any(|(name, place)| *name == field && place.is_some());
        let Some(form) = self.0.iter().find(|form| is_written(form.field)) else {
            let makers: Vec<&str> = self.0.iter().map(|form| form.field).collect();
            if !flawed.any(&makers) {
                scope.report(self.none(at, written, of, &makers));
            }
            return None;
        };
        let other = written.iter().find_map(|(name, place)| place.filter(|_| !form.has(name)).map(|at| (*name, at)));
        let Some((other, place)) = other else { return Some(()) };
        let field = form.field;
        let message = match self.0.iter().any(|form| form.field == other) {
            true => format!("`{other}` cannot stand beside `{field}`: each says what is bad"),
            false => format!("`{other}` does not go with `{field}`"),
        };
        scope.report(Finding::new(&code::INVALID_VALUE, place, message).hint(format!("remove this, or `{field}`")));
        None
    }

    /// A record without a form; a field that goes with only one says which was meant.
    fn none(&self, at: Span, written: &[(&'static str, Option<Span>)], of: &str, makers: &[&str]) -> Finding {
        let first = written.iter().find(|(_, place)| place.is_some());
        let meant = first.and_then(|(name, _)| self.0.iter().find(|form| form.has(name)));
        let (message, hint) = match meant {
            Some(form) => (format!("{of} needs `{}` here", form.field), format!("add `{}:`", form.field)),
            None => (
                format!("{of} needs {}", super::listed(makers, "or")),
                format!("add `{}:` with a selector", makers.first().copied().unwrap_or_default()),
            ),
        };
        Finding::new(&code::MISSING_FIELD, at, message).hint(hint)
    }
}
