use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A request's extension: the other end of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A network whose machines are trusted to say whom they forward: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether `address` is in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
                ours.to_bits() & mask == theirs.to_bits() & mask
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
                ours.to_bits() & mask == theirs.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let wrong = || {
            "it must be addresses or networks such as 10.0.0.0/8, separated by commas".to_owned()
        };
        let (address, prefix) = match value.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (value.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| wrong()))?;
        if prefix > bits {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

/// Whom to count a request for: the peer, or whom trusted proxies say they forward.
///
/// `X-Forwarded-For` is read from its end, where our own proxies write; the first address that is
/// no proxy of ours is the client. What stands before it, anyone could have made up.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let forwarded: Vec<_> =
        headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut hops = forwarded.iter().rev().flat_map(|value| value.rsplit(','));
    while is_trusted(client) {
        match hops.next().and_then(|hop| hop.trim().parse::<IpAddr>().ok()) {
            Some(hop) => client = hop.to_canonical(),
            None => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(value: &str) -> Network {
        value.parse().unwrap()
    }

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let headers =
            forwarded.iter().map(|v| (X_FORWARDED_FOR, v.parse().unwrap())).collect::<HeaderMap>();
        let trusted: Vec<_> = trusted.iter().map(|t| network(t)).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_counts_for_nothing() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_says_whom_it_forwards() {
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
    fn a_network_contains_what_its_prefix_says() {
        for (value, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
        ] {
            assert!(network(value).contains(inside.parse().unwrap()), "{value}");
            assert!(!network(value).contains(outside.parse().unwrap()), "{value}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for value in ["", "10.0.0.0/33", "::/129", "localhost", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(value.parse::<Network>().is_err(), "{value}");
        }
    }
}
