//! Any text as a page of metrics: no panic, a fault inside of the page, and a snapshot that reads back as it was written.
#![no_main]

use emberline_core::source::Sources;
use emberline_core::spec::{self, Comments};
use emberline_observe::exposition;
use emberline_observe::gather::{Gather, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut gather = Gather::default();
    let _ = exposition::is_page(text.as_bytes());
    if let Err(fault) = exposition::read(text, &mut gather) {
        assert!(fault.line >= 1 && fault.line <= text.lines().count(), "{fault:?}");
        return;
    }
    let mut observed = gather.finish(Limits { values: 5, rows: 5, metrics: 20, is_committed: true });
    observed.day = Some((emberline_core::quantity::Date::of_days_since_1970(20_000), None));
    let written = spec::write(&observed.written(), Comments::No);
    let mut sources = Sources::default();
    sources.add("slos/observed/page.yaml", written.clone());
    let read = emberline_core::resolve(&sources);
    assert!(read.findings.is_empty(), "{written}\n{:#?}", read.findings);
    let again = read.model.observed.first().map(|observed| spec::write(&observed.written(), Comments::No));
    assert_eq!(again.as_deref(), Some(written.as_str()));
});
