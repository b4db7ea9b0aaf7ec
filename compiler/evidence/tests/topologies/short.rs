//! Specs in short.

/// Specs in short: `web -> shop /buy` (a call, on a route), `web ~> mail` (a message with links), `web => mail` (a message
/// whose consumer is a child), `web -> bank!` (an external service), `web` (a service), `web behind alb`, separated by `;`.
pub(crate) fn specs(short: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, Vec<String>, String)> = Vec::new();
    let mut add = |service: &str| match files.iter().position(|(name, ..)| name == service) {
        Some(at) => at,
        None => {
            files.push((service.to_owned(), Vec::new(), String::new()));
            files.len() - 1
        }
    };
    let mut said = Vec::new();
    for part in short.split(';') {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            [service] => {
                add(service);
            }
            [service, "behind", what] => said.push((add(service), None, format!("behind: {what}\n"))),
            [service, arrow, callee, routes @ ..] => {
                let kind = match *arrow {
                    "->" => "sync",
                    "=>" => "async-parent",
                    "~>" => "async-link",
                    other => panic!("{other} is no call"),
                };
                let at = add(service);
                let name = callee.trim_end_matches('!');
                let external = callee.ends_with('!');
                if !external {
                    add(name);
                }
                let call = format!("  - {{service: {name}, kind: {kind}, routes: {routes:?}, external: {external}}}\n");
                said.push((at, Some(call), String::new()));
            }
            other => assert!(other.is_empty(), "{part}"),
        }
    }
    for (at, call, other) in said {
        files[at].1.extend(call);
        files[at].2.push_str(&other);
    }
    let written = |(name, calls, other): (String, Vec<String>, String)| {
        let calls = if calls.is_empty() { String::new() } else { format!("calls:\n{}", calls.concat()) };
        let text = format!(
            "version: emberline/v1\nservice: {name}\n{other}{calls}slos:\n  - {{name: a, objective: 99%, sli: {{events: {{total: t, bad: 't{{a=\"b\"}}'}}}}}}\n"
        );
        (format!("slos/{name}.yaml"), text)
    };
    files.into_iter().map(written).collect()
}
