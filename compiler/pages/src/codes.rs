//! A page for each finding code, as `emberline explain` prints it.

use emberline_core::code;
use emberline_core::plan::{Part, Plan};
use emberline_prose::template::context;

use crate::notes;
use crate::template::{self, Fault};

/// Whether a plan's pages hold these: they are the same for all teams, and stand in what these share.
pub(crate) fn are_here(plan: &Plan) -> bool {
    plan.part == Part::Whole
}

/// Paths below the folder of the pages, and texts.
pub(crate) fn pages() -> Result<Vec<(String, String)>, Fault> {
    let all = code::all();
    let listed: Vec<_> = all
        .iter()
        .map(|code| context! { id => code.id, severity => code.severity.word(), summary => code.summary })
        .collect();
    let list = template::render("codes.html", context! { root => "../", title => "Finding codes", codes => listed })?;
    let pages = all.into_iter().map(|code| {
        let values = context! {
            root => "../", title => code.id, severity => code.severity.word(), summary => code.summary,
            cause => notes::html(code.cause), wrong => code.example.wrong(), right => code.example.right(),
            remedy => notes::html(code.remedy),
        };
        Ok((format!("codes.d/{}.html", code.id), template::render("code.html", values)?))
    });
    std::iter::once(Ok(("codes.d/index.html".to_owned(), list))).chain(pages).collect()
}
