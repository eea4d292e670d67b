use registrar_tests::student::Student;

use super::drill::drill;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_lane_that_no_worker_consumes_is_noticed_until_one_does() {
    drill("LaneWithoutConsumer", async |stage, drill| {
        drill.causes("the only worker is stopped, and a student registers");
        stage.stop_worker();
        let reference = stage.api.accepted(&Student::unique()).await;
        let page = drill.fires(&[("lane", "interactive")]).await;

        drill.follows("a worker is started", "No worker runs: start one.");
        stage.start_worker().await;
        drill.resolves(page).await;
        assert_eq!(stage.api.decided(&reference).await["status"], "registered");
    })
    .await;
}
