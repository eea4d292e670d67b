use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A request's extension: the other end of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Reads a network whose machines are trusted to name the client that they forward: `10.0.0.0/8`, or
/// one address.
///
/// # Errors
/// The rest of a sentence that says what would be right.
pub fn network(value: &str) -> Result<IpNet, String> {
    let value = value.trim();
    let network = value.parse().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| {
        "it must be addresses or networks such as 10.0.0.0/8, separated by commas".to_owned()
    })
}

/// Whether this is one of our own proxies, whose word counts.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// The client that a request is counted for: the peer, or the one that trusted proxies forward.
///
/// `X-Forwarded-For` is read from its end, where our own proxies write; the first address that is
/// no proxy of ours is the client. What stands before it, anyone could have made up. What is no
/// address ("unknown", or a name that a proxy made up) leaves it at the last proxy that is known.
///
/// `Forwarded` (RFC 7239) is not read: proxies that write the one header pass the other on as it
/// came, so reading both would let clients choose their address.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let forwarded: Vec<_> =
        headers.get_all(X_FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
    let hops = forwarded.iter().rev().flat_map(|value| value.rsplit(|&byte| byte == b','));
    let mut hops = hops.map(<[u8]>::trim_ascii).filter(|hop| !hop.is_empty());
    while is_trusted(client, trusted) {
        let Some(hop) = hops.next().and_then(hop_address) else { break };
        client = hop.to_canonical();
    }
    client
}

/// The address of a hop, as proxies write it: alone, with a port (AWS and Azure do), in brackets
/// when it is IPv6, in quotes as in `Forwarded`.
fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?;
    let hop = hop.strip_prefix('"').and_then(|hop| hop.strip_suffix('"')).unwrap_or(hop).trim();
    if let Some(bracketed) = hop.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_whole = port.is_empty() || port.starts_with(':');
        return is_whole.then_some(address)?.parse().map(IpAddr::V6).ok();
    }
    match hop.split_once(':') {
        Some((address, port)) if !port.contains(':') => address.parse().map(IpAddr::V4).ok(),
        _ => hop.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let value = |v: &&str| HeaderValue::from_bytes(v.as_bytes()).unwrap();
        let headers = forwarded.iter().map(|v| (X_FORWARDED_FOR, value(v))).collect::<HeaderMap>();
        let trusted: Vec<_> = trusted.iter().map(|t| network(t).unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_counts_for_nothing() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_that_it_forwards() {
        assert_eq!(client("10.1.2.3", &["198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(
            client("10.1.2.3", &["198.51.100.7, 10.9.9.9"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(client("::ffff:10.1.2.3", &["2001:db8::1"], &["10.0.0.0/8"]), "2001:db8::1");
    }

    #[test]
    fn what_a_client_claims_before_the_proxy_is_not_believed() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.7"], &["10.0.0.1"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.7"], &["10.0.0.1"]), "198.51.100.7");
    }

    #[test]
    fn a_proxy_that_says_nothing_readable_counts_itself() {
        for forwarded in [&[][..], &["unknown"], &[""]] {
            assert_eq!(client("10.0.0.1", forwarded, &["10.0.0.1"]), "10.0.0.1");
        }
    }

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for (forwarded, expected) in [
            ("203.0.113.9:50713", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
            ("\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("\"203.0.113.9:_hidden\"", "203.0.113.9"),
            ("  203.0.113.9\t", "203.0.113.9"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
            ("198.51.100.1:1, 203.0.113.9:2 , 10.9.9.9:3, ::ffff:10.0.0.2", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9, , ", "203.0.113.9"),
            ("\u{e9}, 203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(client("10.0.0.1", &[forwarded], &["10.0.0.0/8"]), expected, "{forwarded}");
        }
    }

    #[test]
    fn what_is_no_address_leaves_it_at_the_last_proxy_that_is_known() {
        for unknown in
            ["unknown", "_student", "203.0.113", "[203.0.113.9]", "[2001:db8::1", "[::1]x", "a:1"]
        {
            let forwarded = format!("198.51.100.1, {unknown}, 10.0.0.2:80");
            assert_eq!(client("10.0.0.1", &[&forwarded], &["10.0.0.0/8"]), "10.0.0.2", "{unknown}");
        }
    }

    #[test]
    fn a_network_contains_what_its_prefix_says() {
        for (value, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
        ] {
            let network = network(value).unwrap();
            assert!(network.contains(&inside.parse::<IpAddr>().unwrap()), "{value}");
            assert!(!network.contains(&outside.parse::<IpAddr>().unwrap()), "{value}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for value in ["", "10.0.0.0/33", "::/129", "localhost", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(network(value).is_err(), "{value}");
        }
    }
}
