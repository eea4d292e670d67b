//! The writer's loop, over deliveries and a store in memory: what is acked, and when.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use registrar_common::domain::ledger::{Account, Book, Epoch, Ledger};
use registrar_common::domain::{HoldReason, Lane, Outcome, Registration, RegistrationId, Student};
use registrar_common::messaging::{ChannelGone, Deliveries, Delivery, Envelope, REPLAYED};
use registrar_common::retry::RetryPolicy;
use registrar_common::storage::{
    DeadLetter, Entry, ErrorClass, RegistrationStore, StorageError, Verdict,
};
use registrar_common::telemetry::metrics::Metrics;
use tokio_util::sync::CancellationToken;

use super::{Writer, WriterEnd};
use crate::batch::{BatchLimits, Pace};
use crate::metrics::WorkerMetrics;
use crate::source::Source;

/// A channel that hands out these deliveries and then is silent, or gone.
#[derive(Debug, Default)]
struct Channel {
    deliveries: VecDeque<Delivery>,
    goes_silent: bool,
    acked: Arc<Mutex<Vec<u64>>>,
}

impl Deliveries for Channel {
    async fn next(&mut self) -> Option<Delivery> {
        match self.deliveries.pop_front() {
            None if self.goes_silent => std::future::pending().await,
            delivery => delivery,
        }
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.acked.lock().unwrap().push(tag);
        Ok(())
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.ack_through(tag).await
    }

    async fn take_no_more(&mut self) {
        self.goes_silent = false;
    }

    async fn give_back_all(&mut self) {}
}

/// A store that answers as the script says, and then always well.
#[derive(Debug, Default)]
struct Script {
    failures: Mutex<VecDeque<ErrorClass>>,
    fails_for_ever: Option<ErrorClass>,
    refuses: Option<RegistrationId>,
    forgets_one: bool,
    hold_fails: Mutex<usize>,
    batches: Mutex<Vec<Vec<Entry>>>,
    held: Mutex<Vec<DeadLetter>>,
    record_fails: Mutex<usize>,
    recorded: Mutex<Ledger>,
    stop_while_storing: Option<CancellationToken>,
}

fn error(class: ErrorClass) -> StorageError {
    StorageError::new(class, "scripted", "The script says so.")
}

impl RegistrationStore for Script {
    async fn probe(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn store(&self, batch: &[Entry]) -> Result<Vec<Verdict>, StorageError> {
        self.batches.lock().unwrap().push(batch.to_vec());
        if let Some(stop) = &self.stop_while_storing {
            stop.cancel();
        }
        let failure = self.failures.lock().unwrap().pop_front().or(self.fails_for_ever);
        if let Some(class) = failure {
            return Err(error(class));
        }
        let verdict = |entry: &Entry| {
            if self.refuses == Some(entry.registration.id) {
                Verdict::Refused { fingerprint: "mysql:4025".to_owned(), code: Some(4025) }
            } else {
                Verdict::Decided { outcome: Outcome::Registered, is_fresh: true }
            }
        };
        let answered = batch.len() - usize::from(self.forgets_one);
        Ok(batch[..answered].iter().map(verdict).collect())
    }

    async fn hold(&self, letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        let mut failing = self.hold_fails.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(error(ErrorClass::Transient));
        }
        self.held.lock().unwrap().extend_from_slice(letters);
        Ok(letters.iter().map(|letter| Outcome::OnHold(letter.reason)).collect())
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        let mut failing = self.record_fails.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(error(ErrorClass::Transient));
        }
        self.recorded.lock().unwrap().add(additions);
        Ok(())
    }
}

fn registration() -> Registration {
    let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
    Registration::now(RegistrationId::generate(), student)
}

fn delivery(tag: u64, body: Vec<u8>) -> Delivery {
    Delivery {
        tag,
        body,
        headers: [].into(),
        routing_key: "interactive".to_owned(),
        redelivered: false,
        delivery_count: 0,
        message_id: None,
        death: None,
    }
}

