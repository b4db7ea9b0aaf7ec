//! The period and the pairs of windows of Sloth's objectives: its defaults, or those of an `AlertWindows`.

use emberline_core::quantity::{Duration, Percent, decimal};
use emberline_core::source::Spanned;
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
            let share = decimal(fields.text("errorBudgetPercent")?.0)?.checked_div(Decimal::ONE_HUNDRED)?;
            let of_budget = Spanned::made(Percent::of_share(share.normalize()));
            pairs.push(PairSpec { burn: None, budget: Some(of_budget), ..pair(long, short, Decimal::ONE, severity) });
        }
    }
    rows.maps(at, format!("the period of {length} and its pairs of windows"), "");
    Some(Period { length, pairs, is_own: true })
}
