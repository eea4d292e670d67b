use super::drill::drill;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_killed_worker_is_noticed_until_it_runs_again() {
    drill("TargetDown", async |stage, drill| {
        drill.causes("the only worker is killed (SIGKILL)");
        stage.worker.program.kill();
        let page = drill.fires(&[("severity", "page"), ("job", "registrar-worker")]).await;
        drill.follows("the worker is started again", "Start it again; the order does not matter.");
        stage.start_worker().await;
        drill.resolves(page).await;
    })
    .await;
}
