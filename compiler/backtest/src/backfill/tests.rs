use std::sync::Arc;

use super::*;
use crate::grid::ABSENT;
use crate::promql::parse;

/// A source that has these series, and no other.
struct Has(Vec<(Labels, Vec<f64>)>);

impl Source for Has {
    fn range(&self, _: &str, grid: Grid) -> Result<Vec<Series>, String> {
        let cut = |(labels, values): &(Labels, Vec<f64>)| Series {
            labels: labels.clone(),
            values: Arc::new(values.iter().copied().take(grid.count).collect()),
        };
        Ok(self.0.iter().map(cut).collect())
    }

    fn recorded(&self, _: &str, _: i64) -> Result<Vec<i64>, String> {
        Ok(Vec::new())
    }
}

fn labels(group: &str) -> Labels {
    Labels::from([("slo".to_owned(), "o".to_owned()), ("group".to_owned(), group.to_owned())])
}

fn reach(text: &str) -> BTreeMap<String, Reach> {
    let mut found = BTreeMap::new();
    for rule in text.split(';') {
        reads(&parse(rule.trim()).unwrap(), None, &mut found);
    }
    found
}

/// A record each 30 s from 7 s on, over an hour, whose value is the number of its evaluation.
fn record(gap: std::ops::Range<usize>) -> Record {
    let values = (0..120).map(|place| if gap.contains(&place) { ABSENT } else { place as f64 });
    let series = Series { labels: labels("a"), values: Arc::new(values.collect()) };
    Record { group: 0, grid: Grid { first: 7_000, step: 30_000, count: 120 }, series: vec![series] }
}

fn bounds(from: i64, until: i64, end: i64) -> Bounds {
    Bounds { from, until, end }
}

const COUNTS: Reach = Reach { range: 3_600_000, step: Some(300_000) };

#[test]
fn only_what_is_read_over_time_is_taken_and_as_far_back_as_it_is_read() {
    let found = reach(
        "a + b; sum_over_time(c[1d:5m]) * 2; avg_over_time(d[1h]); avg_over_time(d[6h:1m]); sum_over_time(c[30d:5m]);
         sum_over_time((e + f[5m])[1h:1m]); g[1h:2m] or g[1h:4m]; h[1h:2m] or h[1h:5m]; absent_over_time(i[5m])",
    );
    let minutes = |range: i64, step: Option<i64>| Reach { range: range * 60_000, step: step.map(|it| it * 60_000) };
    let expected = [
        ("c", minutes(43_200, Some(5))),
        ("d", minutes(360, None)),
        ("e", minutes(60, Some(1))),
        ("f", minutes(65, None)),
        ("g", minutes(60, Some(2))),
        ("h", minutes(60, None)),
        ("i", minutes(5, None)),
    ];
    assert_eq!(found, expected.map(|(name, reach)| (name.to_owned(), reach)).into());
}

#[test]
fn a_read_finds_the_sample_that_it_would_have_found_and_none_after_a_gap() {
    // Nothing from 1207 s on to 1807 s: the reads at 1500 s and 1800 s find nothing.
    let (filled, taken) =
        take(("x", &record(40..60)), COUNTS, bounds(0, 3_600_000, 2_400_000), (&Has(Vec::new()), "x"))
            .unwrap()
            .unwrap();
    let times: Vec<_> = taken[0].samples.iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [277_000, 577_000, 877_000, 1_177_000, 2_077_000, 2_377_000]);
    assert!(taken[0].samples.iter().all(|(at, value)| (*at - 7_000) as f64 / 30_000.0 == *value));
    // Whoever reads at multiples of five minutes, and looks back five minutes without markers, sees the same.
    for read in (1..9).map(|step| step * 300_000) {
        let found = times.iter().any(|at| *at <= read && *at > read - LOOKBACK);
        assert_eq!(found, ![1_500_000, 1_800_000].contains(&read), "{read}");
    }
    assert_eq!((filled.from, filled.until, filled.series, filled.samples), (Some(277_000), Some(2_377_000), 1, 6));
}

#[test]
fn a_zero_begins_a_gap_that_reads_would_not_see() {
    for (step, after) in [(None, 1_207_000), (Some(60_000), 1_237_000), (Some(240_000), 1_417_000)] {
        let reach = Reach { range: 3_600_000, step };
        let bounds = bounds(0, 3_600_000, 2_400_000);
        let (_, taken) = take(("x", &record(40..60)), reach, bounds, (&Has(Vec::new()), "x")).unwrap().unwrap();
        let gap: Vec<_> = taken[0].samples.iter().filter(|(at, _)| (1_207_000..1_807_000).contains(at)).collect();
        assert_eq!(gap, [&(after, 0.0)], "{step:?}");
    }
}

#[test]
fn each_sample_is_taken_where_each_counts_within_the_span_and_the_reach() {
    let each = Reach { range: 600_000, step: None };
    let times = |from, until, end| {
        let taken = take(("x", &record(0..0)), each, bounds(from, until, end), (&Has(Vec::new()), "x")).unwrap();
        let samples = taken.map(|(_, mut taken)| taken.remove(0).samples);
        samples.map(|it| (it[0].0, it.last().unwrap().0, it.len()))
    };
    assert_eq!(times(0, 1_207_000, 1_207_000), Some((637_000, 1_207_000, 20)), "a range is without its beginning");
    assert_eq!(times(1_000_000, 1_207_000, 1_100_000), Some((1_027_000, 1_087_000, 3)));
    assert_eq!(times(0, 3_600_000, 1_207_000), None, "the end lies before what is read");
}

#[test]
fn nothing_is_taken_once_the_source_has_the_series() {
    let mut two = record(0..0);
    two.series.push(Series { labels: labels("b"), ..two.series[0].clone() });
    let mut recorded = vec![ABSENT; 3];
    recorded.extend([1.0; 9]);
    let mut more = labels("b");
    more.insert("cluster".to_owned(), "c1".to_owned());
    let other = Labels::from([("slo".to_owned(), "other".to_owned())]);
    let has = Has(vec![(more, recorded), (other, vec![1.0; 12])]);
    let (filled, taken) = take(("x", &two), COUNTS, bounds(0, 3_600_000, 3_600_000), (&has, "x")).unwrap().unwrap();
    assert_eq!(taken.iter().map(|it| it.samples.len()).collect::<Vec<_>>(), [12, 3]);
    assert_eq!(taken[1].samples.last(), Some(&(877_000, 29.0)), "the read at 1200 s finds what is recorded");
    assert_eq!((filled.recorded_since, filled.series, filled.samples), (Some(1_200_000), 2, 15));
}

#[test]
fn blocks_end_before_the_head() {
    const HOUR: i64 = 3_600_000;
    for (until, now, end) in [
        (100 * HOUR, 100 * HOUR, 96 * HOUR - 1),
        (101 * HOUR, 101 * HOUR - 1, 96 * HOUR - 1),
        (101 * HOUR, 101 * HOUR, 98 * HOUR - 1),
        (50 * HOUR, 101 * HOUR, 50 * HOUR),
    ] {
        assert_eq!(super::end(until, now), end, "{until} {now}");
    }
}
