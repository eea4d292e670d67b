//! What SREs watch of a worker.

use std::time::Duration;

use registrar_domain::ledger::Balance;
use registrar_domain::{HoldReason, Lane, Outcome, Registration, RejectionCode, clock};
use registrar_storage::{ErrorClass, ImportCounts, PauseWatch, StorageError};
use registrar_telemetry::metrics::{
    Histogram, Histograms, IntCounterVec, IntGauge, IntGaugeVec, Metrics, MetricsError, buckets,
};
use registrar_telemetry::propagation::TraceId;
use time::OffsetDateTime;

use crate::item::Item;
use crate::observe::oldest_waiting::Waiting;
use crate::observe::trace::BatchTrace;
use crate::source::Source;

/// An already registered registration was delivered again, or sent again under its key.
const UNCHANGED: &str = "unchanged";
/// The `code` of outcomes that have none.
const NO_CODE: &str = "";

/// The names of the sources that are no lanes; also the `lane` of what cannot be read there.
const LAST_RESORTS: [&str; 2] = ["dead_letter", "unrouted"];

#[derive(Debug)]
pub struct WorkerMetrics {
    queue_wait: Histograms,
    end_to_end: Histograms,
    outcomes: IntCounterVec,
    import_rows: IntCounterVec,
    batch_rows: Histogram,
    insert: Histograms,
    retries: IntCounterVec,
    redeliveries: IntCounterVec,
    split: IntCounterVec,
    dead_letters: IntCounterVec,
    held: IntGauge,
    paused: IntGaugeVec,
    in_hand: IntGaugeVec,
    unaccounted: IntGaugeVec,
    in_doubt: IntGaugeVec,
    ledger_known: IntGauge,
    /// How old the oldest of each lane is.
    pub waiting: Waiting,
}

impl WorkerMetrics {
    /// Registers all of them, with every label value that can be known.
    pub fn register(metrics: &Metrics) -> Result<Self, MetricsError> {
        let lanes: Vec<_> = Lane::ALL.map(Lane::as_str).into();
        let classes: Vec<_> = ErrorClass::ALL.map(ErrorClass::as_str).into();
        let reasons: Vec<_> = HoldReason::ALL.map(HoldReason::as_str).into();
        let lane = ("lane", lanes.as_slice());
        let sources = ("lane", [lanes.as_slice(), &LAST_RESORTS].concat());
        let sources = (sources.0, sources.1.as_slice());
        let registered = Self {
            queue_wait: metrics.histograms(
                "registration_queue_wait_seconds",
                "From acceptance by the API to delivery to a worker.",
                &[lane],
                &buckets::END_TO_END,
            )?,
            end_to_end: metrics.histograms(
                "registration_end_to_end_seconds",
                "From acceptance by the API to settlement: the service level indicator.",
                &[lane, ("outcome", &["registered", "rejected", "on_hold"])],
                &buckets::END_TO_END,
            )?,
            outcomes: metrics.counters(
                "registration_outcomes_total",
                "Registrations settled, by how they ended.",
                &[lane, ("outcome", &[]), ("code", &[])],
            )?,
            import_rows: metrics.counters(
                "registration_import_rows_total",
                "Rows of imported files, by what became of them.",
                &[("outcome", &["registered", UNCHANGED, "rejected", "invalid", "on_hold"])],
            )?,
            batch_rows: metrics.histogram(
                "registration_batch_rows",
                "Registrations in a batch.",
                &buckets::ROWS,
            )?,
            insert: metrics.histograms(
                "registration_insert_seconds",
                "Time to store a batch, one attempt.",
                &[("result", &["ok", "error"])],
                &buckets::FAST,
            )?,
            retries: metrics.counters(
                "registration_retries_total",
                "Attempts to store a batch that failed, by class of error.",
                &[("class", &classes)],
            )?,
            redeliveries: metrics.counters(
                "registration_redeliveries_total",
                "Messages, each of up to 32 registrations, that RabbitMQ had delivered before.",
                &[sources],
            )?,
            split: metrics.counters(
                "registration_messages_split_total",
                "Messages of several registrations that were published again as one for each, since \
                 one of them stood in the way of the others.",
                &[sources],
            )?,
            dead_letters: metrics.counters(
                "registration_dead_letters_total",
                "Registrations and unreadable messages put on hold.",
                &[("reason", &reasons)],
            )?,
            held: metrics.gauge(
                "registration_dead_letters_held",
                "Dead letters that wait for an operator.",
            )?,
            paused: metrics.gauges(
                "registration_worker_paused",
                "1 while a queue is not consumed: a server is away, or an operator paused the lane.",
                &[sources],
            )?,
            in_hand: metrics.gauges(
                "registration_deliveries_in_hand",
                "Messages, each of up to 32 registrations, in the batches being stored.",
                &[sources],
            )?,
            unaccounted: metrics.gauges(
                "registration_unaccounted",
                "Registrations that RabbitMQ confirmed, that are in no queue and were not settled: lost. \
                 A chunk of an import counts as one.",
                &[lane],
            )?,
            in_doubt: metrics.gauges(
                "registration_in_doubt",
                "Registrations of which it is unknown whether RabbitMQ confirmed them, since their \
                 publisher was killed. A chunk of an import counts as one.",
                &[lane],
            )?,
            ledger_known: metrics.gauge(
                "registration_ledger_known_timestamp_seconds",
                "When the ledger's figures were last known, in seconds since 1970: they stay as they \
                 were while the ledger or the queues cannot be read, or acks go ahead of it.",
            )?,
            waiting: Waiting::register(metrics)?,
        };
        // Nothing is known to be wrong with it yet.
        registered.ledger_known();
        registered.start_outcomes_at_zero();
        Ok(registered)
    }

