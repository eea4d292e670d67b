use ring::hmac::{HMAC_SHA256, Key};
use secrecy::{ExposeSecret as _, SecretString};

/// HMAC-SHA256 with this secret as its key.
pub(super) fn keyed(secret: &SecretString) -> Key {
    Key::new(HMAC_SHA256, secret.expose_secret().as_bytes())
}
