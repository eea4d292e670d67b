use registrar_domain::{Registration, RegistrationId, Student};
use registrar_messaging::{Envelope, REGISTRATIONS_EXCHANGE};
use registrar_tests::broker::Broker;

use super::drill::drill;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_message_of_a_newer_api_is_noticed_until_workers_are_updated() {
    drill("RegistrationsOfAnUnknownVersion", async |stage, drill| {
        let broker = Broker::connect(&stage.servers.amqp_url).await;
        drill.causes("a message of version 2 is published, which this worker cannot read");
        publish_in_version_2(&broker).await;
        let page = drill.fires(&[]).await;

        drill.follows("the worker is updated, then `registrar dead-letters replay`", "`registrar dead-letters replay --hold-reason unknown_version --reason \"workers updated\"`");
        stage.stop_worker();
        stage.start_worker_with(&[("TEST_READ_ALSO", "2")]).await;
        let of_the_cause = ["dead-letters", "replay", "--hold-reason", "unknown_version"];
        let replay = [of_the_cause.as_slice(), &["--reason", "workers updated"]].concat();
        stage.registrar(&replay).await;
        drill.resolves(page).await;
        assert_eq!(stage.oracle.students().await, 1);
    })
    .await;
}

async fn publish_in_version_2(broker: &Broker) {
    let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
    let registration = Registration::now(RegistrationId::generate(), student);
    let id = registration.id.to_string();
    let body = String::from_utf8(Envelope::from_registration(registration).encode()).unwrap();
    let body = body.replacen("{\"version\":1,", "{\"version\":2,", 1);
    broker.publish(REGISTRATIONS_EXCHANGE, "interactive", &id, body.as_bytes()).await;
}