    fn start_outcomes_at_zero(&self) {
        for lane in Lane::ALL.map(Lane::as_str) {
            for outcome in ["registered", UNCHANGED] {
                self.outcomes.with_label_values(&[lane, outcome, NO_CODE]);
            }
            for code in RejectionCode::ALL.map(RejectionCode::as_str) {
                self.outcomes.with_label_values(&[lane, "rejected", code]);
            }
        }
        for lane in Lane::ALL.map(Lane::as_str).iter().chain(&LAST_RESORTS) {
            for reason in HoldReason::ALL.map(HoldReason::as_str) {
                self.outcomes.with_label_values(&[lane, "on_hold", reason]);
            }
        }
    }

    /// Shows how long the pauses that operators made still last.
    pub fn show_pauses(metrics: &Metrics, pauses: &PauseWatch) -> Result<(), MetricsError> {
        for lane in Lane::ALL {
            let pauses = pauses.clone();
            metrics.read_gauge(
                "registration_lane_pause_left_seconds",
                "How long an operator's pause of the lane still lasts; 0 when there is none.",
                &[("lane", lane.as_str())],
                move || pauses.left(lane).unwrap_or_default().as_secs_f64(),
            )?;
        }
        Ok(())
    }

    /// Counts a batch that was just delivered, as in hand until the value returned is dropped.
    pub fn gathered(&self, source: &Source, items: &[Item], trace: &BatchTrace) -> InHand {
        let now = clock::now();
        let rows: usize = items.iter().map(|item| item.registrations().len()).sum();
        self.batch_rows.observe(as_observed(rows), trace.of_batch());
        for (position, item) in items.iter().enumerate() {
            if item.delivery.redelivered {
                self.redeliveries.with_label_values(&[source.name]).inc();
            }
            let Some(lane) = source.lane_of(item) else { continue };
            for (place, registration) in item.registrations().iter().enumerate() {
                let waited = since_accepted(registration, now);
                self.queue_wait.observe(&[lane.as_str()], waited, trace.trace_of(position, place));
            }
        }
        let gauge = self.in_hand.with_label_values(&[source.name]);
        let messages = i64::try_from(items.len()).unwrap_or(i64::MAX);
        gauge.add(messages);
        InHand { gauge, messages }
    }

