//! The tables of imports.

use super::late::Late;
use super::{Interactive, Results, Size};
use crate::report::{Target, costs, line, milliseconds, percentiles, targets};

/// Everything that was measured, as text.
pub(crate) fn table(results: &Results) -> String {
    let columns: Vec<_> =
        results.sizes.iter().map(|size| (format!("of {}", size.rows), &size.costs)).collect();
    let parts = [
        targets("Targets of imports", &rows(results)),
        rates(results),
        latencies(results),
        costs("Processor seconds per 1,000 rows", &columns),
    ];
    parts.join("\n")
}

fn rows(results: &Results) -> Vec<Target> {
    let mut rows: Vec<_> = results.sizes.iter().map(ratio).collect();
    let p99 = |measured: &Interactive| milliseconds(&measured.delays, 99.0);
    let factor = p99(&results.beside) / p99(&results.alone);
    rows.push(Target {
        what: "accepted to registered at 200/s beside an import, p99".into(),
        wanted: "under 2 times",
        got: format!("{factor:.2}"),
        is_met: factor < 2.0,
    });
    for (what, mib) in ["API", "worker"].into_iter().zip(results.memory_mib) {
        rows.push(Target {
            what: format!("peak memory of the {what}").into(),
            wanted: "under 64 MiB",
            got: format!("{mib:.1} MiB"),
            is_met: mib < 64.0,
        });
    }
    rows.push(Target {
        what: "rows without a student in the end".into(),
        wanted: "0",
        got: results.missing.to_string(),
        is_met: results.missing == 0,
    });
    rows
}

fn ratio(size: &Size) -> Target {
    let ratio = size.rows_per_second / size.raw_rows_per_second;
    Target {
        what: format!("{} rows, first byte to last registered, of raw INSERT", size.rows).into(),
        wanted: "at least 0.50",
        got: format!("{ratio:.2}"),
        is_met: ratio >= 0.5,
    }
}

fn rates(results: &Results) -> String {
    let mut text = format!(
        "{:<44}{:>14}{:>14}{:>14}\n",
        "Rows a second, into an empty table", "raw INSERT", "accepted", "registered"
    );
    for Size { rows, raw_rows_per_second, rows_per_second, accepted_per_second, .. } in
        &results.sizes
    {
        line(
            &mut text,
            format_args!(
                "{:<44}{raw_rows_per_second:>14.0}{accepted_per_second:>14.0}\
                 {rows_per_second:>14.0}",
                format!("{rows} rows"),
            ),
        );
    }
    line(
        &mut text,
        format_args!(
            "{:<72}{:>14.0}",
            "1000000 rows, beside 200 registrations a second", results.beside_rows_per_second
        ),
    );
    text
}

fn latencies(results: &Results) -> String {
    let mut text = format!(
        "{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "Milliseconds, at 200/s", "p50", "p90", "p99", "p99.9", "max"
    );
    for (how, measured) in [("alone", &results.alone), ("beside an import", &results.beside)] {
        percentiles(&mut text, &format!("202, {how}"), &measured.answers);
        percentiles(&mut text, &format!("accepted to registered, {how}"), &measured.delays);
    }
    for (how, measured) in [("alone", &results.alone), ("beside an import", &results.beside)] {
        line(
            &mut text,
            format_args!(
                "committed and acked within 50 ms, by the worker, {how}: {:.2}% of {}",
                measured.within_50_ms * 100.0,
                measured.delays.len(),
            ),
        );
    }
    late(&mut text, results);
    text
}

#[expect(clippy::cast_precision_loss, reason = "no run takes 2^52 microseconds")]
fn late(text: &mut String, results: &Results) {
    line(
        text,
        format_args!(
            "later than 50 ms, in seconds of the import, whose 202 came after {:.2}:",
            results.beside_accepted_after.as_secs_f64(),
        ),
    );
    for Late { from, until, count, longest } in &results.beside.late {
        let [from, until] = [from, until].map(|at| *at as f64 / 1e6);
        let longest = *longest as f64 / 1e3;
        line(text, format_args!("  {count} from {from:.2} to {until:.2}, up to {longest:.0} ms"));
    }
}
