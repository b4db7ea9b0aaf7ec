//! A bug of the compiler itself prints one line that says so, and ends with exit status 2.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo, UnwindSafe};

use crate::status::Status;
use crate::terminal;

/// Runs `work`; a panic becomes [`Status::Failed`] with a message in place of Rust's own.
pub(crate) fn guard(work: impl FnOnce() -> Status + UnwindSafe) -> Status {
    panic::set_hook(Box::new(|info| terminal::say(&message(info))));
    panic::catch_unwind(work).unwrap_or(Status::Failed)
}

/// What the panic is, and a backtrace if RUST_BACKTRACE asks for one.
fn message(info: &PanicHookInfo<'_>) -> String {
    let cause = info.payload_as_str().unwrap_or("unknown cause");
    let place =
        info.location().map(|location| format!(" ({}:{})", location.file(), location.line())).unwrap_or_default();
    let backtrace = Backtrace::capture();
    let trace = match backtrace.status() {
        BacktraceStatus::Captured => format!("\n{backtrace}"),
        _ => String::new(),
    };
    format!(
        "error: internal error: {}{place}\nhelp: this is a bug in emberline; please report it with the specs. Nothing \
         half-written is left behind{trace}",
        terminal::clean(cause)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_exit_status_2() {
        assert_eq!(guard(|| panic!("on purpose")), Status::Failed);
        assert_eq!(guard(|| Status::Findings), Status::Findings);
        let _ = panic::take_hook();
    }
}
