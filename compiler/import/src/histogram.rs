//! A bucket held against all observations: a latency, with the bucket's boundary as the threshold.

use emberline_core::promql::{Expr, MatchOp, Select, Selector, parse_selector};
use emberline_core::quantity::{Bound, decimal};
use emberline_core::source::Spanned;
use emberline_core::spec::{LatencySpec, Promql, SliSpec};

/// The latency that counts events in a bucket as good; `None` unless both select the same series but for `le`.
pub(crate) fn latency(total: &str, good: &str, by: &[String]) -> Option<SliSpec> {
    let (total, good) = (parse_selector(total).ok()?, parse_selector(good).ok()?);
    let stem = good.metric_name()?.strip_suffix("_bucket")?;
    let bound = boundary(&good)?;
    let is_count = total.metric_name() == Some(&format!("{stem}_count"));
    let is_all = total.metric_name() == good.metric_name() && boundary(&total) == Some("+Inf");
    if !(is_count || is_all) || others(&total) != others(&good) {
        return None;
    }
    let bound = decimal(bound)?;
    // The end of the name tells the unit, as the compiler takes it.
    let unit = if stem.ends_with("_milliseconds") {
        "ms"
    } else if stem.ends_with("_seconds") {
        "s"
    } else {
        return None;
    };
    let threshold = Bound::parse(&format!("{bound}{unit}")).ok()?;
    Some(sli(stem, threshold, narrowed(&good), by))
}

/// A latency's record.
pub(crate) fn sli(metric: &str, threshold: Bound, selector: Option<String>, by: &[String]) -> SliSpec {
    let latency = LatencySpec {
        metric: metric.to_owned().into(),
        threshold: threshold.into(),
        selector: selector.map(|selector| Spanned::made(Promql::made(&selector))),
        group_by: group_by(by),
        ..LatencySpec::default()
    };
    SliSpec { latency: Some(Spanned::made(latency)), ..SliSpec::default() }
}

/// The field for labels to group by, without the bucket's.
pub(crate) fn group_by(by: &[String]) -> Option<Vec<Spanned<String>>> {
    let by: Vec<_> = by.iter().filter(|label| *label != "le").cloned().map(Spanned::made).collect();
    (!by.is_empty()).then_some(by)
}

/// The matchers of a selector but that of `le`, in braces.
pub(crate) fn narrowed(selector: &Selector) -> Option<String> {
    let matchers: Vec<_> = selector.borrowed().into_iter().filter(|matcher| matcher.label != "le").collect();
    (!matchers.is_empty()).then(|| Expr::Select(Select { metric: None, matchers: &[&matchers] }).to_string())
}

fn boundary(selector: &Selector) -> Option<&str> {
    let mut found = selector.matchers.iter().filter(|matcher| matcher.label == "le");
    let matcher = found.next().filter(|matcher| matcher.op == MatchOp::Eq)?;
    found.next().is_none().then_some(matcher.value.as_str())
}

fn others(selector: &Selector) -> Vec<(&str, MatchOp, &str)> {
    let matchers = selector.matchers.iter().filter(|matcher| matcher.label != "le");
    let mut matchers: Vec<_> = matchers.map(|it| (it.label.as_str(), it.op, it.value.as_str())).collect();
    matchers.sort_unstable();
    matchers
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_core::spec::{Comments, write};

    #[test]
    fn a_bucket_of_the_same_series_is_a_latency() {
        let sli = latency("a_seconds_count{x=\"1\"}", "a_seconds_bucket{le=\"0.4\",x=\"1\"}", &[]).unwrap();
        let text = write(&sli, Comments::No);
        assert_eq!(text, "latency:\n  metric: a_seconds\n  threshold: 400ms\n  selector: \"{x=\\\"1\\\"}\"\n");
        for (total, good) in [
            ("a_seconds_count{x=\"1\"}", "a_seconds_bucket{le=\"0.4\"}"),
            ("a_seconds_count", "b_seconds_bucket{le=\"0.4\"}"),
            ("a_seconds_count", "a_seconds_bucket{le=~\"0.4\"}"),
            ("a_seconds_count", "a_seconds_bucket"),
            ("a_size_count", "a_size_bucket{le=\"0.4\"}"),
        ] {
            assert!(latency(total, good, &[]).is_none(), "{good}");
        }
    }
}
