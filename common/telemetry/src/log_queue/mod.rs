//! Log lines on their way to stdout: a bounded queue, and a thread of its own that writes.
//!
//! A write to a pipe that is not read never returns. So logging only appends to the queue; when
//! that is full, lines are dropped and counted. The thread takes all that waits at once, so that many
//! lines cost one write.
//!
//! tracing-appender's non-blocking writer does most of this, but at its end it says on stderr that a
//! reader stalls, which stalls too; it bounds lines and not bytes; and its log has no trace of what
//! it dropped.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;
use std::{io, thread};

/// Lines that wait, in bytes; the thread has at most as many in hand. Some thousand lines: a second
/// of the busiest process.
const CAPACITY: usize = 1024 * 1024;

/// What is kept allocated after a rush of lines.
const KEPT: usize = 16 * 1024;

/// How long the thread lets lines gather once there is one: as little as no reader notices, and enough
/// that a busy process is not woken, and does not write, for each line.
const LINGER: Duration = Duration::from_millis(5);

/// How long the end of a process waits for its last lines to be read.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to wait for a descriptor that another process made non-blocking.
const NON_BLOCKING_PAUSE: Duration = Duration::from_millis(10);

static TO_STDOUT: OnceLock<Arc<LogQueue>> = OnceLock::new();

pub(super) fn to_stdout() -> io::Result<Arc<LogQueue>> {
    // Not the standard library's stdout, whose lock would be held by a write that never returns.
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let queue = LogQueue::start(CAPACITY, stdout, |lines| {
        tracing::warn!(lines, "{lines} log lines were dropped: stdout was not read fast enough");
    })?;
    Ok(Arc::clone(TO_STDOUT.get_or_init(|| queue)))
}

/// How many log lines this process has dropped so far.
pub(super) fn dropped_lines() -> u64 {
    TO_STDOUT.get().map_or(0, |queue| queue.lock().dropped)
}

/// Waits until stdout has every log line so far, for a second at most: the last thing a process does.
pub fn flush_log() {
    flush_within(FLUSH_TIMEOUT);
}

pub(super) fn flush_within(timeout: Duration) {
    if let Some(queue) = TO_STDOUT.get() {
        queue.flush(timeout);
    }
}

pub(super) struct LogQueue {
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
    writer: OnceLock<ThreadId>,
}

#[derive(Default)]
struct State {
    /// Whole lines.
    waiting: Vec<u8>,
    is_writing: bool,
    /// Lines that did not fit or could not be written.
    dropped: u64,
}

impl LogQueue {
    /// Starts a thread that writes to `output` and, whenever that takes lines again, calls `report`
    /// with the number of lines that were dropped since it was called last.
    fn start(
        capacity: usize,
        output: impl Write + Send + 'static,
        report: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self {
            capacity,
            state: Mutex::default(),
            changed: Condvar::new(),
            writer: OnceLock::new(),
        });
        let writing = Arc::clone(&queue);
        let run = move || writing.run(&mut Output { to: output, is_torn: false }, report);
        thread::Builder::new().name("log".to_owned()).spawn(run)?;
        Ok(queue)
    }

    /// What a layer takes as its writer. Each write is taken for whole lines, as both layers write.
    pub(super) fn writer(self: &Arc<Self>) -> impl Fn() -> Lines + Send + Sync + use<> {
        let queue = Arc::clone(self);
        move || Lines(Arc::clone(&queue))
    }

    fn push(&self, lines: &[u8]) {
        let mut state = self.lock();
        let fits = state.waiting.len() + lines.len() <= self.capacity;
        // What the thread itself logs is that lines were dropped, at a moment when the queue is full.
        if !fits && self.writer.get() != Some(&thread::current().id()) {
            state.dropped += count(lines);
            return;
        }
        let before = state.waiting.len();
        state.waiting.extend_from_slice(lines);
        let now = state.waiting.len();
        drop(state);
        let half = self.capacity / 2;
        if before == 0 || (before < half && now >= half) {
            self.changed.notify_all();
        }
    }

    fn run(&self, output: &mut Output<impl Write>, report: impl Fn(u64)) {
        self.writer.get_or_init(|| thread::current().id());
        let mut lines = Vec::new();
        let mut reported = 0;
        loop {
            self.take(&mut lines);
            let unwritten = output.write_lines(&lines);
            let dropped = {
                let mut state = self.lock();
                state.dropped += unwritten;
                state.dropped
            };
            if unwritten == 0 && dropped > reported {
                report(dropped - reported);
                reported = dropped;
            }
        }
    }

    /// Waits for lines, lets them gather, and takes all of them.
    fn take(&self, lines: &mut Vec<u8>) {
        lines.clear();
        lines.shrink_to(KEPT);
        let mut state = self.lock();
        state.is_writing = false;
        self.changed.notify_all();
        while state.waiting.is_empty() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let is_little = |state: &mut State| state.waiting.len() < self.capacity / 2;
        let gathered = self.changed.wait_timeout_while(state, LINGER, is_little);
        (state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        std::mem::swap(&mut state.waiting, lines);
    }

    fn flush(&self, timeout: Duration) {
        let is_busy = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        drop(self.changed.wait_timeout_while(self.lock(), timeout, is_busy));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Lines(Arc<LogQueue>);

impl Write for Lines {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.0.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Output<W> {
    to: W,
    /// Whether the last line was written in part, as when a disk becomes full.
    is_torn: bool,
}

impl<W: Write> Output<W> {
    /// Returns how many lines could not be written: the reader is gone, or the disk is full.
    fn write_lines(&mut self, lines: &[u8]) -> u64 {
        if self.is_torn && self.write(b"\n").is_err() {
            return count(lines);
        }
        self.is_torn = false;
        match self.write(lines) {
            Ok(()) => 0,
            Err(written) => {
                self.is_torn = written > 0 && lines[written - 1] != b'\n';
                count(&lines[written..])
            }
        }
    }

    /// Fails with how much was written before the error.
    fn write(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let mut written = 0;
        while written < bytes.len() {
            match self.to.write(&bytes[written..]) {
                Ok(0) => return Err(written),
                Ok(more) => written += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(NON_BLOCKING_PAUSE);
                }
                Err(_) => return Err(written),
            }
        }
        Ok(())
    }
}

fn count(lines: &[u8]) -> u64 {
    lines.split(|byte| *byte == b'\n').skip(1).count() as u64
}

#[cfg(test)]
mod tests;
