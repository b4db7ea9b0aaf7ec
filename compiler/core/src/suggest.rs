//! "Did you mean": the nearest known name, or nothing when none is near.

/// The candidate most like `typed`, if it is like it at all. Ties go to the earlier candidate.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = typed;
    let typed = typed.to_lowercase();
    // Two slips in a short word make another word.
    let slips = (typed.chars().count() / 3).clamp(1, 2);
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let likeness = strsim::jaro_winkler(&typed, &lower);
        // A prefix ("obj" for "objective") or the same letters with other separators counts as near.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let near =
            likeness > 0.84 || letters(&typed) == letters(&lower) || strsim::osa_distance(&typed, &lower) <= slips;
        if near && written != candidate && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters one text differs from another by: added, left out, replaced or swapped.
pub fn slips(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

/// ``did you mean `x`?`` for the nearest candidate.
pub fn did_you_mean<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(typed, candidates).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far() {
        let known = ["objective", "window", "sli", "name"];
        assert_eq!(nearest("objektive", known), Some("objective"));
        assert_eq!(nearest("windows", known), Some("window"));
        assert_eq!(nearest("http.route", ["http_route", "code"]), Some("http_route"));
        assert_eq!(nearest("Window", known), Some("window"));
        assert_eq!(nearest("zebra", known), None);
        assert_eq!(nearest("page", ["wake", "queue"]), None);
    }
}
