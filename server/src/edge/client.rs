//! Who sent a request: the peer, or whom a trusted proxy names.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The header in which a proxy names its peer, and each proxy before it its
/// own.
pub(super) static FORWARDED_FOR: HeaderName =
    HeaderName::from_static("x-forwarded-for");

/// The header in which a proxy tells by which scheme it was asked.
static FORWARDED_PROTO: HeaderName =
    HeaderName::from_static("x-forwarded-proto");

/// Whether the client came by TLS, as far as a trusted proxy says so.
pub(super) fn is_secure(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[IpNet],
) -> bool {
    let said = headers.get(&FORWARDED_PROTO);
    said.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"https"))
        && is_trusted(peer.to_canonical(), trusted)
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The address of the client: the last one in `X-Forwarded-For` that is no
/// trusted proxy. What stands before it the client may have made up. A proxy
/// that names nobody, or nonsense, is the client itself.
pub(super) fn address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[IpNet],
) -> IpAddr {
    let lines = headers.get_all(&FORWARDED_FOR).into_iter().rev();
    let named = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.rsplit(','))
        .map(|name| name.trim().parse::<IpAddr>());
    let mut client = peer.to_canonical();
    for name in named {
        if !is_trusted(client, trusted) {
            break;
        }
        match name {
            Ok(name) => client = name.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, lines, client) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7", "10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7:80"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("2001:db8::1", &["2001:db8:1::2"], "2001:db8:1::2"),
        ] {
            let trusted =
                ["10.0.0.0/8", "2001:db8::1/128"].map(|it| it.parse());
            let trusted = trusted.map(|it| it.expect("a network"));
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(&FORWARDED_FOR, line.parse().expect("text"));
            }
            let peer = peer.parse().expect("an address");
            let found = address(peer, &headers, &trusted);
            assert_eq!(found.to_string(), client, "{peer} {lines:?}");
        }
    }
}
