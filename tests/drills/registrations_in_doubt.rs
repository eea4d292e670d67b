use registrar_domain::Lane;
use registrar_messaging::queue_for;
use registrar_tests::load::Load;
use serde_json::json;
use tokio::task::block_in_place;

use super::drill::drill_with;

/// One row at a time, so that a short queue is full at one moment and not at the next.
const SLOW: &[(&str, &str)] =
    &[("REGISTRAR_BATCH_ROWS", "1"), ("REGISTRAR_INTERACTIVE_WRITERS", "1")];
const CROWD: usize = 32;
const POLICY: &str = "too small";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn messages_of_a_killed_api_are_noticed_for_an_hour() {
    drill_with("RegistrationsInDoubt", [&[], SLOW], async |stage, drill| {
        let management = stage.shared.pair.broker.management();
        let pattern = format!("^{}$", queue_for(Lane::Interactive).replace('.', "\\."));
        let few = json!({ "max-length": 20 });
        block_in_place(|| management.set_policy("/", POLICY, &pattern, &few)).unwrap();
        let load = Load::start(&stage.api.url, CROWD);
        load.refuses(50).await;
        load.accepts(50).await;
        drill.causes("an API is killed (SIGKILL) while a full queue refuses some of its messages");
        stage.api.program.kill();
        drop(load);
        block_in_place(|| management.delete_policy("/", POLICY)).unwrap();
        let ticket = drill.fires(&[("lane", "interactive")]).await;

        drill.follows("the API is started again; `registrar ledger` finds nothing unaccounted for", "`registrar ledger` shows how many are in doubt, in each lane, and that nothing is unaccounted for.");
        stage.start_api().await;
        stage.registrar(&["ledger"]).await;
        drill.resolves(ticket).await;
    })
    .await;
}
