use registrar_local::{MariaDb, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::{Home, ask_to_stop};

const UNCHANGED: &str =
    r#"registration_outcomes_total{code="",lane="interactive",outcome="unchanged"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_stopped_under_load_ends_well_and_no_other_sees_what_it_settled() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let load = Load::start(&api.url, 20);
    let mut worker = Worker::start(&home.servers).await;
    for _ in 0..3 {
        load.accepts(100).await;
        worker.program.terminate();
        assert!(worker.program.ended().await.success(), "{}", worker.program.log());
        worker = Worker::start(&home.servers).await;
        load.accepts(100).await;
        assert_eq!(worker.counted(UNCHANGED).await, 0, "what was stored was acked too");
    }
    let answers = load.stop().await;
    let tally = Oracle::new(&home.servers.database_url).all_decided(&answers.accepted).await;
    assert_eq!(tally.registered, answers.accepted.len(), "{tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_stopped_while_mysql_hangs_requeues_what_it_could_not_store() {
    let home = Home::new().await;
    let database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    let api = Api::start(&servers).await;
    let settings = [
        ("REGISTRAR_DATABASE_STATEMENT_TIMEOUT", "1s"),
        ("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "1s"),
    ];
    let mut worker = Worker::start_with(&servers, &settings).await;
    block_in_place(|| database.pause()).unwrap();
    let reference = api.accepted(&Student::unique()).await;
    wait::until("the worker has it in hand", async || {
        (worker.counted("registration_deliveries_in_hand").await == 1).then_some(())
    })
    .await;

    ask_to_stop(&mut worker.program).await;
    assert!(worker.program.ended().await.success(), "{}", worker.program.log());
    block_in_place(|| database.resume()).unwrap();
    let _next = Worker::start(&servers).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    assert_eq!(Oracle::new(&servers.database_url).students().await, 1);
}
