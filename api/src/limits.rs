//! Every limit a client should know.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use registrar_runtime::config::{bounded, duration};

use crate::imports::ImportLimits;

/// How much, how long and how often. The defaults suit a server of two cores.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// The largest body of a registration, in bytes
    #[arg(long, env = "REGISTRAR_BODY_BYTES", default_value = "16384",
        value_parser = bounded(1_024_usize..=1_048_576))]
    pub body_bytes: usize,
    /// How long a body may take to arrive
    #[arg(long, env = "REGISTRAR_BODY_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub body_timeout: Duration,
    /// The largest headers together, in bytes
    #[arg(long, env = "REGISTRAR_HEADER_BYTES", default_value = "16384",
        value_parser = bounded(1_024_usize..=65_536))]
    pub header_bytes: usize,
    /// The most headers
    #[arg(long, env = "REGISTRAR_HEADER_COUNT", default_value = "64",
        value_parser = bounded(16_usize..=1_000))]
    pub header_count: usize,
    /// How long the headers of a request may take to arrive, and a connection may be idle
    #[arg(long, env = "REGISTRAR_HEADER_TIMEOUT", default_value = "15s", value_parser = duration)]
    pub header_timeout: Duration,
    /// The longest address (path and query), in bytes
    #[arg(long, env = "REGISTRAR_URI_BYTES", default_value = "2048",
        value_parser = bounded(256_usize..=16_384))]
    pub uri_bytes: usize,
    /// How long a request may take, not counting a wait that the client asks for
    #[arg(long, env = "REGISTRAR_REQUEST_TIMEOUT", default_value = "20s", value_parser = duration)]
    pub request_timeout: Duration,
    /// The longest wait that a client may ask for with Prefer: wait
    #[arg(long, env = "REGISTRAR_WAIT", default_value = "30s", value_parser = duration)]
    pub wait: Duration,
    /// The most clients that wait for an outcome at once, by event stream or Prefer: wait
    #[arg(long, env = "REGISTRAR_STREAMS", default_value = "4096",
        value_parser = bounded(1_usize..=100_000))]
    pub streams: usize,
    /// How long an event stream lasts; clients open another
    #[arg(long, env = "REGISTRAR_STREAM_DURATION", default_value = "10m", value_parser = duration)]
    pub stream_duration: Duration,
    /// The most connections at once; more wait to be taken
    #[arg(long, env = "REGISTRAR_CONNECTIONS", default_value = "8192",
        value_parser = bounded(1_usize..=100_000))]
    pub connections: usize,
    /// Requests a second that one client may send on average; 0 for any number. A whole school may
    /// share one address
    #[arg(long, env = "REGISTRAR_RATE_PER_SECOND", default_value = "100",
        value_parser = bounded(0_u32..=1_000_000))]
    pub rate_per_second: u32,
    /// Requests that one client may send at once
    #[arg(long, env = "REGISTRAR_RATE_BURST", default_value = "1000",
        value_parser = bounded(1_u32..=1_000_000))]
    pub rate_burst: u32,
    /// Imports
    #[command(flatten)]
    pub imports: ImportLimits,
}

/// How large a body may be, and how long it may take to arrive.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    pub bytes: usize,
    pub timeout: Duration,
}

impl Limits {
    pub fn body(&self) -> BodyLimits {
        BodyLimits { bytes: self.body_bytes, timeout: self.body_timeout }
    }

    /// Requests a second and at once that a client may send, when that is limited.
    pub fn rate(&self) -> Option<(NonZeroU32, NonZeroU32)> {
        Some((NonZeroU32::new(self.rate_per_second)?, NonZeroU32::new(self.rate_burst)?))
    }
}

#[cfg(test)]
impl Default for Limits {
    fn default() -> Self {
        use clap::Parser;

        #[derive(Parser)]
        struct OnlyLimits {
            #[command(flatten)]
            limits: Limits,
        }

        registrar_runtime::config::parse_from::<OnlyLimits>(["registrar-api"]).unwrap().limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_nothing_is_no_limit() {
        assert!(Limits::default().rate().is_some());
        assert!(Limits { rate_per_second: 0, ..Limits::default() }.rate().is_none());
    }
}
