//! What each language has, and how a change of each kind is told.

mod changes;
mod items;
mod real;
