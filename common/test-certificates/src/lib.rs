//! Certificates for tests.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// A private CA.
pub struct Authority {
    /// Its certificate in PEM format.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM format.
pub struct Issued {
    /// In PEM format.
    pub certificate: String,
    /// Its private key, in PEM format.
    pub key: String,
}

#[expect(clippy::new_without_default, reason = "a new CA is no default")]
#[expect(clippy::unwrap_used, reason = "only tests make certificates")]
impl Authority {
    /// A new CA with a new key.
    ///
    /// # Panics
    /// When the key cannot be generated.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "a CA of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages.push(KeyUsagePurpose::KeyCertSign);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a host of this name.
    ///
    /// # Panics
    /// When the name is not one of a host.
    pub fn issue(&self, name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Issued { certificate, key: key.serialize_pem() }
    }
}
