//! Requests JSON over HTTP, with limits on the time and the size of every answer.

use std::io::Read;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Response, StatusCode};

use super::{Answer, Trouble};

/// The time limit of an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The size limit of an answer in bytes. Profiles of a service over several minutes are the longest answers.
const MOST: u64 = 128 << 20;
/// The most characters of a refusal that are shown.
const TOLD: usize = 200;

/// A server that answers in JSON.
#[derive(Debug)]
pub(super) struct Http {
    product: &'static str,
    address: String,
    patience: Duration,
    agent: ureq::Agent,
}

impl Http {
    /// `address` is the part of every URL before the documented paths. A Mimir address ends with `/prometheus`. An
    /// address without a scheme means HTTP.
    pub(super) fn new(product: &'static str, address: &str) -> Self {
        Self::patient(product, address, PATIENCE)
    }

    fn patient(product: &'static str, address: &str, patience: Duration) -> Self {
        let address = address.trim().trim_end_matches('/');
        let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        // The body of an error response says why, so the client must read it.
        let mut config = ureq::Agent::config_builder().timeout_global(Some(patience)).http_status_as_error(false);
        if is_loopback(&address) {
            config = config.proxy(None);
        }
        Self { product, address, patience, agent: config.build().into() }
    }

    /// Product and address. The part before an `@` may hold a password, so it is left out.
    pub(super) fn name(&self) -> String {
        let (scheme, rest) = self.address.split_once("://").unwrap_or(("http", &self.address));
        let host = rest.rfind('@').map_or(rest, |place| &rest[place + 1..]);
        format!("{} at {scheme}://{host}", self.product)
    }

    /// An error of this server.
    pub(super) fn trouble(&self, what: &str) -> Trouble {
        Trouble(format!("{} {what}", self.name()))
    }

    /// The answer to a GET request for a path.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<T> {
        self.read(self.ask(path, query)?)
    }

    /// The answer to a GET request for a path; `None` for 404.
    pub(super) fn find<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<Option<T>> {
        let response = self.ask(path, query)?;
        if response.status() == StatusCode::NOT_FOUND { Ok(None) } else { self.read(response).map(Some) }
    }

    /// The answer to a POST request with a JSON document.
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, document: &Value) -> Answer<T> {
        let url = format!("{}{path}", self.address);
        self.read(self.agent.post(&url).send_json(document).map_err(|why| self.silent(&why))?)
    }

    fn ask(&self, path: &str, query: &[(&str, &str)]) -> Answer<Response<ureq::Body>> {
        let mut request = self.agent.get(format!("{}{path}", self.address)).header("Accept", "application/json");
        for (name, value) in query {
            request = request.query(*name, *value);
        }
        request.call().map_err(|why| self.silent(&why))
    }

    fn read<T: DeserializeOwned>(&self, mut response: Response<ureq::Body>) -> Answer<T> {
        let status = response.status();
        let mut bytes = Vec::new();
        // One byte above the limit shows that the answer is too long.
        let reader = response.body_mut().with_config().limit(MOST + 2).reader();
        let read = reader.take(MOST + 1).read_to_end(&mut bytes);
        if !status.is_success() {
            let why = refusal(&bytes);
            let colon = if why.is_empty() { "" } else { ": " };
            return Err(self.trouble(&format!("answers {status}{colon}{why}")));
        }
        read.map_err(|why| self.trouble(&format!("sent an incomplete answer: {why}")))?;
        if bytes.len() as u64 > MOST {
            return Err(self.trouble(&format!("answers with more than {} MiB", MOST >> 20)));
        }
        serde_json::from_slice(&bytes)
            .map_err(|why| self.trouble(&format!("sent an answer that its documentation does not describe: {why}")))
    }

    fn silent(&self, why: &ureq::Error) -> Trouble {
        let why = match why {
            ureq::Error::Timeout(_) => format!("nothing within {} s", self.patience.as_secs_f64()),
            ureq::Error::Io(why) => why.to_string(),
            ureq::Error::HostNotFound => "the host is unknown".to_owned(),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the address is no URL".to_owned(),
            ureq::Error::TlsRequired => "https is not supported; use a proxy on this machine".to_owned(),
            other => other.to_string(),
        };
        self.trouble(&format!("does not answer: {why}"))
    }
}

/// Whether an address is on this machine. No proxy applies to such an address.
fn is_loopback(address: &str) -> bool {
    let uri = address.parse::<ureq::http::Uri>().ok();
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
    line.chars().filter(|c| !c.is_control()).take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_one_line() {
        assert_eq!(refusal(br#"{"status":"error","errorType":"bad_data","error":"no such\nquery"}"#), "no such");
        assert_eq!(refusal(br#"{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}"#), "trace not found");
        assert_eq!(refusal(b"\n  \x1b[31mgone\nfor good"), "[31mgone");
        assert_eq!(refusal(b"[\xff"), "[\u{fffd}");
        assert_eq!(refusal(b""), "");
        assert_eq!(refusal("ä".repeat(999).as_bytes()).chars().count(), TOLD);
    }

    #[test]
    fn no_answer_is_waited_for_without_end() {
        use std::io::Write;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let http = Http::patient("Tempo", &address, Duration::from_millis(100));
        // The system accepts the connection, but no server reads the request.
        let told = http.get::<Value>("/", &[]).unwrap_err().to_string();
        assert!(told.ends_with("does not answer: nothing within 0.1 s"), "{told}");
        let _waiting = listener.accept().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[").unwrap();
            stream
        });
        let told = http.get::<Value>("/", &[]).unwrap_err().to_string();
        assert!(told.contains("sent an incomplete answer: "), "{told}");
        drop(server.join().unwrap());
    }

    #[test]
    fn this_machine_needs_no_proxy() {
        for own in ["http://127.0.0.1:9090", "http://localhost/x", "http://[::1]:1"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in ["http://10.0.0.1:9090", "http://localhost.example.org", "http://", "x y"] {
            assert!(!is_loopback(other), "{other}");
        }
    }

    #[test]
    fn passwords_are_not_told() {
        assert_eq!(Http::new("Tempo", "http://me:secret@host:1/x/").name(), "Tempo at http://host:1/x");
        assert_eq!(Http::new("Tempo", "host:1").name(), "Tempo at http://host:1");
    }
}
