//! The status of registrations, as the API reads it.

use std::collections::HashSet;

use registrar_domain::{HoldReason, Outcome, RegistrationId, RejectionCode};
use registrar_storage::{RegistrationStore as _, StatusReader};

use super::dead_letters::dead_letter;
use super::fixture::{EMAIL_TAKEN, Fixture, REGISTERED, already, student};

#[tokio::test]
async fn each_registration_has_its_decision_and_one_in_the_queue_has_none() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let (held, queued) = (RegistrationId::generate(), RegistrationId::generate());
    fixture.store(&[ada.clone(), late.clone()]).await;
    fixture.store.hold(&[dead_letter(held)]).await.unwrap();
    let reader = StatusReader::new(fixture.pool.clone());
    let decisions = reader.decisions(&[ada.id, late.id, held, queued]).await.unwrap();
    assert_eq!(decisions.len(), 3);
    assert_eq!(decisions[&ada.id].outcome, REGISTERED);
    assert_eq!(decisions[&ada.id].accepted_at, Some(ada.accepted_at));
    assert!(decisions[&ada.id].decided_at >= ada.accepted_at);
    assert_eq!(decisions[&late.id].outcome, EMAIL_TAKEN);
    assert_eq!(decisions[&late.id].accepted_at, Some(late.accepted_at));
    assert_eq!(decisions[&held].outcome, Outcome::OnHold(HoldReason::RefusedByDatabase));
}

#[tokio::test]
async fn a_replayed_dead_letter_is_in_the_queue_again_and_a_discarded_one_stays_on_hold() {
    let fixture = Fixture::new().await;
    let (replayed, discarded) = (RegistrationId::generate(), RegistrationId::generate());
    fixture.store.hold(&[dead_letter(replayed)]).await.unwrap();
    fixture.sql("UPDATE dead_letters SET state = 'replayed'").await;
    fixture.store.hold(&[dead_letter(discarded)]).await.unwrap();
    fixture.sql("UPDATE dead_letters SET state = 'discarded' WHERE state = 'held'").await;
    let reader = StatusReader::new(fixture.pool.clone());
    let decisions = reader.decisions(&[replayed, discarded]).await.unwrap();
    assert_eq!(decisions.keys().collect::<Vec<_>>(), [&discarded]);
}

/// A registration that is accepted again after its dead letter was discarded is to be registered.
#[tokio::test]
async fn what_was_discarded_or_replayed_has_no_outcome_and_what_is_registered_rejected_or_held_has()
{
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    fixture.store(&[ada.clone(), late.clone()]).await;
    let [replayed, discarded, held, queued] = [(); 4].map(|()| RegistrationId::generate());
    for (id, state) in [(replayed, "replayed"), (discarded, "discarded")] {
        fixture.store.hold(&[dead_letter(id)]).await.unwrap();
        fixture
            .sql(&format!("UPDATE dead_letters SET state = '{state}' WHERE state = 'held'"))
            .await;
    }
    fixture.store.hold(&[dead_letter(held)]).await.unwrap();
    let all = [ada.id, late.id, replayed, discarded, held, queued];
    let with_outcome = fixture.store.with_outcome(&all).await.unwrap();
    assert_eq!(with_outcome, HashSet::from([ada.id, late.id, held]));
}

#[tokio::test]
async fn codes_of_a_newer_version_are_unknown_and_affect_no_other_row() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let held = RegistrationId::generate();
    fixture.store(&[ada.clone(), late.clone()]).await;
    fixture.store.hold(&[dead_letter(held)]).await.unwrap();
    fixture.sql("UPDATE rejections SET code = 'of_tomorrow'").await;
    fixture.sql("UPDATE dead_letters SET reason = 'of_tomorrow'").await;
    let reader = StatusReader::new(fixture.pool.clone());
    let decisions = reader.decisions(&[ada.id, late.id, held]).await.unwrap();
    assert_eq!(decisions[&ada.id].outcome, REGISTERED);
    assert_eq!(decisions[&late.id].outcome, Outcome::Rejected(RejectionCode::Unknown));
    assert_eq!(decisions[&held].outcome, Outcome::OnHold(HoldReason::Unknown));
    let again = fixture.store(&[late.clone(), ada.clone()]).await;
    let unknown = Outcome::Rejected(RejectionCode::Unknown);
    assert_eq!(again, [already(unknown), already(REGISTERED)]);
}

#[tokio::test]
async fn any_number_of_registrations_is_looked_up() {
    let fixture = Fixture::new().await;
    let batch: Vec<_> = (0..600).map(|n| student("Ada", &format!("{n}@example.com"))).collect();
    fixture.store(&batch).await;
    let ids: Vec<_> = batch.iter().map(|registration| registration.id).collect();
    let reader = StatusReader::new(fixture.pool.clone());
    for count in [0, 1, 5, 512, 513, 600] {
        assert_eq!(reader.decisions(&ids[..count]).await.unwrap().len(), count);
    }
}
