use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use serde_json::Value;
use tokio::task::block_in_place;

use super::{Ended, Home, registrar};

async fn doctor(home: &Home, more: &[(&str, &str)]) -> Ended {
    let management = home.management_url();
    let settings = [
        ("DATABASE_URL", home.servers.database_url.as_str()),
        ("AMQP_URL", &home.servers.amqp_url),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", &management),
    ];
    registrar(&["doctor"], &[settings.as_slice(), more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_when_an_api_and_a_worker_run_on_migrated_servers() {
    let home = Home::new().await;
    let _api = Api::start(&home.servers).await;
    let _worker = Worker::start(&home.servers).await;
    let ended = doctor(&home, &[]).await;
    assert_eq!(ended.code, Some(0), "right after the start: {}", ended.stdout);
    let counted = " ok, 0 wrong, 0 could not be looked at\n";
    assert!(ended.stdout.ends_with(counted), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_reported_with_its_remedy_and_not_created() {
    let home = Home::without_tables().await;
    let ended = doctor(&home, &[("REGISTRAR_BATCH_ROW", "1")]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for sentence in [
        "REGISTRAR_BATCH_ROW is set, and no program of this version reads it.",
        "-> Write REGISTRAR_BATCH_ROWS, if that is what it should be.",
        "There is no exchange registrations.",
        "There is no queue registrations.interactive.",
        "-> Start an API or a worker, which declares it when it connects.",
        "migrations are missing.",
        "-> Run `registrar migrate`.",
    ] {
        assert!(ended.stdout.contains(sentence), "{sentence} is not in\n{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("is not bound"), "reported twice:\n{}", ended.stdout);
    assert_eq!(block_in_place(|| home.queues()), Vec::<String>::new());
    let tables = "information_schema.tables WHERE table_schema = DATABASE()";
    assert_eq!(Oracle::new(&home.servers.database_url).count(tables).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_without_limits_and_one_of_another_type_are_reported() {
    let home = Home::new().await;
    Broker::connect(&home.servers.amqp_url).await.declare_classic("registrations.bulk").await;
    let _api = Api::begin(&home.servers, &[]).await;
    block_in_place(|| home.delete_policy("work-queues"));
    wait::until("the doctor sees both", async || {
        let ended = doctor(&home, &[]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        // RabbitMQ 4.3 says of a queue that was declared without a type which it has.
        let wrong = [
            "Queue registrations.bulk: it lacks x-queue-type = \"quorum\".",
            "Queue registrations.bulk: x-queue-type is \"classic\" and not \"quorum\".",
        ];
        let unlimited = "Queue registrations.bulk: no policy sets delivery-limit (usually 20).";
        let remedy = "-> rabbitmqctl set_policy -p ";
        let has = |what: &str| ended.stdout.contains(what);
        (wrong.into_iter().any(has) && has(unlimited) && has(remedy)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_that_wait_without_a_worker_are_reported() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    api.accepted(&Student::unique()).await;
    wait::until("the doctor sees what waits", async || {
        let ended = doctor(&home, &[]).await;
        let what = "1 messages wait in registrations.interactive and no worker consumes it.";
        ended.stdout.contains(what).then(|| assert_eq!(ended.code, Some(1)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_do_not_answer_are_reported_as_not_checked() {
    let settings = [
        ("DATABASE_URL", "mysql://me:hunter2@127.0.0.1:9/registrar"),
        ("AMQP_URL", "amqp://me:hunter2@127.0.0.1:9"),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", "http://127.0.0.1:9"),
    ];
    let ended = registrar(&["doctor", "--json"], &settings).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["is_well"], false);
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["verdict"] != "wrong"), "{report}");
    for check in ["RabbitMQ", "topology", "policies", "MySQL"] {
        let found = checks.iter().find(|found| found["check"] == check).unwrap();
        assert_eq!(found["verdict"], "unknown", "{found}");
    }
    assert!(!ended.stdout.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_missing_are_a_finding_and_do_not_hide_the_others() {
    let home = Home::new().await;
    let database = [("DATABASE_URL", home.servers.database_url.as_str())];
    let ended = registrar(&["doctor"], &database).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("AMQP_URL must be set"), "{}", ended.stdout);
    assert!(ended.stdout.contains("The tables are up to date."), "{}", ended.stdout);
}
