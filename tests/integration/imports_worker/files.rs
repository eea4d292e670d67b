use registrar_storage::ImportCounts;
use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::other_session::OtherSession;
use registrar_tests::process_list::connections_that_run;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use sqlx::mysql::MySqlPool;

use super::{BULK, File, INTERACTIVE, Importing, cancellation, chunk, manifest};
use crate::end_to_end::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_counted_once_though_its_messages_come_twice_and_in_any_order() {
    let home = Home::new().await;
    let (importing, file) = (Importing::new(&home.servers).await, File::new());
    let worker = Worker::start(&home.servers).await;
    let mut last = file.rows(1002..=1200);
    last.push(file.row(1201, "Eda", "2@example.com"));
    let messages = [
        manifest(&file, 1_202),
        chunk(&file, file.rows(502..=999), &[1_000, 1_001]),
        chunk(&file, last, &[1_202, 1_203]),
        chunk(&file, file.rows(2..=501), &[]),
    ];
    for envelope in messages.iter().chain(&messages) {
        importing.send(BULK, envelope).await;
    }
    let expected =
        ImportCounts { registered: 1_197, rejected: 1, invalid: 4, ..Default::default() };
    assert_eq!(importing.counted(&file, 1_202).await, expected);
    for (outcome, rows) in
        [("registered", 1_197), ("unchanged", 0), ("rejected", 1), ("invalid", 4), ("on_hold", 0)]
    {
        let name = format!("registration_import_rows_total{{outcome=\"{outcome}\"}}");
        worker.counts(&name, rows).await;
    }
    let manifest = async || importing.found(&file).await?.manifest;
    assert_eq!(wait::until("the manifest is recorded", manifest).await.rows, 1_202);
    // Row 2 came after it, or before.
    let named = importing.failed(&file).await;
    assert_eq!(named.len(), 5, "{named:?}");
    assert!(named.iter().any(|(_, code)| code == "email_of_row"), "{named:?}");
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 1_197);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_uploaded_again_continues_where_it_broke_off() {
    let home = Home::new().await;
    let (importing, file, again) = (Importing::new(&home.servers).await, File::new(), File::new());
    let _worker = Worker::start(&home.servers).await;
    importing.send(BULK, &chunk(&file, file.rows(2..=301), &[])).await;
    importing.counted(&file, 300).await;
    importing.send(BULK, &chunk(&again, again.rows(2..=501), &[])).await;
    let expected = ImportCounts { registered: 200, unchanged: 300, ..Default::default() };
    assert_eq!(importing.counted(&again, 500).await, expected);
    assert_eq!(importing.counts(&file).await.registered, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_in_the_middle_is_rejected_and_a_later_upload_registers_it() {
    let home = Home::new().await;
    let (importing, file, again) = (Importing::new(&home.servers).await, File::new(), File::new());
    let worker = Worker::start(&home.servers).await;
    importing.send(BULK, &chunk(&file, file.rows(2..=101), &[])).await;
    importing.counted(&file, 100).await;
    importing.send(INTERACTIVE, &cancellation(&file)).await;
    wait::until("it is cancelled", async || importing.found(&file).await?.cancelled_at).await;
    importing.send(BULK, &chunk(&file, file.rows(102..=200), &[201])).await;
    let expected = ImportCounts { registered: 100, rejected: 99, invalid: 1, ..Default::default() };
    assert_eq!(importing.counted(&file, 200).await, expected);
    assert_eq!(importing.failed(&file).await[0], (102, "import_cancelled".to_owned()));
    let rejected =
        "registration_outcomes_total{code=\"import_cancelled\",lane=\"bulk\",outcome=\"rejected\"}";
    worker.counts(rejected, 99).await;

    importing.send(BULK, &chunk(&again, again.rows(2..=200), &[])).await;
    let expected = ImportCounts { registered: 99, unchanged: 100, ..Default::default() };
    assert_eq!(importing.counted(&again, 199).await, expected);
    assert_eq!(Oracle::new(&home.servers.database_url).count("rejections").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_waits_for_a_lock_is_in_no_students_way() {
    let home = Home::new().await;
    let (importing, file) = (Importing::new(&home.servers).await, File::new());
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let mut other = OtherSession::connect(&home.servers.database_url).await;
    other.takes("17@example.com").await;
    importing.send(BULK, &chunk(&file, file.rows(2..=101), &[])).await;
    let watching = MySqlPool::connect(&home.servers.database_url).await.unwrap();
    wait::until("the INSERT of the chunk runs", async || {
        let inserting = connections_that_run(&watching, "INSERT INTO students").await;
        (!inserting.is_empty()).then_some(())
    })
    .await;
    for _ in 0..20 {
        let reference = api.accepted(&Student::unique()).await;
        assert_eq!(api.decided(&reference).await["status"], "registered");
    }
    assert_eq!(importing.counts(&file).await, ImportCounts::default(), "settled as a whole");
    other.sql("ROLLBACK").await;
    let expected = ImportCounts { registered: 100, ..Default::default() };
    assert_eq!(importing.counted(&file, 100).await, expected);
}
