use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::stream;
use registrar_tests::api::json;
use registrar_tests::process::{peak_memory_mib, resident_memory_mib};
use reqwest::Body;

use super::Importing;

const ROWS: usize = 1_000_000;
/// So many are sent at once.
const PART_ROWS: usize = 1_000;
const MOST_MIB: f64 = 32.0;
const TIMEOUT: Duration = Duration::from_mins(15);

/// The rows as they are sent: the test does not hold the file either.
fn part(number: usize) -> String {
    let mut rows = String::new();
    if number == 0 {
        rows.push_str("first_name,last_name,email\n");
    }
    for row in number * PART_ROWS..(number + 1) * PART_ROWS {
        writeln!(rows, "Augusta,King-Noel,augusta.king{row}@example.com").unwrap();
    }
    rows
}

/// No worker takes anything meanwhile, so the broker has to hold all of it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a million rows take minutes: make import-memory"]
async fn a_million_rows_raise_the_memory_of_the_api_by_little() {
    let importing = Importing::start().await;
    let process = importing.api.program.pid();
    let before = resident_memory_mib(process);
    let parts = (0..ROWS / PART_ROWS).map(|number| Ok::<_, Infallible>(part(number)));
    let upload = importing.upload(Body::wrap_stream(stream::iter(parts)));
    let answer = upload.timeout(TIMEOUT).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(json(answer).await["accepted"], ROWS);
    let raised = peak_memory_mib(process) - before;
    println!("{ROWS} rows raise {before:.1} MiB by {raised:.1} MiB at most");
    assert!(raised <= MOST_MIB, "{raised:.1} MiB");
}
