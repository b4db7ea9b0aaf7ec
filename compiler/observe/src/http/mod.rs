//! Requests over HTTP for every command that asks, with limits on the time and the size of every answer.
//!
//! What opens the door (`Access`: tokens, certificates, headers) is sent to the named host alone: a redirect to another
//! host is an error. No secret is part of any message.

mod access;
mod door;

pub use access::{Access, Secret};
pub use door::Door;

use std::fmt;
use std::io::Read;

use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Response, StatusCode, Uri};

/// The size limit of an answer in bytes. Profiles of a service over several minutes are the longest answers.
const MOST: u64 = 128 << 20;
/// The most characters of a refusal that are shown.
const TOLD: usize = 200;
/// The most redirects within the host that are followed.
const REDIRECTS: usize = 5;

/// Why a source could not answer: the source's name and the reason, in a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub String);

/// How troubles are told that one long answer has, and not the server.
const TOO_LONG: &str = "answers with more than";
const INCOMPLETE: &str = "sent an incomplete answer";

impl Trouble {
    /// Whether this one answer was too long to read. The server may answer other questions.
    #[must_use]
    pub fn is_of_one_answer(&self) -> bool {
        [TOO_LONG, INCOMPLETE].iter().any(|told| self.0.contains(told))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// An answer, or the reason why the source gave none.
pub type Answer<T> = Result<T, Trouble>;

/// A server that is asked.
#[derive(Debug)]
pub struct Client {
    product: &'static str,
    address: String,
    access: Access,
    agent: ureq::Agent,
}

impl Client {
    /// `address` is the part of every URL before the documented paths. A Mimir address ends with `/prometheus`. An
    /// address without a scheme means HTTP. A user and password in it are sent as basic authentication.
    #[must_use]
    pub fn new(product: &'static str, address: &str, access: &Access) -> Self {
        let address = address.trim().trim_end_matches('/');
        let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let mut access = access.clone();
        let address = match apart(&address) {
            Some((bare, user)) => {
                // In an address, `%40` stands for `@`.
                access.set_basic(&percent_decode_str(&user).decode_utf8_lossy());
                bare
            }
            None => address,
        };
        // The body of an error response says why, so the client must read it.
        let mut config = ureq::Agent::config_builder()
            .timeout_global(Some(access.patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .tls_config(access.tls());
        match &access.proxy {
            Some(proxy) => config = config.proxy(Some(proxy.clone())),
            None if is_loopback(&address) => config = config.proxy(None),
            None => {}
        }
        Self { product, address, access, agent: config.build().into() }
    }

    /// Product and address, without user and password.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} at {}", self.product, self.address)
    }

    /// The address, without user and password.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// An error of this server. What it says may quote what the server said, so our secrets are taken out.
    #[must_use]
    pub fn trouble(&self, what: &str) -> Trouble {
        Trouble(self.access.hidden(format!("{} {what}", self.name())))
    }

    /// The answer to a GET request for a path.
    ///
    /// # Errors
    /// When there is no answer, a refusal, or one that is not of the form `T`.
    pub fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<T> {
        self.json(self.ask(path, query, "application/json")?)
    }

    /// The answer to a GET request for a path; `None` for 404.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn find<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<Option<T>> {
        let response = self.ask(path, query, "application/json")?;
        if response.status() == StatusCode::NOT_FOUND { Ok(None) } else { self.json(response).map(Some) }
    }

    /// The same for an answer of at most so many bytes. A document takes many times as much memory as its text.
    ///
    /// # Errors
    /// As [`Self::get`], and when the answer is longer.
    pub fn find_within<T: DeserializeOwned>(&self, path: &str, most: u64) -> Answer<Option<T>> {
        let response = self.ask(path, &[], "application/json")?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let bytes = self.read_within(response, most)?;
        self.understood(&bytes).map(Some)
    }

    /// The answer to a GET request for a path, as JSON lines: a document a line. Nothing is an answer too.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn lines(&self, path: &str, query: &[(&str, &str)]) -> Answer<Vec<Value>> {
        let bytes = self.read(self.ask(path, query, "application/stream+json, application/json")?)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace));
        lines.map(|line| self.understood(line)).collect()
    }

    /// The answer to a POST request with a JSON document.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post<T: DeserializeOwned>(&self, path: &str, document: &Value) -> Answer<T> {
        let mut request = self.agent.post(format!("{}{path}", self.address));
        for (name, value) in self.access.headers() {
            request = request.header(name, value);
        }
        self.json(request.send_json(document).map_err(|why| self.silent(&why))?)
    }

    /// The bytes of the answer to a GET request for the address itself, where the server can choose between forms.
    ///
    /// # Errors
    /// When there is no answer, or a refusal.
    pub fn page(&self, accept: &str) -> Answer<Vec<u8>> {
        let response = self.ask("", &[], accept)?;
        self.read(response)
    }

    fn ask(&self, path: &str, query: &[(&str, &str)], accept: &str) -> Answer<Response<ureq::Body>> {
        let mut url = format!("{}{path}", self.address);
        let mut query = query;
        for _ in 0..=REDIRECTS {
            let mut request = self.agent.get(&url).header("Accept", accept);
            for (name, value) in self.access.headers() {
                request = request.header(name, value);
            }
            for (name, value) in query {
                request = request.query(*name, *value);
            }
            let response = request.call().map_err(|why| self.silent(&why))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let to = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
            url = self.within(&url, to)?;
            // The location has the query already.
            query = &[];
        }
        Err(self.trouble(&format!("redirects more than {REDIRECTS} times")))
    }

    /// Where a redirect leads, if that is the same host: secrets are meant for nobody else.
    fn within(&self, from: &str, to: &str) -> Answer<String> {
        let origin = |url: &str| -> Option<String> {
            let uri = url.parse::<Uri>().ok()?;
            Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?.as_str()))
        };
        let Some(own) = origin(from) else { return Err(self.trouble("redirects from no address")) };
        let url = if to.starts_with('/') && !to.starts_with("//") { format!("{own}{to}") } else { to.to_owned() };
        if origin(&url).as_ref() == Some(&own) {
            return Ok(url);
        }
        let host = origin(&url).map_or_else(
            || "nowhere".to_owned(),
            |other| match apart(&other) {
                Some((bare, _)) => bare,
                None => other,
            },
        );
        Err(self.trouble(&format!("redirects to {host}, which is not followed: give that address if it is right")))
    }

    fn json<T: DeserializeOwned>(&self, response: Response<ureq::Body>) -> Answer<T> {
        self.understood(&self.read(response)?)
    }

    fn understood<T: DeserializeOwned>(&self, bytes: &[u8]) -> Answer<T> {
        serde_json::from_slice(bytes)
            .map_err(|why| self.trouble(&format!("sent an answer that its documentation does not describe: {why}")))
    }

    fn read(&self, response: Response<ureq::Body>) -> Answer<Vec<u8>> {
        self.read_within(response, MOST)
    }

    fn read_within(&self, mut response: Response<ureq::Body>, most: u64) -> Answer<Vec<u8>> {
        let status = response.status();
        let mut bytes = Vec::new();
        // One byte above the limit shows that the answer is too long.
        let reader = response.body_mut().with_config().limit(most + 2).reader();
        let read = reader.take(most + 1).read_to_end(&mut bytes);
        if !status.is_success() {
            // Before it is cut: a part of a secret is one too.
            let why: String = self.access.hidden(refusal(&bytes)).chars().take(TOLD).collect();
            let colon = if why.is_empty() { "" } else { ": " };
            let door = match status {
                StatusCode::UNAUTHORIZED if self.access.is_anonymous() => ", and no credentials were sent to it",
                StatusCode::UNAUTHORIZED => ", so it refuses the credentials that were sent",
                StatusCode::FORBIDDEN => ", so these credentials, or this tenant, may not read here",
                StatusCode::PROXY_AUTHENTICATION_REQUIRED => ", so the proxy refuses the request",
                _ => "",
            };
            return Err(self.trouble(&format!("answers {status}{door}{colon}{why}")));
        }
        read.map_err(|why| self.trouble(&format!("{INCOMPLETE}: {why}")))?;
        if bytes.len() as u64 > most {
            return Err(self.trouble(&format!("{TOO_LONG} {} MiB", most >> 20)));
        }
        Ok(bytes)
    }

    fn silent(&self, why: &ureq::Error) -> Trouble {
        let why = match why {
            ureq::Error::Timeout(_) => format!("nothing within {} s", self.access.patience.as_secs_f64()),
            ureq::Error::Io(why) => why.to_string(),
            ureq::Error::HostNotFound => "the host is unknown".to_owned(),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the address is no URL".to_owned(),
            other => other.to_string(),
        };
        self.trouble(&format!("does not answer: {}", self.access.hidden(why)))
    }
}

