//! Where Alertmanager sends what it would send to people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::post;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Of an alert, in a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Firing,
    Resolved,
}

/// One alert in a notification.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Notice {
    pub(crate) status: Status,
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(skip, default = "Instant::now")]
    pub(crate) received: Instant,
}

/// The part of a webhook's body that matters here.
#[derive(Deserialize)]
struct Notification {
    alerts: Vec<Notice>,
}

type Notices = Arc<Mutex<Vec<Notice>>>;

/// A receiver of webhooks.
#[derive(Debug)]
pub(crate) struct Sink {
    url: String,
    notices: Notices,
    server: AbortHandle,
}

impl Sink {
    /// Listens on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let notices = Notices::default();
        let routes = Router::new().route("/", post(receive)).with_state(Arc::clone(&notices));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, notices, server: server.abort_handle() }
    }

    /// Where Alertmanager shall send to.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything that came so far.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(notices): State<Notices>, Json(notification): Json<Notification>) {
    notices.lock().unwrap().extend(notification.alerts);
}
