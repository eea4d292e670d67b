//! What happens within one batch.

use std::slice::from_ref;

use registrar_domain::RegistrationId;

use super::fixture::{EMAIL_TAKEN, Fixture, REGISTERED, already, newly, registration, student};

#[tokio::test]
async fn a_batch_of_any_size_is_registered_and_its_verdicts_are_in_order() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.store(&[]).await, []);
    let mut stored = 0;
    for size in [1_u32, 2, 3, 7, 500, 513, 1_000, 2_000, 2_001] {
        let batch: Vec<_> =
            (0..size).map(|n| student("Ada", &format!("{n}.of.{size}@example.com"))).collect();
        assert_eq!(fixture.store(&batch).await, vec![newly(REGISTERED); batch.len()]);
        stored += i64::from(size);
        assert_eq!(fixture.counts().await, (stored, 0, 0));
    }
}

/// The time of a row is that of its statement.
#[tokio::test]
async fn a_batch_of_any_size_up_to_512_is_one_statement_also_after_a_duplicate() {
    let fixture = Fixture::new().await;
    for size in [27, 33, 100, 443, 511, 512] {
        let names = ["Ada", "O'Neill \\", "Ада 𐐀👩\u{200d}🚀"];
        let batch: Vec<_> = (0..size)
            .map(|n| student(names[n % 3], &format!("{n}.of.{size}@example.com")))
            .collect();
        let taken: Vec<_> = (0..size / 10)
            .map(|n| student("Another", batch[7 * n].student.email().as_str()))
            .collect();
        fixture.store(&taken).await;
        fixture.sql("UPDATE students SET registration_date = '2026-01-01'").await;
        let verdicts = fixture.store(&batch).await;
        let rejected = verdicts.iter().filter(|verdict| **verdict == newly(EMAIL_TAKEN)).count();
        assert_eq!(rejected, taken.len(), "{size}");
        assert_eq!(verdicts.len() - rejected, {
            verdicts.iter().filter(|verdict| **verdict == newly(REGISTERED)).count()
        });
        let rows: Vec<(String, time::OffsetDateTime)> = sqlx::query_as(
            "SELECT first_name, registration_date FROM students WHERE registration_date > '2026-01-01'",
        )
        .fetch_all(&fixture.admin)
        .await
        .unwrap();
        assert_eq!(rows.len(), size - taken.len());
        assert!(rows.iter().all(|(name, _)| names.contains(&name.as_str())));
        assert!(rows.iter().all(|(_, time)| *time == rows[0].1), "{size}: one statement");
    }
}

#[tokio::test]
async fn four_full_chunks_of_a_file_are_one_statement() {
    let fixture = Fixture::new().await;
    let batch: Vec<_> = (0..2_000).map(|n| student("Ada", &format!("{n}@example.com"))).collect();
    assert_eq!(fixture.store(&batch).await, vec![newly(REGISTERED); 2_000]);
    assert_eq!(fixture.count("(SELECT DISTINCT registration_date FROM students) AS t").await, 1);
}

#[tokio::test]
async fn every_field_is_stored_as_it_was_accepted() {
    let fixture = Fixture::new().await;
    let ada = student("Ада 𐐀👩\u{200d}🚀", "Ada.Ünïcode+x@Bücher.Example");
    fixture.store(from_ref(&ada)).await;
    let row: (Vec<u8>, String, String, String, String, time::OffsetDateTime, bool) =
        sqlx::query_as(
            "SELECT registration_id, first_name, last_name, email, email_key, accepted_at, \
                    registration_date BETWEEN accepted_at AND CURRENT_TIMESTAMP(6) AS stored_since \
             FROM students",
        )
        .fetch_one(&fixture.admin)
        .await
        .unwrap();
    assert_eq!(row.0, ada.id.as_bytes());
    assert_eq!((row.1.as_str(), row.2.as_str()), ("Ада 𐐀👩\u{200d}🚀", "Lovelace"));
    assert_eq!(row.3, "Ada.Ünïcode+x@Bücher.Example");
    assert_eq!(row.4, "ada.ünïcode+x@xn--bcher-kva.example");
    assert_eq!(row.5, ada.accepted_at);
    assert!(row.6);
}

