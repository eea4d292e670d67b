//! Starting, watching and stopping the tasks of a process, and taking its ports.
//!
//! A process makes one token with [`shutdown_on_signals`], gives every long-running task to one
//! [`Supervisor`], and returns what [`Supervisor::run`] answers from `main`:
//!
//! ```no_run
//! # use std::{convert::Infallible, process::ExitCode, time::Duration};
//! use registrar_runtime::lifecycle::{Supervisor, shutdown_on_signals};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn work(_: CancellationToken) -> Result<(), Infallible> { Ok(()) }
//! # #[tokio::main]
//! # async fn main() -> std::io::Result<ExitCode> {
//! let shutdown = shutdown_on_signals(|| ())?;
//! let mut supervisor = Supervisor::new(shutdown.clone());
//! supervisor.spawn("publisher", work(shutdown.clone()));
//! let stopped = supervisor.run(Duration::from_secs(25)).await;
//! // Telemetry is flushed here, last of all.
//! Ok(stopped.exit_code())
//! # }
//! ```
//!
//! No task is detached: each is owned by a supervisor or by another task's join set, so that the
//! death of any is noticed.

mod healthcheck;
mod listen;
mod shutdown;
mod supervisor;

pub use healthcheck::{HEALTHCHECK, Unhealthy, healthcheck, is_healthcheck};
pub use listen::{ListenError, listen};
pub use shutdown::shutdown_on_signals;
pub use supervisor::{Stopped, Supervisor, TaskOutput};
