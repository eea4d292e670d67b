//! Registrations whose outcome may exist already, or whose id other messages carry.

use registrar_common::domain::{HoldReason, Outcome, RegistrationId};
use registrar_common::storage::RegistrationStore as _;
use sqlx::Executor as _;

use super::dead_letters::letter;
use super::fixture::{
    EMAIL_TAKEN, Fixture, REGISTERED, already, contested, fresh, newly, registration, student,
};

#[tokio::test]
async fn a_redelivery_gets_the_outcome_that_is_there() {
    let fixture = Fixture::new().await;
    let (ada, late, new) = (
        student("Ada", "ada@example.com"),
        student("Ada", "ada@example.com"),
        student("Zoe", "zoe@example.com"),
    );
    fixture.store(&[fresh(&ada)]).await;
    fixture.store(&[fresh(&late)]).await;
    let again = fixture.store(&[contested(&late), contested(&new), contested(&ada)]).await;
    assert_eq!(again, [already(EMAIL_TAKEN), newly(REGISTERED), already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (2, 1, 0));
}

#[tokio::test]
async fn a_rejection_stays_when_the_same_key_comes_with_another_address() {
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    let id = RegistrationId::generate();
    fixture.store(&[fresh(&ada), contested(&registration(id, "Ada", "ada@example.com"))]).await;
    let corrected = registration(id, "Ada", "ada@example.org");
    assert_eq!(fixture.store(&[contested(&corrected)]).await, [already(EMAIL_TAKEN)]);
    assert_eq!(fixture.counts().await, (1, 1, 0));
}

#[tokio::test]
async fn a_registration_stays_when_the_same_key_comes_with_another_address() {
    let fixture = Fixture::new().await;
    let id = RegistrationId::generate();
    let first = registration(id, "Ada", "ada@example.com");
    let second = registration(id, "Ada", "ada@example.org");
    assert_eq!(fixture.store(&[contested(&first)]).await, [newly(REGISTERED)]);
    assert_eq!(fixture.store(&[contested(&second)]).await, [already(REGISTERED)]);
    assert_eq!(fixture.count("students WHERE email = 'ada@example.com'").await, 1);
    assert_eq!(fixture.counts().await, (1, 0, 0));
}

#[tokio::test]
async fn registered_wins_over_a_rejection_and_a_dead_letter_of_the_same_id() {
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    fixture.store(&[fresh(&ada)]).await;
    // What two workers leave behind that were both cut off after their writes.
    fixture
        .sql(
            "INSERT INTO rejections (registration_id, code) \
             SELECT registration_id, 'email_already_registered' FROM students",
        )
        .await;
    fixture
        .sql(
            "INSERT INTO dead_letters \
             (registration_id, payload, headers, reason, fingerprint, attempts, state) \
             SELECT registration_id, '', '{}', 'undecodable', '', 1, 'held' FROM students",
        )
        .await;
    assert_eq!(fixture.counts().await, (1, 1, 1));
    assert_eq!(fixture.store(&[contested(&ada)]).await, [already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (1, 0, 0));
    let released = "dead_letters WHERE state = 'replayed' \
                    AND state_reason = 'registered by another delivery'";
    assert_eq!(fixture.count(released).await, 1);
}

#[tokio::test]
async fn what_is_on_hold_can_still_be_registered_or_rejected() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let letters = [letter(ada.id), letter(late.id)];
    let on_hold = Outcome::OnHold(HoldReason::RefusedByDatabase);
    assert_eq!(fixture.store.hold(&letters).await.unwrap(), [on_hold, on_hold]);
    assert_eq!(fixture.counts().await, (0, 0, 2));
    let replayed = fixture.store(&[contested(&ada), contested(&late)]).await;
    assert_eq!(replayed, [newly(REGISTERED), newly(EMAIL_TAKEN)]);
    assert_eq!(fixture.counts().await, (1, 1, 0));
}

#[tokio::test]
async fn a_rejection_that_is_written_after_the_same_id_was_registered_goes_away() {
    let fixture = Fixture::new().await;
    fixture.store(&[fresh(&student("Owner", "taken@example.com"))]).await;
    let id = RegistrationId::generate();
    // Holds up the rejection until the registration is stored and checked.
    let mut lock = fixture
        .locked_by(&format!(
            "INSERT INTO rejections (registration_id, code) VALUES ({}, 'held up')",
            hexadecimal(id)
        ))
        .await;
    let rejecting =
        fixture.store_in_background(contested(&registration(id, "Ada", "taken@example.com")));
    fixture.connection_that_runs("INSERT INTO rejections").await;
    let free = registration(id, "Ada", "free@example.com");
    assert_eq!(fixture.store(&[contested(&free)]).await, [newly(REGISTERED)]);
    lock.execute("ROLLBACK").await.unwrap();
    assert_eq!(rejecting.await.unwrap().unwrap(), [already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (2, 0, 0));
}

#[tokio::test]
async fn a_letter_that_is_written_after_the_same_id_was_registered_is_released() {
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    let mut lock = fixture
        .locked_by(&format!(
            "INSERT INTO dead_letters \
             (registration_id, payload, headers, reason, fingerprint, attempts, state) \
             VALUES ({}, '', '{{}}', 'undecodable', '', 1, 'held')",
            hexadecimal(ada.id)
        ))
        .await;
    let (store, letters) = (fixture.store.clone(), [letter(ada.id)]);
    let holding = tokio::spawn(async move { store.hold(&letters).await });
    fixture.connection_that_runs("INSERT INTO dead_letters").await;
    assert_eq!(fixture.store(&[contested(&ada)]).await, [newly(REGISTERED)]);
    lock.execute("ROLLBACK").await.unwrap();
    assert_eq!(holding.await.unwrap().unwrap(), [REGISTERED]);
    assert_eq!(fixture.counts().await, (1, 0, 0));
}

fn hexadecimal(id: RegistrationId) -> String {
    format!("X'{}'", id.to_string().replace('-', ""))
}

#[tokio::test]
async fn one_key_with_two_contents_at_once_ends_in_one_outcome() {
    let fixture = Fixture::new().await;
    fixture.store(&[fresh(&student("Owner", "taken@example.com"))]).await;
    for round in 0..200_i64 {
        let id = RegistrationId::generate();
        let taken = [contested(&registration(id, "Ada", "taken@example.com"))];
        let free = [contested(&registration(id, "Ada", &format!("{round}@example.com")))];
        let letters = [letter(id)];
        let (taken, free, held) = tokio::join!(
            fixture.store.store(&taken),
            fixture.store.store(&free),
            fixture.store.hold(&letters),
        );
        let (taken, free, _) = (taken.unwrap(), free.unwrap(), held.unwrap());
        let counts = fixture.counts().await;
        assert_eq!(counts.0 + counts.1 + counts.2, round + 2, "{taken:?} {free:?}");
    }
}
