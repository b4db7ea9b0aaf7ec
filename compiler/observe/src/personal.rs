//! Labels that may name people: their values stay out of files that are committed.

use emberline_evidence::sensitive::{self, Origin};

/// Words of a label's name that stand for a person or a person's device.
const NAMES: [&str; 16] = [
    "user",
    "username",
    "email",
    "mail",
    "customer",
    "person",
    "phone",
    "account",
    "session",
    "ip",
    "client_ip",
    "remote_addr",
    "subscriber",
    "patient",
    "token",
    "secret",
];

/// Whether a label's name says that its values are of people.
pub(crate) fn is_name(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let stem = label.strip_suffix("_id").or_else(|| label.strip_suffix("_name")).unwrap_or(&label);
    NAMES.contains(&stem) || stem.rsplit(['_', '.']).next().is_some_and(|last| NAMES.contains(&last))
}

/// Whether a value looks like personal data or a secret.
pub(crate) fn is_value(value: &str) -> bool {
    !sensitive::scan(value, Origin::Telemetry).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_and_of_things() {
        for label in ["user_id", "client_ip", "Email", "account", "end_user", "customer_name"] {
            assert!(is_name(label), "{label}");
        }
        for label in ["code", "handler", "service_name", "zip", "user_agent_kind", "tokenizer"] {
            assert!(!is_name(label), "{label}");
        }
        assert!(is_value("jane.doe@contoso.com") && !is_value("/api/v1/query"));
    }
}
