//! What must hold after every fault.

use std::time::Duration;

use registrar_tests::load::Load;
use registrar_tests::wait;
use tokio::task::block_in_place;

use super::scene::Scene;

impl Scene {
    /// Ends the load, waits until everything is settled, and holds the installation to its
    /// promise: each registration that got a 202 has one outcome, each address one student.
    pub(crate) async fn verdict(&self, fault: &str, load: Load, recovered_in: Duration) {
        let answers = load.stop().await;
        self.oracle.all_decided(&answers.accepted).await;
        // A delivery that is still under way could yet double something.
        self.queues_are_empty().await;
        let tally = self.oracle.tally(&answers.accepted).await;
        println!(
            "FAULT {fault}: accepted {}, repeated {}, registered {}, rejected {}, on hold {}, \
             lost {}, doubled {}, {:.1} s to recover",
            tally.accepted,
            answers.repeated,
            tally.registered,
            tally.rejected,
            tally.on_hold,
            tally.lost,
            tally.doubled,
            recovered_in.as_secs_f64(),
        );
        assert_eq!((tally.lost, tally.doubled, tally.emails_twice), (0, 0, 0), "{fault}: {tally}");
        assert_eq!(tally.on_hold, 0, "{fault}: {tally}");
        assert_eq!(self.oracle.students().await, answers.addresses, "{fault}: one per address");
        assert!(tally.rejected > 0, "{fault}: the load has duplicates: {tally}");
    }

    async fn queues_are_empty(&self) {
        let management = self.pair.broker.management();
        wait::until("all queues are empty", async || {
            let queues = block_in_place(|| management.list_queues("/")).ok()?;
            (queues.len() == 4 && queues.iter().all(|queue| queue.messages == 0)).then_some(())
        })
        .await;
    }
}
