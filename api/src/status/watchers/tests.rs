use registrar_common::domain::Outcome;
use time::OffsetDateTime;

use super::*;

const LIMIT: usize = 512;

fn registered(id: RegistrationId) -> HashMap<RegistrationId, Decision> {
    let decision = Decision {
        outcome: Outcome::Registered,
        accepted_at: None,
        decided_at: OffsetDateTime::UNIX_EPOCH,
    };
    HashMap::from([(id, decision)])
}

fn nothing() -> HashMap<RegistrationId, Decision> {
    HashMap::new()
}

fn watch(watchers: &mut Watchers, id: RegistrationId, now: Instant) -> oneshot::Receiver<Decision> {
    let (sender, receiver) = oneshot::channel();
    watchers.watch(id, sender, now);
    receiver
}

fn ask(watchers: &mut Watchers, id: RegistrationId, now: Instant) -> oneshot::Receiver<Answer> {
    let (sender, receiver) = oneshot::channel();
    watchers.ask(id, sender, now);
    receiver
}

#[test]
fn many_who_wait_for_one_registration_cost_one_look_up() {
    let (mut watchers, now, id) = (Watchers::default(), Instant::now(), RegistrationId::generate());
    let mut waiting: Vec<_> = (0..100).map(|_| watch(&mut watchers, id, now)).collect();
    let mut asking: Vec<_> = (0..100).map(|_| ask(&mut watchers, id, now)).collect();
    let batch = watchers.take_due(now, LIMIT);
    assert_eq!(batch.ids, [id]);
    watchers.settle(batch, &registered(id), now);
    assert!(waiting.iter_mut().all(|w| w.try_recv().is_ok()));
    assert!(asking.iter_mut().all(|a| a.try_recv().unwrap().unwrap().is_some()));
    assert_eq!(watchers.next_due(), None);
    assert!(watchers.entries.is_empty());
}

#[test]
fn the_interval_doubles_up_to_a_second() {
    let (mut watchers, mut now, id) =
        (Watchers::default(), Instant::now(), RegistrationId::generate());
    let _waiting = watch(&mut watchers, id, now);
    let mut intervals = Vec::new();
    for _ in 0..8 {
        let due = watchers.next_due().unwrap();
        intervals.push((due - now).as_millis());
        now = due;
        let batch = watchers.take_due(now, LIMIT);
        watchers.settle(batch, &nothing(), now);
    }
    assert_eq!(intervals, [25, 50, 100, 200, 400, 800, 1_000, 1_000]);
}

#[test]
fn a_batch_is_bounded_and_the_rest_stays_due() {
    let (mut watchers, now) = (Watchers::default(), Instant::now());
    let asking: Vec<_> =
        (0..5).map(|_| ask(&mut watchers, RegistrationId::generate(), now)).collect();
    assert_eq!(watchers.take_due(now, 3).ids.len(), 3);
    assert_eq!(watchers.take_due(now, 3).ids.len(), 2);
    drop(asking);
}

#[test]
fn who_has_gone_costs_nothing() {
    let (mut watchers, now) = (Watchers::default(), Instant::now());
    drop(ask(&mut watchers, RegistrationId::generate(), now));
    drop(watch(&mut watchers, RegistrationId::generate(), now));
    assert!(watchers.take_due(now + LONGEST_INTERVAL, LIMIT).ids.is_empty());
    assert!(watchers.entries.is_empty() && watchers.schedule.is_empty());
}

#[test]
fn who_asks_during_a_query_is_answered_by_the_next_one() {
    let (mut watchers, now, id) = (Watchers::default(), Instant::now(), RegistrationId::generate());
    let mut first = ask(&mut watchers, id, now);
    let batch = watchers.take_due(now, LIMIT);
    let mut second = ask(&mut watchers, id, now);
    watchers.settle(batch, &nothing(), now);
    assert_eq!(first.try_recv().unwrap(), Ok(None));
    assert!(second.try_recv().is_err());
    assert_eq!(watchers.next_due(), Some(now));
    let batch = watchers.take_due(now, LIMIT);
    watchers.settle(batch, &registered(id), now);
    assert!(second.try_recv().unwrap().unwrap().is_some());
}

#[test]
fn a_failed_query_refuses_who_asked_and_keeps_who_watches() {
    let (mut watchers, now, id) = (Watchers::default(), Instant::now(), RegistrationId::generate());
    let mut asking = ask(&mut watchers, id, now);
    let mut watching = watch(&mut watchers, id, now);
    let batch = watchers.take_due(now, LIMIT);
    watchers.put_back(batch, now);
    assert_eq!(asking.try_recv().unwrap(), Err(Unreadable));
    assert_eq!(watchers.next_due(), Some(now + FIRST_INTERVAL * 2));
    let batch = watchers.take_due(now + LONGEST_INTERVAL, LIMIT);
    watchers.settle(batch, &registered(id), now);
    assert!(watching.try_recv().is_ok());
}

#[test]
fn who_asks_while_nothing_can_be_read_is_refused() {
    let (mut watchers, now) = (Watchers::default(), Instant::now());
    let mut asking = ask(&mut watchers, RegistrationId::generate(), now);
    watchers.refuse_asking();
    assert_eq!(asking.try_recv().unwrap(), Err(Unreadable));
}
