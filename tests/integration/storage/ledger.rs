//! The ledger's table: rows are only added to, in any order.

use registrar_domain::Lane;
use registrar_domain::ledger::{Ledger, ProducerId, SequenceKey, SequenceState};
use registrar_storage::RegistrationStore as _;
use tokio::task::JoinSet;

use super::fixture::Fixture;

fn addition(key: SequenceKey, reported: &str, unconfirmed: &str, settled: &str) -> Ledger {
    let numbers = |text: &str| text.parse().unwrap();
    let mut ledger = Ledger::default();
    *ledger.entry(key) = SequenceState {
        reported: numbers(reported),
        unconfirmed: numbers(unconfirmed),
        settled: numbers(settled),
    };
    ledger
}

fn key(lane: Lane) -> SequenceKey {
    SequenceKey { producer: ProducerId::generate(), lane }
}

#[tokio::test]
async fn what_is_added_twice_or_in_another_order_says_the_same() {
    let fixture = Fixture::new().await;
    let (first, second) = (key(Lane::Interactive), key(Lane::Bulk));
    let additions = [
        addition(first, "", "", "1-3,7"),
        addition(second, "1-9", "4", ""),
        addition(first, "1-5", "", ""),
        addition(first, "", "", "4-6"),
    ];
    for addition in additions.iter().chain(additions.iter().rev()) {
        fixture.store.record(addition).await.unwrap();
    }
    let mut expected = addition(first, "1-5", "", "1-7");
    expected.add(&addition(second, "1-9", "4", ""));
    assert_eq!(fixture.store.read_ledger().await.unwrap(), expected);
    fixture.store.compact_ledger().await.unwrap();
    assert_eq!(fixture.store.read_ledger().await.unwrap(), expected);
    assert_eq!(fixture.count("ledger").await, 2, "a row for each key");
}

#[tokio::test]
async fn a_compaction_that_is_cut_off_loses_nothing() {
    let fixture = Fixture::new().await;
    let key = key(Lane::Interactive);
    for number in 1..=20 {
        let text = number.to_string();
        fixture.store.record(&addition(key, &text, "", &text)).await.unwrap();
    }
    let lock = fixture.hold("DELETE ON ledger", "TRUE").await;
    let store = fixture.store.clone();
    let compacting = tokio::spawn(async move { store.compact_ledger().await });
    let deleting = fixture.held().await;
    fixture.sql(&format!("KILL {deleting}")).await;
    compacting.await.unwrap().unwrap_err();
    drop(lock);
    let expected = addition(key, "1-20", "", "1-20");
    assert_eq!(fixture.store.read_ledger().await.unwrap(), expected);
    fixture.store.compact_ledger().await.unwrap();
    assert_eq!(fixture.store.read_ledger().await.unwrap(), expected);
    assert_eq!(fixture.count("ledger").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_write_and_compact_at_once_lose_nothing() {
    let fixture = Fixture::new().await;
    let key = key(Lane::Interactive);
    let mut workers = JoinSet::new();
    for worker in 0..4_u64 {
        let store = fixture.store.clone();
        workers.spawn(async move {
            for round in 0..50 {
                let number = (round * 4 + worker + 1).to_string();
                store.record(&addition(key, "", "", &number)).await.unwrap();
                if round % 5 == worker {
                    store.compact_ledger().await.unwrap();
                }
                let settled = &store.read_ledger().await.unwrap();
                let settled = &settled.get(&key).unwrap().settled;
                assert!(
                    number.parse().is_ok_and(|number| settled.up_to(number).highest() == number)
                );
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
    let expected = addition(key, "", "", "1-200");
    assert_eq!(fixture.store.read_ledger().await.unwrap(), expected);
}
