//! Gives each token to the item that it belongs to: a method's to the method, the rest of a class to the class.

use std::ops::Range;

use super::super::items::{Item, ItemKind, whole};
use super::super::token::{Role, Token};

/// Adds the tokens of types without their methods, and items for the imports and for code outside of items.
pub(super) fn finish(
    mut tokens: Vec<Token>,
    mut items: Vec<Item>,
    imports: &[Range<usize>],
) -> (Vec<Token>, Vec<Item>) {
    items.sort_by_key(|item| (item.tokens.start, std::cmp::Reverse(item.tokens.end)));
    let mut owned: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let (mut imported, mut rest) = (Vec::new(), Vec::new());
    // Items around a token, the outermost first. Nothing takes tokens out of a function.
    let mut around: Vec<usize> = Vec::new();
    let (mut next, mut import) = (0, 0);
    for at in 0..tokens.len() {
        while around.last().and_then(|item| items.get(*item)).is_some_and(|item| item.tokens.end <= at) {
            around.pop();
        }
        while items.get(next).is_some_and(|item| item.tokens.start <= at) {
            around.push(next);
            next += 1;
        }
        while imports.get(import).is_some_and(|range| range.end <= at) {
            import += 1;
        }
        let is_type = |item: &usize| items.get(*item).is_some_and(|item| item.kind == ItemKind::Type);
        let owner = around.iter().find(|item| !is_type(item)).or(around.last());
        match owner {
            Some(owner) if is_type(owner) => owned.get_mut(*owner).into_iter().for_each(|own| own.push(at)),
            Some(_) => {}
            None if imports.get(import).is_some_and(|range| range.contains(&at)) => imported.push(at),
            None => rest.push(at),
        }
    }
    let mut take = |places: &[usize], all: bool| {
        let start = tokens.len();
        for at in places {
            if let Some(token) = tokens.get(*at).filter(|token| all || token.role != Role::Inert && !token.is(";")) {
                let token = token.clone();
                tokens.push(token);
            }
        }
        start..tokens.len()
    };
    for (item, own) in items.iter_mut().zip(&owned).filter(|(item, own)| item.kind == ItemKind::Type && !own.is_empty())
    {
        item.tokens = take(own, false);
    }
    let imported = take(&imported, true);
    let rest = take(&rest, false);
    items.extend(whole(&tokens, imported, ItemKind::Imports));
    items.extend(whole(&tokens, rest, ItemKind::Rest));
    (tokens, items)
}
