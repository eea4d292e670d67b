//! Value parsers. Each error completes the sentence "VARIABLE is …, but it must be …".

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Parses a duration: a whole number and one of the units `ms`, `s`, `m`, `h`.
pub fn duration(value: &str) -> Result<Duration, String> {
    let wrong = || "it must be a duration such as 250ms, 5s, 2m or 1h".to_owned();
    let unit_at = value.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = value.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds_per_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(milliseconds_per_unit).map(Duration::from_millis).ok_or_else(wrong)
}

/// A parser of whole numbers within `range`.
///
/// Write the field's type in the range, as in `bounded(1_u16..=1000)`: clap compares the types
/// only when it parses, and panics when they differ.
pub fn bounded<T>(
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |value| {
        value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            format!("it must be a whole number from {} to {}", range.start(), range.end())
        })
    }
}

/// Parses a share: a decimal number from 0 to 1.
pub fn ratio(value: &str) -> Result<f64, String> {
    value
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "it must be a number from 0.0 to 1.0".to_owned())
}

/// A parser of addresses to listen on: `host:port`, where the host is an IP address or a name, or a
/// port alone, as `:5000` or `5000`, for all interfaces. Of a name's addresses IPv4 is taken first, as
/// all interfaces are.
pub fn address(
    usual_port: u16,
) -> impl Fn(&str) -> Result<SocketAddr, String> + Clone + Send + Sync + 'static {
    move |value| address_with(usual_port, value)
}

fn address_with(usual_port: u16, value: &str) -> Result<SocketAddr, String> {
    let wrong = || {
        format!(
            "it must be an address and a port such as 0.0.0.0:{usual_port} or localhost:{usual_port}"
        )
    };
    let value = value.trim();
    if let Ok(address) = value.parse() {
        return Ok(address);
    }
    let (host, port) = value.rsplit_once(':').unwrap_or(("", value));
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = port.parse().ok().filter(|_| is_number).ok_or_else(wrong)?;
    if ["", "*"].contains(&host) {
        return Ok((Ipv4Addr::UNSPECIFIED, port).into());
    }
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if !host.bytes().all(is_of_a_name) {
        return Err(wrong());
    }
    let found = (host, port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
    let found = found.unwrap_or_default();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first
        .copied()
        .ok_or_else(|| "it must be an address of this machine: that name is unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_each_unit() {
        for (text, milliseconds) in
            [("0ms", 0), ("250ms", 250), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn durations_of_another_form_are_refused() {
        for text in ["", "5", "s", "-5s", "1.5s", "5 s", "5d", "1m30s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
        // Fits a u64 as hours, not as milliseconds.
        assert!(duration("18446744073709551615h").is_err());
    }

    #[test]
    fn bounded_numbers_include_both_ends() {
        let port = bounded(1u16..=1000);
        assert_eq!(port("1"), Ok(1));
        assert_eq!(port("1000"), Ok(1000));
        for text in ["0", "1001", "70000", "-1", "ten", ""] {
            assert_eq!(
                port(text),
                Err("it must be a whole number from 1 to 1000".to_owned()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn ratios_lie_between_nothing_and_everything() {
        assert_eq!(ratio("0.25"), Ok(0.25));
        for text in ["-0.1", "1.1", "NaN", "half"] {
            assert!(ratio(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_is_a_host_and_a_port_or_a_port_alone() {
        for (value, expected) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::]:9100", "[::]:9100"),
            ("[::1]:5000", "[::1]:5000"),
            ("localhost:5000", "127.0.0.1:5000"),
            (":5000", "0.0.0.0:5000"),
            ("5000", "0.0.0.0:5000"),
            ("*:5000", "0.0.0.0:5000"),
            (" 127.0.0.1:5000\n", "127.0.0.1:5000"),
        ] {
            assert_eq!(address(5000)(value), Ok(expected.parse().unwrap()), "{value}");
        }
    }

    #[test]
    fn what_is_no_address_to_listen_on_is_refused_in_a_sentence() {
        for value in [
            "",
            ":",
            "0.0.0.0",
            "localhost",
            "::1",
            "::1:5000",
            "[::1]",
            "localhost:",
            "70000",
            "+80",
            ":-1",
            "a b:80",
            "http://localhost:5000",
            "localhost:5000/",
            "user@localhost:80",
        ] {
            let refused = address(5000)(value).unwrap_err();
            let sentence =
                "it must be an address and a port such as 0.0.0.0:5000 or localhost:5000";
            assert_eq!(refused, sentence, "{value:?}");
        }
        let unknown = address(5000)("name.invalid:5000").unwrap_err();
        assert_eq!(unknown, "it must be an address of this machine: that name is unknown");
    }
}
