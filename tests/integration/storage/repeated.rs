//! Registrations that are delivered again, or whose outcome exists already.

use std::slice::from_ref;

use registrar_domain::{HoldReason, Outcome, RegistrationId};
use registrar_storage::{
    DeadLetterAdmin, DeadLetterFilter, DeadLetterState, OutcomeTotals, RegistrationStore as _,
    StatusReader,
};
use sqlx::Executor as _;

use super::dead_letters::dead_letter;
use super::fixture::{
    EMAIL_TAKEN, Fixture, REGISTERED, already, hold_when_unlocked, newly, store_when_unlocked,
    student,
};

#[tokio::test]
async fn a_redelivery_gets_the_outcome_that_is_there() {
    let fixture = Fixture::new().await;
    let (ada, late, new) = (
        student("Ada", "ada@example.com"),
        student("Ada", "ada@example.com"),
        student("Zoe", "zoe@example.com"),
    );
    fixture.store(from_ref(&ada)).await;
    fixture.store(from_ref(&late)).await;
    let again = fixture.store(&[late.clone(), new.clone(), ada.clone()]).await;
    assert_eq!(again, [already(EMAIL_TAKEN), newly(REGISTERED), already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (2, 1, 0));
}

#[tokio::test]
async fn what_is_on_hold_can_still_be_registered_or_rejected() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let dead_letters = [dead_letter(ada.id), dead_letter(late.id)];
    let on_hold = Outcome::OnHold(HoldReason::RefusedByDatabase);
    assert_eq!(fixture.store.hold(&dead_letters).await.unwrap(), [on_hold, on_hold]);
    assert_eq!(fixture.counts().await, (0, 0, 2));
    let replayed = fixture.store(&[ada, late]).await;
    assert_eq!(replayed, [newly(REGISTERED), newly(EMAIL_TAKEN)]);
    assert_eq!(fixture.counts().await, (1, 1, 0));
}

/// Registering and rejecting do not search for a dead letter: every reader leaves it out.
#[tokio::test]
async fn a_dead_letter_of_a_registration_that_is_decided_counts_as_released_wherever_it_is_read() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let waits = RegistrationId::generate();
    fixture
        .store
        .hold(&[dead_letter(ada.id), dead_letter(late.id), dead_letter(waits)])
        .await
        .unwrap();
    fixture.store(&[ada.clone(), late.clone()]).await;
    assert_eq!(fixture.count("dead_letters WHERE state = 'held'").await, 3, "nothing was changed");

    assert_eq!(fixture.store.count_held().await.unwrap(), 1);
    let outcomes = fixture.store.count_outcomes().await.unwrap();
    assert_eq!(outcomes, OutcomeTotals { registered: 1, rejected: 1, on_hold: 1 });
    let reader = StatusReader::new(fixture.pool.clone());
    let decisions = reader.decisions(&[ada.id, late.id, waits]).await.unwrap();
    let outcomes = [ada.id, late.id, waits].map(|id| decisions[&id].outcome);
    assert_eq!(outcomes, [REGISTERED, EMAIL_TAKEN, Outcome::OnHold(HoldReason::RefusedByDatabase)]);

    let admin = DeadLetterAdmin::new(fixture.pool.clone());
    for (state, dead_letters) in [
        (Some(DeadLetterState::Held), 1),
        (Some(DeadLetterState::Replayed), 2),
        (Some(DeadLetterState::Discarded), 0),
        (None, 3),
    ] {
        let filter = DeadLetterFilter { state, ..DeadLetterFilter::default() };
        assert_eq!(admin.matched(&filter).await.unwrap().count, dead_letters, "{state:?}");
        let groups = admin.groups(&filter).await.unwrap();
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), dead_letters, "{state:?}");
        let read = admin.list(&filter, 0, u64::MAX, 10).await.unwrap();
        assert_eq!(read.len() as u64, dead_letters, "{state:?}");
    }
    let all = admin.list(&DeadLetterFilter::default(), 0, u64::MAX, 10).await.unwrap();
    let states: Vec<_> = all.iter().map(|dead_letter| dead_letter.state).collect();
    assert_eq!(
        states,
        [DeadLetterState::Replayed, DeadLetterState::Replayed, DeadLetterState::Held]
    );

    let all = DeadLetterFilter::default();
    let matched = admin.matched(&all).await.unwrap();
    assert_eq!(admin.discard(&all, matched, "ada", "test data").await.unwrap(), 1);
    assert_eq!(fixture.count("dead_letters WHERE state = 'discarded'").await, 1);
}

/// As when a worker registers what another one, whose ack was lost, has just put on hold.
#[tokio::test]
async fn a_dead_letter_that_is_written_after_its_registration_was_registered_counts_as_released() {
    let fixture = Fixture::new().await;
    let ada = student("Ada", "ada@example.com");
    let id = format!("X'{}'", ada.id.to_string().replace('-', ""));
    let mut lock = fixture
        .locked_by(&format!(
            "INSERT INTO dead_letters \
             (registration_id, payload, headers, reason, fingerprint, attempts, state) \
             VALUES ({id}, '', '{{}}', 'undecodable', '', 1, 'held')"
        ))
        .await;
    let (store, dead_letters) = (fixture.store.clone(), [dead_letter(ada.id)]);
    let holding = tokio::spawn(async move { hold_when_unlocked(&store, &dead_letters).await });
    fixture.connection_that_runs("INSERT INTO dead_letters").await;
    assert_eq!(fixture.store(from_ref(&ada)).await, [newly(REGISTERED)]);
    lock.execute("ROLLBACK").await.unwrap();
    holding.await.unwrap();
    assert_eq!(fixture.counts().await, (1, 0, 0));
    assert_eq!(fixture.store.hold(&[dead_letter(ada.id)]).await.unwrap(), [REGISTERED]);
}

#[tokio::test]
async fn one_registration_delivered_at_once_to_many_has_one_outcome() {
    let fixture = Fixture::new().await;
    for round in 0..100_i64 {
        let email = format!("{round}@example.com");
        let (ada, zoe) = (student("Ada", &email), student("Zoe", &email));
        let (both, again) = ([ada.clone(), zoe.clone()], [zoe.clone()]);
        let dead_letters = [dead_letter(ada.id), dead_letter(zoe.id)];
        let (both, again, ()) = tokio::join!(
            store_when_unlocked(&fixture.store, &both),
            store_when_unlocked(&fixture.store, &again),
            hold_when_unlocked(&fixture.store, &dead_letters),
        );
        let counts = fixture.counts().await;
        assert_eq!(counts, (round + 1, round + 1, 0), "{both:?} {again:?}");
    }
    assert_eq!(fixture.count("students JOIN rejections USING (registration_id)").await, 0);
}
