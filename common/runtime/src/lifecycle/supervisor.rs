//! The owner of a process's long-running tasks.

use std::any::Any;
use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

type TaskResult = Result<(), Box<dyn Error + Send + Sync>>;

/// What a supervised task may return: nothing, or a result.
pub trait TaskOutput {
    fn into_result(self) -> TaskResult;
}

impl TaskOutput for () {
    fn into_result(self) -> TaskResult {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> TaskOutput for Result<(), E> {
    fn into_result(self) -> TaskResult {
        self.map_err(Into::into)
    }
}

/// Owns named tasks that are all meant to run until the shutdown.
///
/// A task that ends before the shutdown starts it, since a process that lost a part of itself is
/// better restarted than half alive; one that fails or panics at any time makes the process fail.
#[derive(Debug)]
pub struct Supervisor {
    shutdown: CancellationToken,
    tasks: JoinSet<TaskResult>,
    names: HashMap<Id, String>,
    failures: Vec<String>,
}

impl Supervisor {
    pub fn new(shutdown: CancellationToken) -> Self {
        Self { shutdown, tasks: JoinSet::new(), names: HashMap::new(), failures: Vec::new() }
    }

    /// Starts `task`, which must return soon after the shutdown is requested, and not before.
    ///
    /// Must be called within a Tokio runtime.
    pub fn spawn<T>(&mut self, name: impl Into<String>, task: T)
    where
        T: Future<Output: TaskOutput> + Send + 'static,
    {
        let handle = self.tasks.spawn(async move { task.await.into_result() });
        self.names.insert(handle.id(), name.into());
    }

    /// Runs until the shutdown is requested or a task ends, then gives the tasks up to `deadline`
    /// to return. Those that have not are aborted and named.
    pub async fn run(mut self, deadline: Duration) -> Stopped {
        self.watch().await;
        self.shutdown.cancel();
        self.drain(Instant::now() + deadline).await;
        Stopped { failures: self.failures }
    }

    async fn watch(&mut self) {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => {}
            Some(ended) = self.tasks.join_next_with_id() => {
                self.note_end(ended, true);
            }
        }
    }

    async fn drain(&mut self, deadline: Instant) {
        while let Ok(next) = tokio::time::timeout_at(deadline, self.tasks.join_next_with_id()).await
        {
            let Some(ended) = next else { return };
            self.note_end(ended, false);
        }
        let mut names: Vec<String> = self.names.drain().map(|(_, name)| name).collect();
        names.sort_unstable();
        for name in names {
            self.fail(&name, "did not stop in time and was aborted");
        }
        self.tasks.abort_all();
    }

    /// Takes an ended task off the list, and records it when it went wrong or was not asked to end.
    fn note_end(&mut self, ended: Result<(Id, TaskResult), JoinError>, is_early: bool) {
        let (id, how) = match ended {
            Ok((id, Ok(()))) => (id, is_early.then(|| "ended before the shutdown".to_owned())),
            Ok((id, Err(error))) => (id, Some(format!("failed: {}", with_causes(error.as_ref())))),
            Err(error) => (error.id(), Some(how_it_died(error))),
        };
        let name = self.names.remove(&id).unwrap_or_default();
        if let Some(how) = how {
            self.fail(&name, &how);
        }
    }

    fn fail(&mut self, name: &str, how: &str) {
        let sentence = format!("the task {name:?} {how}");
        tracing::error!("{sentence}");
        self.failures.push(sentence);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the process must exit with this code"]
pub struct Stopped {
    failures: Vec<String>,
}

impl Stopped {
    /// One sentence for each task that died, failed or did not stop; none after a clean stop.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    pub fn exit_code(&self) -> ExitCode {
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn how_it_died(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("panicked: {}", panic_message(panic.as_ref())),
        Err(_cancelled) => "was aborted".to_owned(),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        sentence = format!("{sentence}: {error}");
        cause = error.source();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn supervisor() -> (CancellationToken, Supervisor) {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone());
        let until_stopped = shutdown.clone();
        supervisor.spawn("obedient", async move { until_stopped.cancelled().await });
        (shutdown, supervisor)
    }

    #[tokio::test]
    async fn a_clean_stop_has_no_failures() {
        let (shutdown, supervisor) = supervisor();
        shutdown.cancel();
        assert_eq!(supervisor.run(LONG).await.failures(), [""; 0]);
    }

    #[tokio::test]
    async fn a_supervisor_without_tasks_waits_for_the_shutdown() {
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(Supervisor::new(shutdown.clone()).run(LONG));
        tokio::task::yield_now().await;
        assert!(!running.is_finished());
        shutdown.cancel();
        assert!(running.await.unwrap().failures().is_empty());
    }

    #[tokio::test]
    async fn a_task_that_ends_early_stops_everything_and_is_named() {
        let (shutdown, mut supervisor) = supervisor();
        supervisor.spawn("fickle", async {});
        let stopped = supervisor.run(LONG).await;
        assert!(shutdown.is_cancelled());
        assert_eq!(stopped.failures(), ["the task \"fickle\" ended before the shutdown"]);
    }

    #[tokio::test]
    async fn a_task_that_fails_is_reported_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot publish")]
        struct CannotPublish(#[source] std::io::Error);

        let (_, mut supervisor) = supervisor();
        supervisor
            .spawn("publisher", async { Err(CannotPublish(std::io::Error::other("disk full"))) });
        let stopped = supervisor.run(LONG).await;
        assert_eq!(
            stopped.failures(),
            ["the task \"publisher\" failed: cannot publish: disk full"]
        );
    }

    fn run_out_of(what: &str) {
        panic!("out of {what}");
    }

    #[tokio::test]
    async fn a_task_that_panics_stops_everything_and_is_named() {
        let (shutdown, mut supervisor) = supervisor();
        supervisor.spawn("brittle", async { run_out_of("luck") });
        let stopped = supervisor.run(LONG).await;
        assert!(shutdown.is_cancelled());
        assert_eq!(stopped.failures(), ["the task \"brittle\" panicked: out of luck"]);
    }

    #[tokio::test]
    async fn a_task_that_fails_while_stopping_still_counts() {
        let (shutdown, mut supervisor) = supervisor();
        let until_stopped = shutdown.clone();
        supervisor.spawn("sloppy", async move {
            until_stopped.cancelled().await;
            Err("could not settle")
        });
        shutdown.cancel();
        let stopped = supervisor.run(LONG).await;
        assert_eq!(stopped.failures(), ["the task \"sloppy\" failed: could not settle"]);
    }

    #[tokio::test]
    async fn tasks_that_do_not_stop_by_the_deadline_are_named() {
        let (shutdown, mut supervisor) = supervisor();
        supervisor.spawn("deaf", std::future::pending::<()>());
        supervisor.spawn("blind", std::future::pending::<()>());
        shutdown.cancel();
        let stopped = supervisor.run(Duration::from_millis(20)).await;
        assert_eq!(
            stopped.failures(),
            [
                "the task \"blind\" did not stop in time and was aborted",
                "the task \"deaf\" did not stop in time and was aborted"
            ]
        );
    }

    #[test]
    fn only_a_clean_stop_exits_with_success() {
        let code = |failures: Vec<String>| format!("{:?}", Stopped { failures }.exit_code());
        assert_eq!(code(vec![]), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(code(vec!["the task died".to_owned()]), format!("{:?}", ExitCode::FAILURE));
    }
}
