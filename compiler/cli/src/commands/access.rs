//! From arguments, files and the environment to what opens a server's door.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use emberline_observe::http::{Access, Secret};

use crate::args;
use crate::failure::{Failure, Result};
use crate::world::shown;

/// The most bytes of a token, a header or a certificate's file.
const LONGEST: u64 = 1 << 20;
/// Variables that hold what the files of `--bearer-token-file` and `--basic-auth-file` do.
const BEARER: &str = "EMBERLINE_BEARER_TOKEN";
const BASIC: &str = "EMBERLINE_BASIC_AUTH";

/// Reads everything that the arguments name.
pub(super) fn open(args: &args::Access) -> Result<Access> {
    let mut access = Access::default();
    access.patience = Duration::from_millis(args.timeout.millis());
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(file) = &args.bearer_token_file {
        told(access.bearer(&secret(file)?), file)?;
    } else if let Some(file) = &args.basic_auth_file {
        told(access.basic(&secret(file)?), file)?;
    } else if let Some(token) = variable(BEARER) {
        access.bearer(&Secret::new(&token)).map_err(|why| Failure::new(format!("{BEARER}: {why}")))?;
    } else if let Some(user) = variable(BASIC) {
        access.basic(&Secret::new(&user)).map_err(|why| Failure::new(format!("{BASIC}: {why}")))?;
    }
    for header in &args.header {
        let Some((name, value)) = header.split_once('=') else {
            return Err(Failure::new("a header needs a name and a value").help("write `--header NAME=VALUE`"));
        };
        let value = match value.strip_prefix('@') {
            Some(file) => secret(Path::new(file))?,
            None => Secret::new(value),
        };
        access.header(name, &value).map_err(Failure::new)?;
    }
    if let Some(file) = &args.ca_file {
        told(access.trust(&bytes(file)?), file)?;
    }
    if let (Some(certificate), Some(key)) = (&args.client_cert, &args.client_key) {
        told(access.identity(&bytes(certificate)?, &bytes(key)?), certificate)?;
    }
    if let Some(proxy) = &args.proxy {
        access.through(proxy).map_err(Failure::new)?;
    }
    Ok(access)
}

fn told(result: std::result::Result<(), String>, file: &Path) -> Result<()> {
    result.map_err(|why| Failure::new(format!("{}: {why}", shown(file))))
}

fn secret(file: &Path) -> Result<Secret> {
    let bytes = bytes(file)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::new(format!("{} is not UTF-8", shown(file))))?;
    Ok(Secret::new(text))
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|open| open.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|cause| Failure::io("cannot read", file, &cause))?;
    Ok(bytes)
}
