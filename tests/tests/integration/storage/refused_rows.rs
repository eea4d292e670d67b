//! Rows that MySQL can never take.

use registrar_common::storage::Verdict;

use super::fixture::{EMAIL_TAKEN, Fixture, REGISTERED, contested, fresh, newly, student};

#[tokio::test]
async fn a_row_that_breaks_a_constraint_is_refused_and_its_neighbours_are_registered() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let batch: Vec<_> = (0..100)
        .map(|n| {
            let name = if n == 13 || n == 14 || n == 99 { "Mallory" } else { "Ada" };
            let registration = student(name, &format!("{n}@example.com"));
            if n % 2 == 0 { fresh(&registration) } else { contested(&registration) }
        })
        .collect();
    let verdicts = fixture.store(&batch).await;
    for (n, verdict) in verdicts.iter().enumerate() {
        match (n, verdict) {
            // 3819 is MySQL's number, 4025 MariaDB's.
            (13 | 14 | 99, Verdict::Refused { code: Some(3819 | 4025), .. }) => {}
            (13 | 14 | 99, verdict) => panic!("{verdict:?}"),
            (_, verdict) => assert_eq!(*verdict, newly(REGISTERED)),
        }
    }
    assert_eq!(fixture.counts().await, (97, 0, 0));
}

#[tokio::test]
async fn a_row_that_a_trigger_refuses_is_refused_alone() {
    let fixture = Fixture::new().await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW \
             IF NEW.first_name = 'Mallory' THEN \
                 SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ada@example.com is not wanted'; \
             END IF",
        )
        .await;
    let batch = [("Ada", "ada@"), ("Mallory", "m@"), ("Zoe", "zoe@")]
        .map(|(name, local_part)| fresh(&student(name, &format!("{local_part}example.com"))));
    let verdicts = fixture.store(&batch).await;
    let refused = Verdict::Refused { fingerprint: "mysql_1644".to_owned(), code: Some(1644) };
    assert_eq!(verdicts, [newly(REGISTERED), refused, newly(REGISTERED)]);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_not_cut() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students MODIFY first_name VARCHAR(5) NOT NULL").await;
    let batch =
        [fresh(&student("Anastasia", "a@example.com")), fresh(&student("Ada", "b@example.com"))];
    let fingerprint = "mysql_1406_first_name".to_owned();
    let refused = Verdict::Refused { fingerprint, code: Some(1406) };
    assert_eq!(fixture.store(&batch).await, [refused, newly(REGISTERED)]);
    assert_eq!(fixture.count("students").await, 1);
}

#[tokio::test]
async fn when_the_first_of_an_email_address_is_refused_the_next_is_registered() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let batch = ["Mallory", "Ada", "Zoe"].map(|name| fresh(&student(name, "one@example.com")));
    let verdicts = fixture.store(&batch).await;
    assert!(matches!(verdicts[0], Verdict::Refused { .. }));
    assert_eq!(verdicts[1..], [newly(REGISTERED), newly(EMAIL_TAKEN)]);
}

#[tokio::test]
async fn a_time_that_no_timestamp_holds_refuses_the_row() {
    let fixture = Fixture::new().await;
    let mut ada = student("Ada", "ada@example.com");
    ada.accepted_at = time::OffsetDateTime::from_unix_timestamp(-1).unwrap();
    let verdicts = fixture.store(&[fresh(&ada), fresh(&student("Zoe", "zoe@example.com"))]).await;
    let fingerprint = "mysql_1292_accepted_at".to_owned();
    let refused = Verdict::Refused { fingerprint, code: Some(1292) };
    assert_eq!(verdicts, [refused, newly(REGISTERED)]);
}
