//! What is asked of the API.

use std::sync::Arc;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use registrar_tests::student::{Student, unique_key};

/// What is asked of the API.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// Registers a student whom nobody has registered, with an idempotency key as the form does.
    Register,
    /// Looks up the status at one of these paths after the other.
    Status(Arc<[String]>),
}

impl Ask {
    /// The request with this number.
    pub(crate) fn request(&self, index: usize, host: &str) -> Request<Full<Bytes>> {
        let request = Request::builder().header(HOST, host);
        let request = match self {
            Self::Register => request
                .method("POST")
                .uri("/register")
                .header(CONTENT_TYPE, "application/json")
                .header("idempotency-key", unique_key())
                .body(serde_json::to_vec(&Student::unique()).unwrap().into()),
            Self::Status(paths) => request.uri(&paths[index % paths.len()]).body(Full::default()),
        };
        request.unwrap()
    }
}
