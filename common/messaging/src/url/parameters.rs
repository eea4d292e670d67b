//! What a URL of RabbitMQ asks for after its `?`: heeded, or refused by name.

use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use percent_encoding::percent_decode_str;
use registrar_runtime::config::{PemError, certificate_pem, private_key_pem};

use super::InvalidAmqpUrl;

/// AMQP 0-9-1, section 4.2.3: no peer may refuse frames that are this small.
const SMALLEST_FRAME_MAX: u32 = 4_096;

/// Checks every parameter, and reads the files that they name. The library reads the numbers and the
/// mechanism itself.
pub(crate) fn read(query: &str, uses_tls: bool) -> Result<OwnedTLSConfig, InvalidAmqpUrl> {
    let mut tls = OwnedTLSConfig::default();
    let (mut certificate, mut key) = (None, None);
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = percent_decode_str(value).decode_utf8().map_err(|_| UNKNOWN)?;
        match name {
            "cacertfile" => tls.cert_chain = file("cacertfile", certificate_pem(&value))?,
            "certfile" => certificate = file("certfile", certificate_pem(&value))?,
            "keyfile" => key = file("keyfile", private_key_pem(&value))?,
            "verify" if value == "verify_peer" => {}
            "verify" => return Err(VERIFY),
            "channel_max" if value.parse::<u16>().is_ok() => {}
            "channel_max" => return Err(CHANNEL_MAX),
            "frame_max"
                if value.parse().is_ok_and(|max: u32| max == 0 || max >= SMALLEST_FRAME_MAX) => {}
            "frame_max" => return Err(FRAME_MAX),
            "auth_mechanism" if ["plain", "amqplain", "external"].contains(&&*value) => {}
            "auth_mechanism" => return Err(AUTH_MECHANISM),
            "heartbeat" => return Err(HEARTBEAT),
            "connection_timeout" => return Err(CONNECTION_TIMEOUT),
            _ => return Err(UNKNOWN),
        }
    }
    tls.identity = match (certificate, key) {
        (Some(pem), Some(key)) => {
            Some(OwnedIdentity::PKCS8 { pem: pem.into_bytes(), key: key.into_bytes() })
        }
        (None, None) => None,
        _ => return Err(PAIR),
    };
    if !uses_tls && tls != OwnedTLSConfig::default() {
        return Err(PLAIN);
    }
    Ok(tls)
}

const VERIFY: InvalidAmqpUrl = InvalidAmqpUrl::Parameter(
    "the server's certificate is always verified: leave out verify, and name the CA with cacertfile",
);
const CHANNEL_MAX: InvalidAmqpUrl =
    InvalidAmqpUrl::Parameter("channel_max must be a whole number from 0 to 65535");
const FRAME_MAX: InvalidAmqpUrl =
    InvalidAmqpUrl::Parameter("frame_max must be a number of bytes, 4096 or more, or 0");
const AUTH_MECHANISM: InvalidAmqpUrl =
    InvalidAmqpUrl::Parameter("auth_mechanism must be plain, amqplain or external");
const HEARTBEAT: InvalidAmqpUrl =
    InvalidAmqpUrl::Parameter("leave out heartbeat, and set REGISTRAR_AMQP_HEARTBEAT_SECONDS");
const CONNECTION_TIMEOUT: InvalidAmqpUrl = InvalidAmqpUrl::Parameter(
    "leave out connection_timeout, and set REGISTRAR_AMQP_CONNECT_TIMEOUT",
);
const PAIR: InvalidAmqpUrl = InvalidAmqpUrl::Parameter("certfile and keyfile need each other");
const PLAIN: InvalidAmqpUrl =
    InvalidAmqpUrl::Parameter("cacertfile, certfile and keyfile need an amqps:// URL");
const UNKNOWN: InvalidAmqpUrl = InvalidAmqpUrl::Parameter(
    "it has a parameter that is not supported; these are: auth_mechanism, cacertfile, certfile, \
     channel_max, frame_max and keyfile",
);

fn file(
    name: &'static str,
    text: Result<String, PemError>,
) -> Result<Option<String>, InvalidAmqpUrl> {
    text.map(Some).map_err(|error| InvalidAmqpUrl::File { name, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn refusal(query: &str) -> String {
        read(query, true).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_heeded_is_refused_with_what_to_use() {
        for (query, sentence) in [
            ("heartbeat=10", "leave out heartbeat, and set REGISTRAR_AMQP_HEARTBEAT_SECONDS"),
            (
                "frame_max=8192&connection_timeout=1",
                "leave out connection_timeout, and set REGISTRAR_AMQP_CONNECT_TIMEOUT",
            ),
            ("channel_max=many", "channel_max must be a whole number from 0 to 65535"),
            ("frame_max=1", "frame_max must be a number of bytes, 4096 or more, or 0"),
            ("auth_mechanism=rabbit-cr-demo", "auth_mechanism must be plain, amqplain or external"),
            ("certfile=/dev/null", "its certfile is not usable: it holds none in PEM format"),
        ] {
            assert_eq!(refusal(query), sentence, "{query}");
        }
        for query in ["verify=verify_none", "verify"] {
            assert!(refusal(query).starts_with("the server's certificate is always verified"));
        }
        for query in
            ["hunter2", "depth=1", "password=hunter2", "server_name_indication=x", "%ff=%ff"]
        {
            assert!(
                refusal(query).starts_with("it has a parameter that is not supported"),
                "{query}"
            );
        }
        assert!(refusal("cacertfile=/nowhere/ca.pem").contains("No such file"));
    }

    #[test]
    fn files_of_certificates_are_read_at_the_start_and_need_tls() {
        let (certificate, key) =
            (written("-----BEGIN CERTIFICATE-----\n"), written("-----BEGIN PRIVATE KEY-----\n"));
        let path =
            |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().replace('/', "%2F");
        let trust = format!("cacertfile={}&verify=verify_peer", path(&certificate));
        let identity = format!("certfile={}&keyfile={}", path(&certificate), path(&key));
        let both = read(&format!("{trust}&{identity}"), true).unwrap();
        assert!(both.cert_chain.is_some() && both.identity.is_some());
        assert_eq!(read("", false), Ok(OwnedTLSConfig::default()));

        let only_one = format!("certfile={}", path(&certificate));
        assert_eq!(refusal(&only_one), "certfile and keyfile need each other");
        let plain = read(&trust, false).unwrap_err().to_string();
        assert_eq!(plain, "cacertfile, certfile and keyfile need an amqps:// URL");
    }

    #[test]
    fn what_the_library_heeds_passes() {
        let query = "channel_max=32&frame_max=8192&auth_mechanism=external&";
        assert_eq!(read(query, true), Ok(OwnedTLSConfig::default()));
    }
}
