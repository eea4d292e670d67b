use super::drill::drill_with;

/// So many lines that a pipe which is not read is soon full.
const CHATTY: &[(&str, &str)] = &[("REGISTRAR_LOG", "trace"), ("REGISTRAR_BATCH_ROWS", "1")];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_worker_whose_output_is_not_read_is_noticed_until_it_is() {
    drill_with("LogLinesDropped", [&[], CHATTY], async |stage, drill| {
        let log = stage.pipe_worker().await;
        let load = stage.load();
        drill.causes("what reads the worker's output stalls");
        log.stall();
        let ticket = drill.fires(&[("job", "registrar-worker")]).await;

        drill.follows("the output is read again", "The reader is slow");
        log.go_on();
        drill.resolves(ticket).await;
        stage.nothing_is_lost(load).await;
    })
    .await;
}
