//! Runs git with limits on its time and its output. Settings of a person's environment must not change git's answers.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The time limit of a git run.
const PATIENCE: Duration = Duration::from_secs(30);
/// The size limit of git's output in bytes.
const MOST: u64 = 64 << 20;

/// The result of a git run.
#[derive(Debug)]
pub(super) struct Ran {
    /// The exit status; `None` if a signal ended git.
    pub(super) status: Option<i32>,
    /// The bytes that git wrote to its standard output.
    pub(super) output: Vec<u8>,
    /// The first line of git's standard error.
    pub(super) complaint: String,
}

/// Overrides of settings that would change git's output or make git run other programs.
const PLAIN: [&str; 4] =
    ["core.quotePath=false", "core.fsmonitor=false", "diff.orderFile=/dev/null", "log.showSignature=false"];

/// Runs git in a folder. The error says why git could not run.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<Ran, String> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if misleads(name.as_encoded_bytes()) {
            command.env_remove(name);
        }
    }
    command.args(["--no-pager", "--literal-pathspecs", "-C"]).arg(folder);
    command.args(PLAIN.iter().flat_map(|setting| ["-c", setting])).args(arguments);
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    run(command, PATIENCE)
}

/// Whether an environment variable would make git read another repository or print another diff. Hooks set `GIT_DIR`;
/// `GIT_DIFF_OPTS` overrides arguments. Variables that locate the configuration, or that help to reach a partial
/// clone's origin, are kept.
fn misleads(name: &[u8]) -> bool {
    const KEPT: [&str; 7] =
        ["GIT_CONFIG_", "GIT_CEILING_", "GIT_DISCOVERY_", "GIT_EXEC_PATH", "GIT_ASKPASS", "GIT_SSH", "GIT_SSL_"];
    name.starts_with(b"GIT_") && !KEPT.iter().any(|kept| name.starts_with(kept.as_bytes()))
}

fn run(mut command: Command, patience: Duration) -> Result<Ran, String> {
    let deadline = Instant::now() + patience;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|why| match why.kind() {
        ErrorKind::NotFound => "cannot be asked: the program `git` is missing".to_owned(),
        _ => format!("cannot be asked: {why}"),
    })?;
    // Each pipe has a reader thread, because git would block on a full pipe. A thread ends when its pipe closes, so
    // nobody joins it.
    let output = reader(child.stdout.take());
    let complaint = reader(child.stderr.take());
    let read = |pipe: mpsc::Receiver<Vec<u8>>| pipe.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    let (output, complaint) = (read(output), read(complaint));
    let mut end = |why: String| {
        let _ = child.kill();
        let _ = child.wait();
        Err(why)
    };
    let (Ok(output), Ok(complaint)) = (output, complaint) else {
        return end(format!("does not answer within {} s", patience.as_secs()));
    };
    if output.len() as u64 > MOST {
        return end(format!("answers with more than {} MiB", MOST >> 20));
    }
    // Both pipes are closed, so git is about to exit.
    let status = child.wait().map_err(|why| format!("cannot be asked: {why}"))?.code();
    let complaint = text(&complaint);
    Ok(Ran { status, output, complaint: complaint.trim().lines().next().unwrap_or_default().to_owned() })
}

/// The content of a pipe once the pipe is closed, cut off just above the size limit.
fn reader(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // A read error keeps the bytes before it. Git's exit status says whether they are usable.
            let _ = pipe.take(MOST + 1).read_to_end(&mut bytes);
        }
        // After the time limit, nobody receives the bytes.
        let _ = send.send(bytes);
    });
    receive
}

/// Bytes as a text; a replacement character marks what is not UTF-8.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Result<Ran, String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, patience)
    }

    #[test]
    fn variables_that_mislead_are_not_passed_on() {
        for name in ["GIT_DIR", "GIT_DIFF_OPTS", "GIT_INDEX_FILE", "GIT_CONFIG", "GIT_TRACE", "GIT_EXTERNAL_DIFF"] {
            assert!(misleads(name.as_bytes()), "{name}");
        }
        for name in ["PATH", "HOME", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND"] {
            assert!(!misleads(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn what_takes_too_long_is_ended() {
        let before = Instant::now();
        let told = shell("exec sleep 60", Duration::from_millis(50)).unwrap_err();
        assert!(told.contains("does not answer") && before.elapsed() < Duration::from_secs(20), "{told}");
    }

    #[test]
    fn long_outputs_do_not_stop_it_and_too_long_ones_are_told() {
        let ran = shell("head -c 1000000 /dev/zero; echo one >&2; echo two >&2; exit 3", PATIENCE).unwrap();
        assert_eq!((ran.status, ran.output.len(), ran.complaint.as_str()), (Some(3), 1_000_000, "one"));
        let told = shell("head -c 70000000 /dev/zero", PATIENCE).unwrap_err();
        assert!(told.contains("more than 64 MiB"), "{told}");
    }
}
