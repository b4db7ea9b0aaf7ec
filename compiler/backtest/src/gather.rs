//! Aggregations over series, as Prometheus has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::grid::{ABSENT, Labels, Series, is_absent};
use crate::promql::{Gather, Named};

/// One series for each group of labels: at each of so many instants what `gather` makes of the values that are there.
///
/// # Errors
/// For an aggregation that is not evaluated here.
pub(crate) fn gather(gather: Gather, by: &Named, series: Vec<Series>, count: usize) -> Result<Vec<Series>, String> {
    if gather == Gather::Other {
        return Err("this aggregation of recorded series is not evaluated here".to_owned());
    }
    let mut groups: BTreeMap<Labels, Vec<Series>> = BTreeMap::new();
    for series in series {
        groups.entry(kept(by, &series.labels)).or_default().push(series);
    }
    let one = |(labels, members): (Labels, Vec<Series>)| {
        let at = |place: usize| {
            let values = members.iter().filter_map(|series| series.values.get(place)).copied();
            made(gather, values.filter(|value| !is_absent(*value)))
        };
        Series { labels, values: Arc::new((0..count).map(at).collect()) }
    };
    Ok(groups.into_iter().map(one).collect())
}

fn kept(by: &Named, labels: &Labels) -> Labels {
    let keeps = |label: &String| match by {
        Named::All => true,
        Named::Only(only) => only.contains(label),
        Named::But(but) => !but.contains(label),
    };
    labels.iter().filter(|(label, _)| keeps(label)).map(|(label, value)| (label.clone(), value.clone())).collect()
}

fn made(gather: Gather, values: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut sum, mut least, mut most) = (0.0_f64, 0.0_f64, f64::NAN, f64::NAN);
    for value in values {
        count += 1.0;
        sum += value;
        // Both let a number win over NaN.
        least = least.min(value);
        most = most.max(value);
    }
    match gather {
        _ if count == 0.0 => ABSENT,
        Gather::Sum => sum,
        Gather::Avg => sum / count,
        Gather::Min => least,
        Gather::Max => most,
        Gather::Count => count,
        Gather::Other => ABSENT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_made_of_what_is_there() {
        let series = |job: &str, pod: &str, values: [f64; 2]| Series {
            labels: [("job", job), ("pod", pod)].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            values: Arc::new(values.to_vec()),
        };
        let all =
            || vec![series("a", "1", [1.0, 5.0]), series("a", "2", [3.0, ABSENT]), series("b", "1", [7.0, ABSENT])];
        let told = |how, by: &Named| {
            let made = gather(how, by, all(), 2).unwrap();
            let of = |series: Series| {
                let values = series.values.iter().map(|value| (!is_absent(*value)).then_some(*value));
                (series.labels.into_values().collect::<Vec<_>>().join(","), values.collect::<Vec<_>>())
            };
            made.into_iter().map(of).collect::<Vec<_>>()
        };
        let by_job = Named::Only(vec!["job".to_owned()]);
        let without_pod = Named::But(vec!["pod".to_owned()]);
        let expected = [("a".to_owned(), vec![Some(4.0), Some(5.0)]), ("b".to_owned(), vec![Some(7.0), None])];
        assert_eq!(told(Gather::Sum, &by_job), expected);
        assert_eq!(told(Gather::Sum, &without_pod), expected);
        let none = Named::Only(Vec::new());
        assert_eq!(told(Gather::Avg, &none), [(String::new(), vec![Some(11.0 / 3.0), Some(5.0)])]);
        assert_eq!(told(Gather::Min, &none), [(String::new(), vec![Some(1.0), Some(5.0)])]);
        assert_eq!(told(Gather::Max, &none), [(String::new(), vec![Some(7.0), Some(5.0)])]);
        assert_eq!(told(Gather::Count, &none), [(String::new(), vec![Some(3.0), Some(1.0)])]);
        assert!(gather(Gather::Other, &none, all(), 2).is_err());
    }
}
