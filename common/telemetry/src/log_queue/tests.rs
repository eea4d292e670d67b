//! What becomes of lines when their reader is slow, stalls, goes away, or has no room.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvError, Sender, channel};

use super::*;

const LONG_ENOUGH: Duration = Duration::from_secs(30);
const CAPACITY_HERE: usize = 10_000;

/// An output that takes nothing until its reader reads.
struct Stalled {
    reached: Sender<()>,
    opened: Receiver<()>,
    taken: Sender<Vec<u8>>,
}

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The test may have looked away by then.
        let _ = self.reached.send(());
        assert_eq!(self.opened.recv(), Err(RecvError));
        let _ = self.taken.send(bytes.to_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Reader {
    reached: Receiver<()>,
    opened: Option<Sender<()>>,
    taken: Receiver<Vec<u8>>,
}

impl Reader {
    fn reads(&mut self) {
        self.opened = None;
    }

    fn lines(&self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let taken = String::from_utf8(self.taken.recv_timeout(LONG_ENOUGH).unwrap()).unwrap();
            lines.extend(taken.lines().map(ToOwned::to_owned));
        }
        lines
    }
}

/// A queue whose reader stalls, with one line in the hands of the thread.
fn stalled(report: impl Fn(u64) + Send + 'static) -> (Arc<LogQueue>, Reader) {
    let (reached, reached_here) = channel();
    let (open, opened) = channel();
    let (taken, taken_here) = channel();
    let output = Stalled { reached, opened, taken };
    let reader = Reader { reached: reached_here, opened: Some(open), taken: taken_here };
    let queue = LogQueue::start(CAPACITY_HERE, output, report).unwrap();
    log(&queue, "in hand");
    reader.reached.recv_timeout(LONG_ENOUGH).unwrap();
    (queue, reader)
}

fn log(queue: &Arc<LogQueue>, line: &str) {
    queue.writer()().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Ten of these lines fill the queue.
fn log_thousand_bytes(queue: &Arc<LogQueue>) {
    log(queue, &"x".repeat(999));
}

#[test]
fn lines_arrive_whole_and_in_their_order() {
    let (queue, mut reader) = stalled(|_| {});
    let lines: Vec<_> = (0..100).map(|number| format!("line {number}")).collect();
    for line in &lines {
        log(&queue, line);
    }
    reader.reads();
    assert_eq!(reader.lines(101)[1..], lines);
}

#[test]
fn a_stalled_reader_costs_lines_that_are_counted_and_no_memory() {
    let (tell, reports) = channel();
    let (queue, mut reader) = stalled(move |lines| tell.send(lines).unwrap());
    for _ in 0..10 {
        log_thousand_bytes(&queue);
    }
    assert_eq!(queue.lock().dropped, 0);
    for _ in 0..1_000 {
        log_thousand_bytes(&queue);
    }
    assert_eq!(queue.lock().dropped, 1_000);
    assert!(queue.lock().waiting.capacity() <= 2 * CAPACITY_HERE);

    reader.reads();
    assert_eq!(reports.recv_timeout(LONG_ENOUGH), Ok(1_000));
    assert_eq!(reader.lines(11).len(), 11);
    log(&queue, "it flows again");
    assert_eq!(reader.lines(1), ["it flows again"]);
}

#[test]
fn that_lines_were_dropped_is_logged_although_the_queue_is_full() {
    let this = Arc::new(OnceLock::new());
    let own = Arc::clone(&this);
    let (queue, mut reader) = stalled(move |lines| log(own.wait(), &format!("{lines} dropped")));
    this.set(Arc::clone(&queue)).ok().unwrap();
    for _ in 0..15 {
        log_thousand_bytes(&queue);
    }
    reader.reads();
    assert_eq!(reader.lines(12).last().unwrap(), "5 dropped");
}

#[test]
fn a_flush_waits_for_what_is_read_and_not_for_a_reader_that_stalls() {
    let (queue, mut reader) = stalled(|_| {});
    log(&queue, "the last words");
    queue.flush(Duration::from_millis(1));
    assert!(!queue.lock().waiting.is_empty());

    reader.reads();
    queue.flush(LONG_ENOUGH);
    assert!(queue.lock().waiting.is_empty() && !queue.lock().is_writing);
    assert_eq!(reader.lines(2), ["in hand", "the last words"]);
}

/// Does with each write what the test says, and passes on what it took.
struct Scripted {
    script: VecDeque<io::Result<usize>>,
    taken: Sender<Vec<u8>>,
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.script.pop_front().unwrap_or(Ok(usize::MAX))?;
        let taken = bytes.len().min(most);
        self.taken.send(bytes[..taken].to_owned()).unwrap();
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many lines each call could not write, and everything that was written.
fn written(script: Vec<io::Result<usize>>, calls: &[&str]) -> (Vec<u64>, String) {
    let (taken, all) = channel();
    let mut output = Output { to: Scripted { script: script.into(), taken }, is_torn: false };
    let lost = calls.iter().map(|lines| output.write_lines(lines.as_bytes())).collect();
    drop(output);
    (lost, String::from_utf8(all.iter().flatten().collect()).unwrap())
}

#[test]
fn lines_that_find_no_room_on_a_disk_are_lost_and_the_next_begins_a_line() {
    let full = || Err(ErrorKind::StorageFull.into());
    let calls = ["one\ntwo\n", "three\n", "four\n"];
    assert_eq!(
        written(vec![Ok(6), full(), full()], &calls),
        (vec![1, 1, 0], "one\ntw\nfour\n".to_owned())
    );
    assert_eq!(
        written(vec![Ok(4), full(), full()], &calls),
        (vec![1, 1, 0], "one\nfour\n".to_owned())
    );
}

#[test]
fn a_reader_that_is_gone_costs_every_line_and_nothing_else() {
    let gone = || Err(ErrorKind::BrokenPipe.into());
    assert_eq!(written(vec![gone(), gone()], &["one\n", "two\n"]), (vec![1, 1], String::new()));
}

#[test]
fn interrupted_and_partial_writes_go_on() {
    let script = vec![Ok(1), Err(ErrorKind::Interrupted.into()), Err(ErrorKind::WouldBlock.into())];
    assert_eq!(written(script, &["one\n"]), (vec![0], "one\n".to_owned()));
}
