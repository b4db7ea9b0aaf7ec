//! A server as a file names it: its address alone, or its address with what opens its door.
//!
//! The file holds names of files and never a secret, so that people may share it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Access, Secret};

/// The most bytes of a token, a header or a certificate's file.
const LONGEST: u64 = 1 << 20;

/// A server's address, and what opens its door.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// The address before the documented paths.
    pub url: String,
    /// The tenant, in the product's own form.
    pub tenant: Option<String>,
    bearer_token_file: Option<String>,
    basic_auth_file: Option<String>,
    /// Values; `@FILE` reads the value from a file.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    ca_file: Option<String>,
    client_cert: Option<String>,
    client_key: Option<String>,
    proxy: Option<String>,
}

impl Door {
    /// Reads a server from a text (its address) or an object.
    ///
    /// # Errors
    /// A field is unknown, has another type, or is missing.
    pub fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(url) => Ok(Self { url: url.clone(), ..Self::default() }),
            Value::Object(_) => serde_json::from_value(value.clone()).map_err(|why| why.to_string()),
            _ => Err("expected an address, or a mapping with `url`".to_owned()),
        }
    }

    /// Adds what opens this door to what opens all of them. Names of files are relative to `folder`.
    ///
    /// # Errors
    /// A file cannot be read, or does not hold what it should; what it holds is not shown.
    pub fn open(&self, base: &Access, folder: &Path) -> Result<Access, String> {
        let mut access = base.clone();
        let told = |file: &str, result: Result<(), String>| result.map_err(|why| format!("{file}: {why}"));
        if self.bearer_token_file.is_some() && self.basic_auth_file.is_some() {
            return Err("`bearer_token_file` and `basic_auth_file` exclude each other".to_owned());
        }
        if let Some(file) = &self.bearer_token_file {
            told(file, access.bearer(&secret(folder, file)?))?;
        }
        if let Some(file) = &self.basic_auth_file {
            told(file, access.basic(&secret(folder, file)?))?;
        }
        for (name, value) in &self.headers {
            let value = match value.strip_prefix('@') {
                Some(file) => secret(folder, file)?,
                None => Secret::new(value),
            };
            access.header(name, &value)?;
        }
        if let Some(file) = &self.ca_file {
            told(file, access.trust(&bytes(folder, file)?))?;
        }
        match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => {
                told(certificate, access.identity(&bytes(folder, certificate)?, &bytes(folder, key)?))?;
            }
            (None, None) => {}
            _ => return Err("`client_cert` and `client_key` need each other".to_owned()),
        }
        if let Some(proxy) = &self.proxy {
            access.through(proxy)?;
        }
        Ok(access)
    }
}

fn secret(folder: &Path, file: &str) -> Result<Secret, String> {
    let bytes = bytes(folder, file)?;
    Ok(Secret::new(std::str::from_utf8(&bytes).map_err(|_| format!("{file} is not UTF-8"))?))
}

fn bytes(folder: &Path, file: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    File::open(folder.join(file))
        .and_then(|open| open.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|cause| format!("cannot read {file}: {cause}"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_alone_or_with_its_keys() {
        let plain = Door::read(&json!("https://a/b")).unwrap();
        assert_eq!((plain.url.as_str(), plain.tenant), ("https://a/b", None));
        let full = json!({"url": "u", "tenant": "a|b", "headers": {"X-A": "1"}});
        assert_eq!(Door::read(&full).unwrap().tenant.as_deref(), Some("a|b"));
        for (wrong, told) in [
            (json!({"url": "u", "token": "x"}), "unknown field `token`"),
            (json!({"tenant": "u"}), "missing field `url`"),
            (json!(7), "expected an address"),
        ] {
            let why = Door::read(&wrong).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        for (wrong, told) in [
            (json!({"url": "u", "bearer_token_file": "a", "basic_auth_file": "b"}), "exclude each other"),
            (json!({"url": "u", "client_cert": "a"}), "need each other"),
            (json!({"url": "u", "bearer_token_file": "no/such/file"}), "cannot read no/such/file"),
            (json!({"url": "u", "headers": {"bad name": "x"}}), "no name of a header"),
        ] {
            let why = Door::read(&wrong).unwrap().open(&Access::default(), Path::new("/")).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
    }
}
