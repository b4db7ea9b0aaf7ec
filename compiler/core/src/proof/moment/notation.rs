//! Samples of recorded series in promtool's notation.

use std::fmt::Write as _;

/// Samples, after `lead` that are missing. Samples that grow or shrink evenly are one word. Where a series ends, a stale
/// marker says so, as the rule that recorded it would.
pub(super) fn of(lead: usize, samples: Vec<Option<f64>>) -> String {
    let mut text = String::new();
    let (mut rest, mut missing, mut had_value) = (samples.as_slice(), lead, false);
    while let Some((first, after)) = rest.split_first() {
        let Some(first) = *first else {
            if had_value && !after.is_empty() {
                word(&mut text, "stale");
            } else {
                missing += 1;
            }
            had_value = false;
            rest = after;
            continue;
        };
        absent(&mut text, &mut missing);
        let (step, more) = run(first, after);
        word(&mut text, &first.to_string());
        if more > 0 {
            let sign = if step < 0.0 { '-' } else { '+' };
            // Writing to a string cannot fail.
            let _ = write!(text, "{sign}{}x{more}", step.abs());
        }
        had_value = true;
        rest = after.get(more..).unwrap_or_default();
    }
    text
}

/// The step to the next sample, and how many samples go on in it; none where a step is no use.
fn run(first: f64, after: &[Option<f64>]) -> (f64, usize) {
    let Some(Some(second)) = after.first() else { return (0.0, 0) };
    let step = second - first;
    // Added up rather than multiplied, as promtool's parser does.
    let mut next = first;
    let goes_on = |sample: &&Option<f64>| {
        next += step;
        **sample == Some(next)
    };
    let more = after.iter().take_while(goes_on).count();
    if more > 1 || step == 0.0 { (step, more) } else { (0.0, 0) }
}

fn absent(text: &mut String, missing: &mut usize) {
    if *missing > 0 {
        word(text, &format!("_x{missing}"));
        *missing = 0;
    }
}

fn word(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn even_samples_are_one_word_and_an_end_is_marked() {
        let samples = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        assert_eq!(of(3, samples(&[1.0, 2.0, 3.0])), "_x3 1+1x2");
        assert_eq!(of(0, samples(&[9.0, 6.5, 4.0, 4.0, 4.0])), "9-2.5x2 4+0x1");
        assert_eq!(of(0, samples(&[5.0])), "5");
        assert_eq!(of(0, vec![None, Some(5.0), Some(7.0), None, None]), "_x1 5 7 stale");
        assert_eq!(of(0, vec![Some(5.0), None]), "5");
        assert_eq!(of(1, vec![Some(5.0), None, None, Some(2.0), None]), "_x1 5 stale _x1 2");
    }
}
