//! Tells the profiler whether everything around it is built with frame pointers.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(frame_pointers)");
    // Cargo separates flags by the unit separator; a later flag of the same name wins.
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let last = flags.split('\u{1f}').filter_map(|flag| flag.split_once("force-frame-pointers")).next_back();
    if last.is_some_and(|(_, value)| matches!(value, "" | "=yes" | "=y" | "=on" | "=true" | "=always")) {
        println!("cargo::rustc-cfg=frame_pointers");
    }
}