    pub fn inserted(&self, took: Duration, succeeded: bool, trace: Option<TraceId>) {
        let result = if succeeded { "ok" } else { "error" };
        self.insert.observe(&[result], took.as_secs_f64(), trace);
    }

    /// Counts messages whose registrations were published again one by one.
    pub fn split(&self, source: &Source, messages: usize) {
        let messages = u64::try_from(messages).unwrap_or(u64::MAX);
        self.split.with_label_values(&[source.name]).inc_by(messages);
    }

    pub fn failed_attempt(&self, error: &StorageError) {
        self.retries.with_label_values(&[error.class().as_str()]).inc();
    }

    /// Counts how the registrations of a batch ended; what is delayed of it is a failed attempt.
    pub fn stored(&self, source: &Source, batch: &[Item], trace: &BatchTrace) {
        if let Some(error) = batch.iter().find_map(Item::delayed_by) {
            self.failed_attempt(error);
        }
        let now = clock::now();
        for (position, item) in batch.iter().enumerate() {
            let lane = source.lane_of(item).map_or(source.name, Lane::as_str);
            for (place, (registration, outcome, is_fresh)) in item.outcomes().enumerate() {
                self.outcome(lane, outcome, is_fresh);
                if let Some(registration) = registration {
                    let (labels, took) =
                        ([lane, outcome.as_str()], since_accepted(registration, now));
                    self.end_to_end.observe(&labels, took, trace.trace_of(position, place));
                }
            }
        }
    }

    fn outcome(&self, lane: &str, outcome: Outcome, is_fresh: bool) {
        let (outcome, code) = match outcome {
            Outcome::Registered if is_fresh => ("registered", NO_CODE),
            Outcome::Registered => (UNCHANGED, NO_CODE),
            Outcome::Rejected(code) => ("rejected", code.as_str()),
            Outcome::OnHold(reason) => {
                self.dead_letters.with_label_values(&[reason.as_str()]).inc();
                ("on_hold", reason.as_str())
            }
        };
        self.outcomes.with_label_values(&[lane, outcome, code]).inc();
    }

    /// Counts rows of a file, once.
    pub fn imported(&self, counts: &ImportCounts) {
        for (outcome, rows) in [
            ("registered", counts.registered),
            (UNCHANGED, counts.unchanged),
            ("rejected", counts.rejected),
            ("invalid", counts.invalid),
            ("on_hold", counts.on_hold),
        ] {
            self.import_rows.with_label_values(&[outcome]).inc_by(rows);
        }
    }

    pub fn held(&self, count: u64) {
        self.held.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub fn ledger(&self, lane: Lane, balance: &Balance) {
        let show = |gauges: &IntGaugeVec, registrations: u64| {
            let registrations = i64::try_from(registrations).unwrap_or(i64::MAX);
            gauges.with_label_values(&[lane.as_str()]).set(registrations);
        };
        show(&self.unaccounted, balance.unaccounted);
        show(&self.in_doubt, balance.in_doubt);
    }

    /// Shows that the ledger's figures are those of now.
    pub fn ledger_known(&self) {
        self.ledger_known.set(clock::now().unix_timestamp());
    }

    pub fn paused(&self, source: &Source, is_paused: bool) {
        self.paused.with_label_values(&[source.name]).set(is_paused.into());
        self.waiting.consuming(source, !is_paused);
    }
}

#[derive(Debug)]
pub struct InHand {
    gauge: IntGauge,
    messages: i64,
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.gauge.sub(self.messages);
    }
}

/// Not below 0, where the API's clock is ahead of ours: a sum that falls looks like a restart.
fn since_accepted(registration: &Registration, now: OffsetDateTime) -> f64 {
    (now - registration.accepted_at).as_seconds_f64().max(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "no batch has 2^52 rows")]
fn as_observed(count: usize) -> f64 {
    count as f64
}
