//! Write-ups of drills: the incident with its evidence, the postmortem that people edit, and the report of a series.
//!
//! Evidence is generated from the record, and stays with the generated files. Judgement is proposed once, and then
//! belongs to its editors.

mod incident;
mod plot;
mod postmortem;
mod series;
mod template;
mod view;

pub use incident::definition;
pub use series::markdown as series_markdown;
pub use view::Incident;
