//! `Spec… → Model`: what the specs mean. Defaults, references, uniqueness; a `Model` holds no invalid objective.
//!
//! Spans stay with what people may have to change. Knows no PromQL window, no rule and no file.

mod address;
mod again;
mod alerting;
mod alertmanager_config;
mod budget_policy;
mod cardinality;
mod console;
mod domain;
mod drill;
mod grouping;
mod interval;
mod labels;
mod lists;
mod lock;
mod observed;
mod operator;
mod policy;
mod prices;
mod receiver;
mod resolve;
mod routing;
mod rule_groups;
mod rulers;
pub mod semconv;
mod service;
mod service_label;
mod severity;
mod team;
mod telemetry;
mod waiver;
mod watchers;

pub use crate::metric::{Declared, Domain, Index, Joint, Label, Metric, label_name};
pub(crate) use again::again;
pub use alerting::{AlertNames, Alerting, DataStates, Pair, Response, Strength};
pub use budget_policy::BudgetStep;
pub use cardinality::Cardinality;
pub use console::{Console, DashboardObjects, DataSource};
pub use drill::{Drill, Pace};
pub use observed::{Observed, Row, Seen, Values};
pub use operator::Operator;
pub use policy::{AMBIENT_LABELS, Policy};
pub use prices::{Business, Price, Prices, Range, VolumePrice};
pub use receiver::Receiver;
pub use resolve::{Common, Model, resolve};
pub use routing::{Hours, Routing};
#[cfg(test)]
pub(crate) use rule_groups::FEWEST as FEWEST_RULES;
pub use rulers::{GrafanaRules, Mimir, Rulers, Thanos, Vmalert};
pub use service::{Attribute, Call, Service, Slo};
pub use service_label::ServiceLabel;
pub use severity::Severity;
pub use team::Team;
pub use telemetry::{LogTier, Redaction, Retention, Sampling};
pub use waiver::Waiver;
pub use watchers::Watchers;
