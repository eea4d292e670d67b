use registrar_domain::{HoldReason, Outcome};
use time::OffsetDateTime;

use super::*;

const LIMIT: usize = 512;

fn decision(outcome: Outcome) -> Decision {
    Decision { outcome, accepted_at: None, decided_at: OffsetDateTime::UNIX_EPOCH }
}

fn registered(id: RegistrationId) -> HashMap<RegistrationId, Decision> {
    HashMap::from([(id, decision(Outcome::Registered))])
}

fn nothing() -> HashMap<RegistrationId, Decision> {
    HashMap::new()
}

fn watch(watchers: &mut Watchers, id: RegistrationId, now: Instant) -> oneshot::Receiver<Decision> {
    watch_having_seen(None, watchers, id, now)
}

fn watch_having_seen(
    seen: Option<Decision>,
    watchers: &mut Watchers,
    id: RegistrationId,
    now: Instant,
) -> oneshot::Receiver<Decision> {
    let (sender, receiver) = oneshot::channel();
    watchers.watch(id, seen, sender, now);
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
    let intervals = intervals(&mut watchers, &mut now, 8, &nothing());
    assert_eq!(intervals, [25, 50, 100, 200, 400, 800, 1_000, 1_000]);
}

#[test]
fn what_is_on_hold_is_looked_up_ever_more_rarely_until_it_is_decided_otherwise() {
    let (mut watchers, mut now, id) =
        (Watchers::default(), Instant::now(), RegistrationId::generate());
    let held = decision(Outcome::OnHold(HoldReason::RefusedByDatabase));
    let found = HashMap::from([(id, held)]);
    let mut new = watch(&mut watchers, id, now);
    let mut knows = watch_having_seen(Some(held), &mut watchers, id, now);
    let intervals_held = intervals(&mut watchers, &mut now, 13, &found);
    assert_eq!(intervals_held[9..], [12_800, 25_600, 30_000, 30_000]);
    assert_eq!(new.try_recv(), Ok(held));
    assert!(knows.try_recv().is_err(), "it is no news");

    let replayed = intervals(&mut watchers, &mut now, 2, &nothing());
    assert_eq!(replayed, [30_000, 1_000], "it waits in the queue again");
    intervals(&mut watchers, &mut now, 1, &registered(id));
    assert_eq!(knows.try_recv().unwrap().outcome, Outcome::Registered);
    assert!(watchers.entries.is_empty());
}

/// The milliseconds before each of the next queries, which all find the same.
fn intervals(
    watchers: &mut Watchers,
    now: &mut Instant,
    count: usize,
    found: &HashMap<RegistrationId, Decision>,
) -> Vec<u128> {
    let query = |_| {
        let due = watchers.next_due().unwrap();
        let interval = (due - *now).as_millis();
        *now = due;
        let batch = watchers.take_due(*now, LIMIT);
        watchers.settle(batch, found, *now);
        interval
    };
    (0..count).map(query).collect()
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
