use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::ImportCounts;
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Servers;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::{BULK, File, Importing, chunk};
use crate::end_to_end::Home;

/// Each of these moments comes for one worker after the other, and then for none.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_at_any_moment_changes_no_count() {
    let home = Home::new().await;
    let (importing, file, again) = (Importing::new(&home.servers).await, File::new(), File::new());
    // Which declares the queues.
    drop(Worker::start(&home.servers).await);
    let rows = [file.rows(2..=100), vec![file.row(101, "Eda", "2@example.com")]].concat();
    for (file, rows) in [(&file, rows), (&again, again.rows(2..=301))] {
        let envelope = chunk(file, rows, &[500]);
        importing.send(BULK, &envelope).await;
        for moment in ["before_commit", "after_commit", "before_count", "after_count"] {
            let mut worker = Worker::begin(&home.servers, &[("TEST_DIE", moment)]).await;
            worker.program.ended().await;
        }
        let _worker = Worker::start(&home.servers).await;
        let total = envelope.registrations.len() as u64 + 1;
        assert_eq!(importing.counted(file, total).await.total(), total);
    }
    let expected = ImportCounts { registered: 99, rejected: 1, invalid: 1, ..Default::default() };
    assert_eq!(importing.counts(&file).await, expected);
    let expected =
        ImportCounts { registered: 201, unchanged: 99, invalid: 1, ..Default::default() };
    assert_eq!(importing.counts(&again).await, expected);
    let failed = [(101, "email_of_row".to_owned()), (500, "invalid_email".to_owned())];
    assert_eq!(importing.failed(&file).await, failed);
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uploads_of_one_file_at_once_register_each_student_once() {
    let home = Home::new().await;
    let importing = Importing::new(&home.servers).await;
    let files = [File::new(), File::new()];
    let settings = [("REGISTRAR_BULK_WRITERS", "3")];
    let workers = [
        Worker::start_with(&home.servers, &settings).await,
        Worker::start_with(&home.servers, &settings).await,
    ];
    for first in (2..=902).step_by(100) {
        for file in &files {
            importing.send(BULK, &chunk(file, file.rows(first..=first + 99), &[])).await;
        }
    }
    let mut registered = 0;
    for file in &files {
        let counts = importing.counted(file, 1_000).await;
        assert_eq!(counts.registered + counts.unchanged, 1_000, "{counts:?}");
        registered += counts.registered;
    }
    assert_eq!(registered, 1_000);
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 1_000);
    drop(workers);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_while_mysql_is_away_is_counted_when_it_is_back() {
    let home = Home::new().await;
    let mut database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    let worker = Worker::start(&servers).await;
    let (importing, file) = (Importing::new(&servers).await, File::new());
    importing.send(BULK, &chunk(&file, file.rows(2..=201), &[])).await;
    importing.counted(&file, 200).await;
    block_in_place(|| database.stop().unwrap());
    for first in (202..=1_002).step_by(200) {
        importing.send(BULK, &chunk(&file, file.rows(first..=first + 199), &[])).await;
    }
    block_in_place(|| database.start_again().unwrap());
    let expected = ImportCounts { registered: 1_200, ..Default::default() };
    assert_eq!(importing.counted(&file, 1_200).await, expected);
    drop(worker);
}
