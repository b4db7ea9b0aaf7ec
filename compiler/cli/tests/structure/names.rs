//! The modules of a crate, and what each of their names stands for.
//!
//! A name is an item of the module's own file, a module below it, or another path under an alias. Re-exports are aliases
//! like any import, so a path leads to the file that defines an item, by whatever way it was written.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMacro, ItemMod, ItemUse, UseTree, Visibility};

/// The files of one crate: path below `src`, and text.
pub(crate) type Files = BTreeMap<String, String>;

/// Index of a module in [`Crate::modules`].
pub(crate) type ModuleId = usize;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    /// A type, a trait or anything else of the file that more may follow.
    Item,
    /// A function, a constant or a macro of the file: a path ends here. A module may have the same name.
    Value,
    /// A module below.
    Module(ModuleId),
    /// Whatever stands at the path.
    Alias(Vec<String>),
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// An item, or a part of one, in this file.
    File(String),
    /// A module itself.
    Module(ModuleId),
}

/// One `use`, without braces.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// The whole path; of a glob what stands before the star.
    pub(crate) path: Vec<String>,
    /// The name that it gives; `None` for a glob.
    pub(crate) name: Option<String>,
    /// Whether the name can be seen beyond the module.
    pub(crate) is_reexport: bool,
}

/// A module outside tests.
pub(crate) struct Module {
    /// The file that holds it.
    pub(crate) file: String,
    /// `None` for the crate.
    pub(crate) parent: Option<ModuleId>,
    /// Everything named in it.
    pub(crate) names: BTreeMap<String, Vec<Meaning>>,
    /// Every `use`, those inside functions too.
    pub(crate) imports: Vec<Import>,
    /// Its items, modules apart.
    pub(crate) items: Vec<Item>,
}

/// A crate without its tests.
#[derive(Default)]
pub(crate) struct Crate {
    pub(crate) modules: Vec<Module>,
    /// Files of `macro_rules!` by the macro's name: these need no path.
    pub(crate) macros: BTreeMap<String, String>,
    /// Whether modules of tests are read as well.
    with_tests: bool,
}

impl Crate {
    /// Reads a crate from its root on, with tests or without. Gives the files beside it that no module read declares.
    pub(crate) fn read(files: &Files, with_tests: bool) -> (Self, BTreeSet<String>) {
        let mut read = Self { with_tests, ..Self::default() };
        let mut left: BTreeSet<String> = files.keys().cloned().collect();
        let root =
            ["lib.rs", "main.rs"].into_iter().find(|root| files.contains_key(*root)).expect("a crate has a root");
        read.file(files, &mut left, root, "", None);
        (read, left)
    }

    /// `folder` is where modules below are looked for, with a `/` at its end unless it is empty.
    fn file(
        &mut self,
        files: &Files,
        left: &mut BTreeSet<String>,
        path: &str,
        folder: &str,
        parent: Option<ModuleId>,
    ) -> ModuleId {
        left.remove(path);
        let parsed = syn::parse_file(&files[path]).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.module(files, left, path, folder, parent, parsed.items)
    }

    fn module(
        &mut self,
        files: &Files,
        left: &mut BTreeSet<String>,
        path: &str,
        folder: &str,
        parent: Option<ModuleId>,
        items: Vec<Item>,
    ) -> ModuleId {
        let id = self.modules.len();
        let module =
            Module { file: path.to_owned(), parent, names: BTreeMap::new(), imports: Vec::new(), items: Vec::new() };
        self.modules.push(module);
        for item in items {
            if !self.with_tests && is_of_tests(&item) {
                continue;
            }
            if let Item::Mod(below) = item {
                let name = below.ident.to_string();
                let inner = self.below(files, left, path, folder, id, below);
                self.name(id, name, Meaning::Module(inner));
                continue;
            }
            self.modules[id].items.push(item);
        }
        self.declare(id);
        id
    }

    fn below(
        &mut self,
        files: &Files,
        left: &mut BTreeSet<String>,
        path: &str,
        folder: &str,
        parent: ModuleId,
        below: ItemMod,
    ) -> ModuleId {
        let name = below.ident.to_string();
        let inner = format!("{folder}{name}/");
        if let Some((_, items)) = below.content {
            return self.module(files, left, path, &inner, Some(parent), items);
        }
        let at = [format!("{folder}{name}.rs"), format!("{inner}mod.rs")];
        let at = at.into_iter().find(|at| files.contains_key(at));
        let at = at.unwrap_or_else(|| panic!("{path}: `mod {name};` has no file"));
        self.file(files, left, &at, &inner, Some(parent))
    }

    fn name(&mut self, id: ModuleId, name: String, meaning: Meaning) {
        self.modules[id].names.entry(name).or_default().push(meaning);
    }

