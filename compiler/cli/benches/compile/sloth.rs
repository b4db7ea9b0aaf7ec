//! The same work for Sloth: as many objectives of its own format, generated side by side with ours.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Objectives a file, as in our specs.
const PER_FILE: usize = 10;

/// Writes specs of `slos` objectives, each with a page and a ticket alert.
pub(crate) fn write(folder: &Path, slos: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for file in 0..slos.div_ceil(PER_FILE) {
        let mut text = format!("version: \"prometheus/v1\"\nservice: \"svc-{file:04}\"\nslos:\n");
        for slo in 0..PER_FILE.min(slos - file * PER_FILE) {
            let requests = format!("http_server_requests_total{{service_name=\"svc-{file:04}\",http_route=\"/r{slo}\"");
            let window = "[{{.window}}]";
            let _ = write!(
                text,
                "  - name: slo-{slo}\n    objective: 99.9\n    sli:\n      events:\n        error_query: \
                 sum(rate({requests},http_response_status_code=~\"5..\"}}{window}))\n        total_query: \
                 sum(rate({requests}}}{window}))\n    alerting:\n      name: Svc{file}Slo{slo}\n      page_alert:\n        \
                 labels: {{severity: page}}\n      ticket_alert:\n        labels: {{severity: ticket}}\n"
            );
        }
        fs::write(folder.join(format!("svc-{file:04}.yaml")), text)?;
    }
    Ok(())
}

/// Generates the rules of a folder of specs into another, which it wants to be there.
pub(crate) fn command(program: &Path, specs: &Path, out: &Path) -> io::Result<Command> {
    fs::create_dir_all(out)?;
    let mut command = Command::new(program);
    command.arg("generate").arg("-i").arg(specs).arg("-o").arg(out);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}
