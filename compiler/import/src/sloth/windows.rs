//! The period and the pairs of windows of Sloth's objectives: its defaults, or those of an `AlertWindows`.

use emberline_core::quantity::{Duration, Percent, decimal};
use emberline_core::source::{Span, Spanned};
use emberline_core::spec::PairSpec;
use emberline_core::yaml::Node;
use rust_decimal::Decimal;

use crate::alerts::{DEFAULT, pair};
use crate::report::Rows;
use crate::tree::{Fields, find, text};

/// How long a budget lasts, and which pairs of windows alert.
pub(super) struct Period {
    pub(super) length: Duration,
    pub(super) pairs: Vec<PairSpec>,
    /// Whether the pairs are other than the default ones.
    is_own: bool,
}

impl Period {
    /// The pairs, unless they are the default ones.
    pub(super) fn written(&self) -> Option<Spanned<Vec<PairSpec>>> {
        self.is_own.then(|| Spanned::made(self.pairs.clone()))
    }
}

/// Whether a document is an `AlertWindows`.
pub(super) fn is_of(document: &Node) -> bool {
    find(document, "kind").and_then(text) == Some("AlertWindows")
}

/// Reads the one `AlertWindows` among the documents. Several are for several periods, of which Sloth's command names one.
pub(super) fn read(documents: &[&Node], rows: &mut Rows) -> Period {
    let all: Vec<&Node> = documents.iter().copied().filter(|document| is_of(document)).collect();
    match all.as_slice() {
        [] => {}
        [one] => match own(one, rows) {
            Some(period) => return period,
            None => {
                let why =
                    "expected `sloPeriod`, and for `page` and `ticket` each `quick` and `slow` with their windows";
                rows.cannot(Fields::of(one).at, "an `AlertWindows`", why);
            }
        },
        several => {
            for document in several {
                let why = "several were read; import with the one of your period";
                rows.changes(Fields::of(document).at, "an `AlertWindows` is left out", why, "");
            }
        }
    }
    default()
}

/// The period and pairs that Sloth has without an option.
fn default() -> Period {
    let pairs = DEFAULT.into_iter().enumerate().filter_map(|(at, (name, long, tenths))| {
        let short = name.split_once('/').and_then(|(_, short)| Duration::parse(short).ok())?;
        let severity = if at < 2 { "page" } else { "ticket" };
        Some(pair(Duration::from_secs(long), short, Decimal::new(tenths, 1).normalize(), severity))
    });
    Period { length: Duration::from_days(30), pairs: pairs.collect(), is_own: false }
}

fn own(document: &Node, rows: &mut Rows) -> Option<Period> {
    let spec = find(document, "spec")?;
    let mut fields = Fields::of(spec);
    let (written, at) = fields.text("sloPeriod")?;
    let length = Duration::parse(written).ok()?;
    let mut pairs = Vec::new();
    for severity in ["page", "ticket"] {
        let alert = fields.get(severity)?;
        for speed in ["quick", "slow"] {
            let mut fields = Fields::of(find(alert, speed)?);
            let mut time = |name: &str| fields.text(name).and_then(|(text, _)| Duration::parse(text).ok());
            let (long, short) = (time("longWindow")?, time("shortWindow")?);
            let (share, at) = fields.text("errorBudgetPercent")?;
            let share = decimal(share)?.checked_div(Decimal::ONE_HUNDRED)?;
            let of_budget = Spanned::made(Percent::of_share(share.normalize()));
            below_one(share, length, long, (severity, speed), at, rows);
            pairs.push(PairSpec { burn: None, budget: Some(of_budget), ..pair(long, short, Decimal::ONE, severity) });
        }
    }
    rows.maps(at, format!("the period of {length} and its pairs of windows"), "");
    Some(Period { length, pairs, is_own: true })
}

/// Says so where Sloth alerts at a burn rate below 1.
fn below_one(share: Decimal, period: Duration, long: Duration, alert: (&str, &str), at: Span, rows: &mut Rows) {
    let periods = Decimal::from(period.millis()).checked_div(Decimal::from(long.millis()));
    let burn = periods.and_then(|periods| share.checked_mul(periods));
    let Some(burn) = burn.filter(|burn| *burn < Decimal::ONE) else { return };
    let (severity, speed) = alert;
    let what = format!("the {speed} {severity} at {}× over {long} is at 1×", burn.round_dp(3).normalize());
    let why = "a budget that burns below 1× lasts longer than the period, so our burn rates are never below 1";
    rows.changes(at, what, why, "alerting");
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_core::source::Sources;
    use emberline_core::yaml;

    /// What is said of a catalogue with this slow ticket over a day of a week.
    fn said(share: &str) -> Vec<String> {
        let pair = |share: &str| format!("{{errorBudgetPercent: {share}, shortWindow: 2h, longWindow: 1d}}");
        let usual = pair("20");
        let text = format!(
            "kind: AlertWindows\nspec:\n  sloPeriod: 7d\n  page: {{quick: {usual}, slow: {usual}}}\n  ticket: {{quick: {usual}, slow: {}}}\n",
            pair(share)
        );
        let mut sources = Sources::default();
        let id = sources.add("windows.yaml", text.clone());
        let parsed = yaml::parse(id, &text);
        let mut rows = Rows::default();
        let period = read(&parsed.documents.iter().collect::<Vec<_>>(), &mut rows);
        assert_eq!(period.pairs.len(), 4);
        rows.all.into_iter().filter(|row| row.what.contains('×')).map(|row| row.what).collect()
    }

    #[test]
    fn a_rate_below_one_is_said_to_be_one() {
        assert_eq!(said("14"), ["the slow ticket at 0.98× over 1d is at 1×"]);
        assert_eq!(said("14.3"), [] as [&str; 0], "14.3% of a week in a day is above 1×");
        assert_eq!(said("7922816251426433759354395033"), [] as [&str; 0], "a share that nobody can spend");
    }
}
