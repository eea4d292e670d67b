//! Rows that MySQL can never take.

use registrar_domain::{HoldReason, Registration};
use registrar_storage::{ErrorClass, MySqlStore, RegistrationStore as _, Verdict};

use super::fixture::{EMAIL_TAKEN, Fixture, REGISTERED, already, newly, student};

fn refused(fingerprint: &str, code: u16) -> Verdict {
    let reason = HoldReason::RefusedByDatabase;
    Verdict::Refused { reason, fingerprint: fingerprint.to_owned(), code: Some(code) }
}

#[tokio::test]
async fn a_row_that_breaks_a_constraint_is_refused_and_its_neighbours_are_registered() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let batch: Vec<_> = (0..100)
        .map(|n| {
            let name = if n == 13 || n == 14 || n == 99 { "Mallory" } else { "Ada" };
            student(name, &format!("{n}@example.com"))
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
        .map(|(name, local_part)| student(name, &format!("{local_part}example.com")));
    let verdicts = fixture.store(&batch).await;
    let refused = refused("mysql_1644", 1644);
    assert_eq!(verdicts, [newly(REGISTERED), refused, newly(REGISTERED)]);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_not_cut() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students MODIFY first_name VARCHAR(5) NOT NULL").await;
    let batch = [student("Anastasia", "a@example.com"), student("Ada", "b@example.com")];
    let refused = refused("mysql_1406_first_name", 1406);
    assert_eq!(fixture.store(&batch).await, [refused, newly(REGISTERED)]);
    assert_eq!(fixture.count("students").await, 1);
}

#[tokio::test]
async fn when_the_first_of_an_email_address_is_refused_the_next_is_registered() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let batch = ["Mallory", "Ada", "Zoe"].map(|name| student(name, "one@example.com"));
    let verdicts = fixture.store(&batch).await;
    assert!(matches!(verdicts[0], Verdict::Refused { .. }));
    assert_eq!(verdicts[1..], [newly(REGISTERED), newly(EMAIL_TAKEN)]);
}

#[tokio::test]
async fn a_time_that_no_timestamp_holds_refuses_the_row() {
    let fixture = Fixture::new().await;
    let mut ada = student("Ada", "ada@example.com");
    ada.accepted_at = time::OffsetDateTime::from_unix_timestamp(-1).unwrap();
    let verdicts = fixture.store(&[ada.clone(), student("Zoe", "zoe@example.com")]).await;
    let refused = refused("mysql_1292_accepted_at", 1292);
    assert_eq!(verdicts, [refused, newly(REGISTERED)]);
}

/// Of 33 rows no statement stays prepared: their values are in its text.
#[tokio::test]
async fn what_is_refused_of_a_statement_that_is_not_prepared_is_found_too() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students MODIFY first_name VARCHAR(5) NOT NULL").await;
    let mut batch: Vec<_> = (0..33).map(|n| student("Ada", &format!("{n}@example.com"))).collect();
    batch[7] = student("Anastasia", "7@example.com");
    batch[20].accepted_at = time::OffsetDateTime::from_unix_timestamp(-1).unwrap();
    let verdicts = fixture.store(&batch).await;
    for (n, verdict) in verdicts.into_iter().enumerate() {
        let expected = match n {
            7 => refused("mysql_1406_first_name", 1406),
            20 => refused("mysql_1292_accepted_at", 1292),
            _ => newly(REGISTERED),
        };
        assert_eq!(verdict, expected, "{n}");
    }
}

/// A trigger that refuses every row, and counts the statements that meet it by an `AUTO_INCREMENT`,
/// which no rollback takes back.
async fn refuse_every_row(fixture: &Fixture) {
    fixture.sql("CREATE TABLE tries (id INT AUTO_INCREMENT PRIMARY KEY)").await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW BEGIN \
                 INSERT INTO tries VALUES (NULL); \
                 SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'every row is refused'; \
             END",
        )
        .await;
}

fn students(count: usize, round: &str) -> Vec<Registration> {
    (0..count).map(|n| student("Ada", &format!("{n}.{round}@example.com"))).collect()
}

#[tokio::test]
async fn a_table_that_refuses_every_row_is_found_with_few_statements_and_no_row_goes_on_hold() {
    let fixture = Fixture::new().await;
    refuse_every_row(&fixture).await;
    // The second store does not share what the first one has found out.
    for (count, store) in [(1, &fixture.store), (512, &MySqlStore::new(fixture.pool.clone()))] {
        fixture.sql("TRUNCATE TABLE tries").await;
        let error = store.store(&students(count, "a")).await.unwrap_err();
        assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1644)));
        assert!(error.to_string().contains("refuses every row of the table students"), "{error}");
        fixture.sql("INSERT INTO tries VALUES (NULL)").await;
        assert_eq!(fixture.count("tries WHERE id = 3").await, 1, "two tries for {count} rows");
    }
    assert_eq!(fixture.counts().await, (0, 0, 0));
}

