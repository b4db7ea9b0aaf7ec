//! SOURCE: a server's address, a file, or standard input.

use std::fs::File;
use std::io;
use std::path::Path;

use emberline_core::model::Observed;
use emberline_core::quantity::{Date, Duration};
use emberline_core::source::Sources;
use emberline_observe::gather::Limits;
use emberline_observe::prometheus::Wanted;
use emberline_observe::{self as observe, Taken};

use super::{access, conceal};
use crate::args::{Access, Against};
use crate::failure::{Failure, Result};

/// Reads a source.
pub(super) fn take(source: &str, access: &Access, wanted: &Wanted) -> Result<Taken> {
    if observe::is_server(source) {
        return observe::ask(source, &access::open(access)?, wanted).map_err(|trouble| Failure::new(trouble.0));
    }
    let taken = if source == "-" {
        observe::read(io::stdin(), wanted)
    } else {
        let file = File::open(source).map_err(|cause| {
            Failure::io("cannot read", Path::new(source), &cause)
                .help("a server's address begins with `http://` or `https://`")
        })?;
        observe::read(file, wanted)
    };
    taken.map_err(|why| {
        Failure::new(format!("{} {}", name(source), conceal::cause(&why)))
            .help("give a page of metrics (text or OpenMetrics), or OTLP as the collector's `file` exporter writes it")
    })
}

/// A source's name for people, without user and password.
pub(super) fn name(source: &str) -> String {
    match source {
        "-" => "standard input".to_owned(),
        source if observe::is_server(source) => observe::http::bare(source),
        file => crate::world::shown(Path::new(file)),
    }
}

/// What specs are to be held against, if anything: what they read, as the source exports it.
pub(super) fn against(against: &Against, sources: &Sources, today: Date) -> Result<Option<Observed>> {
    let Some(source) = &against.against else { return Ok(None) };
    let model = emberline_core::resolve(sources).model;
    let wanted =
        Wanted { names: Some(observe::named(&model)), over: against.over, now: super::now(), ..Wanted::default() };
    let taken = take(source, &against.access, &wanted)?;
    Ok(Some(observed(&taken, Limits::LIVE, name(source), today, against.over)))
}

/// What was taken, with its name and its day.
pub(super) fn observed(taken: &Taken, limits: Limits, name: String, today: Date, over: Duration) -> Observed {
    Observed {
        name,
        source: taken.source.to_owned(),
        day: Some((today, None)),
        over: (taken.source == "prometheus").then_some(over),
        ..taken.gather.finish(limits)
    }
}
