//! The server behind the admin port.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use registrar_runtime::lifecycle::{ListenError, listen};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::format::Format;
use super::{Health, METRICS_ADDRESS, Probe};
use crate::metrics::Metrics;

/// How long open connections may take to finish after the shutdown.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Admin {
    routes: Router,
}

impl Admin {
    pub fn new(metrics: Metrics) -> Self {
        Self { routes: Router::new().route("/metrics", get(scrape)).with_state(metrics) }
    }

    /// Answers `GET /livez` (is a restart needed?) and `GET /readyz` (can it work now?) too.
    #[must_use]
    pub fn with_health(
        self,
        live: impl Fn() -> Health + Send + Sync + 'static,
        ready: impl Fn() -> Health + Send + Sync + 'static,
    ) -> Self {
        let route = |probe: Probe| get(move || async move { probe() });
        let routes = self
            .routes
            .route("/livez", route(Arc::new(live)))
            .route("/readyz", route(Arc::new(ready)));
        Self { routes }
    }

    /// Takes the port; port 0 takes any that is free.
    pub async fn listen(self, address: SocketAddr) -> Result<AdminServer, ListenError> {
        let (listener, address) = listen(address, METRICS_ADDRESS).await?;
        Ok(AdminServer { routes: self.routes, listener, address })
    }
}

#[derive(Debug)]
pub struct AdminServer {
    routes: Router,
    listener: TcpListener,
    address: SocketAddr,
}

impl AdminServer {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the shutdown; to be given to a supervisor.
    pub async fn run(self, shutdown: CancellationToken) -> io::Result<()> {
        let asked = shutdown.clone();
        let serving = axum::serve(self.listener, self.routes)
            .with_graceful_shutdown(async move { asked.cancelled().await });
        let grace_is_over = async {
            shutdown.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serving => served,
            // A scraper that stalls must not hold up the process.
            () = grace_is_over => Ok(()),
        }
    }
}

async fn scrape(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    let format = Format::asked_for(&headers);
    let rendered = match format {
        Format::OpenMetrics => Ok(metrics.render_open_metrics()),
        Format::Text => metrics.render(),
    };
    let headers = [(header::CONTENT_TYPE, format.content_type()), (header::VARY, "accept")];
    match rendered {
        Ok(text) => (headers, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be served");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests;
