//! The real program: how it starts and how it stops.

use super::*;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running store; killed when dropped, so that a failed test leaves nothing behind.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn start(data: &std::path::Path) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_store"))
        .args(["--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data"])
        .arg(data)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let url =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening on ").map(String::from)).unwrap();
    Program { child, url }
}

/// Sends SIGTERM; how long the program took to end well.
fn terminate(program: &mut Program) -> Duration {
    let began = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &program.child.id().to_string()]).status().unwrap().success());
    loop {
        if let Some(status) = program.child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(15), "the store does not stop on SIGTERM");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_at_once_and_within_seconds_if_a_client_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("s.db");
    let mut program = start(&data);
    let mut sent = request(5, 1, "x");
    let span = &mut sent.resource_spans[0].scope_spans[0].spans[0];
    span.start_time_unix_nano = u64::try_from(store::db::now()).unwrap();
    span.end_time_unix_nano = span.start_time_unix_nano;
    let answer = post(&format!("{}/v1/traces", program.url), PROTOBUF, false, sent.encode_to_vec()).await;
    assert_eq!(answer.status(), 200);
    drop(answer);
    let quick = terminate(&mut program);
    assert!(quick < Duration::from_secs(4), "{quick:?}");
    let mut program = start(&data);
    assert_eq!(
        reqwest::get(format!("{}/api/traces/{}", program.url, "05".repeat(16))).await.unwrap().status(),
        200,
        "what was acknowledged before SIGTERM"
    );
    let mut hanging = std::net::TcpStream::connect(program.url.strip_prefix("http://").unwrap()).unwrap();
    hanging.write_all(b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf").unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let slow = terminate(&mut program);
    assert!(slow < Duration::from_secs(9), "{slow:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_sweeps_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("s.db");
    let now = store::db::now();
    {
        let store = Store::open(&data, Retention::default()).unwrap();
        for (trace, at) in [(1, now - 15 * DAY), (2, now - 13 * DAY)] {
            let mut sent = request(trace, 1, "x");
            sent.resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano = u64::try_from(at).unwrap();
            store.write(rows::of_traces(sent, 0), at).await.unwrap();
        }
        assert!(store.read(|file| Ok(store::db::has_trace(file, &[1; 16])?)).await.unwrap());
    }
    let program = start(&data);
    let status = |trace: &str| {
        let url = format!("{}/api/traces/{}", program.url, trace.repeat(16));
        async move { reqwest::get(url).await.unwrap().status().as_u16() }
    };
    let began = Instant::now();
    // The next sweep comes after a minute only.
    while status("01").await != 404 {
        assert!(began.elapsed() < Duration::from_secs(20), "the old trace is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status("02").await, 200);
}
