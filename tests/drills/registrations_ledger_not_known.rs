use registrar_tests::other_session::OtherSession;

use super::drill::long_drills;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_ledger_that_cannot_be_read_is_noticed_until_it_can() {
    long_drills(["RegistrationsLedgerNotKnown"], [&[], &[]], async |stage, [drill]| {
        let mut other_session = OtherSession::connect(&stage.servers.database_url).await;
        drill.causes("a session locks the table ledger");
        other_session.sql("LOCK TABLES ledger WRITE").await;
        let ticket = drill.fires(&[("job", "registrar-worker")]).await;

        drill.follows(
            "the session that locks it is ended",
            "End the session that locks the table `ledger`",
        );
        drop(other_session);
        drill.resolves(ticket).await;
    })
    .await;
}
