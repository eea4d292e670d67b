use registrar_domain::Lane;
use registrar_messaging::{REGISTRATIONS_EXCHANGE, queue_for};
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;

use super::drill::drill;

const LANE: Lane = Lane::Interactive;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_binding_that_was_removed_is_noticed_until_it_is_declared_again() {
    drill("RegistrationsUnroutable", async |stage, drill| {
        let broker = Broker::connect(&stage.servers.amqp_url).await;
        drill.causes("the binding of the interactive lane is removed, and a student registers");
        broker.unbind(queue_for(LANE), REGISTRATIONS_EXCHANGE, LANE.as_str()).await;
        let reference = stage.api.accepted(&Student::unique()).await;
        let page = drill.fires(&[]).await;

        drill.follows(
            "the worker is restarted, then `registrar dead-letters replay`",
            "Restart one worker or API: it declares exchanges, queues and bindings anew",
        );
        stage.stop_worker();
        stage.start_worker().await;
        let of_the_cause = ["dead-letters", "replay", "--hold-reason", "unrouted"];
        let replay = [of_the_cause.as_slice(), &["--reason", "binding is back"]].concat();
        stage.registrar(&replay).await;
        drill.resolves(page).await;
        assert_eq!(stage.api.status(&reference).await["status"], "registered");
    })
    .await;
}
