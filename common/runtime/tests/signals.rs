//! In a process of its own, since it sends itself signals.

use std::sync::atomic::{AtomicUsize, Ordering};

use registrar_runtime::lifecycle::shutdown_on_signals;
use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::yield_now;

static SENT: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn the_first_signal_ends_nothing_also_after_a_stop_that_was_asked_for_in_code() {
    let (end, mut ended) = mpsc::unbounded_channel();
    let shutdown = shutdown_on_signals(move || {
        end.send(SENT.load(Ordering::SeqCst)).unwrap();
        panic!("this process is not to end");
    })
    .unwrap();
    let mut received = signal(SignalKind::terminate()).unwrap();
    shutdown.cancel();
    for _ in 0..2 {
        SENT.fetch_add(1, Ordering::SeqCst);
        kill_process(getpid(), Signal::TERM).unwrap();
        received.recv().await.unwrap();
        // The task under test has received it, too, and runs now.
        yield_now().await;
    }
    assert_eq!(ended.recv().await, Some(2), "by the second signal");
}