/// An address without its user and password.
#[must_use]
pub fn bare(address: &str) -> String {
    // Without a scheme it is no address, and yet somebody's password may stand in it.
    let behind = || address.rsplit_once('@').map_or(address, |(_, behind)| behind).to_owned();
    apart(address).map_or_else(behind, |(bare, _)| bare)
}

/// An address without its user and password, and those.
fn apart(address: &str) -> Option<(String, String)> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A password may hold an `@` and even a slash that nobody escaped: what stands before the last `@` is never shown.
    let at = rest[..end].rfind('@').or_else(|| rest.rfind('@'))?;
    Some((format!("{scheme}://{}", &rest[at + 1..]), rest[..at].to_owned()))
}

/// Whether an address is on this machine. No proxy applies to such an address.
fn is_loopback(address: &str) -> bool {
    let uri = address.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(|uri| uri.host()).unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Why a server refused: the message of its JSON error, or else the first non-blank line.
fn refusal(bytes: &[u8]) -> String {
    let body = String::from_utf8_lossy(bytes);
    let told = serde_json::from_str::<Value>(&body).ok().and_then(|value| {
        let places = [&value["error"], &value["message"], &value["errors"][0]["msg"]];
        places.iter().find_map(|place| place.as_str()).map(str::to_owned)
    });
    let told = told.as_deref().unwrap_or(&body);
    let line = told.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests;
