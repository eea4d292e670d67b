use tokio::task::block_in_place;

use super::drill::drill;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_stopped_mysql_is_noticed_until_it_runs_again() {
    drill("MySqlDown", async |stage, drill| {
        drill.causes("MySQL is stopped");
        block_in_place(|| stage.shared.pair.database.stop()).unwrap();
        let page = drill.fires(&[]).await;
        drill.follows("MySQL is started", "Start MySQL.");
        block_in_place(|| stage.shared.pair.database.start_again()).unwrap();
        drill.resolves(page).await;
    })
    .await;
}
