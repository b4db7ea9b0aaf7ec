//! Places in the stack traces of exceptions. SDKs of most languages name no `code.*` attributes, but each has its own
//! form of a stack trace in `exception.stacktrace`.

mod go;
mod java;
mod javascript;
mod line;
mod python;

use super::spot::Spot;

/// The most frames that are followed: the cause lies near the innermost one.
const MOST: usize = 8;
/// The longest stack trace that is read, in bytes. A recursion without an end prints megabytes.
const LONGEST: usize = 64 * 1024;

/// The frames of a stack trace that may be a service's own code, the innermost one first.
pub(super) fn frames(text: &str) -> Vec<Spot> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut frames = [python::frames, java::frames, go::frames, javascript::frames]
        .into_iter()
        .map(|read| read(text))
        .find(|frames| !frames.is_empty())
        .unwrap_or_default();
    frames.retain(|frame| !is_library(&frame.file));
    frames.dedup();
    frames.truncate(MOST);
    frames
}

/// Whether a file belongs to a language's own library or to a package that was installed.
fn is_library(file: &str) -> bool {
    let folders = [
        "/site-packages/",
        "/dist-packages/",
        "/lib/python",
        "node_modules/",
        "/go/src/",
        "/pkg/mod/",
        "@v",
        "<frozen",
        "node:",
        "<anonymous>",
    ];
    let packages = ["java/", "javax/", "jdk/", "sun/", "com/sun/", "kotlin/", "scala/"];
    folders.iter().any(|folder| file.contains(folder)) || packages.iter().any(|package| file.starts_with(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        frames(text).iter().map(|it| format!("{} {}:{}", it.function, it.file, it.line)).collect()
    }

    #[test]
    fn java_begins_with_the_cause() {
        let wanted = [
            "polyglot.Service.parcel polyglot/Service.java:11",
            "polyglot.Service.order polyglot/Service.java:17",
            "polyglot.Service.order polyglot/Service.java:19",
            "polyglot.Service.main polyglot/Service.java:25",
        ];
        assert_eq!(words(include_str!("traces/java.txt")), wanted);
    }

    #[test]
    fn python_is_read_from_its_end() {
        let wanted = ["parcel /srv/python/service.py:4", " /srv/python/service.py:6", "order /srv/python/service.py:6"];
        assert_eq!(words(include_str!("traces/python.txt"))[..3], wanted);
        let first = "Traceback (most recent call last):\n  File \"a/b.py\", line 3, in inner\nKeyError: 1\n";
        let second = "Traceback (most recent call last):\n  File \"a/c.py\", line 9, in outer\nShopError\n";
        let between = "\nThe above exception was the direct cause of the following exception:\n\n";
        assert_eq!(words(&[first, second].join(between)), ["inner a/b.py:3", "outer a/c.py:9"]);
    }

    #[test]
    fn go_begins_below_the_panic() {
        let wanted = [
            "main.Shop.parcel /srv/go/main.go:10",
            "main.Shop.order /srv/go/main.go:15",
            "main.main /srv/go/main.go:26",
        ];
        assert_eq!(words(include_str!("traces/go.txt")), wanted);
    }

    #[test]
    fn javascript_has_functions_and_bare_files() {
        let wanted = [
            "parcel /srv/javascript/service.js:3",
            " /srv/javascript/service.js:7",
            "order /srv/javascript/service.js:7",
            "Web.take /srv/javascript/service.js:11",
            "Immediate /srv/javascript/service.js:15",
        ];
        assert_eq!(words(include_str!("traces/javascript.txt")), wanted);
    }

    #[test]
    fn texts_without_frames_have_none() {
        for text in ["", "error: no such item", "at noon (12:30:15)", "File \"x\", line", "\tat (", "panic:\n\t:1 +0x"]
        {
            assert_eq!(words(text), [] as [&str; 0], "{text}");
        }
        assert_eq!(frames(&"\tat a.B.c(B.java:1)\n".repeat(100_000)).len(), 1);
    }
}
