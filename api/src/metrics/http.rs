//! What the HTTP side counts and times.

use std::time::Duration;

use registrar_telemetry::metrics::{
    Histogram, Histograms, IntCounter, IntCounterVec, Metrics, MetricsError, buckets,
};
use registrar_telemetry::propagation;

/// The status of a request whose client hung up before the answer; the number is nginx's.
pub const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The answers that objectives and alerts are about: there from the start, since a rate over a
/// series that appears with its first event misses that event. All answers would be too many.
const WATCHED: [(&str, &str, u16); 22] = [
    ("POST", "/register", 201),
    ("POST", "/register", 202),
    ("POST", "/register", 303),
    ("POST", "/register", 409),
    ("POST", "/register", 422),
    ("POST", "/register", 429),
    ("POST", "/register", 499),
    ("POST", "/register", 500),
    ("POST", "/register", 503),
    ("POST", "/register", 504),
    ("GET", "/registrations/{reference}", 200),
    ("GET", "/registrations/{reference}", 304),
    ("GET", "/registrations/{reference}", 404),
    ("POST", "/imports", 400),
    ("POST", "/imports", 401),
    ("POST", "/imports", 408),
    ("POST", "/imports", 413),
    ("POST", "/imports", 415),
    ("POST", "/imports", 422),
    ("POST", "/imports", 429),
    ("POST", "/imports", 500),
    ("POST", "/imports", 503),
];

#[derive(Debug)]
pub struct HttpMetrics {
    registration_requests: IntCounterVec,
    durations: Histograms,
    /// Those of the answers that most requests get: found without a look-up under a lock.
    watched: Vec<Watched>,
    accepted: IntCounter,
}

#[derive(Debug)]
struct Watched {
    method: &'static str,
    route: &'static str,
    status: u16,
    durations: Histogram,
}

impl HttpMetrics {
    pub fn register(metrics: &Metrics) -> Result<Self, MetricsError> {
        let durations = metrics.histograms(
            "http_server_request_duration_seconds",
            "Time from a request's head to its answer's head.",
            &[("method", &[]), ("route", &[]), ("status", &[])],
            &buckets::FAST,
        )?;
        let watched = WATCHED.map(|(method, route, status)| Watched {
            method,
            route,
            status,
            durations: durations.with_labels(&[method, route, &status.to_string()]),
        });
        let registration_requests = metrics.counters(
            "student_registration_requests_total",
            "Requests to register a student, by how they ended.",
            &[("outcome", &["accepted", "invalid", "refused", "error"])],
        )?;
        let accepted = registration_requests.with_label_values(&["accepted"]);
        Ok(Self { registration_requests, durations, watched: watched.into(), accepted })
    }

    /// Times one request; called in its trace.
    pub fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (seconds, trace) = (took.as_secs_f64(), propagation::current_recorded_trace());
        let is_it = |it: &&Watched| it.status == status && it.method == method && it.route == route;
        match self.watched.iter().find(is_it) {
            Some(watched) => watched.durations.observe(seconds, trace),
            None => {
                self.durations.observe(&[method, route, &status.to_string()], seconds, trace);
            }
        }
        if (method, route) == ("POST", "/register") {
            match outcome(status) {
                "accepted" => self.accepted.inc(),
                other => self.registration_requests.with_label_values(&[other]).inc(),
            }
        }
    }
}

/// Refused is what passes by itself: too many requests, or a broker that cannot confirm. Who hangs
/// up has no answer, as after an error. What was rejected while its client waited was
/// accepted, and an unknown transfer coding (501) is the client's fault.
fn outcome(status: u16) -> &'static str {
    match status {
        429 | 503 => "refused",
        501 => "invalid",
        CLIENT_CLOSED_REQUEST | 500.. => "error",
        409 => "accepted",
        400.. => "invalid",
        _ => "accepted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_counts_as_one_outcome() {
        for (status, expected) in [
            (201, "accepted"),
            (202, "accepted"),
            (303, "accepted"),
            (409, "accepted"),
            (400, "invalid"),
            (422, "invalid"),
            (429, "refused"),
            (503, "refused"),
            (501, "invalid"),
            (500, "error"),
            (504, "error"),
            (499, "error"),
        ] {
            assert_eq!(outcome(status), expected, "{status}");
        }
    }

    #[test]
    fn all_outcomes_are_there_from_the_start() {
        let metrics = Metrics::new();
        HttpMetrics::register(&metrics).unwrap();
        let text = metrics.render().unwrap();
        for outcome in ["accepted", "invalid", "refused", "error"] {
            let line = format!("student_registration_requests_total{{outcome=\"{outcome}\"}} 0");
            assert!(text.contains(&line), "{text}");
        }
    }
}
