//! The table.

use std::borrow::Cow;
use std::fmt::Write as _;

use hdrhistogram::Histogram;

use crate::cost::Costs;
use crate::phases::{Calm, Results, Round, Step};

/// A target of the project, on two cores with everything on one machine.
pub(crate) struct Target {
    pub(crate) what: Cow<'static, str>,
    pub(crate) wanted: &'static str,
    pub(crate) got: String,
    pub(crate) is_met: bool,
}

/// Everything that was measured, as text.
pub(crate) fn table(results: &Results) -> String {
    let sustained = results.steps.iter().rfind(|step| step.is_sustained());
    let calm = results.calm.as_ref().map(|calm| (1_000, &calm.costs));
    let columns: Vec<_> = calm
        .into_iter()
        .chain(sustained.map(|step| (step.offered, &step.costs)))
        .map(|(offered, costs)| (format!("at {offered}/s"), costs))
        .collect();
    let parts = [
        targets("Targets", &rows(results)),
        rates(results),
        latencies(results),
        steps(&results.steps),
        costs("Processor seconds per 1,000 registrations", &columns),
    ];
    parts.join("\n")
}

fn rows(results: &Results) -> Vec<Target> {
    let Round { raw, peer, answered } = mean(results);
    let ratio = answered / raw;
    let of_peer = answered / peer;
    let worker_ratio = results.worked_off_per_second / results.raw_rows_per_second;
    let sustained = results.steps.iter().filter(|step| step.is_sustained());
    let sustained = sustained.map(|step| step.offered).max().unwrap_or(0);
    let calm = results.calm.as_ref();
    let p99_ms = calm.map_or(f64::MAX, |calm| milliseconds(&calm.delays, 99.0));
    let within = calm.map_or(0.0, |calm| calm.within_50_ms);
    let [api, worker] = results.memory_mib;
    vec![
        Target {
            what: "202s at saturation, no worker, of raw confirmed publishes".into(),
            wanted: "at least 0.50",
            got: format!("{ratio:.2}"),
            is_met: ratio >= 0.5,
        },
        Target {
            what: "  of the peer's, in Node".into(),
            wanted: "at least 2.0",
            got: format!("{of_peer:.2}"),
            is_met: of_peer >= 2.0,
        },
        Target {
            what: "accepted to registered at 1,000/s, p99, by the database".into(),
            wanted: "under 30 ms",
            got: format!("{p99_ms:.1} ms"),
            is_met: p99_ms < 30.0,
        },
        Target {
            what: "  committed and acked within 50 ms, by the worker".into(),
            wanted: "at least 99%",
            got: format!("{:.2}%", within * 100.0),
            is_met: within >= 0.99,
        },
        Target {
            what: "end to end, sustained".into(),
            wanted: "at least 6,000/s",
            got: format!("{sustained}/s"),
            is_met: sustained >= 6_000,
        },
        Target {
            what: "a worker on a backlog, of raw multi-row INSERT statements".into(),
            wanted: "at least 0.40",
            got: format!("{worker_ratio:.2}"),
            is_met: worker_ratio >= 0.4,
        },
        Target {
            what: "statuses of registered students".into(),
            wanted: "at least 30,000/s",
            got: format!("{:.0}/s", results.statuses),
            is_met: results.statuses >= 30_000.0,
        },
        Target {
            what: "peak memory of the API".into(),
            wanted: "under 64 MiB",
            got: format!("{api:.1} MiB"),
            is_met: api < 64.0,
        },
        Target {
            what: "peak memory of the worker".into(),
            wanted: "under 64 MiB",
            got: format!("{worker:.1} MiB"),
            is_met: worker < 64.0,
        },
        Target {
            what: "202s without a row in the end".into(),
            wanted: "0",
            got: format!("{}", results.accepted.abs_diff(results.students)),
            is_met: results.accepted == results.students,
        },
    ]
}

/// Which targets are met.
pub(crate) fn targets(heading: &str, rows: &[Target]) -> String {
    let mut text = format!("{heading:<60}{:>18}{:>14}\n", "target", "got");
    for Target { what, wanted, got, is_met } in rows {
        let verdict = if *is_met { "met" } else { "MISSED" };
        line(&mut text, format_args!("{what:<60}{wanted:>18}{got:>14}  {verdict}"));
    }
    text
}

