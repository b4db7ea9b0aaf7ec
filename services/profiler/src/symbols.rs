//! From addresses to functions, files and lines.

use std::collections::HashMap;
use std::sync::Arc;

/// A frame of a stack, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The function's path, such as `checkout::pricing::price`; or `module+0xoffset` where there are no symbols.
    pub function: String,
    /// The source file, relative to the checkout where it lies in it.
    pub file: String,
    /// The line, or 0.
    pub line: u32,
}

/// A mapped file.
struct Module {
    start: u64,
    end: u64,
    /// What an address has to be lowered by to become the file's own.
    base: u64,
    name: String,
    is_program: bool,
}

/// Symbols of this process, each address looked up once.
pub(crate) struct Symbols {
    program: Option<addr2line::Loader>,
    modules: Vec<Module>,
    source_root: String,
    known: HashMap<u64, Arc<[Frame]>>,
}

impl Symbols {
    /// Reads what is mapped now, and the program's debug information.
    pub(crate) fn load(source_root: &str) -> Self {
        let program = std::fs::read_link("/proc/self/exe").ok();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let name = program.as_ref().and_then(|path| path.to_str()).unwrap_or_default();
        Self {
            program: addr2line::Loader::new("/proc/self/exe").ok(),
            modules: modules(&maps, name),
            source_root: format!("{}/", source_root.trim_end_matches('/')),
            known: HashMap::new(),
        }
    }

    /// The frames at an address, inlined calls first. A return address stands behind its call: pass one byte less.
    pub(crate) fn at(&mut self, address: u64) -> Arc<[Frame]> {
        if let Some(known) = self.known.get(&address) {
            return Arc::clone(known);
        }
        let frames: Arc<[Frame]> = self.look_up(address).into();
        self.known.insert(address, Arc::clone(&frames));
        frames
    }

    fn look_up(&self, address: u64) -> Vec<Frame> {
        let Some(module) = self.modules.iter().find(|module| (module.start..module.end).contains(&address)) else {
            return vec![Frame { function: format!("{address:#x}"), file: String::new(), line: 0 }];
        };
        let own = address.wrapping_sub(module.base);
        let unknown = || Frame { function: format!("{}+{own:#x}", module.name), file: String::new(), line: 0 };
        let Some(program) = self.program.as_ref().filter(|_| module.is_program) else { return vec![unknown()] };
        let probe = own.wrapping_add(program.relative_address_base());
        let mut frames = Vec::new();
        if let Ok(mut found) = program.find_frames(probe) {
            while let Ok(Some(frame)) = found.next() {
                let name = frame.function.as_ref().and_then(|function| function.demangle().ok());
                let place = frame.location.as_ref();
                frames.push(Frame {
                    function: name.map_or_else(|| unknown().function, |name| without_hash(&name).to_owned()),
                    file: place.and_then(|place| place.file).map_or_else(String::new, |file| self.shown(file)),
                    line: place.and_then(|place| place.line).unwrap_or(0),
                });
            }
        }
        if frames.is_empty() {
            frames.push(unknown());
        }
        // The function that everything here was inlined into: its symbol says the whole path, which line tables may not.
        if let (Some(outermost), Some(symbol)) = (frames.last_mut(), program.find_symbol(probe)) {
            let name = addr2line::demangle_auto(symbol.into(), None);
            without_hash(&name).clone_into(&mut outermost.function);
        }
        frames
    }

    /// A path as people know it: ours below the checkout, a crate's below its registry, the library's below its own.
    fn shown(&self, file: &str) -> String {
        let below = |mark: &str| file.split_once(mark).map(|(_, rest)| rest);
        let ours = file.strip_prefix(&self.source_root);
        let crates = || below("/registry/src/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
        let library = || below("/rustc/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
        ours.or_else(crates).or_else(library).unwrap_or(file).to_owned()
    }
}

/// A name without the hash that the compiler put at its end.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => path,
        _ => name,
    }
}

/// The executable mappings of `/proc/self/maps`, each with the base of its file.
fn modules(maps: &str, program: &str) -> Vec<Module> {
    let mut bases: HashMap<&str, u64> = HashMap::new();
    let mut modules = Vec::new();
    for line in maps.lines() {
        // Range, flags, offset, device, inode; then a path, which may hold spaces.
        let mut words = line.splitn(6, ' ');
        let (Some(range), Some(flags), Some(offset)) = (words.next(), words.next(), words.next()) else { continue };
        let path = words.nth(2).unwrap_or("").trim_start();
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        let Some((Some(start), Some(end))) = range.split_once('-').map(|(start, end)| (hex(start), hex(end))) else {
            continue;
        };
        let base = *bases.entry(path).or_insert_with(|| start.wrapping_sub(hex(offset).unwrap_or(0)));
        if flags.contains('x') {
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            modules.push(Module { start, end, base, name, is_program: !path.is_empty() && path == program });
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_hash_and_nothing_else() {
        assert_eq!(without_hash("a::b::h0123456789abcdef"), "a::b");
        assert_eq!(without_hash("a::hello"), "a::hello");
    }

    #[test]
    fn a_mapping_belongs_to_the_base_of_its_file() {
        let maps = "5000-6000 r--p 00000000 08:01 7      /my bin/shop\n6000-9000 r-xp 00001000 08:01 7      /my bin/shop\n\
                    a000-b000 r-xp 00002000 08:01 8 /lib/libc.so\nf000-ffff rw-p 00000000 00:00 0 \n";
        let modules = modules(maps, "/my bin/shop");
        let found: Vec<_> = modules.iter().map(|m| (m.start, m.base, m.name.as_str(), m.is_program)).collect();
        assert_eq!(found, [(0x6000, 0x5000, "shop", true), (0xa000, 0x8000, "libc.so", false)]);
    }
}
