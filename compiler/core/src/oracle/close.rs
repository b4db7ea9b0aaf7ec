//! Comparisons that floats cannot decide.

/// How near, relative to the larger side, a comparison is to equality before the order of float operations could
/// decide it. Sums agree to some 1e-15; a proof must never hang on the difference.
pub(crate) const TOO_CLOSE: f64 = 1e-9;

/// Whether float order could decide between the two; equal zeros are no decision, as both are exact.
pub(crate) fn too_close(left: f64, right: f64) -> bool {
    let scale = left.abs().max(right.abs());
    scale > 0.0 && (left - right).abs() <= TOO_CLOSE * scale
}
