//! `Model → Plan`: every number and every name of the output.
//!
//! Emitters only write down what stands here. Thresholds are exact decimals; what people are told about times comes
//! from [`crate::oracle::closed_form`].

mod about;
mod alert;
mod alertmanager;
pub mod bounds;
mod conventions;
mod guard;
mod identity;
mod lag;
mod layout;
pub mod links;
pub mod names;
pub mod queries;
pub mod runbook;
mod service;
mod slo;
mod spans;
mod statement;
mod telemetry;
mod terms;
mod timing;
mod whole;
mod words;

pub use about::{About, AboutSlo, Neighbour, Place};
pub use alert::{BurnAlert, State, StateAlert};
pub use alertmanager::{AlertmanagerPlan, Mute, Route, Services};
pub use guard::Guard;
pub use identity::Alert;
pub(crate) use layout::Unit;
pub use service::ServicePlan;
pub use slo::{SloPlan, expected};
pub use statement::Statement;
pub(crate) use telemetry::SPAN_STREAMS;
pub use telemetry::{Slow, Stream, TelemetryPlan};
pub use timing::{Scale, Timing, Window, WindowKind};
pub use whole::{Part, Plan};
pub use words::Words;
