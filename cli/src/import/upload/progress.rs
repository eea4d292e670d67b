//! How far it has come: a bar on a terminal, lines elsewhere. On stderr, so that stdout has the result
//! alone.

use std::env;
use std::io::{self, IsTerminal as _, Read};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use registrar_runtime::output::print_error;

use crate::import::interrupt::Interrupt;

const UPLOAD_BAR: &str = "{spinner} {msg} {wide_bar} {bytes} of {total_bytes}, {eta} left";
const ROWS_BAR: &str = "{spinner} {msg} {wide_bar} {human_pos} of {human_len} rows";
const PLAIN_BAR: &str = "-\\|/ ";
const TICK: Duration = Duration::from_millis(250);
/// Time between two lines.
const LINES_APART: Duration = Duration::from_secs(5);
/// Time between two that are the same, which say that it is still waited for.
const SAME_LINES_APART: Duration = Duration::from_mins(2);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Bytes,
    Rows,
}

pub(super) struct Progress {
    shown: Shown,
    interrupt: Interrupt,
}

enum Shown {
    Bar(ProgressBar),
    Lines(Lines),
}

struct Lines {
    what: &'static str,
    counted: Counted,
    total: u64,
    done: u64,
    last: Instant,
    said: Option<String>,
}

impl Progress {
    /// Begins to show a count up to a total; 0 when that is not known.
    pub(super) fn begin(
        what: &'static str,
        counted: Counted,
        total: u64,
        interrupt: &Interrupt,
    ) -> Self {
        let shown = if has_cursor() {
            let template = if counted == Counted::Bytes { UPLOAD_BAR } else { ROWS_BAR };
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .tick_chars(PLAIN_BAR)
                .progress_chars("=> ");
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
            bar.set_message(what);
            bar.enable_steady_tick(TICK);
            interrupt.set_bar(Some(bar.clone()));
            Shown::Bar(bar)
        } else {
            Shown::Lines(Lines { what, counted, total, done: 0, last: Instant::now(), said: None })
        };
        Self { shown, interrupt: interrupt.clone() }
    }

    /// So much is done. It never goes back.
    pub(super) fn set(&mut self, done: u64, total: u64) {
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_length(total.max(bar.length().unwrap_or_default()));
                bar.set_position(done.max(bar.position()));
            }
            Shown::Lines(lines) => {
                lines.done = lines.done.max(done);
                lines.total = lines.total.max(total);
                if lines.last.elapsed() >= LINES_APART {
                    lines.say();
                }
            }
        }
    }
}

/// The bar goes, and what follows stands in its place.
impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.finish_and_clear();
                self.interrupt.set_bar(None);
            }
            Shown::Lines(lines) if lines.done > 0 => lines.say(),
            Shown::Lines(_) => {}
        }
    }
}

impl Lines {
    fn say(&mut self) {
        let text = self.text();
        if self.said.as_ref() != Some(&text) || self.last.elapsed() >= SAME_LINES_APART {
            print_error(&text);
            self.last = Instant::now();
            self.said = Some(text);
        }
    }

    fn text(&self) -> String {
        let Self { what, counted, total, done, .. } = self;
        match counted {
            Counted::Bytes => format!("{what}: {} of {}", HumanBytes(*done), HumanBytes(*total)),
            Counted::Rows => format!("{what}: {done} of {total} rows"),
        }
    }
}

fn has_cursor() -> bool {
    io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Counts what is read of a file, which is what is sent.
pub(super) struct Reading<'a, R> {
    pub(super) file: R,
    pub(super) sent: u64,
    pub(super) bytes: u64,
    pub(super) progress: &'a mut Progress,
}

impl<R: Read> Read for Reading<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(into)?;
        self.sent += length as u64;
        self.progress.set(self.sent, self.bytes);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_far_it_has_come_and_never_go_back() {
        let lines = |counted, total| Lines {
            what: "Registering",
            counted,
            total,
            done: 0,
            last: Instant::now(),
            said: None,
        };
        let shown = Shown::Lines(lines(Counted::Rows, 0));
        let mut progress = Progress { shown, interrupt: Interrupt::default() };
        for (done, total, text) in [
            (3, 10, "Registering: 3 of 10 rows"),
            (2, 12, "Registering: 3 of 12 rows"),
            (5, 0, "Registering: 5 of 12 rows"),
        ] {
            progress.set(done, total);
            let Shown::Lines(lines) = &progress.shown else { panic!("a bar") };
            assert_eq!(lines.text(), text);
        }
        assert_eq!(lines(Counted::Bytes, 2048).text(), "Registering: 0 B of 2.00 KiB");
    }
}
