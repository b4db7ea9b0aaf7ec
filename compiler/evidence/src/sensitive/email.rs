//! E-mail addresses. In files, an address of a person in data counts; authors, contacts and accounts of machines do not.

use emberline_core::sensitive::is_domain;

use super::hit::{Hit, Kind, Origin, hit, is_word};

/// File extensions that are also a country's domain.
const NO_DOMAINS: [&str; 12] = ["py", "rs", "js", "ts", "md", "sh", "so", "cc", "pl", "rb", "mk", "go"];

/// An address around an `@` of `width` bytes: at most 64 bytes before it, 253 behind it.
pub(super) fn find(bytes: &[u8], at: usize, width: usize, origin: Origin) -> Option<Hit> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let local = bytes[at.saturating_sub(65)..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let trimmed = bytes[at - local..at].iter().take_while(|byte| b"._%+-".contains(byte)).count();
    let start = at - local + trimmed;
    if local > 64 || start == at || bytes[at - 1] == b'.' {
        return None;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let reach = bytes.len().min(at + width + 254);
    let mut length = bytes[at + width..reach].iter().take_while(|byte| is_part(byte)).count();
    while length > 0 && b".-".contains(&bytes[at + width + length - 1]) {
        length -= 1;
    }
    if length > 253 {
        return None;
    }
    let end = at + width + length;
    let written = std::str::from_utf8(&bytes[at + width..end]).ok()?;
    let domain = written.to_ascii_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last()?;
    let sound = labels.iter().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    if labels.len() < 2 || !sound || !is_domain(top) {
        return None;
    }
    let behind = bytes.get(end);
    // `git@github.com:owner/name` and `ssh://git@…` name a repository.
    let is_repository = &bytes[start..at] == b"git";
    // In `://user:password@host`, the `@` ends a password.
    let is_url = matches!(bytes[..start].last(), Some(b':'))
        && bytes[start.saturating_sub(64)..start].windows(3).any(|part| part == b"://");
    if behind == Some(&b'@') || behind == Some(&b'_') || is_repository || is_url {
        return None;
    }
    if origin == Origin::File
        && (is_reserved(&labels) || is_code(bytes, start, end, &labels, written) || is_contact(bytes, start, at, end))
    {
        return None;
    }
    Some(hit(start..end, Kind::Email))
}

/// Whether a domain is reserved by RFC 2606 or RFC 6761, is written in examples, or discards its mail.
fn is_reserved(labels: &[&str]) -> bool {
    let top = labels.last().copied().unwrap_or_default();
    let second = labels.len().checked_sub(2).and_then(|index| labels.get(index)).copied().unwrap_or_default();
    let written = [
        "example",
        "domain",
        "email",
        "foo",
        "bar",
        "baz",
        "test",
        "acme",
        "yourdomain",
        "mydomain",
        "company",
        "host",
        "server",
        "somewhere",
        "mail",
    ];
    ["example", "test", "invalid", "localhost"].contains(&top)
        || written.contains(&second)
        || second.starts_with("example")
        || labels.contains(&"noreply")
        || second.len() < 2
}

/// Whether an `@` is an operator, a host to log in to, or an account of a machine.
fn is_code(bytes: &[u8], start: usize, end: usize, labels: &[&str], written: &str) -> bool {
    let top = labels.last().copied().unwrap_or_default();
    let behind = bytes.get(end).copied();
    let calls = matches!(behind, Some(b'(' | b'[' | b'{' | b'=' | b'/'))
        || (behind == Some(b':') && bytes.get(end + 1).is_some_and(|byte| is_word(*byte) || b"/~".contains(byte)));
    let host = start >= 2 && &bytes[start - 2..start] == b"//";
    let cased =
        written.bytes().any(|byte| byte.is_ascii_uppercase()) && written.bytes().any(|byte| byte.is_ascii_lowercase());
    let account = [
        "gserviceaccount",
        "amazonaws",
        "compute",
        "cloudapp",
        "internal",
        "svc",
        "cluster",
        "users",
        "openssh",
        "libssh",
    ];
    let machine = labels.iter().any(|label| account.contains(label));
    calls || host || cased || machine || NO_DOMAINS.contains(&top)
}

/// Words of a line that says whom to ask or whose work it is, or that logs in to a machine.
const CONTACT: &[&str] = &[
    "email ",
    "e-mail",
    "complain",
    "coordinator",
    "forward",
    "directed",
    ".an ",
    "email=",
    "author",
    "maintain",
    "copyright",
    "(c)",
    "©",
    "contact",
    "contrib",
    "owner",
    "credit",
    "thank",
    "signed-off",
    "reviewed",
    "reported",
    "co-author",
    "commit",
    "mailto:",
    "deprecated",
    "bug",
    "written",
    " by ",
    "licen",
    "support",
    "question",
    "feedback",
    "patch",
    "from:",
    "ssh ",
    "scp ",
    "sftp ",
    "rsync ",
    "ping ",
    "developer",
    "security",
    "report",
    "send ",
    "original",
    "created",
    "team",
    "subscribe",
    "mailing",
    "list",
    "translat",
    "packager",
    "uid ",
];

/// Names of mailboxes that belong to no person.
const ROLES: &[&str] = &[
    "report",
    "github-actions",
    "otel",
    "dependabot",
    "info",
    "support",
    "security",
    "contact",
    "noreply",
    "no-reply",
    "admin",
    "administrator",
    "hello",
    "help",
    "team",
    "dev",
    "root",
    "postmaster",
    "webmaster",
    "hostmaster",
    "abuse",
    "sales",
    "bot",
    "user",
    "test",
    "foo",
    "bar",
    "me",
    "you",
    "someone",
    "nobody",
    "name",
    "username",
    "mail",
    "email",
    "git",
    "alice",
    "bob",
    "a",
    "b",
    "x",
    "y",
    "joe",
    "john",
    "john.doe",
    "user1",
    "hi",
    "opensource",
];

/// Whether an address is told so that people write to it: a mailbox of no person, the address behind a name in brackets, a
/// line of authors, a comment.
fn is_contact(bytes: &[u8], start: usize, at: usize, end: usize) -> bool {
    let local = &bytes[start..at];
    if ROLES.iter().any(|role| local.eq_ignore_ascii_case(role.as_bytes())) {
        return true;
    }
    let domain = bytes[at + 1..end].split(|byte| *byte == b'.').next().unwrap_or_default();
    let last = local.rsplit(|byte| b"-.".contains(byte)).next().unwrap_or_default();
    let is_list = [
        "list",
        "devel",
        "developers",
        "users",
        "announce",
        "core",
        "mod",
        "info",
        "support",
        "dev",
        "transfer",
        "team",
    ];
    if local.eq_ignore_ascii_case(domain) || is_list.iter().any(|word| last == word.as_bytes()) {
        return true;
    }
    // `Jane Doe jane@contoso.com`, `Jane Doe, jane@contoso.com`, `jane@contoso.com (Jane Doe)`, `(jane@contoso.com)`.
    let ahead = &bytes[start.saturating_sub(40)..start];
    let name = ahead.strip_suffix(b" ").map(|name| name.strip_suffix(b",").unwrap_or(name)).unwrap_or_default();
    let name = name.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_name = name.len() >= 2 && name[0].is_ascii_uppercase() && name[1].is_ascii_lowercase();
    let bracket = ahead.ends_with(b"(") || ahead.ends_with(b"\\") || bytes[end..].starts_with(b" (");
    if is_name || bracket {
        return true;
    }
    // `Jane Doe <jane@contoso.com>`.
    let named = start >= 2
        && bytes.get(end) == Some(&b'>')
        && bytes[..start].ends_with(b"<")
        && bytes[..start - 1].trim_ascii_end().last().is_some_and(|byte| !b"\n\"'".contains(byte));
    if named {
        return true;
    }
    let from = start.saturating_sub(160);
    let line = bytes[from..start].iter().rposition(|byte| *byte == b'\n').map_or(from, |newline| from + newline + 1);
    let before = bytes[line..start].to_ascii_lowercase();
    let comment = [&b"//"[..], b"#", b"*", b"/*", b"<!--", b"--", b";", b"%", b"..", b"\"\"\"", b"'''"]
        .iter()
        .any(|mark| before.trim_ascii_start().starts_with(mark));
    comment || CONTACT.iter().any(|word| before.windows(word.len()).any(|part| part == word.as_bytes()))
}
