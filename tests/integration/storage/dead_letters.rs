//! Messages on hold.

use std::collections::BTreeMap;
use std::slice::from_ref;

use registrar_domain::{HoldReason, Lane, Outcome, RegistrationId};
use registrar_storage::{DeadLetter, RegistrationStore as _};

use super::fixture::{EMAIL_TAKEN, Fixture, REGISTERED, student};

pub(super) fn dead_letter(id: RegistrationId) -> DeadLetter {
    DeadLetter {
        registration_id: Some(id),
        message_id: Some("message".to_owned()),
        payload: b"{\"version\":1}".to_vec(),
        headers: BTreeMap::from([("traceparent".to_owned(), "00-abc-def-01".to_owned())]),
        lane: Some(Lane::Bulk),
        reason: HoldReason::RefusedByDatabase,
        fingerprint: "mysql_1406_first_name".to_owned(),
        attempts: 1,
        accepted_at: Some(time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()),
    }
}

fn unreadable(message_id: &str, payload: &[u8]) -> DeadLetter {
    DeadLetter {
        registration_id: None,
        message_id: Some(message_id.to_owned()),
        payload: payload.to_vec(),
        lane: None,
        reason: HoldReason::Undecodable,
        accepted_at: None,
        ..dead_letter(RegistrationId::generate())
    }
}

async fn attempts(fixture: &Fixture) -> Vec<u32> {
    sqlx::query_scalar("SELECT attempts FROM dead_letters ORDER BY id")
        .fetch_all(&fixture.admin)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_dead_letter_keeps_the_message_as_it_came() {
    let fixture = Fixture::new().await;
    let id = RegistrationId::generate();
    let payload = (0..=255).collect::<Vec<u8>>();
    let held =
        fixture.store.hold(&[DeadLetter { payload: payload.clone(), ..dead_letter(id) }]).await;
    assert_eq!(held.unwrap(), [Outcome::OnHold(HoldReason::RefusedByDatabase)]);
    let row: (Vec<u8>, Vec<u8>, String, String, String, String, time::OffsetDateTime) =
        sqlx::query_as(
            "SELECT registration_id, payload, headers, lane, reason, fingerprint, accepted_at \
             FROM dead_letters",
        )
        .fetch_one(&fixture.admin)
        .await
        .unwrap();
    assert_eq!((row.0.as_slice(), row.1), (id.as_bytes().as_slice(), payload));
    assert_eq!(row.2, "{\"traceparent\":\"00-abc-def-01\"}");
    assert_eq!([row.3, row.4, row.5], ["bulk", "refused_by_database", "mysql_1406_first_name"]);
    assert_eq!(row.6.unix_timestamp(), 1_700_000_000);
}

#[tokio::test]
async fn a_dead_letter_that_is_held_again_after_a_crash_is_one_with_one_attempt_more() {
    let fixture = Fixture::new().await;
    let dead_letters = [dead_letter(RegistrationId::generate()), unreadable("m", b"\0\xff")];
    fixture.store.hold(&dead_letters).await.unwrap();
    assert_eq!(fixture.store.count_held().await.unwrap(), 2);
    fixture.store.hold(&dead_letters).await.unwrap();
    assert_eq!(fixture.store.count_held().await.unwrap(), 2);
    assert_eq!(attempts(&fixture).await, [2, 2]);
}

#[tokio::test]
async fn unreadable_messages_are_distinguished_by_id_and_payload() {
    let fixture = Fixture::new().await;
    let dead_letters = [
        unreadable("m", b"1"),
        unreadable("m", b"2"),
        unreadable("n", b"1"),
        unreadable("m1", b""),
        DeadLetter { message_id: None, ..unreadable("", b"m1") },
    ];
    fixture.store.hold(&dead_letters).await.unwrap();
    assert_eq!(fixture.store.count_held().await.unwrap(), 5);
}

#[tokio::test]
async fn a_replayed_dead_letter_that_fails_again_is_held_again_with_its_new_message() {
    let fixture = Fixture::new().await;
    let first = dead_letter(RegistrationId::generate());
    fixture.store.hold(from_ref(&first)).await.unwrap();
    fixture.sql("UPDATE dead_letters SET state = 'replayed', state_by = 'ops'").await;
    assert_eq!(fixture.store.count_held().await.unwrap(), 0);
    let again = DeadLetter { payload: b"new".to_vec(), fingerprint: "other".to_owned(), ..first };
    fixture.store.hold(&[again]).await.unwrap();
    let held = "dead_letters WHERE state = 'held' AND state_by IS NULL AND payload = 'new' \
                AND fingerprint = 'other' AND attempts = 2";
    assert_eq!(fixture.count(held).await, 1);
}

#[tokio::test]
async fn a_dead_letter_that_is_held_again_keeps_its_first_message() {
    let fixture = Fixture::new().await;
    let first = dead_letter(RegistrationId::generate());
    let again = DeadLetter { payload: b"new".to_vec(), ..first.clone() };
    fixture.store.hold(&[first, again]).await.unwrap();
    assert_eq!(fixture.count("dead_letters WHERE payload = '{\"version\":1}'").await, 1);
}

#[tokio::test]
async fn what_is_registered_or_rejected_is_not_put_on_hold() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    fixture.store(&[ada.clone(), late.clone()]).await;
    let outcomes = fixture.store.hold(&[dead_letter(ada.id), dead_letter(late.id)]).await.unwrap();
    assert_eq!(outcomes, [REGISTERED, EMAIL_TAKEN]);
    assert_eq!(fixture.count("dead_letters").await, 0);
}

#[tokio::test]
async fn a_dead_letter_with_absurd_values_is_held_all_the_same() {
    let fixture = Fixture::new().await;
    let absurd = DeadLetter {
        fingerprint: "é".repeat(1_000),
        accepted_at: Some(time::OffsetDateTime::from_unix_timestamp(-9_999_999_999).unwrap()),
        payload: vec![0xff; 3_000_000],
        headers: BTreeMap::from([("𐐀".to_owned(), "\0".repeat(100_000))]),
        attempts: u32::MAX,
        ..dead_letter(RegistrationId::generate())
    };
    fixture.store.hold(&[absurd.clone(), absurd]).await.unwrap();
    assert_eq!(fixture.store.count_held().await.unwrap(), 1);
}
