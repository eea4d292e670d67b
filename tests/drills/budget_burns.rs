use std::time::Duration;

use futures_util::future::join_all;
use registrar_tests::proxy::Traffic;
use tokio::join;
use tokio::task::block_in_place;

use super::drill::{Drill, Firing, long_drills};
use super::monitoring::Labels;

/// Refusals come soon, so that there are many.
const HASTY: &[(&str, &str)] =
    &[("REGISTRAR_PUBLISH_QUEUE_TIMEOUT", "500ms"), ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "1s")];
/// Each takes as long as one of many, and yet a backlog is soon stored when MySQL is fast.
const SMALL_BATCHES: &[(&str, &str)] = &[("REGISTRAR_BATCH_ROWS", "8")];

const SLOW_MYSQL: Traffic = Traffic::Late(Duration::from_millis(200));
/// The node's memory in use is always above the first and below the second.
const STARVED: f64 = 0.00001;
const FED: f64 = 0.4;

const BURNS: [Labels<'_>; 3] = [&[("burn", "fast")], &[("burn", "medium")], &[("burn", "slow")]];
const LATE: [Labels<'_>; 6] = [
    &[("burn", "fast"), ("objective", "2s")],
    &[("burn", "fast"), ("objective", "30s")],
    &[("burn", "medium"), ("objective", "2s")],
    &[("burn", "medium"), ("objective", "30s")],
    &[("burn", "slow"), ("objective", "2s")],
    &[("burn", "slow"), ("objective", "30s")],
];

/// Of both budgets at once, since a slow burn takes six hours to end, shortened to six minutes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn budgets_that_burn_are_noticed_in_each_window_until_the_fault_has_passed() {
    let alerts = ["AcceptanceBudgetBurn", "DecisionBudgetBurn"];
    long_drills(alerts, [HASTY, SMALL_BATCHES], async |stage, [acceptance, decision]| {
        let proxy = stage.put_a_proxy_before_mysql().await;
        let load = stage.load();
        load.accepts(100).await;
        decision.causes("MySQL answers late, and more students register than the worker stores");
        proxy.set(SLOW_MYSQL);
        let late = join_all(LATE.map(|labels| decision.fires_inhibited(labels))).await;
        acceptance.causes("RabbitMQ has a memory alarm, and the API refuses every registration");
        block_in_place(|| stage.shared.pair.broker.set_memory_watermark(STARVED)).unwrap();
        let refused = join_all(BURNS.map(|labels| acceptance.fires_inhibited(labels))).await;

        acceptance
            .follows("the alarm is ended", "an alarm blocks it: [BrokerAlarm](BrokerAlarm.md)");
        block_in_place(|| stage.shared.pair.broker.set_memory_watermark(FED)).unwrap();
        decision.follows("MySQL is made fast again", "MySQL is slow, or rows are locked");
        proxy.set(Traffic::Flowing);
        join!(all_resolve(acceptance, refused), all_resolve(decision, late));
        stage.nothing_is_lost(load).await;
    })
    .await;
}

async fn all_resolve(drill: &Drill, all: Vec<Firing<'_>>) {
    join_all(all.into_iter().map(|one| drill.resolves(one))).await;
}
