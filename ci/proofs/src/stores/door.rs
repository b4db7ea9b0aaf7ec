//! A reverse proxy as teams put it before their stores: TLS, a path of its own, and credentials that it checks.
//!
//! Whoever brings the wrong ones gets an answer that quotes them, as careless proxies give it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::engines::agent;

/// An authority that no machine trusts by itself.
pub struct Authority {
    /// Its certificate.
    pub pem: String,
    roots: Arc<RootCertStore>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::new(Vec::<String>::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = parameters.self_signed(&key)?;
        let mut roots = RootCertStore::empty();
        roots.add(own.der().clone())?;
        Ok(Self { pem: own.pem(), roots: Arc::new(roots), issuer: Issuer::new(parameters, key) })
    }

    fn sign(&self, name: &str) -> Result<(rcgen::Certificate, KeyPair)> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &self.issuer)?;
        Ok((certificate, key))
    }

    /// A client's certificate and its key, in PEM.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn client(&self) -> Result<(String, String)> {
        let (certificate, key) = self.sign("client")?;
        Ok((certificate.pem(), key.serialize_pem()))
    }
}

/// What a door wants to see.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The whole value of `Authorization`.
    pub authorization: Option<String>,
    /// Headers by their names in lower case, such as a tenant's.
    pub headers: BTreeMap<String, String>,
    /// Whether the client shows a certificate of the authority.
    pub certificate: bool,
}

/// A proxy. It serves until the process ends.
pub struct Door {
    /// Its address with its path.
    pub url: String,
}

impl Door {
    /// Passes GET requests below `path` on to `backend`, which stands in place of the path.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn open(authority: &Authority, path: &str, backend: &str, keys: Keys) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = authority.sign("127.0.0.1")?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let roots = Arc::clone(&authority.roots);
        let config =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let config = if keys.certificate {
            config.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots, provider).build()?)
        } else {
            config.with_no_client_auth()
        };
        let config = Arc::new(config.with_single_cert(vec![certificate.der().clone()], key)?);
        let listener = TcpListener::bind("127.0.0.1:0").context("listening")?;
        let url = format!("https://{}{path}", listener.local_addr()?);
        let shared = Arc::new((path.to_owned(), backend.to_owned(), keys));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, shared) = (Arc::clone(&config), Arc::clone(&shared));
                std::thread::spawn(move || {
                    let (path, backend, keys) = &*shared;
                    // A client that does not trust us leaves in the middle.
                    let _ = serve(stream, config, path, backend, keys);
                });
            }
        });
        Ok(Self { url })
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, path: &str, backend: &str, keys: &Keys) -> Result<()> {
    let connection = ServerConnection::new(config)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = answer(target, &headers, path, backend, keys)?;
    let out = stream.get_mut();
    let head = "Content-Type: application/json\r\nConnection: close";
    write!(out, "HTTP/1.1 {status} x\r\n{head}\r\nContent-Length: {}\r\n\r\n", body.len())?;
    out.write_all(&body)?;
    out.conn.send_close_notify();
    out.flush()?;
    Ok(())
}

fn answer(
    target: &str,
    headers: &BTreeMap<String, String>,
    path: &str,
    backend: &str,
    keys: &Keys,
) -> Result<(u16, Vec<u8>)> {
    let Some(rest) = target.strip_prefix(path).filter(|rest| rest.starts_with('/')) else {
        return Ok((404, format!("nothing is served at {target}").into_bytes()));
    };
    let sent = headers.get("authorization").cloned().unwrap_or_default();
    if keys.authorization.as_ref().is_some_and(|wanted| *wanted != sent) {
        return Ok((401, format!("{{\"message\":\"cannot accept the credentials {sent}\"}}").into_bytes()));
    }
    if let Some((name, _)) = keys.headers.iter().find(|(name, value)| headers.get(*name) != Some(*value)) {
        return Ok((403, format!("{{\"message\":\"no such tenant: {:?}\"}}", headers.get(name)).into_bytes()));
    }
    let mut request = agent().get(format!("{backend}{rest}"));
    // What the door wants to see is its own affair, except a tenant.
    for name in ["accept", "accountid", "projectid"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let mut response = request.call()?;
    let mut body = Vec::new();
    response.body_mut().with_config().limit(256 << 20).reader().read_to_end(&mut body)?;
    Ok((response.status().as_u16(), body))
}
