//! The columns of the table: what a field holds, and which fields go together.

/// A mapping with known fields.
#[derive(Debug)]
pub struct Record {
    /// Its name in the JSON Schema and in the guide.
    pub name: &'static str,
    /// What it is, as a sentence.
    pub about: &'static str,
    /// Its fields, in the order of Alertmanager's documentation.
    pub fields: &'static [Field],
    /// Which fields go together.
    pub rules: &'static [Rule],
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name in Alertmanager's configuration.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it is for, as a sentence.
    pub about: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text that is taken as it is.
    Text,
    /// A text that is filled in when a notification is sent.
    Template,
    /// An address of HTTP.
    Url,
    /// The address of a proxy.
    Proxy,
    /// An address of HTTP, or a template of one that has Go's own functions only.
    Hook,
    /// A file on Alertmanager's machine.
    File,
    /// A file on Alertmanager's machine that holds a secret.
    SecretFile,
    /// A secret, which a policy may not hold; and what to write instead.
    Secret(&'static str),
    /// `true` or `false`.
    Bool,
    /// A whole number from 0.
    Count,
    /// A whole number but 0, which may be negative.
    Id,
    /// A length of time as Prometheus writes it: `1h30m`.
    Span,
    /// A length of time as Go writes it, with fractions and without days: `1.5h`.
    GoSpan,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words in any case, or a template that has Go's own functions only.
    WordOrTemplate(&'static [&'static str]),
    /// A host and its port.
    HostPort,
    /// A time of the day from `00:00` to `24:00`.
    Clock,
    /// The name of a time zone.
    Zone,
    /// One or two days of the week, with a colon between.
    Weekdays,
    /// One or two days of a month, with a colon between; negative ones count from its end.
    Days,
    /// One or two months by name or number, with a colon between.
    Months,
    /// One or two years, with a colon between.
    Years,
    /// A list of these.
    List(&'static Kind),
    /// A mapping of any names to these.
    Map(&'static Kind),
    /// A mapping with known fields.
    Record(&'static Record),
    /// A template, or a record.
    TemplateOr(&'static Record),
    /// Anything; texts in it are filled in when a notification is sent.
    Any,
}

/// Which fields of a record go together. Those of a record within are named `record.field`. An empty text counts as a
/// field that is not there, as Alertmanager counts it.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// The field must be there.
    Needed(&'static str),
    /// One of these must be there, and no more.
    OneOf(&'static [&'static str]),
    /// At least one of these must be there.
    AnyOf(&'static [&'static str]),
    /// No more than one of these may be there.
    AtMostOne(&'static [&'static str]),
    /// The first needs one of the others.
    Needs(&'static str, &'static [&'static str]),
    /// One of these must be there, unless a global gives it.
    NeededOrGlobal(&'static [&'static str]),
    /// The mapping may not have these names; case does not count.
    NotNamed(&'static str, &'static [&'static str]),
    /// Names of the mapping that differ in case only are the same name.
    Distinct(&'static str),
    /// While the first is `true`, the mapping may not have these names.
    NotNamedWhile(&'static str, &'static str, &'static [&'static str]),
    /// While the first is `true`, the second must be there.
    NeededWhile(&'static str, &'static str),
    /// The mapping's names are those of headers.
    Tokens(&'static str),
    /// The first is an earlier time than the second.
    Before(&'static str, &'static str),
    /// The text is not this word, in any case.
    NotWord(&'static str, &'static str),
}

#[cfg(test)]
impl Rule {
    /// Whether the rule is about a field.
    pub(super) fn names(&self, field: &str) -> bool {
        format!("{self:?}").contains(&format!("\"{field}"))
    }
}

/// A row of the table.
pub(super) const fn field(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, about }
}