fn deliveries(count: u64) -> VecDeque<Delivery> {
    (1..=count).map(|tag| delivery(tag, Envelope::of(registration()).encode())).collect()
}

struct Run {
    end: WriterEnd,
    acked: Vec<u64>,
    store: Arc<Script>,
}

impl Run {
    fn batch_sizes(&self) -> Vec<usize> {
        self.store.batches.lock().unwrap().iter().map(Vec::len).collect()
    }

    fn held(&self) -> Vec<DeadLetter> {
        self.store.held.lock().unwrap().clone()
    }
}

/// Runs a writer with batches of at most four rows until it ends.
async fn run(channel: Channel, script: Script) -> Run {
    run_until(channel, script, CancellationToken::new()).await
}

async fn run_until(channel: Channel, script: Script, stop: CancellationToken) -> Run {
    run_at(Pace::Full, channel, script, stop).await
}

async fn run_at(pace: Pace, channel: Channel, script: Script, stop: CancellationToken) -> Run {
    run_with(pace, channel, script, &stop.child_token(), &stop).await
}

async fn run_with(
    pace: Pace,
    mut channel: Channel,
    script: Script,
    wind_down: &CancellationToken,
    stop: &CancellationToken,
) -> Run {
    let store = Arc::new(script);
    let writer = Writer {
        source: Source::lane(Lane::Interactive),
        store: Arc::clone(&store),
        limits: BatchLimits { rows: 4, linger: Duration::from_millis(5) },
        retry: RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(5)).unwrap(),
        give_back_after: Duration::from_mins(5),
        metrics: Arc::new(WorkerMetrics::register(&Metrics::new()).unwrap()),
    };
    let end = writer.run(pace, &mut channel, wind_down, stop).await;
    let acked = channel.acked.lock().unwrap().clone();
    Run { end, acked, store }
}

#[tokio::test(start_paused = true)]
async fn batches_are_filled_in_order_and_each_is_acked_once() {
    let run = run(Channel { deliveries: deliveries(9), ..Channel::default() }, Script::default());
    let run = run.await;
    // The channel goes while the third batch is gathered, and takes the ninth delivery with it.
    assert_eq!(run.batch_sizes(), [4, 4]);
    assert_eq!(run.acked, [4, 8]);
    assert!(matches!(run.end, WriterEnd::ChannelGone));
}

#[tokio::test(start_paused = true)]
async fn a_message_with_more_rows_than_a_batch_is_a_batch_of_its_own() {
    let chunk = Envelope { registrations: (0..6).map(|_| registration()).collect(), import: None };
    let mut deliveries = deliveries(5);
    deliveries[1].body = chunk.encode();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.batch_sizes(), [1, 6]);
    assert_eq!(run.acked, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_message_redelivered_three_times_is_not_taken_at_full_pace() {
    let mut deliveries = deliveries(4);
    deliveries[2].delivery_count = 3;
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.batch_sizes(), [2, 1], "its neighbours are stored");
    assert_eq!(run.acked, [2, 4], "and it is not");
    assert!(matches!(run.end, WriterEnd::Change(Pace::Careful)));
}

