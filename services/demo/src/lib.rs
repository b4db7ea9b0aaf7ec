//! The demo: a small shop whose telemetry goes through the generated collector configurations into real back ends.
//!
//! ```text
//! loadgen → frontend → checkout → payments
//!     └────────┴─────────┴─────────┴─OTLP─▶ agent ─▶ gateway ─▶ store        (traces, logs, profiles by trace id)
//!                                                        └────▶ Prometheus ─▶ Alertmanager
//! ```
//!
//! - [`programs`] builds the services and finds the tools; [`process`] runs one of them, bounded in time.
//! - [`system`] is the whole: what runs where, in which order it starts and stops.
//! - [`drill`] is the whole as a game day has it: with a good past, and changed while it runs.
//! - [`ask`] reads JSON over HTTP; [`journey`] follows one request through its four signals.
//!
//! Nothing of the compiler is linked here: the demo reads what stands in `generated/`, as anybody's deployment would.

pub mod ask;
pub mod drill;
pub mod journey;
pub mod process;
pub mod programs;
pub mod system;
