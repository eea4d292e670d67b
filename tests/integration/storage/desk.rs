//! What operators do with messages on hold.

use registrar_domain::{HoldReason, RegistrationId};
use registrar_storage::{
    DeadLetter, DeadLetterDesk, LetterFilter, LetterState, RegistrationStore as _, Standing,
    StoredLetter, Watched,
};

use super::dead_letters::letter;
use super::fixture::{Fixture, registration};

async fn stored(desk: &DeadLetterDesk) -> StoredLetter {
    let letters = desk.letters(&LetterFilter::default(), 0, u64::MAX, 10).await.unwrap();
    letters.into_iter().next().unwrap()
}

async fn with_one_held(id: RegistrationId) -> (Fixture, DeadLetterDesk, StoredLetter) {
    let fixture = Fixture::new().await;
    fixture.store.hold(&[letter(id)]).await.unwrap();
    let desk = DeadLetterDesk::new(fixture.pool.clone());
    let letter = stored(&desk).await;
    (fixture, desk, letter)
}

fn watched(letter: &StoredLetter) -> [Watched; 1] {
    let registrations = letter.registration_id.into_iter().collect();
    [Watched { letter: letter.id, attempts: letter.attempts, registrations }]
}

#[tokio::test]
async fn a_letter_that_came_back_meanwhile_is_not_marked() {
    let id = RegistrationId::generate();
    let (fixture, desk, read) = with_one_held(id).await;
    let again = DeadLetter { fingerprint: "other".to_owned(), ..letter(id) };
    fixture.store.hold(&[again]).await.unwrap();
    assert!(!desk.mark_replayed(&read, "olga", None).await.unwrap());
    assert_eq!(stored(&desk).await.state, LetterState::Held);
    let recurred = Standing::Recurred {
        reason: HoldReason::RefusedByDatabase.as_str().to_owned(),
        fingerprint: Some("other".to_owned()),
    };
    assert_eq!(desk.standings(&watched(&read)).await.unwrap(), [recurred]);
}

#[tokio::test]
async fn a_letter_that_a_worker_released_first_says_who_replayed_it() {
    let id = RegistrationId::generate();
    let (fixture, desk, read) = with_one_held(id).await;
    assert_eq!(desk.standings(&watched(&read)).await.unwrap(), [Standing::Undecided]);
    fixture.store(&[registration(id, "Ada", "ada@example.com")]).await;
    assert!(desk.mark_replayed(&read, "olga", Some("mended")).await.unwrap());
    let marked = stored(&desk).await;
    assert_eq!((marked.state, marked.state_by.as_deref()), (LetterState::Replayed, Some("olga")));
    let decided = Standing::Decided { registered: 1, rejected: 0 };
    assert_eq!(desk.standings(&watched(&read)).await.unwrap(), [decided]);
}

#[tokio::test]
async fn a_letter_that_somebody_else_discarded_is_not_marked() {
    let (_fixture, desk, read) = with_one_held(RegistrationId::generate()).await;
    let all = LetterFilter::default();
    let matched = desk.matched(&all).await.unwrap();
    assert_eq!(desk.discard(&all, matched, "ada", "test data").await.unwrap(), 1);
    assert!(!desk.mark_replayed(&read, "olga", None).await.unwrap());
    assert_eq!(stored(&desk).await.state, LetterState::Discarded);
}

#[tokio::test]
async fn letters_that_come_after_the_count_are_left_alone() {
    let (fixture, desk, _) = with_one_held(RegistrationId::generate()).await;
    let all = LetterFilter { state: Some(LetterState::Held), ..LetterFilter::default() };
    let matched = desk.matched(&all).await.unwrap();
    fixture.store.hold(&[letter(RegistrationId::generate())]).await.unwrap();
    assert_eq!(desk.letters(&all, 0, matched.through, 10).await.unwrap().len(), 1);
    assert_eq!(desk.discard(&all, matched, "ada", "test data").await.unwrap(), 1);
    assert_eq!(fixture.counts().await.2, 1);
}
