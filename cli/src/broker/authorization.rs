//! HTTP's basic authorization (RFC 7617). The client's own leaves percent-encoded passwords as they
//! are, which is not what servers expect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The value of the header `Authorization`.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7617_holds() {
        assert_eq!(basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
