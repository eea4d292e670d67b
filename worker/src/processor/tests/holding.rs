//! What goes on hold.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_unreadable_message_is_held_under_the_id_it_was_published_with() {
    let id = RegistrationId::generate();
    let mut deliveries = deliveries(4);
    deliveries[3].body = b"from the future".to_vec();
    deliveries[3].message_id = Some(id.to_string());
    let run = run(deliveries, Script::default()).await;
    assert_eq!(run.held()[0].registration_id, Some(id));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_read_is_held_whole_and_its_neighbours_are_stored() {
    let mut deliveries = deliveries(4);
    deliveries[2].body = b"not an envelope".to_vec();
    let run = run(deliveries, Script::default()).await;
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
    let run = run(deliveries, Script::default()).await;
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
    let mut deliveries = deliveries(3);
    deliveries[0].body = chunk.encode();
    let run = run(deliveries, script).await;
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].registration_id, Some(poison.id));
    assert_eq!(Envelope::decode(&held[0].payload).unwrap().registrations, [poison]);
    assert_eq!(run.acked, [3]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_stored_is_not_acked_but_tried_again() {
    let mut deliveries = deliveries(4);
    deliveries[0].body = b"not an envelope".to_vec();
    let script = Script { hold_fails: Mutex::new(2), ..Script::default() };
    let run = run(deliveries, script).await;
    assert_eq!(run.batch_sizes(), [3, 3, 3]);
    assert_eq!(run.held().len(), 1);
    assert_eq!(run.acked, [4]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_mysql_refuses_is_held_with_its_own_trace() {
    for (position, traceparent) in [(0, Some("00-a-b-01")), (1, None), (2, Some("00-e-f-01"))] {
        let registrations: Vec<_> = (0..3).map(|_| registration()).collect();
        let script = Script { refuses: Some(registrations[position].id), ..Script::default() };
        let several = Envelope { registrations, import: None };
        let mut deliveries = deliveries(2);
        deliveries[0].body = several.encode();
        let headers = [("traceparent", "00-a-b-01"), ("x-registrar-traceparents", "2:00-e-f-01")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        deliveries[0].headers = headers.into();
        let run = run_until_tag(2, deliveries, script).await;
        let headers = &run.held()[0].headers;
        assert_eq!(headers.get("traceparent").map(String::as_str), traceparent, "{position}");
        assert!(!headers.contains_key("x-registrar-traceparents"));
    }
}
