//! An API whose servers are not there, for tests of what needs none.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use registrar_messaging::Publisher;
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{ImportKeys, ImportReader, LanePauses, PauseWatch, Pool, StatusReader};
use registrar_telemetry::metrics::Metrics;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::http::RateLimit;
use crate::metrics::http::HttpMetrics;
use crate::metrics::imports::ImportMetrics;
use crate::middleware::Observe;
use crate::router::router;
use crate::settings::testing::with_nothing_running;
use crate::state::{Api, Servers};
use crate::status::Lookups;

/// The templates as they are in the repository: they need no build to be rendered.
pub(crate) const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/pages");

/// An API without RabbitMQ and MySQL.
pub(crate) struct Alone {
    pub(crate) api: Arc<Api>,
    pub(crate) metrics: Metrics,
    pub(crate) router: Router,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Alone {
    /// Needs a Tokio runtime; `flags` as on the command line.
    pub(crate) fn with(flags: &[&str]) -> Self {
        let settings = with_nothing_running(flags);
        let (metrics, shutdown) = (Metrics::new(), CancellationToken::new());
        let second = std::time::Duration::from_secs(1);
        let retry = RetryPolicy::new(second, second);
        let (publisher, _never_run) = Publisher::start(
            &settings.messaging,
            "publish",
            settings.publishing.clone(),
            retry,
            Arc::new(()),
            &shutdown,
        );
        let pool = Pool::new(&settings.database);
        let (pauses, _never_run) = PauseWatch::new(LanePauses::new(pool.clone()));
        let (lookups, task) = Lookups::new(StatusReader::new(pool.clone()));
        tokio::spawn(task.run());
        let rate_limit = settings.limits.rate().map(|(n, b)| Arc::new(RateLimit::new(n, b)));
        let http = HttpMetrics::register(&metrics).unwrap();
        let observe = Observe::new(http, &settings.trusted_proxies);
        let import_keys = ImportKeys::new(pool.clone());
        let import_reader = ImportReader::new(pool);
        let import_metrics = ImportMetrics::register(&metrics).unwrap();
        let servers = Servers {
            import_publisher: publisher.clone(),
            publisher,
            lookups,
            pauses,
            import_keys,
            import_reader,
            import_metrics,
        };
        let closing = CancellationToken::new();
        let api = Arc::new(Api::new(&settings, rate_limit, servers, shutdown, closing));
        let router = router(&api, observe, &settings.cors_origins).unwrap();
        Self { api, metrics, router }
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let host = HeaderValue::from_static("registrar.example");
        request.headers_mut().entry(header::HOST).or_insert(host);
        self.send_as_it_is(request).await
    }

    /// Without the Host header that every client sends.
    pub(crate) async fn send_as_it_is(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn register(&self, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/register").header("content-type", content_type);
        self.send(request.body(body.into()).unwrap()).await
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Self { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's name, after checking that it is a whole problem document.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let document = self.json();
        assert_eq!(document["status"], self.status.as_u16());
        assert_eq!(document["detail"], document["message"]);
        assert!(document["title"].is_string());
        document["type"].as_str().unwrap().strip_prefix("/docs#").unwrap().to_owned()
    }
}
