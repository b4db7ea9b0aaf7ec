//! Functions and aggregations of Prometheus 3 that need no feature flag, with what they take.

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Instant,
    Range,
    Scalar,
    Text,
}

/// Aggregations; `true` for those that take an argument before the vector.
pub(in crate::promql) const AGGREGATIONS: [(&str, bool); 12] = [
    ("avg", false),
    ("bottomk", true),
    ("count", false),
    ("count_values", true),
    ("group", false),
    ("max", false),
    ("min", false),
    ("quantile", true),
    ("stddev", false),
    ("stdvar", false),
    ("sum", false),
    ("topk", true),
];

/// Functions with the letters of their arguments: instant, range, scalar, text; behind a `?` they may be left out, and `*`
/// repeats the last.
const FUNCTIONS: [(&str, &str); 72] = [
    ("abs", "i"),
    ("absent", "i"),
    ("absent_over_time", "r"),
    ("acos", "i"),
    ("acosh", "i"),
    ("asin", "i"),
    ("asinh", "i"),
    ("atan", "i"),
    ("atanh", "i"),
    ("avg_over_time", "r"),
    ("ceil", "i"),
    ("changes", "r"),
    ("clamp", "iss"),
    ("clamp_max", "is"),
    ("clamp_min", "is"),
    ("cos", "i"),
    ("cosh", "i"),
    ("count_over_time", "r"),
    ("day_of_month", "?i"),
    ("day_of_week", "?i"),
    ("day_of_year", "?i"),
    ("days_in_month", "?i"),
    ("deg", "i"),
    ("delta", "r"),
    ("deriv", "r"),
    ("exp", "i"),
    ("floor", "i"),
    ("histogram_avg", "i"),
    ("histogram_count", "i"),
    ("histogram_fraction", "ssi"),
    ("histogram_quantile", "si"),
    ("histogram_stddev", "i"),
    ("histogram_stdvar", "i"),
    ("histogram_sum", "i"),
    ("hour", "?i"),
    ("idelta", "r"),
    ("increase", "r"),
    ("irate", "r"),
    ("label_join", "itt?t*"),
    ("label_replace", "itttt"),
    ("last_over_time", "r"),
    ("ln", "i"),
    ("log10", "i"),
    ("log2", "i"),
    ("max_over_time", "r"),
    ("min_over_time", "r"),
    ("minute", "?i"),
    ("month", "?i"),
    ("pi", ""),
    ("predict_linear", "rs"),
    ("present_over_time", "r"),
    ("quantile_over_time", "sr"),
    ("rad", "i"),
    ("rate", "r"),
    ("resets", "r"),
    ("round", "i?s"),
    ("scalar", "i"),
    ("sgn", "i"),
    ("sin", "i"),
    ("sinh", "i"),
    ("sort", "i"),
    ("sort_desc", "i"),
    ("sqrt", "i"),
    ("stddev_over_time", "r"),
    ("stdvar_over_time", "r"),
    ("sum_over_time", "r"),
    ("tan", "i"),
    ("tanh", "i"),
    ("time", ""),
    ("timestamp", "i"),
    ("vector", "s"),
    ("year", "?i"),
];

/// What a function takes.
#[derive(Debug)]
pub(super) struct Signature {
    takes: Vec<Kind>,
    least: usize,
    is_open: bool,
}

/// The signature of a function of that name.
pub(super) fn signature(name: &str) -> Option<Signature> {
    let (_, letters) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    let (needed, optional) = letters.split_once('?').unwrap_or((letters, ""));
    let kinds = |letters: &str| -> Vec<Kind> {
        let kind = |letter| match letter {
            'i' => Some(Kind::Instant),
            'r' => Some(Kind::Range),
            's' => Some(Kind::Scalar),
            't' => Some(Kind::Text),
            _ => None,
        };
        letters.chars().filter_map(kind).collect()
    };
    let mut takes = kinds(needed);
    let least = takes.len();
    takes.extend(kinds(optional));
    Some(Signature { takes, least, is_open: letters.ends_with('*') })
}

impl Signature {
    /// What is wrong with arguments of these kinds: of which one, and in words.
    pub(super) fn fault(&self, arguments: &[Kind]) -> Option<(Option<usize>, String)> {
        let most = self.takes.len();
        if arguments.len() < self.least || (arguments.len() > most && !self.is_open) {
            let least = self.least;
            let takes = match (least == most, self.is_open) {
                (_, true) => format!("at least {least}"),
                (true, _) => least.to_string(),
                (false, _) => format!("{least} to {most}"),
            };
            return Some((None, format!("takes {takes} arguments, found {}", arguments.len())));
        }
        arguments.iter().enumerate().find_map(|(at, found)| {
            let wanted = self.takes.get(at).or(self.takes.last())?;
            (wanted != found).then(|| (Some(at), format!("takes {}, found {}", word(*wanted), word(*found))))
        })
    }
}

/// What a function gives.
pub(super) fn gives(name: &str) -> Kind {
    match name {
        "pi" | "scalar" | "time" => Kind::Scalar,
        _ => Kind::Instant,
    }
}

/// A kind in words.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Instant => "an instant vector",
        Kind::Range => "a range",
        Kind::Scalar => "a number",
        Kind::Text => "a string",
    }
}

/// Names that a slip may have meant.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name).chain(AGGREGATIONS.iter().map(|(name, _)| *name))
}
