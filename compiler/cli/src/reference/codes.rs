//! The list of finding codes; `emberline explain` and the runbooks have a page for each.

use emberline_core::code;

use super::page;

pub(super) fn page() -> String {
    let mut text = page::begin("Finding codes");
    page::paragraph(
        &mut text,
        "Every finding has a code, whose name is stable. `emberline explain CODE` prints why a finding is bad, an example \
         that is wrong, the same example corrected, and what to do. The same pages are part of the generated runbooks, under \
         `codes.d`.",
    );
    text.push('\n');
    for code in code::all() {
        page::item(&mut text, &format!("`{}` ({}): {}.", code.id, code.severity.word(), code.summary));
    }
    text
}
