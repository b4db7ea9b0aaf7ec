//! Any text as a whole expression: faults lie inside the text, and what is printed, at once and late, is read again.
#![no_main]

use emberline_core::promql::PromqlQuery;
use emberline_core::quantity::Duration;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match PromqlQuery::parse(text) {
        Ok(query) => {
            for delay in [Duration::ZERO, Duration::from_secs(300)] {
                let printed = query.print(Duration::from_secs(75), delay);
                let again = PromqlQuery::parse(&printed);
                assert!(again.is_ok(), "{printed}: {again:?}");
                assert!(!printed.contains(['\n', '#']) || printed.contains(['"', '\'', '`']), "{printed}");
            }
            assert!(!query.selectors().is_empty());
            let _ = query.loses("a");
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(text.get(fault.range.clone()).is_some(), "{fault:?}");
                assert!(!fault.message.is_empty());
            }
        }
    }
});
