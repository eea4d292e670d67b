//! Many workers at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{ErrorClass, StorageError, Verdict};

use super::fixture::{Fixture, REGISTERED, outcomes, store_despite, store_when_unlocked, student};

const WORKERS: usize = 8;
const REGISTRATIONS: usize = 3_000;
/// On average two registrations share an e-mail address.
const ADDRESSES: usize = REGISTRATIONS / 2;
/// How often each message is delivered.
const DELIVERIES: usize = 3;
const MAX_BATCH: usize = 60;

/// Deliveries of all registrations, shuffled: when one is delivered again, another worker may
/// still have it in hand.
fn deliveries(jumble: &mut Jumble) -> Vec<Registration> {
    let registrations: Vec<Registration> = (0..REGISTRATIONS)
        .map(|_| student("Ada", &format!("{}@example.com", jumble.below(ADDRESSES))))
        .collect();
    let mut order: Vec<usize> =
        (0..REGISTRATIONS * DELIVERIES).map(|n| n % REGISTRATIONS).collect();
    for n in (1..order.len()).rev() {
        order.swap(n, jumble.below(n + 1));
    }
    order.into_iter().map(|n| registrations[n].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_workers_and_redeliveries_give_each_registration_exactly_one_outcome() {
    let fixture = Fixture::new().await;
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
    println!("seed {seed}");
    let mut jumble = Jumble(u64::from(seed));
    let deliveries = deliveries(&mut jumble);
    let batches = {
        let (mut batches, mut rest) = (Vec::new(), deliveries.as_slice());
        while !rest.is_empty() {
            let (batch, others) = rest.split_at((jumble.below(MAX_BATCH) + 1).min(rest.len()));
            batches.push(batch.to_vec());
            rest = others;
        }
        Arc::new(Mutex::new(batches))
    };
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (store, batches) = (fixture.store.clone(), Arc::clone(&batches));
            tokio::spawn(async move {
                let mut verdicts = Vec::new();
                loop {
                    let Some(batch) = batches.lock().unwrap().pop() else { return verdicts };
                    let is_transient =
                        |error: &StorageError| error.class() == ErrorClass::Transient;
                    let decided = store_despite(&store, &batch, is_transient).await;
                    let ids = batch.iter().map(|registration| registration.id);
                    verdicts.extend(ids.zip(decided));
                }
            })
        })
        .collect();
    let mut reported: HashMap<RegistrationId, HashSet<Outcome>> = HashMap::new();
    let mut fresh = 0;
    for worker in workers {
        for (id, verdict) in worker.await.unwrap() {
            let Verdict::Decided { outcome, is_fresh } = verdict else { panic!("{verdict:?}") };
            reported.entry(id).or_default().insert(outcome);
            fresh += usize::from(is_fresh);
        }
    }

    assert_eq!(reported.len(), REGISTRATIONS);
    assert!(reported.values().all(|outcomes| outcomes.len() == 1), "a verdict changed");
    let addresses: HashSet<_> = deliveries.iter().map(|one| one.student.email().key()).collect();
    let (registered, rejected, held) = fixture.counts().await;
    assert_eq!(usize::try_from(registered).unwrap(), addresses.len(), "one each address");
    assert_eq!(usize::try_from(registered + rejected).unwrap(), REGISTRATIONS);
    assert_eq!(held, 0);
    assert_eq!(fixture.count("students JOIN rejections USING (registration_id)").await, 0);
    let reported_registered =
        reported.values().filter(|outcomes| outcomes.contains(&REGISTERED)).count();
    assert_eq!(reported_registered, addresses.len(), "what was reported is what is stored");
    // What an attempt that failed brought about is not reported.
    assert!(fresh <= REGISTRATIONS, "an outcome was brought about twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_with_the_same_addresses_in_opposite_orders_do_not_deadlock() {
    let fixture = Fixture::new().await;
    for round in 0..20 {
        let batch = || -> Vec<Registration> {
            (0..256).map(|n| student("Ada", &format!("{n}.{round}@example.com"))).collect()
        };
        let (forwards, mut backwards) = (batch(), batch());
        backwards.reverse();
        let (one, other) = tokio::join!(
            store_when_unlocked(&fixture.store, &forwards),
            store_when_unlocked(&fixture.store, &backwards),
        );
        let outcomes = outcomes(&[one, other].concat());
        let registered = outcomes.iter().filter(|one| **one == REGISTERED).count();
        assert_eq!((registered, outcomes.len()), (256, 512));
    }
}

/// Numbers that look random (`SplitMix64`), so that a seed repeats a failure.
struct Jumble(u64);

impl Jumble {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}
