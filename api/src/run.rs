//! The process: settings, telemetry, the application, and the end in order.

use std::process::ExitCode;

use anyhow::Context as _;
use registrar_runtime::lifecycle::shutdown_on_signals;
use registrar_runtime::{config, lifecycle, output};

use crate::application::{Application, SERVICE, VERSION};
use crate::settings::{Healthcheck, Settings};

/// Runs the API of this process, or asks another one how it is.
pub fn main() -> ExitCode {
    if lifecycle::is_healthcheck() {
        let settings = config::parse::<Healthcheck>();
        return output::exit_code(lifecycle::healthcheck(settings.address));
    }
    let settings = config::parse::<Settings>();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("The operating system does not let the API start its threads")
        .and_then(|runtime| runtime.block_on(run(settings)));
    registrar_telemetry::flush_log();
    result.unwrap_or_else(|error| {
        output::print_last_words(format_args!("{error:#}"));
        ExitCode::FAILURE
    })
}

async fn run(settings: Settings) -> anyhow::Result<ExitCode> {
    let telemetry = registrar_telemetry::init(SERVICE, VERSION, &settings.telemetry)?;
    let shutdown = shutdown_on_signals(registrar_telemetry::flush_log)?;
    let application = Application::build(settings, shutdown).await?;
    let stopped = application.run_until_stopped().await;
    telemetry.shutdown().await;
    Ok(stopped.exit_code())
}
