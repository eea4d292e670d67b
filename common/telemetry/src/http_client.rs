//! The client that exports OTLP over HTTP.
//!
//! It blocks: exporters run on a thread of their own, without a Tokio runtime. ureq is what the
//! operators' command uses too.

use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::OpenTelemetrySettings;
use super::pem::PemFile;

const LONGEST_ANSWER: u64 = 64 * 1024;

#[derive(Debug)]
pub(super) struct BlockingClient(Agent);

impl BlockingClient {
    /// A client that trusts the certificates of `settings`, or the operating system.
    pub(super) fn new(settings: &OpenTelemetrySettings) -> Result<Self, ureq::Error> {
        let roots = match &settings.otlp_certificate {
            Some(PemFile(text)) => certificates(text)?,
            None => system_roots(),
        };
        let own = match (&settings.otlp_client_certificate, &settings.otlp_client_key) {
            (Some(PemFile(certificate)), Some(PemFile(key))) => {
                let key = PrivateKey::from_pem(key.as_bytes())?;
                Some(ClientCert::new_with_certs(&certificates(certificate)?, key))
            }
            _ => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .client_cert(own)
            .build();
        Ok(Self(agent(tls, settings.otlp_timeout)))
    }
}

fn agent(tls: TlsConfig, timeout: Duration) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(timeout))
        .tls_config(tls)
        .build()
        .into()
}

fn certificates(text: &str) -> Result<Vec<Certificate<'static>>, ureq::Error> {
    let items = parse_pem(text.as_bytes()).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    items.collect()
}

fn system_roots() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

#[async_trait]
impl HttpClient for BlockingClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, body.to_vec()))?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}
