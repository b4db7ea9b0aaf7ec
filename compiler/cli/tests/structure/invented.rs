//! The test itself, on sources that were invented for it: each way to import is seen, and nothing else is.

use super::circles::circles;
use super::floors::Floors;
use super::imports::{Imports, imports};
use super::names::Files;

/// Files of a crate, as path and text.
fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// What `a.rs` imports, where `b.rs` holds `Thing` and `c/deep.rs` what `c/mod.rs` shows again.
fn imported_by_a(a: &str) -> Vec<String> {
    let imports = imports(&files(&[
        ("lib.rs", "mod a; mod b; mod c; mod e; pub fn e() {}"),
        ("e/mod.rs", "pub fn deep() {}"),
        ("a.rs", a),
        ("b.rs", "pub struct Thing; pub fn run() {} pub enum Kind { One }"),
        ("c/mod.rs", "mod deep; pub use deep::Deep as Shown; pub use crate::b; pub fn own() {}"),
        ("c/deep.rs", "pub struct Deep; pub const DEPTH: u8 = 1;"),
    ]));
    imports["a.rs"].iter().cloned().collect()
}

#[test]
fn every_way_to_import_is_seen() {
    for (a, expected) in [
        ("use crate::b::Thing;", "b.rs"),
        ("use super::b::Thing;", "b.rs"),
        ("use crate::{b::{self, Kind as Sort}};", "b.rs"),
        ("use crate::b::*; fn f(_: Thing) {}", "b.rs"),
        ("use crate::b; fn f() { b::run(); }", "b.rs"),
        ("fn f() { crate::b::run(); }", "b.rs"),
        ("fn f() -> Option<crate::b::Thing> { None }", "b.rs"),
        ("fn f(kind: u8) { match kind { _ if matches!(kind, crate::b::Kind::One) => {} _ => {} } }", "b.rs"),
        ("struct S { thing: super::b::Thing }", "b.rs"),
        ("impl From<super::b::Thing> for u8 {}", "b.rs"),
        ("fn f() { let _ = vec![1, crate::b::run()]; }", "b.rs"),
        ("record! { pub struct S { thing: Option<crate::b::Thing>, } }", "b.rs"),
        ("fn f() { use crate::b::run; run(); }", "b.rs"),
        ("fn f() -> crate::b::Kind { crate::b::Kind::One }", "b.rs"),
        // By a re-export: the file behind it, not the one that shows it again.
        ("use crate::c::Shown;", "c/deep.rs"),
        ("use crate::c::b::Thing;", "b.rs"),
        ("use crate::c; fn f() { c::b::run() }", "b.rs"),
        ("use crate::c::own;", "c/mod.rs"),
        // By the module's name, though a function has it too.
        ("fn f() { crate::e::deep(); }", "e/mod.rs"),
        ("mod inner { use super::super::b::Thing; }", "b.rs"),
    ] {
        let seen = imported_by_a(a).join(" ");
        assert_eq!(seen, expected, "{a}");
    }
}

#[test]
fn what_is_no_import_is_not_seen() {
    for a in [
        "pub use crate::b::Thing;",
        "#[cfg(test)] mod tests { use crate::b::Thing; }",
        "#[cfg(test)] use crate::b::Thing;",
        "pub(in crate::b) fn f() {}",
        "use std::collections::BTreeMap; fn f(_: BTreeMap<u8, u8>) {}",
        "fn f() { let b = 1; let _ = b; }",
        "// use crate::b::Thing;\nfn f() { let _ = \"crate::b::run\"; }",
        "struct Thing; fn f(thing: Thing) { thing.run(); }",
    ] {
        assert_eq!(imported_by_a(a), [] as [String; 0], "{a}");
    }
    // A re-export that its own file uses is an import as well.
    assert_eq!(imported_by_a("pub use crate::b::Thing; fn f(_: Thing) {}"), ["b.rs"]);
}

#[test]
fn a_macro_without_a_path_is_imported_from_where_it_is_defined() {
    let imports = imports(&files(&[
        ("lib.rs", "mod m; mod a;"),
        ("m.rs", "macro_rules! made { () => {} }"),
        ("a.rs", "made!();"),
    ]));
    assert_eq!(imports["a.rs"].iter().collect::<Vec<_>>(), ["m.rs"]);
}

/// Three files around, and one that only imports them.
fn round() -> Imports {
    imports(&files(&[
        ("main.rs", "mod a; mod b; mod c; mod d; use a::A;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "pub struct B; fn f() { crate::c::run() }"),
        ("c/mod.rs", "use crate::a::A; pub fn run() {}"),
        ("d.rs", "use crate::a::A;"),
    ]))
}

#[test]
fn a_circle_is_found_and_holds_nobody_else() {
    let round = round();
    let circles = circles(&round);
    assert_eq!(circles.len(), 1);
    assert_eq!(circles[0].iter().collect::<Vec<_>>(), [&"a.rs", &"b.rs", &"c/mod.rs"]);
}

#[test]
fn files_that_import_downward_only_are_no_circle() {
    let imports = imports(&files(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B;"),
    ]));
    assert!(circles(&imports).is_empty());
}

#[test]
fn an_import_that_runs_upward_is_found() {
    let faults = |floors: &str| Floors::read(floors).faults(&round());
    assert!(faults("entry: main\nall: a b c d").is_empty());
    assert_eq!(
        faults("entry: main d\nupper: a b\nlower: c"),
        ["c/mod.rs (lower) imports a.rs (upper), which stands above it"]
    );
}

#[test]
fn a_file_without_a_floor_and_a_word_without_a_file_are_found() {
    let faults = Floors::read("# Why.\nentry: main\nall: a b c a e").faults(&round());
    assert_eq!(faults, ["d.rs stands on no floor", "`a` stands on two floors", "`e` is no module"]);
}

#[test]
fn a_longer_word_takes_a_part_out_of_its_folder() {
    let imports = imports(&files(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod low; pub struct A; pub fn f(_: low::L) {}"),
        ("a/low.rs", "pub struct L;"),
    ]));
    assert!(Floors::read("top: lib a\nbase: a/low").faults(&imports).is_empty());
    assert_eq!(Floors::read("top: lib a/low\nbase: a").faults(&imports).len(), 1);
}
