use std::sync::{Arc, Mutex};
use std::time::Duration;

use registrar_domain::RegistrationId;
use reqwest::Client;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::student::Student;
use crate::submission::{Refusal, Submission};

/// Between two requests of one client, so that the backlog of an outage drains within a test.
const SEND_INTERVAL: Duration = Duration::from_millis(10);
/// After a request that got no 202.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);
/// Of so many mixed submissions, one has an address that its client has submitted before.
const DUPLICATE_EVERY: usize = 10;

/// What all clients have seen so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// In the order of their 202s.
    pub(super) accepted: Vec<(RegistrationId, Submission)>,
    /// Why requests got no 202.
    pub(super) refusals: Vec<Refusal>,
    /// What got none, to be repeated in the end.
    pub(super) unanswered: Vec<Submission>,
    pub(super) slowest_answer: Duration,
    last_accepted: Option<Instant>,
    pub(super) longest_silence: Duration,
}

impl Log {
    fn note(&mut self, answer: Result<RegistrationId, Refusal>, of: &Submission, asked: Instant) {
        let now = Instant::now();
        self.slowest_answer = self.slowest_answer.max(now - asked);
        match answer {
            Ok(id) => {
                let silence = self.last_accepted.map_or(Duration::ZERO, |last| now - last);
                self.longest_silence = self.longest_silence.max(silence);
                self.last_accepted = Some(now);
                self.accepted.push((id, of.clone()));
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }
}

/// What a client does about a request that got no 202.
#[derive(Clone, Copy)]
pub(super) enum AfterRefusal {
    /// Sends the next one; this one is repeated when the load is stopped.
    SendNext,
    /// Repeats it until it gets one.
    Retry,
}

/// With or without a key, and sometimes with an earlier address.
pub(super) fn mixed(number: usize, earlier: &[String]) -> Submission {
    let student = sometimes_repeated(earlier);
    if number.is_multiple_of(2) { Submission::keyed(student) } else { Submission::keyless(student) }
}

pub(super) fn sometimes_repeated(earlier: &[String]) -> Student {
    let mut student = Student::unique();
    if earlier.len() % DUPLICATE_EVERY == DUPLICATE_EVERY - 1 {
        student.email.clone_from(&earlier[earlier.len() / 2]);
    }
    student
}

pub(super) async fn register_until(
    stop: CancellationToken,
    client: Client,
    api_url: String,
    next: impl Fn(&[String]) -> Submission,
    after_refusal: AfterRefusal,
    log: Arc<Mutex<Log>>,
) {
    let mut ticks = interval(SEND_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut submitted = Vec::new();
    while !stop.is_cancelled() {
        ticks.tick().await;
        let submission = next(&submitted);
        submitted.push(submission.student.email.clone());
        // Not cut off by the stop: what was sent is answered, or repeated.
        loop {
            let asked = Instant::now();
            let answer = submission.try_send(&client, &api_url).await;
            log.lock().unwrap().note(answer, &submission, asked);
            if answer.is_ok() {
                break;
            }
            sleep(PAUSE_AFTER_REFUSAL).await;
            if matches!(after_refusal, AfterRefusal::SendNext) {
                log.lock().unwrap().unanswered.push(submission);
                break;
            }
        }
    }
}
