//! The examples of codes that no spec can produce are typed as they stand, by the real program in an empty folder.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use emberline_core::code::{self, Example};

use shell::Shell;

#[test]
fn only_the_last_command_of_a_wrong_session_reports_the_code() {
    let mut sessions = 0;
    for code in code::all().into_iter().filter(|code| matches!(code.example, Example::Session { .. })) {
        sessions += 1;
        let sign = format!("[{}]", code.id);
        let typed = |session: &str| -> Vec<_> {
            let shell = Shell::new();
            session.lines().map(|line| shell.run(line)).collect()
        };
        let wrong = typed(code.example.wrong());
        let (last, before) = wrong.split_last().unwrap();
        assert_eq!(last.status, 1, "{last:?}");
        assert!(last.out.contains(&sign), "{last:?}");
        let right = typed(code.example.right());
        for ran in before.iter().chain(&right) {
            assert_eq!(ran.status, 0, "{ran:?}");
            assert!(!ran.out.contains(&sign), "{ran:?}");
        }
    }
    assert!(sessions > 0, "nothing was tested");
}
