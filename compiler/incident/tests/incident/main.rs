//! Walks of frozen incidents: public ones, synthetic ones, permuted ones and broken ones.

mod public;
