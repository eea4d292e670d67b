use registrar_tests::other_session::OtherSession;

use super::drill::drill;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_student_who_waits_for_more_than_a_minute_is_noticed_until_she_is_registered() {
    drill("OldestRegistrationWaitsLong", async |stage, drill| {
        let load = stage.load();
        let mut other_session = OtherSession::connect(&stage.servers.database_url).await;
        drill.causes("a session locks the table students");
        other_session.sql("LOCK TABLES students WRITE").await;
        let page = drill.fires(&[("lane", "interactive")]).await;

        drill.follows(
            "the session that holds the lock is ended",
            "Find it with `SHOW ENGINE INNODB STATUS` and end it.",
        );
        drop(other_session);
        drill.resolves(page).await;
        stage.nothing_is_lost(load).await;
    })
    .await;
}
