//! A row of phrases.

use crate::sign::Sign;

/// A sign, how sure its phrases are, and the phrases in lower case. `+` joins words that a text has in any order.
pub(in crate::symptoms) type Row = (Sign, f64, &'static [&'static str]);
