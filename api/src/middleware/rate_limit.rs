use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};
use registrar_common::lifecycle::Shutdown;

use super::{Peer, client_address::client_address, is_probe, route_of};
use crate::{
    problem::{Problem, ProblemKind},
    state::Api,
};

/// Clients are counted in this many buckets. It bounds the memory (some 10 MB), whatever addresses
/// an attacker has; two of 1,000 clients at a time share one with a probability of 0.4%.
const BUCKETS: u64 = 1 << 18;
/// How often buckets that are full again are forgotten.
const FORGET_INTERVAL: Duration = Duration::from_mins(1);

/// How many requests each client may send.
#[derive(Debug)]
pub struct RateLimit {
    buckets: DefaultKeyedRateLimiter<u64>,
    /// Seeded anew in each process, so that nobody can choose whom to share a bucket with.
    hasher: RandomState,
}

impl RateLimit {
    /// So many requests a second on average, and `burst` at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self { buckets: DefaultKeyedRateLimiter::keyed(quota), hasher: RandomState::new() }
    }

    /// Counts a request of this client, or says how long it must wait.
    pub fn take(&self, client: IpAddr) -> Result<(), Duration> {
        let bucket = self.hasher.hash_one(who_shares(client)) % BUCKETS;
        self.buckets
            .check_key(&bucket)
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets clients that have been quiet, until the shutdown.
    pub async fn forget_the_quiet(self: Arc<Self>, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.requested() => return,
                () = tokio::time::sleep(FORGET_INTERVAL) => {
                    self.buckets.retain_recent();
                    self.buckets.shrink_to_fit();
                }
            }
        }
    }
}

/// A client of IPv6 has a whole /64 to take addresses from.
fn who_shares(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

/// Answers 429 to clients that send more than their share. Probes are not counted.
pub async fn enforce_rate_limit(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = api.rate_limit.as_ref().filter(|_| !is_probe(route_of(&request))) else {
        return next.run(request).await;
    };
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let taken = peer.map_or(Ok(()), |peer| {
        limit.take(client_address(peer, request.headers(), &api.trusted_proxies))
    });
    match taken {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::new(
            ProblemKind::TooManyRequests,
            "Too many requests came from your network. Please wait a few seconds and try again.",
        )
        .retry_after(wait)
        .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(burst: u32) -> RateLimit {
        RateLimit::new(NonZeroU32::MIN, NonZeroU32::new(burst).unwrap())
    }

    fn address(value: &str) -> IpAddr {
        value.parse().unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_next_request_waits_up_to_a_second() {
        let limit = limit(3);
        let client = address("192.0.2.1");
        assert!((0..3).all(|_| limit.take(client).is_ok()));
        let wait = limit.take(client).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
    }

    #[test]
    fn one_client_never_uses_up_what_another_may() {
        let limit = limit(1);
        assert!(limit.take(address("192.0.2.1")).is_ok());
        assert!(limit.take(address("192.0.2.1")).is_err());
        assert!(limit.take(address("192.0.2.2")).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let limit = limit(1);
        assert!(limit.take(address("2001:db8:1:2::1")).is_ok());
        assert!(limit.take(address("2001:db8:1:2:ffff::9")).is_err());
        assert!(limit.take(address("2001:db8:1:3::1")).is_ok());
    }

    #[test]
    fn any_number_of_clients_is_counted_in_bounded_memory() {
        let limit = limit(1);
        for client in 0..2 * u32::try_from(BUCKETS).unwrap() {
            _ = limit.take(IpAddr::V4(client.into()));
        }
        assert!(limit.buckets.len() <= usize::try_from(BUCKETS).unwrap());
    }
}
