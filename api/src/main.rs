//! The HTTP service of the registrar.

use std::process::ExitCode;

use registrar_api::{Application, Settings};
use registrar_common::{config, lifecycle::Shutdown, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let settings: Settings = config::parse();
    let telemetry =
        telemetry::init("registrar-api", env!("CARGO_PKG_VERSION"), &settings.telemetry)?;
    let application = Application::build(settings, Shutdown::on_signals()?).await?;
    let stopped = application.run_until_stopped().await;
    telemetry.shutdown().await;
    Ok(stopped.exit_code())
}
