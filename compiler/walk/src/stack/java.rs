//! Java: `at pkg.Class.method(File.java:12)`, innermost first. `Caused by:` begins the stack of the cause.

use super::line::file_and_line;
use crate::spot::{Spot, plain};

pub(super) fn frames(text: &str) -> Vec<Spot> {
    let mut causes: Vec<Vec<Spot>> = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        if line.starts_with("Caused by:") {
            causes.push(Vec::new());
        } else if let (Some(frame), Some(cause)) = (frame(line), causes.last_mut()) {
            cause.push(frame);
        }
    }
    causes.into_iter().rev().flatten().collect()
}

fn frame(line: &str) -> Option<Spot> {
    let (function, at) = line.strip_prefix("at ")?.strip_suffix(')')?.split_once('(')?;
    let (name, line) = file_and_line(at)?;
    // A module or a class loader stands before a slash: `java.base/java.lang.Thread.run`.
    let function = function.rsplit_once('/').map_or(function, |(_, function)| function);
    let is_name = |c: char| c.is_alphanumeric() || "._$<>".contains(c);
    let is_source = [".java", ".kt", ".scala", ".groovy"].iter().any(|ending| name.ends_with(ending));
    if !is_source || name.contains(['/', '\\']) || !function.chars().all(is_name) {
        return None;
    }
    // The package is the file's folder: the parts of the path before the class and the method.
    let (class, _) = function.rsplit_once('.')?;
    let folder = class.rsplit_once('.').map_or(String::new(), |(package, _)| format!("{}/", package.replace('.', "/")));
    Some(Spot { function: plain(&lambda(function)), file: format!("{folder}{name}"), line })
}

/// The method that a lambda stands in: `Web.lambda$take$0` is part of `Web.take`.
fn lambda(function: &str) -> String {
    let named = function.rsplit_once(".lambda$").and_then(|(class, rest)| Some((class, rest.split_once('$')?.0)));
    named.map_or_else(|| function.to_owned(), |(class, method)| format!("{class}.{method}"))
}