#[tokio::test]
async fn the_longest_address_and_the_longest_key_are_stored() {
    let fixture = Fixture::new().await;
    let [local_part, label] = [64, 63].map(|length| "a".repeat(length));
    let longest = format!("{local_part}@{label}.{label}.{}.com", "a".repeat(57));
    // Of 63 and 61 characters in ASCII.
    let label = "广州深圳天津重庆成都武汉西安南京杭州苏";
    let domain = format!("{label}.{label}.{label}.学生注册服务中心北京上海广州深圳天津重");
    let with_longest_key = student("Ada", &format!("{local_part}@{domain}"));
    assert_eq!(longest.len(), 254);
    assert_eq!(with_longest_key.student.email().key().len(), 64 + 1 + 253);
    let batch = [student("Ada", &longest), with_longest_key.clone()];
    assert_eq!(fixture.store(&batch).await, [newly(REGISTERED), newly(REGISTERED)]);
}

#[tokio::test]
async fn the_same_id_twice_in_a_batch_is_stored_once() {
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    let verdicts = fixture.store(&[ada.clone(), ada.clone(), ada.clone()]).await;
    assert_eq!(verdicts, [newly(REGISTERED), already(REGISTERED), already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (1, 0, 0));
}

#[tokio::test]
async fn the_first_of_an_email_address_in_the_batch_is_registered() {
    let fixture = Fixture::new().await;
    let zoe = student("Zoe", "zoe@example.com");
    let ada = student("Ada", "ada@example.com");
    let also_ada = student("Ada", "ADA@example.com");
    let batch = [zoe.clone(), ada.clone(), also_ada.clone(), ada.clone()];
    assert_eq!(
        fixture.store(&batch).await,
        [newly(REGISTERED), newly(REGISTERED), newly(EMAIL_TAKEN), already(REGISTERED)]
    );
    assert_eq!(fixture.counts().await, (2, 1, 0));
}

#[tokio::test]
async fn the_first_of_an_email_address_wins_also_after_a_round_that_did_nothing() {
    let fixture = Fixture::new().await;
    // Its address sorts last, so that it fails the statement and does not change the order.
    fixture.store(&[student("Owner", "zoe@example.com")]).await;
    for round in 0..5 {
        let email = format!("{round}@example.com");
        let batch = [student("A", &email), student("B", &email), student("C", "zoe@example.com")];
        assert_eq!(
            fixture.store(&batch).await,
            [newly(REGISTERED), newly(EMAIL_TAKEN), newly(EMAIL_TAKEN)]
        );
    }
}

#[tokio::test]
async fn a_batch_of_one_email_address_has_one_winner() {
    let fixture = Fixture::new().await;
    let batch: Vec<_> = (0..512).map(|_| student("Ada", "ada@example.com")).collect();
    let verdicts = fixture.store(&batch).await;
    assert_eq!(verdicts[0], newly(REGISTERED));
    assert_eq!(verdicts[1..], vec![newly(EMAIL_TAKEN); 511]);
    assert_eq!(fixture.counts().await, (1, 511, 0));
}

#[tokio::test]
async fn the_email_key_is_compared_with_accents_and_case() {
    let fixture = Fixture::new().await;
    let batch =
        ["jose@example.com", "josé@example.com", "strasse@example.com", "straße@example.com"]
            .map(|email| student("Jose", email));
    assert_eq!(fixture.store(&batch).await, vec![newly(REGISTERED); 4]);
    // The same address in another case, by the domain's own rule.
    assert_eq!(fixture.store(&[student("J", "JOSÉ@example.com")]).await, [newly(EMAIL_TAKEN)]);
}

#[tokio::test]
async fn a_taken_email_address_affects_no_other_row_of_the_batch() {
    let fixture = Fixture::new().await;
    fixture.store(&[student("Ada", "17@example.com")]).await;
    let batch: Vec<_> = (0..100).map(|n| student("Ada", &format!("{n}@example.com"))).collect();
    let verdicts = fixture.store(&batch).await;
    for (n, verdict) in verdicts.iter().enumerate() {
        assert_eq!(*verdict, newly(if n == 17 { EMAIL_TAKEN } else { REGISTERED }), "{n}");
    }
    assert_eq!(fixture.counts().await, (100, 1, 0));
}

#[tokio::test]
async fn a_registration_that_is_there_already_is_registered() {
    // A first attempt whose answer was lost, when the worker that made it is gone.
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    fixture.store(from_ref(&ada)).await;
    assert_eq!(fixture.store(from_ref(&ada)).await, [already(REGISTERED)]);
    let twin = registration(RegistrationId::generate(), "Ada", "ada@example.com");
    assert_eq!(fixture.store(from_ref(&twin)).await, [newly(EMAIL_TAKEN)]);
    assert_eq!(fixture.store(from_ref(&twin)).await, [already(EMAIL_TAKEN)]);
    assert_eq!(fixture.counts().await, (1, 1, 0));
}
