use registrar_tests::worker::Worker;

use super::{Home, registrar};

#[tokio::test(flavor = "multi_thread")]
async fn migrating_creates_the_tables_and_may_be_repeated_while_a_worker_runs() {
    let home = Home::without_tables().await;
    let settings = [("DATABASE_URL", home.servers.database_url.as_str())];
    let first = registrar(&["migrate"], &settings).await;
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    assert!(first.stdout.starts_with("Applied "), "{first:?}");
    assert!(first.stdout.ends_with("The tables are up to date.\n"), "{first:?}");
    let _worker = Worker::start(&home.servers).await;
    let again = registrar(&["migrate"], &settings).await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "The tables are up to date.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_without_a_database_is_one_sentence_that_says_what_to_do() {
    let unreachable = [("DATABASE_URL", "mysql://me:hunter2@127.0.0.1:9/registrar")];
    let ended = registrar(&["migrate"], &unreachable).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ended.stderr,
        "MySQL cannot be reached: see whether it runs and whether DATABASE_URL is right.\n"
    );
}
