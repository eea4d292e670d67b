//! What the ledger is told.

use super::*;

/// Gives these deliveries the numbers 11, 12, 13 ….
fn numbered(mut deliveries: VecDeque<Delivery>, epoch: Epoch) -> VecDeque<Delivery> {
    for (number, delivery) in (11..).zip(&mut deliveries) {
        let number: u64 = number;
        delivery.headers.insert("x-registrar-epoch".to_owned(), epoch.to_string());
        delivery.headers.insert("x-registrar-sequence".to_owned(), number.to_string());
    }
    deliveries
}

fn recorded(run: &Run) -> Vec<(String, String)> {
    let recorded = run.store.recorded.lock().unwrap();
    let text = |(account, book): (&Account, &Book)| {
        (format!("{} {}", account.epoch, account.lane), book.settled.to_string())
    };
    recorded.iter().map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_is_noted_in_the_ledger_dead_letters_too() {
    let epoch = Epoch::begin();
    let mut deliveries = numbered(deliveries(8), epoch);
    deliveries[2].body = b"not an envelope".to_vec();
    deliveries[5].headers.clear();
    let run = run(Channel { deliveries, ..Channel::default() }, Script::default()).await;
    assert_eq!(run.acked, [4, 8]);
    let expected = (format!("{epoch} interactive"), "11-15,17-18".to_owned());
    assert_eq!(recorded(&run), [expected], "the sixth has no number");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acked_that_the_ledger_did_not_take() {
    let deliveries = numbered(deliveries(4), Epoch::begin());
    let script = Script { record_fails: Mutex::new(2), ..Script::default() };
    let first = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert_eq!(first.batch_sizes(), [4, 4, 4], "two attempts failed");
    assert_eq!(first.acked, [4]);

    let deliveries = numbered(super::deliveries(4), Epoch::begin());
    let script = Script { record_fails: Mutex::new(usize::MAX), ..Script::default() };
    let run = run(Channel { deliveries, ..Channel::default() }, script).await;
    assert!(run.acked.is_empty());
}
