use registrar_domain::Lane;
use registrar_messaging::queue_for;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;

use super::drill::drill;

const STUDENTS: u32 = 7;

const SETTLE_ALL: &str = "INSERT INTO ledger (epoch, lane, stated, unconfirmed, settled) \
     SELECT epoch, lane, '', '', stated FROM ledger WHERE lane = 'interactive' AND stated <> ''";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn messages_that_were_purged_are_noticed_until_they_are_accounted_for() {
    drill("RegistrationsUnaccounted", async |stage, drill| {
        stage.stop_worker();
        for _ in 0..STUDENTS {
            stage.api.accepted(&Student::unique()).await;
        }
        drill.causes("the queue of the interactive lane is purged with seven messages in it");
        let broker = Broker::connect(&stage.servers.amqp_url).await;
        assert_eq!(broker.purge(queue_for(Lane::Interactive)).await, STUDENTS);
        stage.start_worker().await;
        let page = drill.fires(&[("lane", "interactive")]).await;

        drill.follows(
            "the ledger's rows say that they are settled",
            "until the ledger's rows of that publisher say that they are settled",
        );
        stage.oracle.sql(SETTLE_ALL).await;
        drill.resolves(page).await;
    })
    .await;
}
