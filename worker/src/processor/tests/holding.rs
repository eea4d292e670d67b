//! What goes on hold.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_unreadable_message_is_held_under_the_id_it_was_published_with() {
    let id = RegistrationId::generate();
    let mut deliveries = deliveries(4);
    deliveries[3].body = b"from the future".to_vec();
    deliveries[3].message_id = Some(id.to_string());
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.held()[0].registration_id, Some(id));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_read_is_held_whole_and_its_neighbours_are_stored() {
    let mut deliveries = deliveries(4);
    deliveries[2].body = b"not an envelope".to_vec();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.batch_sizes(), [3]);
    assert_eq!(run.acked, [4]);
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].reason, HoldReason::Undecodable);
    assert_eq!(held[0].payload, b"not an envelope");
    assert_eq!(held[0].registration_id, None);
}

#[tokio::test(start_paused = true)]
async fn a_message_over_which_the_decoder_panics_is_held_and_its_neighbours_are_stored() {
    let mut deliveries = deliveries(4);
    deliveries[1].body = PANICS.to_vec();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!((run.batch_sizes(), run.acked.as_slice()), (vec![3], &[4][..]));
    let held = run.held();
    assert_eq!(held[0].reason, HoldReason::Undecodable);
    assert_eq!(
        (held[0].fingerprint.as_str(), held[0].payload.as_slice()),
        ("undecodable:panic", PANICS)
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_that_mysql_refuses_is_held_in_an_envelope_of_its_own() {
    let chunk = Envelope { registrations: vec![registration(), registration()], import: None };
    let poison = chunk.registrations[1].clone();
    let script = Script { refuses: Some(poison.id), ..Script::default() };
    let deliveries = [delivery(1, chunk.encode()), deliveries(1).remove(0).unwrap()].into();
    let mut channel = Channel { deliveries, ..Channel::default() };
    channel.deliveries[1].tag = 2;
    channel.deliveries.extend(deliveries_after(2, 1));
    let run = run(channel, script).await;
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].registration_id, Some(poison.id));
    assert_eq!(Envelope::decode(&held[0].payload).unwrap().registrations, [poison]);
    assert_eq!(run.acked, [3]);
}

fn deliveries_after(tag: u64, count: u64) -> impl Iterator<Item = Delivery> {
    (tag + 1..=tag + count)
        .map(|tag| delivery(tag, Envelope::from_registration(registration()).encode()))
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_stored_is_not_acked_but_tried_again() {
    let mut deliveries = deliveries(4);
    deliveries[0].body = b"not an envelope".to_vec();
    let script = Script { hold_fails: Mutex::new(2), ..Script::default() };
    let run = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert_eq!(run.batch_sizes(), [3, 3, 3]);
    assert_eq!(run.held().len(), 1);
    assert_eq!(run.acked, [4]);
}
