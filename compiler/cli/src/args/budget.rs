//! What `emberline budget` takes.

use clap::{Args, ValueEnum};
use emberline_core::quantity::Percent;
use rust_decimal::Decimal;

use super::{Access, ReportFormat, Specs};

pub(super) const ABOUT: &str = "\
Say how much error budget each objective has left, and fail if it is less than a share

A server with Prometheus's API is asked for what the compiled rules have recorded, all at one instant. For each \
objective the report has the error budget left, the burn rate, events and bad events. Groups are judged one by one, \
the worst first. The exit status is 1 if a budget is below --fail-below, and 2 if the server cannot be asked. Without \
--fail-below this is a report, and fails nothing.

A budget that is not recorded is unknown and never full. It fails as well, unless `--unknown pass` is given: a gate \
that asks the wrong server would otherwise always be open.";

/// `emberline budget`.
#[derive(Debug, Args)]
pub(crate) struct Budget {
    /// The address of a server with Prometheus's API; that of Mimir ends with `/prometheus`
    #[arg(long, value_name = "SOURCE")]
    pub(crate) against: String,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Only objectives of this service; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
    /// Only this objective; may be given several times
    #[arg(long, value_name = "SERVICE/SLO")]
    pub(crate) slo: Vec<String>,
    /// The exit status is 1 if an objective has less left: a percentage such as `10%`, or a share such as `0.1`
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) fail_below: Option<Decimal>,
    /// What a budget does that is not known, such as one that no rule records
    #[arg(long, value_name = "WHAT", default_value = "fail", requires = "fail_below")]
    pub(crate) unknown: Unknown,
    /// The instant that is asked about, such as 2026-11-27T10:00:00Z [default: now, by the server's clock]
    #[arg(long, value_name = "TIME", value_parser = super::backtest::time)]
    pub(crate) at: Option<i64>,
    /// How the report is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// What a budget does that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unknown {
    /// It fails as one below the share
    Fail,
    /// It is reported
    Pass,
}

/// A share of the budget, from none to all of it.
fn share(text: &str) -> Result<Decimal, String> {
    let text = text.trim();
    let share = match text.strip_suffix('%') {
        Some(_) => Percent::parse(text).map(Percent::share).ok(),
        None => text.parse::<Decimal>().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit())),
    };
    // A bare 1 may be meant as 1% or as all of it.
    let is_bare = text.bytes().all(|byte| byte.is_ascii_digit()) && text != "0";
    match share {
        Some(share) if is_bare && share <= Decimal::ONE_HUNDRED => Err(format!("write `{text}%`")),
        Some(share) if (Decimal::ZERO..=Decimal::ONE).contains(&share) => Ok(share.normalize()),
        _ => Err("expected a share of the error budget from 0% to 100%, such as `10%` or `0.1`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::share;
    use rust_decimal::Decimal;

    #[test]
    fn a_threshold_is_a_percentage_or_a_share() {
        for (text, thousandths) in [("10%", 100), ("0.1", 100), ("0.5%", 5), ("0", 0), ("0%", 0), ("1.0", 1_000)] {
            assert_eq!(share(text), Ok(Decimal::new(thousandths, 3).normalize()), "{text}");
        }
        for bare in ["1", "10", "100"] {
            assert_eq!(share(bare), Err(format!("write `{bare}%`")));
        }
        for text in ["", "%", "-1%", "-0.1", "100.1%", "1000", "ten", "1e-1%", ".1", "NaN", "10 %"] {
            assert!(share(text).is_err_and(|why| why.contains("from 0% to 100%")), "{text}");
        }
    }
}
