//! Doors before a team's stores, each with keys of its own, and the file that names them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use super::{Authority, Door, Keys, TENANT, kept};

/// Secrets, one for each door; none may show anywhere.
const SECRETS: [&str; 4] = [
    concat!("vm-", "0penSesame-1"),
    concat!("vmalert-", "0penSesame-2"),
    concat!("vl-", "0penSesame-3"),
    concat!("tr-", "0penSesame-4"),
];

/// Doors before stores.
pub struct Doors {
    /// The authority of every door.
    pub authority: Authority,
    folder: TempDir,
    lines: BTreeMap<&'static str, String>,
}

impl Doors {
    /// No door yet.
    ///
    /// # Errors
    /// When the folder of keys cannot be made.
    pub fn new() -> Result<Self> {
        let (folder, authority) = (tempfile::tempdir()?, Authority::new()?);
        std::fs::write(folder.path().join("ca.pem"), &authority.pem)?;
        Ok(Self { authority, folder, lines: BTreeMap::new() })
    }

    /// Where the keys are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a door before a VictoriaMetrics, with a token for its key.
    ///
    /// # Errors
    /// When the door cannot be opened.
    pub fn metrics(&mut self, store: &str) -> Result<()> {
        // The front of a cluster has the tenant in its path; one server answers below `/prometheus` as well.
        let path = format!("/vm/select/{}:{}/prometheus", TENANT.0, TENANT.1);
        let door = Door::open(&self.authority, &path, &format!("{store}/prometheus"), bearer(SECRETS[0]))?;
        let token = kept(self.folder.path(), "metrics.token", SECRETS[0])?;
        let url = door.url.replace(&path, "/vm");
        self.name("victoria_metrics", &url, &format!("tenant: {}:{}, bearer_token_file: {token}", TENANT.0, TENANT.1));
        Ok(())
    }

    /// Puts a door before who evaluates the rules, with a token for its key.
    ///
    /// # Errors
    /// When the door cannot be opened.
    pub fn ruler(&mut self, ruler: &str) -> Result<()> {
        let door = Door::open(&self.authority, "/rules", ruler, bearer(SECRETS[1]))?;
        let token = kept(self.folder.path(), "ruler.token", SECRETS[1])?;
        self.name("ruler", &door.url, &format!("bearer_token_file: {token}"));
        Ok(())
    }

    /// Puts a door before a VictoriaLogs, with a user and a password for its key.
    ///
    /// # Errors
    /// When the door cannot be opened.
    pub fn logs(&mut self, store: &str) -> Result<()> {
        let user = format!("oncall:{}", SECRETS[2]);
        let keys = Keys {
            authorization: Some(format!("Basic {}", STANDARD.encode(&user))),
            headers: [("accountid", TENANT.0), ("projectid", TENANT.1)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            certificate: false,
        };
        let door = Door::open(&self.authority, "/team/logs", store, keys)?;
        let file = kept(self.folder.path(), "logs.auth", &user)?;
        self.name("victoria_logs", &door.url, &format!("tenant: {}:{}, basic_auth_file: {file}", TENANT.0, TENANT.1));
        Ok(())
    }

    /// Puts a door before a store of traces, with a client's certificate and a header with a secret for keys.
    ///
    /// # Errors
    /// When the door cannot be opened.
    pub fn traces(&mut self, product: &'static str, path: &str, backend: &str) -> Result<()> {
        let headers = [("x-api-key".to_owned(), SECRETS[3].to_owned())].into();
        let keys = Keys { authorization: None, headers, certificate: true };
        let door = Door::open(&self.authority, path, backend, keys)?;
        let (certificate, key) = self.authority.client()?;
        let folder = self.folder.path();
        kept(folder, "client.pem", &certificate)?;
        kept(folder, "client.key", &key)?;
        kept(folder, "traces.key", SECRETS[3])?;
        let keys = "client_cert: client.pem, client_key: client.key, headers: {X-Api-Key: '@traces.key'}";
        self.name(product, &door.url, keys);
        Ok(())
    }

    fn name(&mut self, product: &'static str, url: &str, keys: &str) {
        self.lines.insert(product, format!("{product}: {{url: '{url}', ca_file: ca.pem, {keys}}}"));
    }

    /// Puts a store's line in.
    pub fn put(&mut self, product: &'static str, line: String) {
        self.lines.insert(product, line);
    }

    /// Puts another path into a store's line.
    pub fn rename(&mut self, product: &'static str, from: &str, to: &str) {
        if let Some(line) = self.lines.get_mut(product) {
            *line = line.replace(&format!("{from}'"), &format!("{to}'"));
        }
    }

    /// Leaves a store out.
    pub fn without(&mut self, product: &str) -> Option<String> {
        self.lines.remove(product)
    }

    /// Puts another text into a store's file, and gives the former text.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn swap(&self, file: &str, text: &str) -> Result<String> {
        let path = self.folder.path().join(file);
        let before = std::fs::read_to_string(&path)?;
        std::fs::write(&path, text)?;
        Ok(before)
    }

    /// The file of stores.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn stores(&self) -> Result<PathBuf> {
        let path = self.folder.path().join("stores.yaml");
        let mut text = String::new();
        for line in self.lines.values() {
            writeln!(text, "{line}")?;
        }
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// What the file of stores says, as a mapping, with whole paths for names of files.
    ///
    /// # Errors
    /// When a line is no YAML.
    pub fn named(&self) -> Result<Value> {
        let text: String = self.lines.values().map(|line| format!("{line}\n")).collect();
        let mut named: Value = serde_yaml::from_str(&text).context("reading the lines of the doors")?;
        self.resolve(&mut named);
        Ok(named)
    }

    fn resolve(&self, value: &mut Value) {
        match value {
            Value::Object(entries) => entries.values_mut().for_each(|entry| self.resolve(entry)),
            Value::String(text) => {
                let (sign, name) = text.strip_prefix('@').map_or(("", text.as_str()), |name| ("@", name));
                let path = self.folder.path().join(name);
                if path.is_file() {
                    *text = format!("{sign}{}", path.display());
                }
            }
            _ => {}
        }
    }
}

fn bearer(secret: &str) -> Keys {
    Keys { authorization: Some(format!("Bearer {secret}")), ..Keys::default() }
}

/// Fails if a text shows a secret, or a part of one.
///
/// # Errors
/// When it does.
pub fn keeps_secrets(text: &str) -> Result<()> {
    ensure!(!text.contains("0penSesame"), "a secret shows: {text}");
    let user = STANDARD.encode(format!("oncall:{}", SECRETS[2]));
    ensure!(!text.contains(&user), "credentials show: {text}");
    Ok(())
}
