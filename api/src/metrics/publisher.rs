//! What the publisher's side counts and times.

use std::time::Duration;

use registrar_domain::Lane;
use registrar_messaging::{PublishError, PublishSettings, PublisherObserver};
use registrar_telemetry::metrics::{
    Histogram, IntCounter, IntCounterVec, IntGauge, Metrics, MetricsError, buckets,
};
use registrar_telemetry::propagation::TraceId;

#[derive(Clone, Debug)]
pub struct PublisherMetrics {
    published: IntCounterVec,
    /// By lane: found without a look-up under a lock.
    confirmed: [IntCounter; Lane::ALL.len()],
    confirm_seconds: Histogram,
    window_in_use: IntGauge,
    returned: IntCounter,
}

impl PublisherMetrics {
    /// Registers them, for a publisher with these settings.
    pub fn register(metrics: &Metrics, settings: &PublishSettings) -> Result<Self, MetricsError> {
        let window = settings.publish_window.saturating_mul(settings.publish_connections);
        let window_max = metrics.gauge(
            "registration_publish_window_max",
            "The most registrations that may be sent and not confirmed yet.",
        )?;
        window_max.set(i64::try_from(window.get()).unwrap_or(i64::MAX));
        let lanes = Lane::ALL.map(Lane::as_str);
        let mut results = vec![CONFIRMED];
        results.extend(PublishError::ALL.map(PublishError::as_str));
        let published = metrics.counters(
            "registration_published_total",
            "Registrations handed to the publisher, by how that ended.",
            &[("lane", &lanes), ("result", &results)],
        )?;
        Ok(Self {
            confirmed: lanes.map(|lane| published.with_label_values(&[lane, CONFIRMED])),
            published,
            confirm_seconds: metrics.histogram(
                "registration_publish_confirm_seconds",
                "For each registration, the time from sending its message to the broker's confirm.",
                &buckets::FAST,
            )?,
            window_in_use: metrics.gauge(
                "registration_publish_window_in_use",
                "Registrations, and confirm reports, sent and not confirmed yet.",
            )?,
            returned: metrics.counter(
                "registration_publish_returned_total",
                "Messages, each of up to 32 registrations, that the broker returned because it knew no \
                 queue for them.",
            )?,
        })
    }
}

const CONFIRMED: &str = "confirmed";

impl PublisherObserver for PublisherMetrics {
    fn published(&self, lane: Lane, result: Result<(), PublishError>) {
        match result {
            Ok(()) => self.confirmed[lane as usize].inc(),
            Err(error) => {
                self.published.with_label_values(&[lane.as_str(), error.as_str()]).inc();
            }
        }
    }

    fn confirmed_after(&self, time: Duration, trace: Option<TraceId>) {
        self.confirm_seconds.observe(time.as_secs_f64(), trace);
    }

    fn window_changed(&self, by: i64) {
        self.window_in_use.add(by);
    }

    fn returned(&self) {
        self.returned.inc();
    }
}

/// The same of chunks, which take no permits of the window of registrations.
pub struct ImportPublisherMetrics(pub PublisherMetrics);

impl PublisherObserver for ImportPublisherMetrics {
    fn published(&self, lane: Lane, result: Result<(), PublishError>) {
        self.0.published(lane, result);
    }

    fn confirmed_after(&self, time: Duration, trace: Option<TraceId>) {
        self.0.confirmed_after(time, trace);
    }

    fn returned(&self) {
        self.0.returned();
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Defaults {
        #[command(flatten)]
        publishing: PublishSettings,
    }

    #[test]
    fn results_are_counted_by_lane_and_are_there_from_the_start() {
        let metrics = Metrics::new();
        let settings = Defaults::parse_from(["api"]).publishing;
        let publisher = PublisherMetrics::register(&metrics, &settings).unwrap();
        publisher.published(Lane::Interactive, Ok(()));
        publisher.published(Lane::Interactive, Err(PublishError::Unknown));
        publisher.window_changed(2);
        publisher.window_changed(-1);
        let text = metrics.render().unwrap();
        for line in [
            "registration_published_total{lane=\"interactive\",result=\"confirmed\"} 1",
            "registration_published_total{lane=\"interactive\",result=\"unknown\"} 1",
            "registration_published_total{lane=\"bulk\",result=\"saturated\"} 0",
            "registration_publish_window_in_use 1",
            "registration_publish_window_max 2000",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in:\n{text}");
        }
    }
}
