//! Records with something sensitive, made from the catalogue itself: a key of every form, a value behind every name.

use emberline_core::sensitive::names::last_words;
use emberline_core::sensitive::{Form, all};

use crate::generator::{Dice, sensitive};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A record: something sensitive in the text around it.
pub(crate) fn record(dice: &mut Dice) -> String {
    let one = planted(dice);
    let two = if dice.below(3) == 0 { planted(dice) } else { String::new() };
    match dice.below(9) {
        0 => one,
        1 => format!("call failed: {one} {two}"),
        2 => format!("{{\"note\":\"{one}\",\"more\":[\"{two}\"]}}"),
        3 => format!("first line\\n{one}\\nsecond, {two}"),
        4 => format!("GET /find?q={one}&next={two} HTTP/1.1"),
        5 => format!("<{one}> ({two})"),
        6 => format!("a='{one}', b=`{two}`; c"),
        7 => format!("{one},{two}"),
        _ => format!("x%20{one}%0A{two}"),
    }
}

/// A key of any form.
fn key(dice: &mut Dice) -> String {
    let forms: Vec<Form> = all().flat_map(|issuer| issuer.read()).collect();
    let form = &forms[usize::try_from(dice.below(forms.len() as u64)).unwrap_or_default()];
    form.sample(|below| usize::try_from(dice.below(below as u64)).unwrap_or_default())
}

fn planted(dice: &mut Dice) -> String {
    match dice.below(9) {
        0..=2 => key(dice),
        3..=5 => {
            let names: Vec<&str> = last_words().map(|(word, _)| word).collect();
            let name = names[usize::try_from(dice.below(names.len() as u64)).unwrap_or_default()];
            let head = dice.of(&["", "db_", "user.", "X-", "app.prod."]);
            let name =
                if dice.below(3) == 0 { format!("{head}{name}").to_uppercase() } else { format!("{head}{name}") };
            let length = 8 + dice.below(24);
            let value = dice.string(LETTERS, length);
            let equals = dice.of(&["=", ": ", " = ", "\":\"", "=>", ":", "='", " := "]);
            format!("{name}{equals}{value}{}", dice.of(&["", "7", "!", "$9", "/+="]))
        }
        6 => {
            let user = dice.string(LETTERS, 6);
            let password = dice.string(LETTERS, 11);
            format!(
                "{}://{user}:{password}@{}",
                dice.of(&["postgres", "https", "redis", "mongodb+srv", "amqp"]),
                dice.of(&["db", "db.contoso.com:5432", "10.0.0.7"])
            )
        }
        7 => {
            let header = dice.of(&["Cookie: ", "set-cookie:", "http.cookie: '", "\"Cookie\": \""]);
            let (theme, session) = (dice.string(LETTERS, 4), dice.string(LETTERS, 18));
            format!("{header}theme={theme}; sid={session}7; lang=en")
        }
        _ => sensitive(dice).text,
    }
}
