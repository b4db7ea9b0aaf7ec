//! Tells which service a CLIENT span calls. Spans name a peer by its service, by a host as Kubernetes and other platforms
//! name it, by a URL, or by a cluster of Envoy. Proxies beside a service name themselves after it.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use emberline_core::model::Model;

use crate::capture::Names;

/// The last labels of names that only a platform's own DNS resolves.
const INNER: [&str; 16] = [
    "svc",
    "local",
    "internal",
    "lan",
    "cluster",
    "consul",
    "mesh",
    "localdomain",
    "intranet",
    "corp",
    "home",
    "pod",
    "private",
    "dc1",
    "docker",
    "swarm",
];
/// Second labels of two that make a name of the Internet. Others are taken as a namespace: `shop.default`.
const PUBLIC: [&str; 48] = [
    "ai", "at", "au", "be", "biz", "br", "ca", "cc", "ch", "cn", "co", "com", "cz", "de", "dk", "edu", "es", "eu",
    "example", "fi", "fm", "fr", "gg", "gov", "in", "invalid", "io", "it", "jp", "kr", "ly", "me", "net", "nl", "no",
    "org", "pl", "pt", "ru", "se", "sh", "so", "to", "tv", "uk", "us", "xyz", "za",
];

/// Whom a span calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer<'m> {
    /// A service that a spec declares, or that the capture shows.
    Service(&'m str),
    /// An address, or nothing: any service may be behind it.
    Unknown,
    /// Another host.
    Other,
}

/// The services that a name may stand for.
#[derive(Default)]
pub(super) struct Peers<'m> {
    services: HashMap<String, &'m str>,
    declared: HashMap<String, &'m str>,
}

impl<'m> Peers<'m> {
    /// Declared services, and those of a capture.
    pub(super) fn new(model: &'m Model, shown: &'m Names) -> Self {
        let key = |name: &str| name.to_ascii_lowercase();
        let declared: HashMap<_, _> =
            model.services.iter().map(|service| (key(&service.name.value), service.name.value.as_str())).collect();
        let called = model.services.iter().flat_map(|service| &service.calls).map(|call| call.service.value.as_str());
        let mut services: HashMap<_, _> = called.map(|name| (key(name), name)).collect();
        services.extend(shown.iter().map(|(_, name)| (key(name), name)));
        services.extend(declared.iter().map(|(key, name)| (key.clone(), *name)));
        Self { services, declared }
    }

    /// The declared service that a proxy of this name stands beside.
    pub(super) fn owner(&self, proxy: &str) -> Option<&'m str> {
        match within(proxy, &self.declared) {
            Peer::Service(name) if name != proxy => Some(name),
            _ => None,
        }
    }

    /// Whom a span calls that names this peer.
    pub(super) fn of(&self, peer: Option<&str>) -> Peer<'m> {
        peer.map_or(Peer::Unknown, |peer| within(peer, &self.services))
    }
}

/// Looks a peer up among services.
fn within<'m>(peer: &str, services: &HashMap<String, &'m str>) -> Peer<'m> {
    let find = |name: &str| services.get(name).copied();
    if let Some(service) = find(&peer.to_ascii_lowercase()) {
        return Peer::Service(service);
    }
    let host = host(peer).to_ascii_lowercase();
    if let Some(service) = find(&host) {
        return Peer::Service(service);
    }
    let is_address = host.is_empty()
        || host == "localhost"
        || host.contains(':')
        || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_address {
        return if is_public(&host) { Peer::Other } else { Peer::Unknown };
    }
    let labels: Vec<&str> = host.split('.').collect();
    let is_inner = match labels.as_slice() {
        [_] => false,
        [_, second] => !PUBLIC.contains(second),
        [.., last] => labels.get(2) == Some(&"svc") || labels.contains(&"svc") || INNER.contains(last),
        [] => false,
    };
    let [first, rest @ ..] = labels.as_slice() else { return Peer::Other };
    if !is_inner {
        return Peer::Other;
    }
    // A pod of a set has a name of its own, below that of its service: `shop-0.shop.default.svc.cluster.local`.
    let of_pod =
        || rest.first().filter(|service| first.starts_with(&format!("{service}-"))).and_then(|name| find(name));
    find(first).or_else(of_pod).map_or(Peer::Other, Peer::Service)
}

/// Whether it is an address of the Internet, which belongs to no service of a platform.
fn is_public(host: &str) -> bool {
    // Carriers and some platforms number their hosts in 100.64.0.0/10.
    let is_shared = |octets: [u8; 4]| octets[0] == 100 && octets[1] & 0xc0 == 64;
    host.parse::<Ipv4Addr>().is_ok_and(|address| {
        let is_inner = address.is_private() || address.is_loopback() || address.is_link_local();
        !is_inner && !address.is_unspecified() && !is_shared(address.octets())
    })
}

/// The host of a peer: without scheme, user, port and path.
fn host(peer: &str) -> &str {
    // Envoy's clusters are `outbound|80|subset|host`.
    let peer = peer.rsplit('|').next().unwrap_or(peer).trim();
    let peer = peer.split_once("://").map_or(peer, |(_, rest)| rest);
    let peer = peer.split(['/', '?', '#']).next().unwrap_or(peer);
    let peer = peer.rsplit('@').next().unwrap_or(peer);
    if let Some(inside) = peer.strip_prefix('[') {
        return inside.split(']').next().unwrap_or(inside);
    }
    let without_port = match peer.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => peer,
    };
    without_port.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Peer, within};

    #[test]
    fn peers_are_services_addresses_or_other_hosts() {
        let services: HashMap<String, &str> = [("shop", "shop"), ("mail", "Mail"), ("web.api", "web.api")]
            .map(|(key, name)| (key.to_owned(), name))
            .into();
        for (peer, wanted) in [
            ("shop", Peer::Service("shop")),
            ("shop:8080", Peer::Service("shop")),
            ("SHOP", Peer::Service("shop")),
            ("mail", Peer::Service("Mail")),
            ("web.api", Peer::Service("web.api")),
            ("shop.qa", Peer::Service("shop")),
            ("shop.default", Peer::Service("shop")),
            ("shop.default.svc", Peer::Service("shop")),
            ("shop.default.svc.cluster.local", Peer::Service("shop")),
            ("shop.default.svc.cluster.local.:8080", Peer::Service("shop")),
            ("shop.default.svc.k8s.example.com", Peer::Service("shop")),
            ("shop-0.shop.default.svc.cluster.local", Peer::Service("shop")),
            ("shop.service.consul", Peer::Service("shop")),
            ("shop.internal", Peer::Service("shop")),
            ("shop.prod.local", Peer::Service("shop")),
            ("http://shop:80/orders?a=b", Peer::Service("shop")),
            ("https://user@shop.default/", Peer::Service("shop")),
            ("outbound|80||shop.default.svc.cluster.local", Peer::Service("shop")),
            ("10.0.0.7", Peer::Unknown),
            ("10.0.0.7:80", Peer::Unknown),
            ("100.64.3.1", Peer::Unknown),
            ("[::1]:80", Peer::Unknown),
            ("34.1.2.3:443", Peer::Other),
            ("localhost:15001", Peer::Unknown),
            ("", Peer::Unknown),
            ("shop.com", Peer::Other),
            ("shop.io", Peer::Other),
            ("shop.example.com", Peer::Other),
            ("www.shop.default", Peer::Other),
            ("redis", Peer::Other),
            ("redis.default.svc.cluster.local", Peer::Other),
            ("shopping.default", Peer::Other),
        ] {
            assert_eq!(within(peer, &services), wanted, "{peer}");
        }
    }
}