    fn declare(&mut self, id: ModuleId) {
        let mut found = Declared::default();
        for item in &self.modules[id].items {
            found.names.extend(name(item));
            found.visit_item(item);
        }
        for (name, meaning) in found.names {
            self.name(id, name, meaning);
        }
        let file = self.modules[id].file.clone();
        for name in found.macros {
            self.macros.insert(name, file.clone());
        }
        for import in found.imports {
            if let Some(name) = &import.name {
                self.name(id, name.clone(), Meaning::Alias(import.path.clone()));
            }
            self.modules[id].imports.push(import);
        }
    }

    /// Where a path leads that is written in a module; nowhere if it leaves the crate.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Vec<Place> {
        self.follow(from, path, &mut BTreeSet::new())
    }

    fn follow(&self, from: ModuleId, path: &[String], seen: &mut BTreeSet<(ModuleId, String)>) -> Vec<Place> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut places = match first.as_str() {
            "crate" => vec![Place::Module(0)],
            "self" => vec![Place::Module(from)],
            "super" => self.modules[from].parent.into_iter().map(Place::Module).collect(),
            name => self.look_up(from, name, rest.is_empty(), seen),
        };
        for (at, name) in rest.iter().enumerate() {
            let next = places.into_iter().flat_map(|place| match place {
                Place::Module(module) if name == "super" => {
                    self.modules[module].parent.into_iter().map(Place::Module).collect()
                }
                Place::Module(module) if name == "self" => vec![Place::Module(module)],
                Place::Module(module) => self.look_up(module, name, at + 1 == rest.len(), seen),
                // A variant, or what an `impl` gives: it stands with its type.
                file @ Place::File(_) => vec![file],
            });
            places = next.collect();
        }
        places
    }

    /// `is_last` is whether the path ends with this name.
    fn look_up(
        &self,
        module: ModuleId,
        name: &str,
        is_last: bool,
        seen: &mut BTreeSet<(ModuleId, String)>,
    ) -> Vec<Place> {
        if !seen.insert((module, name.to_owned())) {
            return Vec::new();
        }
        let this = &self.modules[module];
        let mut places = Vec::new();
        for meaning in this.names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Item => places.push(Place::File(this.file.clone())),
                Meaning::Value if is_last => places.push(Place::File(this.file.clone())),
                Meaning::Value => {}
                Meaning::Module(below) => places.push(Place::Module(*below)),
                Meaning::Alias(path) => places.extend(self.follow(module, path, seen)),
            }
        }
        if places.is_empty() {
            for glob in this.imports.iter().filter(|import| import.name.is_none()) {
                for place in self.follow(module, &glob.path, &mut seen.clone()) {
                    match place {
                        Place::Module(of) => places.extend(self.look_up(of, name, is_last, seen)),
                        Place::File(_) => {}
                    }
                }
            }
        }
        seen.remove(&(module, name.to_owned()));
        places
    }
}

/// Imports at any depth, and macros.
#[derive(Default)]
struct Declared {
    names: Vec<(String, Meaning)>,
    macros: Vec<String>,
    imports: Vec<Import>,
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_of_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        flatten(&item.tree, &mut Vec::new(), is_reexport, &mut self.imports);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        self.macros.extend(item.ident.as_ref().map(ToString::to_string));
        // What a macro makes is named as if it stood there: `record! { pub struct Name { … } }`.
        self.names.extend(super::tokens::declared(&item.mac).into_iter().map(|name| (name, Meaning::Item)));
    }
}

/// The paths of one `use`.
fn flatten(tree: &UseTree, before: &mut Vec<String>, is_reexport: bool, to: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, is_reexport, to);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, is_reexport, to)),
        UseTree::Glob(_) => to.push(Import { path: before.clone(), name: None, is_reexport }),
        UseTree::Name(name) => to.push(import(before, &name.ident.to_string(), None, is_reexport)),
        UseTree::Rename(rename) => {
            to.push(import(before, &rename.ident.to_string(), Some(rename.rename.to_string()), is_reexport));
        }
    }
}

fn import(before: &[String], last: &str, renamed: Option<String>, is_reexport: bool) -> Import {
    let mut path = before.to_vec();
    if last != "self" {
        path.push(last.to_owned());
    }
    let name = renamed.or_else(|| path.last().cloned());
    Import { path, name, is_reexport }
}

/// Whether an item is compiled for tests only.
pub(crate) fn is_of_tests(item: &Item) -> bool {
    attributes(item).iter().any(is_test)
}

fn is_test(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && super::tokens::words(list).iter().any(|word| word == "test")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> Option<(String, Meaning)> {
    let (name, meaning) = match item {
        Item::Const(item) => (&item.ident, Meaning::Value),
        Item::Enum(item) => (&item.ident, Meaning::Item),
        Item::Fn(item) => (&item.sig.ident, Meaning::Value),
        Item::Macro(item) => (item.ident.as_ref()?, Meaning::Value),
        Item::Static(item) => (&item.ident, Meaning::Value),
        Item::Struct(item) => (&item.ident, Meaning::Item),
        Item::Trait(item) => (&item.ident, Meaning::Item),
        Item::Type(item) => (&item.ident, Meaning::Item),
        _ => return None,
    };
    Some((name.to_string(), meaning))
}
