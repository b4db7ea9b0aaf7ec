//! Samples CPU per thread and tags each sample with the current trace.
