//! PromQL: what people write in a spec, and what the compiler writes into rules.
//!
//! ```text
//! spec text ──selector::parse_selector──▶ Selector ──▶ model, plan ──▶ tree::Expr ──print──▶ rule text
//!                        │                   │
//!                     regex::Pattern      witness: label sets that prove a rule, and whether bad is a part of total
//! ```
//!
//! People write instant selectors; the compiler adds ranges, rates and sums. Where that is not enough they write a whole
//! expression, which [`query`] reads and leaves as it is. Reading ([`selector`]) gives exact
//! places and says what to write instead; printing ([`tree`]) makes no decision and no heap allocation of its own.

pub(crate) mod boundary;
pub(crate) mod pasted;
pub mod print;
pub mod query;
pub mod regex;
pub mod selector;
pub mod tree;
pub mod witness;

mod matcher;
mod refuse;
mod scan;

pub(crate) use matcher::Test;
pub use query::PromqlQuery;
pub use scan::Fault;
pub use selector::parse_selector;
pub use selector::{Selector, SelectorMatcher};
pub use tree::{Aggregator, Compare, Expr, MatchOp, Matcher, Matching, Op, Select};
