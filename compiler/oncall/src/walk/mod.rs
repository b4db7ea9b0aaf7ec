//! From a firing alert to the commit: SLO → RED → trace → profile → `git blame`.
