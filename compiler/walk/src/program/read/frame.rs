//! What is known about an open node.

use std::rc::Rc;

use super::super::grammar::{Binds, Sense};
use super::super::items::ItemKind;
use super::super::token::Role;

/// An item that is being read.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) kind: ItemKind,
    pub(super) name: String,
    pub(super) qualifier: String,
    /// The item's first token.
    pub(super) first: usize,
    /// The item's last line.
    pub(super) last: usize,
    pub(super) is_test: bool,
}

/// An open node.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) sense: Sense,
    /// The role of the tokens in the node.
    pub(super) role: Role,
    pub(super) binds: Binds,
    /// Whether names in the node are declared here.
    pub(super) binding: bool,
    /// Whether the node is, or is in, a field that a framework may read by its name.
    pub(super) mutes: bool,
    pub(super) in_function: bool,
    pub(super) in_attribute: bool,
    pub(super) is_test: bool,
    /// Whether the arguments of the call are texts of an error.
    pub(super) is_failure: bool,
    pub(super) is_tuple: bool,
    pub(super) ends: bool,
    /// The number of children that were entered.
    pub(super) seen: usize,
    /// The node's first token.
    pub(super) start: usize,
    /// The first token of the type around the node.
    pub(super) type_start: Option<usize>,
    /// The type around the node; empty for none.
    pub(super) qualifier: Rc<str>,
    /// The item that the node is.
    pub(super) item: Option<Box<Open>>,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            sense: Sense::Other,
            role: Role::Code,
            binds: Binds::None,
            binding: false,
            mutes: false,
            in_function: false,
            in_attribute: false,
            is_test: false,
            is_failure: false,
            is_tuple: false,
            ends: false,
            seen: 0,
            start: 0,
            type_start: None,
            qualifier: Rc::from(""),
            item: None,
        }
    }
}

impl Frame {
    /// What a child takes over: everything but the item.
    pub(super) fn clone_for_child(&self) -> Self {
        Self { qualifier: Rc::clone(&self.qualifier), item: None, ..*self }
    }
}
