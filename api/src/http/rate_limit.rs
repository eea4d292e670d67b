use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use tokio_util::sync::CancellationToken;

/// Clients are counted in this many buckets. It bounds the memory (some 10 MB), whatever addresses
/// an attacker has; two of 1,000 clients at a time share one with a probability of 0.4%.
const BUCKETS: u64 = 1 << 18;
/// To a client over its limit so many forms a second come back with what was entered: students of one
/// school who send at the same moment keep their answers, and a flood costs no more than this.
const PAGES_PER_SECOND: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// How often buckets that are full again are evicted.
const EVICTION_INTERVAL: Duration = Duration::from_mins(1);

/// How many requests each client may send.
#[derive(Debug)]
pub struct RateLimit {
    buckets: DefaultKeyedRateLimiter<u64>,
    /// Of pages that say that a request was refused.
    pages: DefaultKeyedRateLimiter<u64>,
    /// Seeded anew in each process, so that no client can choose which others it shares a bucket with.
    hasher: RandomState,
}

impl RateLimit {
    /// So many requests a second on average, and `burst` at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self {
            buckets: DefaultKeyedRateLimiter::keyed(quota),
            pages: DefaultKeyedRateLimiter::keyed(Quota::per_second(PAGES_PER_SECOND)),
            hasher: RandomState::new(),
        }
    }

    /// Counts a request of this client. `shows_pages` says whether a refusal would be a page.
    pub fn take(&self, client: IpAddr, shows_pages: bool) -> Result<(), RateLimited> {
        self.buckets.check_key(&self.bucket_of(client)).map_err(|refused| RateLimited {
            wait: refused.wait_time_from(DefaultClock::default().now()),
            may_have_page: shows_pages && self.take_page(client),
        })
    }

    /// Whether this client, which is over its limit, may have a page that says so.
    fn take_page(&self, client: IpAddr) -> bool {
        self.pages.check_key(&self.bucket_of(client)).is_ok()
    }

    fn bucket_of(&self, client: IpAddr) -> u64 {
        self.hasher.hash_one(rate_limit_key(client)) % BUCKETS
    }

    /// Evicts clients that have been idle, until the shutdown.
    pub async fn evict_idle(self: Arc<Self>, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVICTION_INTERVAL) => {
                    for buckets in [&self.buckets, &self.pages] {
                        buckets.retain_recent();
                        buckets.shrink_to_fit();
                    }
                }
            }
        }
    }
}

/// A client of IPv6 has a whole /64 to take addresses from.
fn rate_limit_key(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

/// A client that sends more than its share.
#[derive(Debug)]
pub struct RateLimited {
    wait: Duration,
    may_have_page: bool,
}

impl RateLimited {
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// Whether the refusal may be a page, which costs more than JSON.
    pub fn may_have_page(&self) -> bool {
        self.may_have_page
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
        assert!((0..3).all(|_| limit.take(client, false).is_ok()));
        let wait = limit.take(client, false).unwrap_err().wait;
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
    }

    #[test]
    fn one_client_never_uses_up_what_another_may() {
        let limit = limit(1);
        assert!(limit.take(address("192.0.2.1"), false).is_ok());
        assert!(limit.take(address("192.0.2.1"), false).is_err());
        assert!(limit.take(address("192.0.2.2"), false).is_ok());
    }

    #[test]
    fn a_client_over_its_limit_gets_a_bounded_number_of_pages() {
        let limit = limit(1);
        let client = address("192.0.2.1");
        let shown = (0..1_000).filter(|_| limit.take_page(client)).count();
        // Some more than at once, should the loop take long.
        assert!((10..100).contains(&shown), "{shown}");
        assert!(limit.take_page(address("192.0.2.2")));
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let limit = limit(1);
        assert!(limit.take(address("2001:db8:1:2::1"), false).is_ok());
        assert!(limit.take(address("2001:db8:1:2:ffff::9"), false).is_err());
        assert!(limit.take(address("2001:db8:1:3::1"), false).is_ok());
    }

    #[test]
    fn any_number_of_clients_is_counted_in_bounded_memory() {
        let limit = limit(1);
        for client in 0..2 * u32::try_from(BUCKETS).unwrap() {
            _ = limit.take(IpAddr::V4(client.into()), false);
        }
        assert!(limit.buckets.len() <= usize::try_from(BUCKETS).unwrap());
    }
}
