//! `emberline verify`: captures of telemetry against what the specs declare.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use emberline_core::code;
use emberline_core::finding::{self, Severity};
use emberline_core::waive;
use emberline_evidence::capture::{Capture, json};
use emberline_evidence::judge::{self, Verdict, judge};
use flate2::bufread::MultiGzDecoder;

use super::gate::{show, status};
use crate::Status;
use crate::args::{Stage, Verify};
use crate::failure::{Failure, Result};
use crate::render::{Report, counted};
use crate::terminal;
use crate::world::{read, shown};

/// First bytes of what gzip and zstd write.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Reads every capture as one, and judges it. Specs that are themselves at fault are shown instead.
pub(crate) fn run(verify: &Verify, quiet: bool) -> Result<Status> {
    let read::Specs { sources, cut } = read::read(&verify.specs.specs)?;
    let (model, mut faults) = emberline_core::resolve(&sources);
    faults.extend(cut);
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        finding::sort(&mut faults);
        show(&Report { sources: &sources, findings: &faults, waived: 0 }, &verify.reporting, true)?;
        return Ok(Status::Findings);
    }
    if model.services.is_empty() {
        return Err(Failure::new(format!("{} declares no service", shown(&verify.specs.specs)))
            .help("`emberline init` writes a first spec"));
    }
    let stage = match verify.stage {
        Stage::Raw => judge::Stage::Raw,
        Stage::Redacted => judge::Stage::Redacted,
        Stage::Kept => judge::Stage::Kept,
    };
    let mut capture = Capture::new(stage != judge::Stage::Raw);
    for path in &verify.captures {
        take_up(&mut capture, path)?;
    }
    if !quiet {
        terminal::say(&format!(
            "{}, {}, {}, {} and {} of {}",
            counted(capture.spans.len(), "span"),
            counted(capture.logs.len(), "log record"),
            counted(capture.exemplars.len(), "exemplar"),
            counted(capture.profiles.len(), "profile link"),
            counted(capture.labels.len(), "label"),
            counted(capture.services.len(), "service")
        ));
    }
    let Verdict { mut findings, is_inconclusive } = judge(&capture, &model, stage);
    let today = verify.reporting.today.unwrap_or_else(super::today);
    let waivers: Vec<_> =
        model.policy.waivers.iter().filter(|waiver| code::shown_by_captures(waiver.code)).cloned().collect();
    // A capture shows some of what can happen: that it has nothing to waive does not make a waiver unused.
    let waived = waive::apply(&sources, &waivers, Some(today), true, &mut findings);
    finding::sort(&mut findings);
    show(&Report { sources: &sources, findings: &findings, waived }, &verify.reporting, !quiet)?;
    Ok(if is_inconclusive { Status::Inconclusive } else { status(&findings, &verify.reporting) })
}

fn take_up(capture: &mut Capture, path: &Path) -> Result<()> {
    let opened: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|cause| Failure::io("cannot read", path, &cause))?)
    };
    let mut from = BufReader::with_capacity(1 << 20, opened);
    let start = from.fill_buf().map_err(|cause| Failure::io("cannot read", path, &cause))?;
    let read = if start.starts_with(&GZIP) {
        json::read(capture, BufReader::with_capacity(1 << 20, MultiGzDecoder::new(from)))
    } else if start.starts_with(&ZSTD) {
        return Err(Failure::new(format!("{} is compressed with zstd", shown(path)))
            .help(format!("pass it on: zstd -dc {} | emberline verify -", shown(path))));
    } else {
        json::read(capture, from)
    };
    read.map_err(|fault| {
        Failure::new(format!("{}:{} is not OTLP in JSON lines: {}", shown(path), fault.line, fault.cause))
            .help("the collector's `file` exporter writes an export request a line; protobuf is not read")
    })
}
