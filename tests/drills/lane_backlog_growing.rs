use std::time::Duration;

use registrar_tests::load::Load;
use registrar_tests::proxy::Traffic;

use super::drill::drill_with;

/// Each takes as long as one of many, and yet a backlog is soon stored when MySQL is fast.
const SMALL_BATCHES: &[(&str, &str)] = &[("REGISTRAR_BATCH_ROWS", "8")];
const CROWD: usize = 4;
const SLOW: Traffic = Traffic::Late(Duration::from_millis(200));

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_lane_that_fills_faster_than_it_empties_is_noticed_until_mysql_is_fast_again() {
    drill_with("LaneBacklogGrowing", [&[], SMALL_BATCHES], async |stage, drill| {
        let proxy = stage.put_a_proxy_before_mysql().await;
        proxy.set(SLOW);
        drill.causes("MySQL answers late, and more students register than the worker stores");
        let load = Load::start(&stage.api.url, CROWD);
        let ticket = drill.fires(&[("lane", "interactive")]).await;

        drill.follows(
            "MySQL is made fast again",
            "Inserts are slow: more workers make it worse. Look at MySQL",
        );
        proxy.set(Traffic::Flowing);
        stage.nothing_is_lost(load).await;
        drill.resolves(ticket).await;
    })
    .await;
}
