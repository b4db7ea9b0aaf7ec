//! Write-ups of drills: the incident with its evidence, the postmortem that people edit, and the report of a series.
//!
//! What is evidence is made from the record and goes where generated files go; what is judgement is proposed once, and then
//! belongs to those who edit it.

mod incident;
mod plot;
mod postmortem;
mod series;
mod template;
mod view;

pub use incident::definition;
pub use series::markdown as series_markdown;
pub use view::Incident;
