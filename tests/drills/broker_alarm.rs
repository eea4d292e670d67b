use tokio::task::block_in_place;

use super::drill::drill;

/// The node's memory in use is always above the first and below the second.
const STARVED: f64 = 0.00001;
const FED: f64 = 0.4;

/// More than any disk has free, and RabbitMQ's default.
const PETABYTE: u64 = 1_000_000_000_000_000;
const USUAL: u64 = 50_000_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn memory_and_disk_alarms_of_the_broker_are_noticed_until_there_is_room_again() {
    drill("BrokerAlarm", async |stage, drill| {
        let broker = &stage.shared.pair.broker;
        drill.causes("the memory limit is set below what RabbitMQ uses");
        block_in_place(|| broker.set_memory_watermark(STARVED)).unwrap();
        let page = drill.fires(&[("alarm", "memory")]).await;
        drill.follows(
            "the limit is set back, in place of more memory",
            "Otherwise give the node more memory.",
        );
        block_in_place(|| broker.set_memory_watermark(FED)).unwrap();
        drill.resolves(page).await;

        drill.causes("the disk limit is set above what is free");
        block_in_place(|| broker.set_disk_free_limit(PETABYTE)).unwrap();
        let page = drill.fires(&[("alarm", "disk")]).await;
        drill.follows("the limit is set back, in place of more room", "make room on the disk");
        block_in_place(|| broker.set_disk_free_limit(USUAL)).unwrap();
        drill.resolves(page).await;
    })
    .await;
}