#[tokio::test]
async fn a_trigger_that_refuses_even_a_stored_row_refuses_every_row() {
    let fixture = Fixture::new().await;
    fixture.store(&students(3, "a")).await;
    refuse_every_row(&fixture).await;
    let error = fixture.store.store(&students(1, "b")).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1644)));
    fixture.sql("DROP TRIGGER t").await;
    assert_eq!(fixture.store(&students(1, "b")).await, [newly(REGISTERED)]);
    assert_eq!(fixture.counts().await, (4, 0, 0), "nothing was stored to find out");
}

/// As when a deployment adds the trigger while a batch is stored.
#[tokio::test]
async fn a_table_that_begins_to_refuse_every_row_in_the_middle_of_a_batch_puts_none_on_hold() {
    let fixture = Fixture::new().await;
    let first = student("Ada", "!@example.com");
    fixture.store(std::slice::from_ref(&first)).await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW BEGIN \
                 SET @inserts = COALESCE(@inserts, 0) + 1; \
                 IF @inserts > 1 THEN \
                     SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'every row is refused'; \
                 END IF; \
             END",
        )
        .await;
    // The first row of the batch meets a duplicate, and what is tried after it is refused.
    let batch = [vec![first], students(20, "b")].concat();
    let error = fixture.store.store(&batch).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1644)));
    fixture.sql("DROP TRIGGER t").await;
    let expected = [vec![already(REGISTERED)], vec![newly(REGISTERED); 20]].concat();
    assert_eq!(fixture.store(&batch).await, expected);
}

#[tokio::test]
async fn rejections_that_are_refused_every_time_are_not_put_on_hold() {
    let fixture = Fixture::new().await;
    fixture.store(&students(1, "a")).await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON rejections FOR EACH ROW \
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'every row is refused'",
        )
        .await;
    let error = fixture.store.store(&students(1, "a")).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1644)));
    assert!(error.to_string().contains("the table rejections"), "{error}");
    fixture.sql("DROP TRIGGER t").await;
    assert_eq!(fixture.store(&students(1, "a")).await, [newly(EMAIL_TAKEN)]);
}

/// A stored row passes, and every new one is refused.
#[tokio::test]
async fn a_whole_batch_that_is_refused_for_one_cause_is_an_error_of_the_table() {
    let fixture = Fixture::new().await;
    fixture.store(&[student("Zoe", "zoe@example.com")]).await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Ada')").await;
    let error = fixture.store.store(&students(100, "a")).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::System);
    assert_eq!(fixture.counts().await, (1, 0, 0));
}

#[tokio::test]
async fn until_a_row_passes_again_a_small_batch_is_not_refused_either_and_the_probe_says_so() {
    let fixture = Fixture::new().await;
    refuse_every_row(&fixture).await;
    fixture.store.store(&students(20, "a")).await.unwrap_err();
    let error = fixture.store.store(&students(1, "b")).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1644)));
    assert_eq!(fixture.store.probe().await.unwrap_err(), error);

    fixture.sql("DROP TRIGGER t").await;
    assert_eq!(fixture.store.probe().await, Ok(()));
    let stored = fixture.count("students").await;
    assert_eq!(stored, 1, "the probe tried a row that was accepted, and it passed");
    let verdicts = fixture.store(&students(1, "c")).await;
    assert_eq!(verdicts, [newly(REGISTERED)]);
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let verdicts = fixture.store(&[student("Mallory", "m@example.com")]).await;
    assert!(matches!(verdicts[..], [Verdict::Refused { .. }]), "{verdicts:?}");
}

#[tokio::test]
async fn a_column_without_a_default_refuses_every_row() {
    let fixture = Fixture::new().await;
    fixture.sql("ALTER TABLE students ADD COLUMN nickname VARCHAR(10) NOT NULL").await;
    let error = fixture.store.store(&students(10, "a")).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1364)));
}

#[tokio::test]
async fn a_trigger_that_writes_to_its_own_table_refuses_every_row() {
    let fixture = Fixture::new().await;
    let deletes = "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW DELETE FROM students";
    fixture.sql(deletes).await;
    let error = fixture.store.store(&students(10, "a")).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1442)));
}

#[tokio::test]
async fn a_few_rows_that_are_refused_together_are_refused_one_by_one() {
    let fixture = Fixture::new().await;
    fixture.store(&[student("Zoe", "zoe@example.com")]).await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Ada')").await;
    let verdicts = fixture.store(&students(7, "a")).await;
    let is_refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused { .. });
    assert!(verdicts.iter().all(is_refused), "{verdicts:?}");
    assert_eq!(verdicts.len(), 7);
}

#[tokio::test]
async fn refused_rows_next_to_some_that_are_there_already_are_refused_one_by_one() {
    let fixture = Fixture::new().await;
    let mut batch = students(40, "a");
    fixture.store(&batch).await;
    fixture.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    // As in a batch that is delivered again after a crash: no row of it is newly stored.
    for n in (0..40).step_by(2) {
        batch[n] = student("Mallory", &format!("{n}.b@example.com"));
    }
    let verdicts = fixture.store(&batch).await;
    for (n, verdict) in verdicts.iter().enumerate() {
        match verdict {
            Verdict::Refused { .. } => assert_eq!(n % 2, 0, "{n}"),
            verdict => assert_eq!((n % 2, verdict), (1, &already(REGISTERED)), "{n}"),
        }
    }
}
