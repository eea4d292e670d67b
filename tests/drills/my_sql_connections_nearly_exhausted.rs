use registrar_tests::other_session::OtherSession;
use tokio::task::block_in_place;

use super::drill::drill;

/// Of what the server takes, in percent; the programs' own connections come on top.
const SHARE: usize = 82;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn connections_that_a_program_leaks_are_noticed_until_they_end() {
    drill("MySqlConnectionsNearlyExhausted", async |stage, drill| {
        let admin = stage.shared.pair.database.admin();
        let most = block_in_place(|| admin.execute("SELECT @@max_connections")).unwrap();
        let most: usize = most.trim().parse().unwrap();
        drill.causes("a program opens 82% of the connections that MySQL takes, and keeps them");
        let mut hoard = Vec::new();
        for _ in 0..most * SHARE / 100 {
            hoard.push(OtherSession::connect(&stage.servers.database_url).await);
        }
        let ticket = drill.fires(&[]).await;

        drill.follows("the program is ended", "end the program that leaks them");
        drop(hoard);
        drill.resolves(ticket).await;
    })
    .await;
}
