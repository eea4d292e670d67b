use super::drill::drill_with;

const STRICT: &[(&str, &str)] =
    &[("REGISTRAR_RATE_PER_SECOND", "2"), ("REGISTRAR_RATE_BURST", "2")];
const GENEROUS: &[(&str, &str)] =
    &[("REGISTRAR_RATE_PER_SECOND", "1000"), ("REGISTRAR_RATE_BURST", "1000")];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_school_behind_one_address_is_noticed_until_its_limit_is_raised() {
    drill_with("RegistrationsRateLimited", [STRICT, &[]], async |stage, drill| {
        drill.causes(
            "many students share an address, and the API takes two requests a second of one",
        );
        let load = stage.load();
        let ticket = drill.fires(&[]).await;

        drill.follows(
            "the limit is raised, and the API restarted",
            "raise `REGISTRAR_RATE_PER_SECOND` and `REGISTRAR_RATE_BURST`, and restart the APIs",
        );
        stage.stop_api();
        stage.start_api_with(GENEROUS).await;
        drill.resolves(ticket).await;
        stage.nothing_is_lost(load).await;
    })
    .await;
}
