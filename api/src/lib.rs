//! The HTTP service: validates a registration, publishes it, and answers with a status URL once the
//! broker has it on disk.
//!
//! [`Application`] puts the parts together; `router` shows every route. A request passes the layers
//! of `middleware`, which ask `admission`, reaches its handler in `handlers`, and ends as an answer or
//! a [`problem`]. `submission` is the way to the queue, `status` the way back from the database,
//! `imports` takes files in, `http` reads what the head of a request says.

pub mod admission;
pub mod application;
pub mod docs;
pub mod extract;
pub mod handlers;
pub mod http;
pub mod imports;
pub mod limits;
pub mod metrics;
pub mod middleware;
pub mod pages;
pub mod problem;
pub mod readiness;
pub mod router;
mod run;
pub mod server;
pub mod settings;
pub mod state;
pub mod status;
pub mod submission;
#[cfg(test)]
mod testing;

pub use application::{Application, StartError};
pub use limits::Limits;
pub use run::main;
pub use settings::Settings;
