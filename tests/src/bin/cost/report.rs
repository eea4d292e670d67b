//! The tables, as Markdown.

use std::fmt::Write as _;

use crate::counters::Counters;
use crate::instructions::Subject;
use crate::statements::{Batch, Kind};

/// How many functions a profile lists.
const FUNCTIONS: usize = 25;
/// A function with more than this is a frame around everything.
const EVERYTHING: f64 = 0.9;

/// Instructions and allocations.
pub(crate) fn instructions(subjects: &[Subject]) -> String {
    let mut text = "| counted | instructions | allocations |\n|---|--:|--:|\n".to_owned();
    for Subject { what, times, profile } in subjects {
        let (total, allocations) =
            (per(profile.total(), *times), per(profile.allocations(), *times));
        line(&mut text, format_args!("| {what} | {total:.0} | {allocations:.1} |"));
    }
    text
}

/// Statements and commits.
pub(crate) fn statements(
    batches: &[Batch],
    (rows, backlog): (usize, Counters),
    (chunks, import): (usize, Counters),
) -> String {
    let mut text = "| batch | statements | of these commits | pings and prepares |\n\
                    |---|--:|--:|--:|\n"
        .to_owned();
    for Batch { rows, kind, sent } in batches {
        let kind = match kind {
            Kind::Fresh => "fresh",
            Kind::Keyed => "keyed",
            Kind::TenthDuplicates => "a tenth duplicates",
        };
        let Counters { statements, writes, others } = sent;
        line(&mut text, format_args!("| {rows}, {kind} | {statements} | {writes} | {others} |"));
    }
    let Counters { statements, writes, others } = backlog;
    line(
        &mut text,
        format_args!(
            "| a worker from its start to the end of a backlog of {rows}, ledger included \
             | {statements} | {writes} | {others} |"
        ),
    );
    let Counters { statements, writes, others } = import;
    line(
        &mut text,
        format_args!(
            "| {chunks} chunks of 500 rows more of an import, ledger included \
             | {statements} | {writes} | {others} |"
        ),
    );
    text
}

/// The functions with the most instructions.
pub(crate) fn profiles(subjects: &[Subject]) -> String {
    let mut text = String::new();
    for Subject { what, times, profile } in subjects {
        let all = per(profile.total(), *times);
        let inclusive = profile.largest(|counts| counts.inclusive);
        let inclusive =
            inclusive.iter().filter(|&&(_, count)| per(count, *times) < EVERYTHING * all);
        let own = profile.largest(|counts| counts.own);
        line(&mut text, format_args!("{what}: with what they call"));
        functions(&mut text, inclusive, *times, all);
        line(&mut text, format_args!("{what}: alone"));
        functions(&mut text, own.iter(), *times, all);
    }
    text
}

fn functions<'a>(
    text: &mut String,
    functions: impl Iterator<Item = &'a (&'a str, i64)>,
    times: usize,
    all: f64,
) {
    for &(name, count) in functions.take(FUNCTIONS) {
        let count = per(count, times);
        let share = 100.0 * count / all;
        let name: String = name.chars().take(120).collect();
        line(text, format_args!("  {share:>5.1}% {count:>8.0}  {name}"));
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run has 2^52 instructions")]
fn per(count: i64, times: usize) -> f64 {
    count as f64 / times as f64
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
