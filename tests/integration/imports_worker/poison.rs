use registrar_messaging::{Envelope, REGISTRATIONS_EXCHANGE};
use registrar_storage::ImportCounts;
use registrar_tests::oracle::Oracle;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::{BULK, File, Importing, chunk};
use crate::end_to_end::Home;

const REFUSED: &str = "ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')";

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_database_refuses_goes_on_hold_alone_and_counts_for_its_import_when_replayed()
 {
    let home = Home::new().await;
    let oracle = Oracle::new(&home.servers.database_url);
    oracle.sql(REFUSED).await;
    let (importing, file) = (Importing::new(&home.servers).await, File::new());
    let _worker = Worker::start(&home.servers).await;
    let refused = file.row(102, "Mallory", "mallory@example.com");
    let rows = [file.rows(2..=101), vec![refused.clone()]].concat();
    importing.send(BULK, &chunk(&file, rows, &[103])).await;
    let expected = ImportCounts { registered: 100, invalid: 1, on_hold: 1, ..Default::default() };
    assert_eq!(importing.counted(&file, 102).await, expected);
    let failed = [(102, "on_hold".to_owned()), (103, "invalid_email".to_owned())];
    assert_eq!(importing.failed(&file).await, failed);

    let dead_letter = oracle.dead_letters(1).await.remove(0);
    let alone = Envelope::decode(&dead_letter.payload).unwrap();
    assert_eq!(alone.registrations, [refused]);
    oracle.sql("ALTER TABLE students DROP CONSTRAINT c").await;
    let payload = &dead_letter.payload;
    importing.broker.publish(REGISTRATIONS_EXCHANGE, BULK, "replayed", payload).await;
    let expected = ImportCounts { registered: 101, invalid: 1, ..Default::default() };
    wait::until("it is registered by its import", async || {
        (importing.counts(&file).await == expected).then_some(())
    })
    .await;
    assert_eq!(importing.failed(&file).await, failed[1..]);
}

/// As an orchestrator does, starts a worker again whenever it dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_crashes_workers_goes_on_hold_alone() {
    let home = Home::new().await;
    let oracle = Oracle::new(&home.servers.database_url);
    let (importing, file) = (Importing::new(&home.servers).await, File::new());
    drop(Worker::start(&home.servers).await);
    let deadly = file.row(12, "Crasher", "crasher@example.com");
    let rows = [file.rows(2..=11), vec![deadly.clone()]].concat();
    importing.send(BULK, &chunk(&file, rows, &[13, 14])).await;
    let _worker = loop {
        let mut worker = Worker::begin(&home.servers, &[("TEST_DIE_OF", "Crasher")]).await;
        tokio::select! {
            _ = worker.program.ended() => {}
            _ = oracle.dead_letters(1) => break worker,
        }
    };
    let expected = ImportCounts { registered: 10, invalid: 2, on_hold: 1, ..Default::default() };
    assert_eq!(importing.counted(&file, 13).await, expected);
    let dead_letter = oracle.dead_letters(1).await.remove(0);
    assert_eq!(dead_letter.registration_id, Some(deadly.id));
    assert_eq!(importing.failed(&file).await[0], (12, "on_hold".to_owned()));
}
