//! TLS to a server whose certificate no machine trusts, and which asks for the client's.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;

use emberline_observe::http::{Access, Client};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// An authority, and certificates that it signed.
struct Authority {
    pem: String,
    roots: Arc<RootCertStore>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = parameters.self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(own.der().clone()).unwrap();
        Self { pem: own.pem(), roots: Arc::new(roots), issuer: Issuer::new(parameters, key) }
    }

    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// A server that answers 7 to whoever shows a certificate of the authority.
fn server(authority: &Authority) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&authority.roots), Arc::clone(&provider));
    let (certificate, key) = authority.sign("127.0.0.1");
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
            // Whoever is refused leaves in the middle.
            let mut head = String::new();
            while stream.read_line(&mut head).is_ok_and(|length| length > 2) {}
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7";
            let _ = stream.get_mut().write_all(answer);
            stream.get_mut().conn.send_close_notify();
            let _ = stream.get_mut().flush();
        }
    });
    format!("https://{address}")
}

#[test]
fn an_authority_of_ones_own_and_a_client_certificate() {
    let authority = Authority::new();
    let address = server(&authority);
    let ask = |access: &Access| Client::new("Prometheus", &address, access).get::<u8>("/api", &[]);

    let stranger = ask(&Access::default()).unwrap_err().to_string();
    assert!(stranger.contains("does not answer") && stranger.to_lowercase().contains("certificate"), "{stranger}");

    let mut access = Access::default();
    access.trust(authority.pem.as_bytes()).unwrap();
    assert!(ask(&access).is_err(), "the server asks for a certificate");

    let (certificate, key) = authority.sign("client");
    access.identity(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    assert_eq!(ask(&access).unwrap(), 7);
    assert!(!format!("{access:?}").contains("PRIVATE"), "{access:?}");

    // Another authority's certificate opens no door.
    let other = Authority::new();
    let (certificate, key) = other.sign("client");
    access.identity(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    assert!(ask(&access).is_err());
}
