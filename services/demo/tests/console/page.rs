//! Reads what a runbook page tells to paste, from its Markdown: a sentence, then a fence with the language.

/// Something to paste.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The word behind the fence.
    pub(crate) language: String,
    /// The text.
    pub(crate) text: String,
    /// What it promises to show.
    pub(crate) shows: String,
}

/// Everything to paste, in the order of the page.
pub(crate) fn asks(page: &str) -> Vec<Ask> {
    let mut found = Vec::new();
    let mut said = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let language = line.trim_start_matches('`');
        let fence = &line[..line.len() - language.len()];
        if fence.len() >= 3 {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
            found.push(Ask { language: language.to_owned(), text: text.join("\n"), shows: said.to_owned() });
        } else if !line.is_empty() {
            said = line;
        }
    }
    found
}
