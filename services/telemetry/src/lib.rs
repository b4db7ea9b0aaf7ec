//! Logs, metrics, traces and profiles of a service, joined by trace id.
