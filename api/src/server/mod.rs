//! Connections: how many, how slow they may be, and how they end.

mod error_bodies;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use self::error_bodies::ErrorBodies;
use crate::http::Peer;
use crate::limits::Limits;

/// The kernel has no file descriptors or memory left: some come free when connections end.
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Unless it is set, hyper takes so many, on its stack.
const HYPERS_HEADERS: usize = 100;

/// Hyper takes no smaller one.
const SMALLEST_BUFFER: usize = 8_192;

#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    router: Router,
    http: http1::Builder,
    connection_permits: Arc<Semaphore>,
    draining: CancellationToken,
}

impl Server {
    /// A server for this listener; it takes connections once it runs. Once `draining` is requested,
    /// each connection ends with its next answer.
    pub fn new(
        listener: TcpListener,
        router: Router,
        limits: &Limits,
        draining: CancellationToken,
    ) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            // Somewhat above our own limits, which answer with more than an empty body.
            .max_buf_size(SMALLEST_BUFFER.max((limits.header_bytes + limits.uri_bytes) * 2));
        let header_count = limits.header_count * 5 / 4;
        if header_count > HYPERS_HEADERS {
            http.max_headers(header_count);
        }
        let connection_permits = Arc::new(Semaphore::new(limits.connections));
        Self { listener, router, http, connection_permits, draining }
    }

    /// Serves until the shutdown; then takes no more connections and answers what was taken in.
    ///
    /// Requests that take longer than `deadline` from then on are cut off.
    pub async fn run(self, shutdown: CancellationToken, deadline: Duration) {
        let graceful = GracefulShutdown::new();
        // Dropped at the end, which cuts off what has not finished.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                (stream, peer, permit) = self.accept() => {
                    connections.spawn(self.serve(stream, peer, permit, &graceful));
                }
                Some(_ended) = connections.join_next() => {}
            }
        }
        drop(self.listener);
        if tokio::time::timeout(deadline, graceful.shutdown()).await.is_err() {
            tracing::warn!("some connections were cut off, since they did not end in time");
        }
    }

    /// The next connection, once there is a permit for it; until then it waits in the kernel.
    async fn accept(&self) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
        // Fails only when the semaphore is closed, which it never is.
        let permit = Arc::clone(&self.connection_permits).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
                }
            }
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        permit: Option<OwnedSemaphorePermit>,
        graceful: &GracefulShutdown,
    ) -> impl Future<Output = ()> + Send + use<> {
        // Answers are small and whole: holding them back to fill a packet only costs time.
        _ = stream.set_nodelay(true);
        let service = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request.map(Body::new)
        });
        let draining = self.draining.clone();
        let service = service.map_response(move |mut response: Response| {
            if draining.is_cancelled() {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            response
        });
        let connection = self.http.serve_connection(
            TokioIo::new(ErrorBodies::new(stream)),
            TowerToHyperService::new(service),
        );
        let connection = graceful.watch(connection);
        async move {
            // Client disconnects and protocol errors are logged at debug only.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        }
    }
}

#[cfg(test)]
mod tests;
