//! How a drill stops before its end.

use std::sync::atomic::AtomicBool;

use emberline_drill::clock::interrupted;
use emberline_walk::source::Trouble;

use crate::failure::Failure;

/// Set once somebody wants it to end.
pub(super) static ENDED: AtomicBool = AtomicBool::new(false);

/// What stopped a drill.
pub(super) fn failure(trouble: Trouble) -> Failure {
    if trouble == interrupted() {
        return Failure::new(trouble.0).help("the system and all its commands were ended");
    }
    Failure::new(trouble.0)
}
