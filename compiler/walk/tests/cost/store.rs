//! A Tempo with many traces. It makes each answer while it is sent, so the store itself needs no memory.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::{TcpListener, TcpStream};

use super::{NOW, ONSET};

/// Traces of each side, and spans of each trace.
const TRACES: u64 = 1_000;
const SPANS: u64 = 500;

/// The one trace that is much longer than the others. Searches find it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Giant {
    Absent,
    /// As long as an answer may be.
    Long,
    /// A million spans.
    TooLong,
}

impl Giant {
    fn spans(self) -> u64 {
        match self {
            Self::Absent => 0,
            Self::Long => 70_000,
            Self::TooLong => 1_000_000,
        }
    }
}

/// Serves until the process ends, and returns the address.
pub(crate) fn serve(good: &str, bad: &str, giant: Giant) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let (good, bad) = (good.to_owned(), bad.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (good, bad) = (good.clone(), bad.clone());
            // A client that has enough closes the connection.
            std::thread::spawn(move || drop(answer(&stream, &good, &bad, giant)));
        }
    });
    at
}

fn answer(stream: &TcpStream, good: &str, bad: &str, giant: Giant) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut out = BufWriter::with_capacity(1 << 20, stream);
    write!(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")?;
    let target = first.split(' ').nth(1).unwrap_or_default();
    match target.strip_prefix("/api/v2/traces/") {
        Some(id) => {
            let number = u64::from_str_radix(id.split('?').next().unwrap_or(id), 16).unwrap_or_default();
            trace(&mut out, number, good, bad, giant)?;
        }
        None => search(&mut out, target, giant)?,
    }
    out.flush()
}

/// The ids of bad traces begin at 1, those of healthy ones at 1,000,000; the giant's is one more than the last bad one.
fn search(out: &mut impl Write, target: &str, giant: Giant) -> std::io::Result<()> {
    let number = |name: &str| {
        target
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix(&format!("{name}=")))
            .and_then(|it| it.parse::<f64>().ok())
    };
    let is_bad = number("end").unwrap_or(NOW) > ONSET + 60.0;
    // No span of these traces failed.
    if target.contains("error") {
        return out.write_all(b"{\"traces\":[]}");
    }
    let first = if is_bad { 1 } else { 1_000_000 };
    let last = first + TRACES + u64::from(is_bad && giant != Giant::Absent);
    let limit = number("limit").unwrap_or(20.0) as u64;
    let ids: Vec<String> = (first..last)
        .rev()
        .take(usize::try_from(limit).unwrap())
        .map(|id| format!("{{\"traceID\":\"{id:032x}\"}}"))
        .collect();
    write!(out, "{{\"traces\":[{}]}}", ids.join(","))
}

fn trace(out: &mut impl Write, id: u64, good: &str, bad: &str, giant: Giant) -> std::io::Result<()> {
    let is_bad = id < 1_000_000;
    let spans = if id == TRACES + 1 { giant.spans() } else { SPANS };
    let revision = if is_bad { bad } else { good };
    let began = if is_bad { ONSET + 20.0 + id as f64 } else { ONSET - 9_000.0 + (id - 1_000_000) as f64 };
    let began = (began * 1e3) as u64 * 1_000_000;
    write!(
        out,
        "{{\"trace\":{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"checkout\"}}}},\
         {{\"key\":\"vcs.ref.head.revision\",\"value\":{{\"stringValue\":\"{revision}\"}}}}]}},\"scopeSpans\":[{{\"spans\":["
    )?;
    let price = if is_bad { 480_000_000 } else { 2_000_000 };
    let all = 20_000_000 + price;
    span(out, id, 1, 0, "POST /checkout", "SPAN_KIND_SERVER", (began, began + all), 0)?;
    out.write_all(b",")?;
    span(out, id, 2, 1, "price", "SPAN_KIND_INTERNAL", (began + 1_000_000, began + 1_000_000 + price), 0)?;
    let rest = 15_000_000 / spans.max(1);
    for at in 3..=spans {
        let from = began + 2_000_000 + price + at * rest;
        out.write_all(b",")?;
        span(
            out,
            id,
            at,
            if at % 3 == 0 { 1 } else { at - 1 },
            &format!("step {}", at % 97),
            "SPAN_KIND_INTERNAL",
            (from, from + rest),
            at % 60,
        )?;
    }
    write!(out, "]}}]}}]}}}}")
}

#[expect(clippy::too_many_arguments, reason = "the fields of a span")]
fn span(
    out: &mut impl Write,
    trace: u64,
    id: u64,
    parent: u64,
    name: &str,
    kind: &str,
    (from, to): (u64, u64),
    file: u64,
) -> std::io::Result<()> {
    let parent = if parent == 0 { String::new() } else { format!("\"parentSpanId\":\"{parent:016x}\",") };
    let function = if name == "price" { "price".to_owned() } else { format!("part{file}_step{}", id % 24) };
    let route = if id == 1 { "{\"key\":\"http.route\",\"value\":{\"stringValue\":\"/checkout\"}}," } else { "" };
    write!(
        out,
        "{{\"traceId\":\"{trace:032x}\",\"spanId\":\"{id:016x}\",{parent}\"name\":\"{name}\",\"kind\":\"{kind}\",\
         \"startTimeUnixNano\":\"{from}\",\"endTimeUnixNano\":\"{to}\",\"attributes\":[{route}\
         {{\"key\":\"code.function.name\",\"value\":{{\"stringValue\":\"checkout::m{file}::{function}\"}}}},\
         {{\"key\":\"code.file.path\",\"value\":{{\"stringValue\":\"services/checkout/src/m{file}.rs\"}}}}],\"status\":{{}}}}"
    )
}
