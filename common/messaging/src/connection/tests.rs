//! Which certificates a connection trusts and shows.

use std::io::Write as _;

use registrar_test_certificates::{Authority, Issued};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::*;
use crate::url::AmqpUrl;

/// How AMQP 0-9-1 begins.
const GREETING: [u8; 8] = *b"AMQP\0\0\x09\x01";

fn certificate(text: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(text.as_bytes()).unwrap()
}

/// Takes one connection and reads how it begins; an error when TLS fails. Clients must show a
/// certificate of `clients`, if that is given.
async fn broker(
    server: &Issued,
    clients: Option<&Authority>,
) -> (u16, JoinHandle<std::io::Result<[u8; 8]>>) {
    let config = ServerConfig::builder();
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(&authority.certificate)).unwrap();
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
            config.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes()).unwrap();
    let config = config.with_single_cert(vec![certificate(&server.certificate)], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await?;
        let mut greeting = [0; 8];
        stream.read_exact(&mut greeting).await?;
        Ok(greeting)
    });
    (port, serving)
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

async fn connect_to(port: u16, parameters: &str) -> ConnectError {
    let url = AmqpUrl::parse(&format!("amqps://localhost:{port}?{parameters}")).unwrap();
    try_to_connect(&MessagingSettings::new(url)).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_whose_private_ca_is_named_is_trusted_and_no_other() {
    let (named, other) = (Authority::new(), Authority::new());
    let ca = file(&named.certificate);
    let parameters = format!("cacertfile={}", ca.path().display());

    let (port, broker_of_named) = broker(&named.issue("localhost"), None).await;
    // The broker hangs up after the greeting.
    connect_to(port, &parameters).await;
    assert_eq!(broker_of_named.await.unwrap().unwrap(), GREETING);

    let (port, broker_of_other) = broker(&other.issue("localhost"), None).await;
    connect_to(port, &parameters).await;
    assert!(broker_of_other.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_asks_for_a_certificate_is_shown_one() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let client = clients.issue("worker.example");
    let (ca, certificate, key) =
        (file(&servers.certificate), file(&client.certificate), file(&client.key));
    let (port, broker) = broker(&servers.issue("localhost"), Some(&clients)).await;
    let parameters = format!(
        "cacertfile={}&certfile={}&keyfile={}",
        ca.path().display(),
        certificate.path().display(),
        key.path().display()
    );
    connect_to(port, &parameters).await;
    assert_eq!(broker.await.unwrap().unwrap(), GREETING);
}
