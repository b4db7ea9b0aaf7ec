//! Alert policies: each condition becomes a pair of windows.

use emberline_core::quantity::{Duration, decimal};
use emberline_core::source::Spanned;
use emberline_core::spec::{AlertingSpec, PairSpec};
use emberline_core::yaml::Node;

use super::objects::Objects;
use crate::alerts::pair;
use crate::report::Rows;
use crate::tree::{Fields, find, items, text};

/// The alerts of an SLO, and the severity of absent data where a policy turns it off.
pub(super) fn read(
    objects: &Objects<'_>,
    node: Option<&Node>,
    rows: &mut Rows,
) -> (AlertingSpec, Option<&'static str>) {
    let mut found: Vec<PairSpec> = Vec::new();
    let mut absent = None;
    for item in items(node) {
        let reference = find(item, "alertPolicyRef").or_else(|| item.scalar().map(|_| item));
        let policy = match reference {
            Some(reference) => objects.referred("AlertPolicy", reference, rows),
            None => Some(item),
        };
        let Some(spec) = policy.and_then(|policy| find(policy, "spec")) else { continue };
        let mut fields = Fields::of(spec);
        if fields.is("alertWhenNoData") == Some(false) {
            absent = Some("ignore");
        }
        if fields.is("alertWhenResolved") == Some(true) {
            rows.changes(
                fields.at,
                "`alertWhenResolved`",
                "receivers say whether they tell of it: `send_resolved`",
                "",
            );
        }
        for target in items(fields.get("notificationTargets")) {
            rows.changes(target.span, "a notification target", "the policy has `receivers` for each severity", "");
        }
        for condition in items(fields.get("conditions")) {
            let object = match find(condition, "conditionRef") {
                Some(reference) => objects.referred("AlertCondition", reference, rows),
                None => Some(condition),
            };
            found.extend(object.and_then(|object| find(object, "spec")).and_then(|spec| condition_of(spec, rows)));
        }
    }
    let pairs = (!found.is_empty()).then(|| Spanned::made(found));
    (AlertingSpec { pairs, ..AlertingSpec::default() }, absent)
}

/// The pair of a condition: its window is the long one, and a twelfth of it the short one.
fn condition_of(spec: &Node, rows: &mut Rows) -> Option<PairSpec> {
    const MINUTE: u64 = 60_000;
    let severity = find(spec, "severity").and_then(text).unwrap_or_default().to_owned();
    let mut fields = find(spec, "condition").map(Fields::of)?;
    let at = fields.at;
    let kind = fields.text("kind").map_or("burnrate", |(kind, _)| kind);
    let op = fields.text("op").map_or("gte", |(op, _)| op);
    let burn = fields.text("threshold").and_then(|(text, _)| decimal(text));
    let long = fields.text("lookbackWindow").and_then(|(text, _)| Duration::parse(text).ok());
    let after = fields.text("alertAfter");
    let (Some(burn), Some(long), true) = (burn, long, kind.eq_ignore_ascii_case("burnrate")) else {
        rows.cannot(at, "an alert condition", "expected a burn rate with `threshold` and `lookbackWindow`");
        return None;
    };
    if op.starts_with("lt") {
        let why = "an alert below a burn rate would fire while all is well; it is read as above";
        rows.changes(at, format!("`op: {op}`"), why, "alerting");
    }
    if let Some((after, at)) = after.filter(|(after, _)| !after.starts_with('0')) {
        let why = "the short window stands for it: an alert needs both windows above the rate";
        rows.changes(at, format!("`alertAfter: {after}`"), why, "alerting");
    }
    let short = Duration::from_millis((long.millis() / 12).next_multiple_of(MINUTE).max(5 * MINUTE));
    let known = ["page", "critical", "high", "sev1", "urgent"];
    let ours = if known.contains(&severity.to_ascii_lowercase().as_str()) { "page" } else { "ticket" };
    let what = format!("the alert at {burn} over {long}, of severity `{severity}`");
    let why = format!("it also needs the rate over {short}, so that it resolves in time, and is a {ours}");
    rows.changes(at, what, why, "alerting");
    Some(pair(long, short, burn, ours))
}
