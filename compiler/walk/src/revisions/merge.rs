//! What several sources tell of one service, as one.

use super::known::Known;

/// Takes both revisions from the first source that tells them, and what it lacks from the next ones.
///
/// Sources name one commit differently, so the names of two sources do not compare. A source that tells both says at
/// least whether they differ: if not, the revision that another source tells now was also the one before.
pub(super) fn merged(all: &[Known]) -> Known {
    let mut merged = Known::default();
    let mut by: Vec<&str> = Vec::new();
    for known in all {
        // A source that knows a revision by the same name speaks of both in the same way.
        let knows = |name: &String| known.first_seen.contains_key(name) || known.older.contains(name);
        // It tells best what ran before the onset: requests that were kept may be older than several releases.
        if merged.before.as_ref().is_some_and(knows) && known.before.is_some() && merged.before != known.before {
            merged.before.clone_from(&known.before);
            by.push(&known.by);
        }
        let is_asked = merged.now.is_none() || merged.before.is_none();
        let is_telling = known.now.is_some() || known.before.is_some();
        if is_asked && is_telling {
            let (now, before) = match (&merged.now, &merged.before) {
                (None, None) => (known.now.clone(), known.before.clone()),
                (Some(now), None) if known.now == known.before && !knows(now) => (Some(now.clone()), Some(now.clone())),
                // Unless the source saw that revision replaced: healthy requests may be from before a recent release.
                (None, Some(before))
                    if known.now == known.before && known.replaced() != Some(before) && !knows(before) =>
                {
                    (Some(before.clone()), Some(before.clone()))
                }
                (now, before) => {
                    (now.clone().or_else(|| known.now.clone()), before.clone().or_else(|| known.before.clone()))
                }
            };
            if (&now, &before) != (&merged.now, &merged.before) {
                by.push(&known.by);
            }
            (merged.now, merged.before) = (now, before);
        }
        for (revision, other) in &known.previous {
            merged.previous.entry(revision.clone()).or_insert_with(|| other.clone());
        }
        // The first sight of a revision, whoever saw it.
        for (revision, time) in &known.first_seen {
            let seen = merged.first_seen.entry(revision.clone()).or_insert(*time);
            *seen = seen.min(*time);
        }
        merged.older.extend(known.older.iter().cloned());
        // A source that names the current revision differently still saw when it began.
        if let (Some(now), Some(theirs)) = (&merged.now, &known.now)
            && !known.first_seen.contains_key(now)
            && !known.older.contains(now)
        {
            if let Some(time) = known.first_seen.get(theirs) {
                merged.first_seen.entry(now.clone()).or_insert(*time);
            }
            if known.older.contains(theirs) {
                merged.older.insert(now.clone());
            }
        }
    }
    by.dedup();
    merged.by = by.join(" and ");
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(by: &str, now: &str, before: &str, seen: f64) -> Known {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let first_seen = [(now.to_owned(), seen)].into_iter().filter(|(_, at)| *at > 0.0).collect();
        Known { by: by.to_owned(), now: some(now), before: some(before), first_seen, ..Known::default() }
    }

    fn told(all: &[Known]) -> (String, String, String, Option<f64>) {
        let merged = merged(all);
        let seen = merged.now.as_ref().and_then(|now| merged.first_seen.get(now).copied());
        (merged.now.unwrap_or_default(), merged.before.unwrap_or_default(), merged.by, seen)
    }

    #[test]
    fn one_source_that_tells_both_is_enough() {
        let all = [known("spans", "c2", "c1", 0.0), known("tags", "1.2", "1.1", 7.0)];
        assert_eq!(told(&all), ("c2".into(), "c1".into(), "spans".into(), Some(7.0)));
    }

    #[test]
    fn what_one_lacks_another_tells() {
        let all = [known("spans", "c2", "", 0.0), known("tags", "1.2", "1.1", 0.0)];
        assert_eq!(told(&all), ("c2".into(), "1.1".into(), "spans and tags".into(), None));
        // The version did not change, so the revision did not either.
        let all = [known("spans", "c2", "", 0.0), known("tags", "1.2", "1.2", 0.0)];
        assert_eq!(told(&all), ("c2".into(), "c2".into(), "spans and tags".into(), None));
        // Healthy requests ran c1, which was replaced shortly before the onset.
        let replaced =
            Known { previous: [("c2".to_owned(), "c1".to_owned())].into(), ..known("tags", "c2", "c2", 7.0) };
        let all = [known("spans", "", "c1", 0.0), replaced];
        assert_eq!(told(&all), ("c2".into(), "c1".into(), "spans and tags".into(), Some(7.0)));
        // Healthy requests ran c1, and they are from before the release that ran until the onset.
        let mut since = known("target_info", "c2", "c9", 7.0);
        since.older.insert("c1".to_owned());
        let all = [known("spans", "", "c1", 0.0), since];
        assert_eq!(told(&all), ("c2".into(), "c9".into(), "spans and target_info".into(), Some(7.0)));
        assert_eq!(told(&[]), (String::new(), String::new(), String::new(), None));
    }
}
