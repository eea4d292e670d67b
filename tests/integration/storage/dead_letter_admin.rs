//! What operators do with messages on hold.

use registrar_domain::{HoldReason, RegistrationId};
use registrar_storage::{
    DeadLetter, DeadLetterAdmin, DeadLetterFilter, DeadLetterState, RegistrationStore as _,
    ReplayStatus, ReplayedDeadLetter, StoredDeadLetter,
};

use super::dead_letters::dead_letter;
use super::fixture::{Fixture, registration};

async fn stored(admin: &DeadLetterAdmin) -> StoredDeadLetter {
    let dead_letters = admin.list(&DeadLetterFilter::default(), 0, u64::MAX, 10).await.unwrap();
    dead_letters.into_iter().next().unwrap()
}

async fn with_one_held(id: RegistrationId) -> (Fixture, DeadLetterAdmin, StoredDeadLetter) {
    let fixture = Fixture::new().await;
    fixture.store.hold(&[dead_letter(id)]).await.unwrap();
    let admin = DeadLetterAdmin::new(fixture.pool.clone());
    let dead_letter = stored(&admin).await;
    (fixture, admin, dead_letter)
}

fn watched(dead_letter: &StoredDeadLetter) -> [ReplayedDeadLetter; 1] {
    let registrations = dead_letter.registration_id.into_iter().collect();
    [ReplayedDeadLetter { id: dead_letter.id, attempts: dead_letter.attempts, registrations }]
}

#[tokio::test]
async fn a_dead_letter_that_came_back_meanwhile_is_not_marked() {
    let id = RegistrationId::generate();
    let (fixture, admin, read) = with_one_held(id).await;
    let again = DeadLetter { fingerprint: "other".to_owned(), ..dead_letter(id) };
    fixture.store.hold(&[again]).await.unwrap();
    assert!(!admin.mark_replayed(&read, "olga", None).await.unwrap());
    assert_eq!(stored(&admin).await.state, DeadLetterState::Held);
    let recurred = ReplayStatus::Recurred {
        reason: HoldReason::RefusedByDatabase.as_str().to_owned(),
        fingerprint: Some("other".to_owned()),
    };
    assert_eq!(admin.replay_statuses(&watched(&read)).await.unwrap(), [recurred]);
}

#[tokio::test]
async fn a_dead_letter_that_a_worker_released_first_says_who_replayed_it() {
    let id = RegistrationId::generate();
    let (fixture, admin, read) = with_one_held(id).await;
    assert_eq!(admin.replay_statuses(&watched(&read)).await.unwrap(), [ReplayStatus::Undecided]);
    fixture.store(&[registration(id, "Ada", "ada@example.com")]).await;
    assert!(admin.mark_replayed(&read, "olga", Some("fixed")).await.unwrap());
    let marked = stored(&admin).await;
    assert_eq!(
        (marked.state, marked.state_by.as_deref()),
        (DeadLetterState::Replayed, Some("olga"))
    );
    let decided = ReplayStatus::Decided { registered: 1, rejected: 0 };
    assert_eq!(admin.replay_statuses(&watched(&read)).await.unwrap(), [decided]);
}

#[tokio::test]
async fn a_dead_letter_that_another_operator_discarded_is_not_marked() {
    let (_fixture, admin, read) = with_one_held(RegistrationId::generate()).await;
    let all = DeadLetterFilter::default();
    let matched = admin.matched(&all).await.unwrap();
    assert_eq!(admin.discard(&all, matched, "ada", "test data").await.unwrap(), 1);
    assert!(!admin.mark_replayed(&read, "olga", None).await.unwrap());
    assert_eq!(stored(&admin).await.state, DeadLetterState::Discarded);
}

#[tokio::test]
async fn dead_letters_that_come_after_the_count_are_left_alone() {
    let (fixture, admin, _) = with_one_held(RegistrationId::generate()).await;
    let all =
        DeadLetterFilter { state: Some(DeadLetterState::Held), ..DeadLetterFilter::default() };
    let matched = admin.matched(&all).await.unwrap();
    fixture.store.hold(&[dead_letter(RegistrationId::generate())]).await.unwrap();
    assert_eq!(admin.list(&all, 0, matched.last_id, 10).await.unwrap().len(), 1);
    assert_eq!(admin.discard(&all, matched, "ada", "test data").await.unwrap(), 1);
    assert_eq!(fixture.counts().await.2, 1);
}
