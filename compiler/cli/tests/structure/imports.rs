//! Which file of a crate imports which: an edge for every `use` and every path, to the file that defines what it names.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Item, ItemMacro, ItemUse, Macro, Path, Visibility};

use super::names::{Crate, Files, ModuleId, Place};
use super::tokens;

/// What each file imports, itself apart. Every file outside tests is a key.
pub(crate) type Imports = BTreeMap<String, BTreeSet<String>>;

/// The imports of a crate.
pub(crate) fn imports(files: &Files) -> Imports {
    let (read, _) = Crate::read(files, false);
    let mut imports = Imports::new();
    for (id, module) in read.modules.iter().enumerate() {
        let mut reader = Reader { read: &read, module: id, found: BTreeSet::new() };
        for item in &module.items {
            reader.visit_item(item);
        }
        for import in &module.imports {
            // A re-export imports nothing by itself: whoever uses it imports the file behind it.
            if import.is_reexport {
                continue;
            }
            let is_glob = import.name.is_none();
            for place in read.resolve(id, &import.path) {
                match place {
                    Place::File(file) => _ = reader.found.insert(file),
                    Place::Module(of) if is_glob => _ = reader.found.insert(read.modules[of].file.clone()),
                    // Its items are imported where they are used.
                    Place::Module(_) => {}
                }
            }
        }
        let file = module.file.clone();
        reader.found.remove(&file);
        imports.entry(file).or_default().extend(reader.found);
    }
    imports
}

struct Reader<'r> {
    read: &'r Crate,
    module: ModuleId,
    found: BTreeSet<String>,
}

impl Reader<'_> {
    fn path(&mut self, path: &[String]) {
        for place in self.read.resolve(self.module, path) {
            if let Place::File(file) = place {
                self.found.insert(file);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !super::names::is_of_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, _: &'ast ItemUse) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(&segments);
        visit::visit_path(self, path);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        // The body of `macro_rules!` names what its users get: by `$crate`, which is a path like any other.
        self.visit_macro(&item.mac);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        if let Some(name) = called.path.get_ident()
            && let Some(file) = self.read.macros.get(&name.to_string())
        {
            self.found.insert(file.clone());
        }
        self.visit_path(&called.path);
        for path in tokens::paths(called) {
            self.path(&path);
        }
    }
}
