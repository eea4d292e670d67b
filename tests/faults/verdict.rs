//! What must hold after every fault.

use std::time::Duration;

use registrar_domain::Lane;
use registrar_local::RabbitMq;
use registrar_tests::ledger::LedgerView;
use registrar_tests::load::{Answers, Load};
use registrar_tests::oracle::{Oracle, Tally};
use registrar_tests::wait;
use tokio::task::block_in_place;

use super::scene::Scene;

impl Scene {
    /// Ends the load, waits until everything is settled, and checks the installation's
    /// promise: each registration that got a 202 is registered or rejected, each address is one
    /// student.
    pub(crate) async fn verdict(&self, fault: &str, load: Load, recovered_in: Duration) {
        let tally = self.verdict_on(fault, load.stop().await, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{fault}: {tally}");
    }

    /// As [`Scene::verdict`], for what the clients know, and leaves it to the test how many
    /// may be on hold.
    pub(crate) async fn verdict_on(
        &self,
        fault: &str,
        answers: Answers,
        recovered_in: Duration,
    ) -> Tally {
        let empty = queues_are_empty(&self.pair.broker);
        let tally = verdict(&self.oracle, empty, fault, &answers, recovered_in).await;
        self.ledger_agrees(fault, &answers).await;
        tally
    }

    /// The ledger has the same result, which it counts by itself: each message that was settled
    /// is an outcome, or repeats one.
    async fn ledger_agrees(&self, fault: &str, answers: &Answers) {
        let lanes = LedgerView::new(&self.servers).at_rest().await;
        let outcomes = self.oracle.outcomes().await - answers.unnumbered + answers.without_outcome;
        for (lane, expected) in [(Lane::Interactive, outcomes), (Lane::Bulk, answers.chunks)] {
            let figures = lanes[&lane];
            println!("LEDGER {fault}: {lane:?} {figures:?}");
            assert_eq!((figures.in_flight, figures.unaccounted), (0, 0), "{fault}: {figures:?}");
            let settled = usize::try_from(figures.settled + figures.settled_unconfirmed).unwrap();
            let agreeing = expected..=expected + answers.repeated;
            assert!(agreeing.contains(&settled), "{fault}: {lane:?} {expected}, {figures:?}");
        }
    }

    /// Waits until nothing is waiting and nothing is under way.
    pub(crate) async fn queues_are_empty(&self) {
        queues_are_empty(&self.pair.broker).await;
    }
}

/// [`Scene::verdict_on`], of any installation, without its ledger.
pub(crate) async fn verdict(
    oracle: &Oracle,
    queues_are_empty: impl Future<Output = ()>,
    fault: &str,
    answers: &Answers,
    recovered_in: Duration,
) -> Tally {
    oracle.all_decided(&answers.accepted).await;
    // A delivery that is still under way could yet double something.
    queues_are_empty.await;
    let tally = oracle.tally(&answers.accepted).await;
    // `scripts/faults` makes a table of these.
    println!(
        "FAULT | {fault} | {} | {} | {} | {} | {} | {} | {} | {:.1} |",
        answers.load,
        tally.accepted,
        tally.registered,
        tally.rejected,
        tally.on_hold,
        tally.lost,
        tally.doubled,
        recovered_in.as_secs_f64(),
    );
    assert_eq!((tally.lost, tally.doubled, tally.emails_twice), (0, 0, 0), "{fault}: {tally}");
    let students = oracle.students().await;
    // A student on hold may be the only one with that address.
    let addresses = students..=students + tally.on_hold;
    assert!(addresses.contains(&answers.addresses), "{fault}: one per address: {students}");
    // Were it another registration, it would be rejected for the address of the first.
    let keyed = oracle.tally(&answers.keyed).await;
    let same = keyed.registered..=keyed.registered + keyed.on_hold;
    assert!(same.contains(&answers.keyed_addresses), "{fault}: a key repeated is the same");
    assert!(tally.rejected > 0, "{fault}: the load has duplicates: {tally}");
    tally
}

/// Waits until nothing is waiting in the queues of this broker, and nothing is under way.
pub(crate) async fn queues_are_empty(broker: &RabbitMq) {
    wait::until("all queues are empty", async || {
        let depths = block_in_place(|| broker.queue_depths()).ok()?;
        (depths == [0; 5]).then_some(())
    })
    .await;
}