fn rates(results: &Results) -> String {
    let Round { raw, peer, answered } = mean(results);
    let rounds = |rate: fn(&Round) -> f64| {
        let rounds: Vec<_> = results.rounds.iter().map(|r| format!("{:.0}", rate(r))).collect();
        format!("(rounds: {})", rounds.join(" "))
    };
    let mut text = "Rates\n".to_owned();
    for (what, rate, detail) in [
        ("raw confirmed publishes, same client library and size", raw, rounds(|r| r.raw)),
        ("202s of the peer at saturation", peer, rounds(|r| r.peer)),
        ("202s at saturation, no worker", answered, rounds(|r| r.answered)),
        ("raw multi-row INSERT statements, rows", results.raw_rows_per_second, String::new()),
        ("a worker on a backlog, rows", results.worked_off_per_second, String::new()),
        ("statuses of registered students", results.statuses, String::new()),
    ] {
        line(&mut text, format_args!("{what:<60}{rate:>10.0}/s  {detail}"));
    }
    let (accepted, failed) = (results.accepted, results.failed);
    line(&mut text, format_args!("accepted in all {accepted}, requests that failed {failed}"));
    text
}

fn latencies(results: &Results) -> String {
    let mut text = format!(
        "{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "Milliseconds, from when a request was due", "p50", "p90", "p99", "p99.9", "max"
    );
    for (offered, answers) in &results.latencies {
        let what = format!("202 at {offered}/s, no worker");
        percentiles(&mut text, &what, &answers.latencies);
    }
    if let Some(Calm { answers, delays, .. }) = &results.calm {
        percentiles(&mut text, "202 at 1000/s, with a worker", &answers.latencies);
        percentiles(&mut text, "accepted to registered at 1000/s", delays);
    }
    text
}

fn steps(steps: &[Step]) -> String {
    let mut text = format!(
        "{:<24}{:>12}{:>14}{:>12}{:>12}\n",
        "With a worker, offered", "202s", "202 p99 ms", "waiting", "sustained"
    );
    for step in steps {
        let p99 = milliseconds(&step.answers.latencies, 99.0);
        let sustained = if step.is_sustained() { "yes" } else { "no" };
        line(
            &mut text,
            format_args!(
                "{:<24}{:>10.0}/s{p99:>14.1}{:>12}{sustained:>12}",
                format!("{}/s", step.offered),
                step.answers.per_second(),
                step.waiting,
            ),
        );
    }
    text
}

/// What a thousand took, by process.
pub(crate) fn costs(heading: &str, columns: &[(String, &Costs)]) -> String {
    let mut text = format!("{heading:<44}");
    for (column, _) in columns {
        // Writing to a string cannot fail.
        let _ = write!(text, "{column:>12}");
    }
    text.push('\n');
    let names = columns.first().map(|(_, costs)| costs.as_slice()).unwrap_or_default();
    for (row, (name, _)) in names.iter().enumerate() {
        let _ = write!(text, "{name:<44}");
        for (_, costs) in columns {
            let _ = write!(text, "{:>12.3}", costs[row].1);
        }
        text.push('\n');
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "three rounds")]
fn mean(results: &Results) -> Round {
    let count = results.rounds.len() as f64;
    let mean = |rate: fn(&Round) -> f64| results.rounds.iter().map(rate).sum::<f64>() / count;
    Round { raw: mean(|r| r.raw), peer: mean(|r| r.peer), answered: mean(|r| r.answered) }
}

pub(crate) fn percentiles(text: &mut String, what: &str, of: &Histogram<u64>) {
    let at = |percentile| milliseconds(of, percentile);
    let (p50, p90, p99, p999, max) = (at(50.0), at(90.0), at(99.0), at(99.9), at(100.0));
    line(text, format_args!("{what:<44}{p50:>9.2}{p90:>9.2}{p99:>9.2}{p999:>9.2}{max:>9.2}"));
}

#[expect(clippy::cast_precision_loss, reason = "no latency is 2^52 microseconds")]
pub(crate) fn milliseconds(of: &Histogram<u64>, percentile: f64) -> f64 {
    of.value_at_percentile(percentile) as f64 / 1_000.0
}

pub(crate) fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
