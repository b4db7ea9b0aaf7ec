//! Finds code that left one file and entered another unchanged.

use std::collections::BTreeSet;

use super::change::{Changed, How};
use super::items::ItemKind;
use super::token::Token;

/// Marks moved items, and imports that only follow them.
pub(crate) fn mark(items: &mut [(String, Changed)]) {
    for at in 0..items.len() {
        let Some((_, new)) = items.get(at).filter(|(_, new)| is_whole(new, How::New)) else { continue };
        let is_twin =
            |gone: &Changed| is_whole(gone, How::Gone) && gone.kind == new.kind && same(&gone.code, &new.code);
        let Some(twin) = items.iter().position(|(_, gone)| is_twin(gone)) else { continue };
        for place in [at, twin] {
            if let Some((_, changed)) = items.get_mut(place) {
                changed.how = How::Moved;
                changed.code.clear();
            }
        }
    }
    let moved: BTreeSet<String> =
        items.iter().filter(|(_, it)| it.how == How::Moved).map(|(_, it)| it.name.clone()).collect();
    for (_, changed) in items.iter_mut().filter(|(_, it)| it.kind == ItemKind::Imports && it.how == How::Logic) {
        if changed.redirects.iter().all(|name| moved.contains(name)) && !changed.redirects.is_empty() {
            changed.how = How::Declared;
        }
    }
}

/// Whether an item is new or gone with all of its code. A constant that only declares counts as well.
fn is_whole(changed: &Changed, how: How) -> bool {
    let side = if how == How::New { changed.before.is_none() } else { changed.after.is_none() };
    // Many settings have the same value.
    let is_code = changed.kind != ItemKind::Setting && !changed.code.is_empty();
    (changed.how == how || changed.how == How::Declared) && side && is_code
}

fn same(one: &[Token], other: &[Token]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.kind == b.kind && a.text == b.text)
}