#[tokio::test(start_paused = true)]
async fn before_a_change_of_pace_all_but_what_is_suspicious_is_settled() {
    let mut deliveries = deliveries(8);
    deliveries[1].delivery_count = 3;
    deliveries[6].delivery_count = 5;
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let run = run_until(channel, Script::default(), CancellationToken::new()).await;
    assert_eq!(run.batch_sizes(), [1, 4, 1]);
    assert_eq!(run.acked, [1, 3, 4, 5, 6, 8], "2 and 7 go back");
    assert!(matches!(run.end, WriterEnd::Change(Pace::Careful)));
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_winds_down_settles_what_it_has_in_hand() {
    let channel = Channel { deliveries: deliveries(6), goes_silent: true, ..Channel::default() };
    let (wind_down, stop) = (CancellationToken::new(), CancellationToken::new());
    wind_down.cancel();
    let run = run_with(Pace::Full, channel, Script::default(), &wind_down, &stop).await;
    assert_eq!(run.batch_sizes(), [4, 2]);
    assert_eq!(run.acked, [1, 2, 3, 4, 5, 6]);
    assert!(matches!(run.end, WriterEnd::Stopped));
}

#[tokio::test(start_paused = true)]
async fn carefully_each_suspicious_message_is_stored_alone_until_one_is_not() {
    let mut deliveries = deliveries(4);
    deliveries[0].delivery_count = 7;
    deliveries[1].delivery_count = 3;
    let channel = Channel { deliveries, ..Channel::default() };
    let run = run_at(Pace::Careful, channel, Script::default(), CancellationToken::new()).await;
    assert_eq!(run.batch_sizes(), [1, 1, 1]);
    assert_eq!(run.acked, [1, 2, 3]);
    assert!(matches!(run.end, WriterEnd::Change(Pace::Full)));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_answers_for_too_few_acks_nothing() {
    let script = Script { forgets_one: true, ..Script::default() };
    let run = run(Channel { deliveries: deliveries(4), ..Channel::default() }, script).await;
    assert!(matches!(run.end, WriterEnd::StoreAway(_)));
    assert!(run.acked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_message_is_held_under_the_id_it_was_published_with() {
    let id = RegistrationId::generate();
    let mut deliveries = deliveries(4);
    deliveries[3].body = b"from the future".to_vec();
    deliveries[3].message_id = Some(id.to_string());
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.held()[0].registration_id, Some(id));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acked_until_the_store_has_an_outcome_for_all_of_it() {
    let failures = [ErrorClass::Transient, ErrorClass::SlowTransient].into();
    let script = Script { failures: Mutex::new(failures), ..Script::default() };
    let run = run(Channel { deliveries: deliveries(4), ..Channel::default() }, script).await;
    assert_eq!(run.batch_sizes(), [4, 4, 4], "two attempts failed");
    assert_eq!(run.acked, [4]);
    let batches = run.store.batches.lock().unwrap();
    let contested = |batch: &Vec<Entry>| batch.iter().all(|entry| entry.is_contested);
    assert_eq!(batches.iter().map(contested).collect::<Vec<_>>(), [false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn a_replayed_message_is_contested_also_when_it_comes_for_the_first_time() {
    let mut deliveries = deliveries(4);
    deliveries[2].headers.insert(REPLAYED.to_owned(), "17".to_owned());
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    let batches = run.store.batches.lock().unwrap();
    let contested: Vec<_> = batches[0].iter().map(|entry| entry.is_contested).collect();
    assert_eq!(contested, [false, false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn deliveries_go_back_when_mysql_is_away_for_too_long() {
    let script = Script { fails_for_ever: Some(ErrorClass::Transient), ..Script::default() };
    let started = tokio::time::Instant::now();
    let run = run(Channel { deliveries: deliveries(4), ..Channel::default() }, script).await;
    assert!(matches!(run.end, WriterEnd::StoreAway(_)));
    assert!(run.acked.is_empty());
    let gave_back_after = started.elapsed();
    assert!((300..310).contains(&gave_back_after.as_secs()), "{gave_back_after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_stops_consuming_at_once() {
    let script = Script { fails_for_ever: Some(ErrorClass::System), ..Script::default() };
    let run = run(Channel { deliveries: deliveries(4), ..Channel::default() }, script).await;
    assert!(matches!(run.end, WriterEnd::OperatorNeeded(_)));
    assert_eq!(run.batch_sizes(), [4]);
    assert!(run.acked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_settles_the_batch_in_hand() {
    let stop = CancellationToken::new();
    let script = Script { stop_while_storing: Some(stop.clone()), ..Script::default() };
    let channel = Channel { deliveries: deliveries(8), ..Channel::default() };
    let run = run_until(channel, script, stop).await;
    assert!(matches!(run.end, WriterEnd::Stopped));
    assert_eq!(run.acked, [4], "the batch in hand, and no further one");
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_attempts_gives_the_batch_back() {
    let stop = CancellationToken::new();
    let script = Script {
        stop_while_storing: Some(stop.clone()),
        fails_for_ever: Some(ErrorClass::Transient),
        ..Script::default()
    };
    let channel = Channel { deliveries: deliveries(4), ..Channel::default() };
    let run = run_until(channel, script, stop).await;
    assert!(matches!(run.end, WriterEnd::Stopped));
    assert_eq!(run.batch_sizes(), [4]);
    assert!(run.acked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_read_is_held_whole_and_its_neighbours_are_stored() {
    let mut deliveries = deliveries(4);
    deliveries[2].body = b"not an envelope".to_vec();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.batch_sizes(), [3]);
    assert_eq!(run.acked, [4]);
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].reason, HoldReason::Undecodable);
    assert_eq!(held[0].payload, b"not an envelope");
    assert_eq!(held[0].registration_id, None);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_mysql_refuses_is_held_in_an_envelope_of_its_own() {
    let chunk = Envelope { registrations: vec![registration(), registration()], import: None };
    let poison = chunk.registrations[1].clone();
    let script = Script { refuses: Some(poison.id), ..Script::default() };
    let deliveries = [delivery(1, chunk.encode()), deliveries(1).remove(0).unwrap()].into();
    let mut channel = Channel { deliveries, ..Channel::default() };
    channel.deliveries[1].tag = 2;
    channel.deliveries.extend(deliveries_after(2, 1));
    let run = run(channel, script).await;
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].registration_id, Some(poison.id));
    assert_eq!(Envelope::decode(&held[0].payload).unwrap().registrations, [poison]);
    assert_eq!(run.acked, [3]);
}

fn deliveries_after(tag: u64, count: u64) -> impl Iterator<Item = Delivery> {
    (tag + 1..=tag + count).map(|tag| delivery(tag, Envelope::of(registration()).encode()))
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_stored_is_not_acked_but_tried_again() {
    let mut deliveries = deliveries(4);
    deliveries[0].body = b"not an envelope".to_vec();
    let script = Script { hold_fails: Mutex::new(2), ..Script::default() };
    let run = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert_eq!(run.batch_sizes(), [3, 3, 3]);
    assert_eq!(run.held().len(), 1);
    assert_eq!(run.acked, [4]);
}

/// Gives these deliveries the numbers 11, 12, 13 ….
fn numbered(mut deliveries: VecDeque<Delivery>, epoch: Epoch) -> VecDeque<Delivery> {
    for (number, delivery) in (11..).zip(&mut deliveries) {
        let number: u64 = number;
        delivery.headers.insert("x-registrar-epoch".to_owned(), epoch.to_string());
        delivery.headers.insert("x-registrar-sequence".to_owned(), number.to_string());
    }
    deliveries
}

fn recorded(run: &Run) -> Vec<(String, String)> {
    let recorded = run.store.recorded.lock().unwrap();
    let text = |(account, book): (&Account, &Book)| {
        (format!("{} {}", account.epoch, account.lane), book.settled.to_string())
    };
    recorded.iter().map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_is_noted_in_the_ledger_dead_letters_too() {
    let epoch = Epoch::begin();
    let mut deliveries = numbered(deliveries(8), epoch);
    deliveries[2].body = b"not an envelope".to_vec();
    deliveries[5].headers.clear();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.acked, [4, 8]);
    let expected = (format!("{epoch} interactive"), "11-15,17-18".to_owned());
    assert_eq!(recorded(&run), [expected], "the sixth has no number");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acked_that_the_ledger_did_not_take() {
    let deliveries = numbered(deliveries(4), Epoch::begin());
    let script = Script { record_fails: Mutex::new(2), ..Script::default() };
    let first = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert_eq!(first.batch_sizes(), [4, 4, 4], "two attempts failed");
    assert_eq!(first.acked, [4]);

    let deliveries = numbered(super::tests::deliveries(4), Epoch::begin());
    let script = Script { record_fails: Mutex::new(usize::MAX), ..Script::default() };
    let run = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert!(run.acked.is_empty());
}
