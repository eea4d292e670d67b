//! The worker's port for Prometheus and orchestrators.

use std::net::SocketAddr;

use registrar_runtime::lifecycle::Supervisor;
use registrar_telemetry::admin::{Admin, Health, ListenError};
use registrar_telemetry::metrics::Metrics;
use tokio_util::sync::CancellationToken;

use crate::readiness::Readiness;

/// Serves `/metrics`, `/livez` and `/readyz` until the shutdown.
pub(crate) async fn start(
    supervisor: &mut Supervisor,
    shutdown: &CancellationToken,
    address: SocketAddr,
    metrics: Metrics,
    readiness: Readiness,
) -> Result<(), ListenError> {
    let ready = move || readiness.health();
    let server = Admin::new(metrics).with_health(|| Health::Well, ready).listen(address).await?;
    tracing::info!(metrics_address = %server.address(), "listening");
    supervisor.spawn("admin", server.run(shutdown.clone()));
    Ok(())
}
