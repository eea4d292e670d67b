use registrar_tests::student::Student;

use super::drill::drill;

const REFUSE: &str = "ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')";
const ACCEPT_AGAIN: &str = "ALTER TABLE students DROP CONSTRAINT c";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_student_on_hold_is_noticed_until_a_replay_registers_her() {
    drill("RegistrationsOnHold", async |stage, drill| {
        stage.oracle.sql(REFUSE).await;
        drill.causes("a constraint refuses the row of a student");
        let mallory = Student { first_name: "Mallory".to_owned(), ..Student::unique() };
        let reference = stage.api.accepted(&mallory).await;
        assert_eq!(stage.api.decided(&reference).await["status"], "on_hold");
        let ticket = drill.fires(&[]).await;

        drill.follows(
            "the constraint is dropped, then `registrar dead-letters replay`",
            "`registrar dead-letters replay --fingerprint FINGERPRINT --reason \"what was fixed\"`",
        );
        stage.oracle.sql(ACCEPT_AGAIN).await;
        let list = stage.registrar(&["dead-letters", "list"]).await;
        let fingerprint = list.lines().nth(1).unwrap().split_whitespace().nth(2).unwrap();
        let of_the_cause = ["dead-letters", "replay", "--fingerprint", fingerprint];
        let replay = [of_the_cause.as_slice(), &["--reason", "the constraint is gone"]].concat();
        stage.registrar(&replay).await;
        drill.resolves(ticket).await;
        assert_eq!(stage.api.status(&reference).await["status"], "registered");
    })
    .await;
}
