//! `emberline explain`: what a finding's code means, and how to mend it.

use emberline_core::code::{self, Code};
use emberline_core::finding::Severity;
use emberline_prose::template::context;

use super::template;
use crate::args::Explain;
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal::{self, BOLD, RED, YELLOW};

/// Prints the page of one code, or the list of all.
pub(crate) fn run(explain: &Explain) -> Result<Status> {
    let text = match &explain.code {
        None => list(),
        Some(id) => page(code::find(id).ok_or_else(|| unknown(id))?, explain.markdown)?,
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Status::Clean)
}

fn page(code: &Code, markdown: bool) -> Result<String> {
    let name = if markdown { "explain.md.j2" } else { "explain.txt.j2" };
    let values = context! {
        id => code.id,
        severity => code.severity.word(),
        summary => code.summary,
        cause => code.cause,
        wrong => code.example.wrong(),
        right => code.example.right(),
        language => code.example.language(),
        remedy => code.remedy,
        bold => BOLD.to_string(),
        reset => format!("{BOLD:#}"),
    };
    template::render(name, values)
}

/// Codes, severities and summaries in aligned columns.
fn list() -> String {
    let codes = code::all();
    let width = codes.iter().map(|code| code.id.len()).max().unwrap_or_default();
    let line = |code: &&Code| {
        let style = match code.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => BOLD,
        };
        format!("{:width$}  {style}{:7}{style:#}  {}\n", code.id, code.severity.word(), code.summary)
    };
    codes.iter().map(line).collect()
}

fn unknown(id: &str) -> Failure {
    let near = code::all()
        .into_iter()
        .map(|code| (strsim::damerau_levenshtein(id, code.id), code.id))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3);
    let help = near.map_or_else(
        || String::from("`emberline explain` without a code lists them all"),
        |(_, known)| format!("did you mean `{known}`?"),
    );
    Failure::new(format!("there is no finding code `{id}`")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberline_core::code::Example;

    static CODE: Code = Code {
        id: "too-hot",
        severity: Severity::Warning,
        summary: "the kettle is too hot",
        cause: "Water boils at **100 °C**.\n\nMore is steam.\n",
        example: Example::Specs { wrong: "kettle:\n  heat: 101\n\n  lid: on\n", right: "kettle:\n  heat: 99\n" },
        remedy: "Turn it down.\n",
    };

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_page_in_both_forms() {
        insta::assert_snapshot!("page_text", plain(&page(&CODE, false).unwrap()));
        insta::assert_snapshot!("page_markdown", page(&CODE, true).unwrap());
    }

    #[test]
    fn every_code_has_a_page_and_a_line() {
        let list = plain(&list());
        for code in code::all() {
            assert!(page(code, false).unwrap().contains(code.id));
            assert!(list.lines().any(|line| line.starts_with(code.id)), "{}", code.id);
        }
    }

    #[test]
    fn near_codes_are_offered_and_far_ones_are_not() {
        assert_eq!(unknown("unbounded-lable").help.unwrap(), "did you mean `unbounded-label`?");
        assert!(unknown("x").help.unwrap().contains("lists them all"));
    }
}
