//! What opens a server's door: tokens, certificates and headers. Nothing of it is ever shown.

use std::fmt;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ureq::Proxy;
use ureq::http::{HeaderName, HeaderValue};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// The time limit of an answer, unless said otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A text that is never shown, not even for debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret without the blanks and line breaks around it: files end with one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(hidden)")
    }
}

/// How to reach servers.
#[derive(Debug, Clone)]
pub struct Access {
    /// The time limit of an answer.
    pub patience: Duration,
    authorization: Option<Secret>,
    headers: Vec<(String, Secret)>,
    /// What messages of others must not quote.
    secrets: Vec<Secret>,
    roots: Option<Vec<Certificate<'static>>>,
    identity: Option<ClientCert>,
    pub(super) proxy: Option<Proxy>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            patience: PATIENCE,
            authorization: None,
            headers: Vec::new(),
            secrets: Vec::new(),
            roots: None,
            identity: None,
            proxy: None,
        }
    }
}

impl Access {
    /// Sends `Authorization: Bearer …`.
    ///
    /// # Errors
    /// The token is empty or cannot stand in a header.
    pub fn bearer(&mut self, token: &Secret) -> Result<(), String> {
        let value = Secret(format!("Bearer {}", token.0));
        fits(&value.0, !token.0.is_empty(), "the bearer token")?;
        self.authorization = Some(value);
        self.secrets.push(token.clone());
        Ok(())
    }

    /// Sends a user and a password, written `user:password`.
    ///
    /// # Errors
    /// There is no colon.
    pub fn basic(&mut self, user: &Secret) -> Result<(), String> {
        if !user.0.contains(':') {
            return Err("expected `user:password`".to_owned());
        }
        self.set_basic(&user.0);
        Ok(())
    }

    /// Sends a user, and a password behind the first colon if there is one.
    pub(super) fn set_basic(&mut self, user: &str) {
        if let Some((_, password)) = user.split_once(':').filter(|(_, password)| !password.is_empty()) {
            self.secrets.push(Secret(password.to_owned()));
        }
        let encoded = BASE64_STANDARD.encode(user);
        self.secrets.push(Secret(encoded.clone()));
        self.authorization = Some(Secret(format!("Basic {encoded}")));
    }

    /// Sends one more header, such as `X-Scope-OrgID`.
    ///
    /// # Errors
    /// The name or the value cannot stand in a header.
    pub fn header(&mut self, name: &str, value: &Secret) -> Result<(), String> {
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no name of a header"))?;
        fits(&value.0, true, &format!("the value of the header `{name}`"))?;
        // A store's own header replaces the one for all stores; two values of a tenant would be neither.
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.clone()));
        // A tenant's short name may stand in any message.
        if value.0.len() >= 12 {
            self.secrets.push(value.clone());
        }
        Ok(())
    }

    /// Trusts these certificates (PEM) instead of the machine's.
    ///
    /// # Errors
    /// The text holds no certificate.
    pub fn trust(&mut self, pem: &[u8]) -> Result<(), String> {
        self.roots = Some(certificates(pem)?);
        Ok(())
    }

    /// Shows a certificate (PEM, with the chain behind it) and proves it by its key.
    ///
    /// # Errors
    /// A text is not what it should be.
    pub fn identity(&mut self, certificate: &[u8], key: &[u8]) -> Result<(), String> {
        let key = PrivateKey::from_pem(key).map_err(|_| "the file holds no private key in PEM".to_owned())?;
        self.identity = Some(ClientCert::new_with_certs(&certificates(certificate)?, key));
        Ok(())
    }

    /// Asks through a proxy, instead of the one that the environment names.
    ///
    /// # Errors
    /// The address is none.
    pub fn through(&mut self, proxy: &str) -> Result<(), String> {
        self.proxy = Some(Proxy::new(proxy).map_err(|_| "the proxy's address is no URL".to_owned())?);
        Ok(())
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.authorization.iter().map(|secret| ("Authorization", secret.0.as_str()));
        own.chain(self.headers.iter().map(|(name, value)| (name.as_str(), value.0.as_str())))
    }

    /// Whether nothing is sent that could open a door.
    pub(super) fn is_anonymous(&self) -> bool {
        self.authorization.is_none() && self.headers.is_empty() && self.identity.is_none()
    }

    pub(super) fn tls(&self) -> TlsConfig {
        let roots = match &self.roots {
            Some(roots) => RootCerts::new_with_certs(roots),
            None => RootCerts::PlatformVerifier,
        };
        TlsConfig::builder().root_certs(roots).client_cert(self.identity.clone()).build()
    }

    /// A message of somebody else without our secrets.
    pub(super) fn hidden(&self, mut message: String) -> String {
        for secret in self.secrets.iter().filter(|secret| !secret.0.is_empty()) {
            message = message.replace(&secret.0, "(hidden)");
        }
        message
    }
}

fn fits(value: &str, is_any: bool, what: &str) -> Result<(), String> {
    match HeaderValue::from_str(value) {
        Ok(_) if is_any => Ok(()),
        Ok(_) => Err(format!("{what} is empty")),
        Err(_) => Err(format!("{what} holds a character that cannot stand in a header")),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let items = parse_pem(pem).filter_map(Result::ok);
    let found: Vec<_> = items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err("the file holds no certificate in PEM".to_owned()) } else { Ok(found) }
}
