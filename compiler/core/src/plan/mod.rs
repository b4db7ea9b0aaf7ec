//! `Model → Plan`: every number and every name of the output.
//!
//! Emitters only write down what stands here. Thresholds are exact decimals; what people are told about times comes
//! from [`crate::oracle::closed_form`].

mod about;
mod alert;
mod alertmanager;
pub mod bounds;
mod conventions;
mod cost;
mod group_cost;
mod guard;
mod identity;
mod lag;
mod layout;
pub mod links;
pub mod names;
mod part;
pub mod queries;
mod range;
pub mod reach;
pub mod recorded;
mod requests;
pub mod runbook;
mod service;
mod shards;
mod signals;
mod slo;
mod spans;
mod statement;
mod telemetry;
mod terms;
mod timing;
pub mod watch;
mod whole;
mod words;

pub use about::{About, AboutSlo, Neighbour, Place};
pub use alert::{BurnAlert, State, StateAlert};
pub use alertmanager::{AlertmanagerPlan, Mute, Route, Services, WatchRoutes};
pub use group_cost::GroupCost;
pub use guard::Guard;
pub use identity::Alert;
pub(crate) use layout::Unit;
pub use part::Part;
pub use requests::Requests;
pub use service::ServicePlan;
pub use signals::Signals;
pub use slo::{SloPlan, expected};
pub use statement::Statement;
pub(crate) use statement::whole_seconds;
pub(crate) use telemetry::SPAN_STREAMS;
pub use telemetry::{Slow, Stream, TelemetryPlan};
pub use timing::{Scale, Timing, Window, WindowKind};
pub use whole::Plan;
pub use words::Words;
